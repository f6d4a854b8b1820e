//! Writes into the configuration what was built or taken away. Everything else in the file, comments
//! included, stays as its author left it.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, value};

use crate::fleet::{FleetSpec, SiteSpec};

/// Why the configuration was not written.
#[derive(Debug, thiserror::Error)]
pub enum NotRecorded {
    /// The file could not be read or written.
    #[error("{file}: {why}")]
    File {
        /// Which.
        file: String,
        /// The system's words.
        why: String,
    },
    /// It is not what was read before.
    #[error("the configuration has no fleet `{0}` any more")]
    NoFleet(String),
}

/// Makes the fleet's table in `file` say what `built` says of ids and Regions. The file is replaced whole
/// or not at all.
pub fn record(file: &Path, fleet: &str, built: &FleetSpec) -> Result<(), NotRecorded> {
    let failed = |why: String| NotRecorded::File {
        file: file.display().to_string(),
        why,
    };
    let text = crate::files::read_to_string(file).map_err(|error| failed(error.to_string()))?;
    let text = recorded(&text, fleet, built)?;
    replace(file, &text).map_err(|error| failed(error.to_string()))
}

/// Puts `text` in the place of the file. A link to it stays one: configurations are often kept elsewhere
/// and linked to. Who could read it before can, and nobody else.
fn replace(file: &Path, text: &str) -> io::Result<()> {
    let file = std::fs::canonicalize(file)?;
    let permissions = std::fs::metadata(&file)?.permissions();
    let beside = file.with_extension("toml.new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    let mut new = crate::files::private(&mut options).open(&beside)?;
    new.write_all(text.as_bytes())
        .and_then(|()| new.set_permissions(permissions))
        .and_then(|()| new.sync_all())
        .and_then(|()| std::fs::rename(&beside, &file))
        .inspect_err(|_| drop(std::fs::remove_file(&beside)))
}

/// `text` with the fleet's table as `built` has it.
pub fn recorded(text: &str, fleet: &str, built: &FleetSpec) -> Result<String, NotRecorded> {
    let none = || NotRecorded::NoFleet(fleet.into());
    let mut document: DocumentMut =
        text.parse()
            .map_err(|error: toml_edit::TomlError| NotRecorded::File {
                file: "the configuration".into(),
                why: error.message().trim().replace('\n', "; "),
            })?;
    let table = document
        .get_mut("fleets")
        .and_then(|fleets| fleets.get_mut(fleet))
        .and_then(Item::as_table_like_mut)
        .ok_or_else(none)?;
    if let Some(edge) = table.get_mut("edge").and_then(Item::as_table_like_mut) {
        set(edge, "distribution", Some(&built.edge.distribution));
        if let Some(router) = &built.edge.router {
            set(edge, "router", Some(router));
        }
    }
    let sites = table
        .entry("sites")
        .or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
    let Some(sites) = sites.as_array_of_tables_mut() else {
        return Err(none());
    };
    let named = |table: &Table| {
        table
            .get("region")
            .and_then(Item::as_str)
            .map(str::to_owned)
    };
    sites.retain(|table| {
        let region = named(table);
        let known = |site: &SiteSpec| Some(site.region.as_str()) == region.as_deref();
        built.sites.iter().any(known)
    });
    for site in &built.sites {
        let known = sites
            .iter_mut()
            .find(|table| named(table).as_deref() == Some(site.region.as_str()));
        if let Some(table) = known {
            fill(table, site);
        } else {
            let mut table = Table::new();
            table.insert("region", value(site.region.as_str()));
            fill(&mut table, site);
            sites.push(table);
        }
    }
    Ok(document.to_string())
}

fn fill(table: &mut Table, site: &SiteSpec) {
    set(table, "api", Some(&site.api));
    set(table, "endpoint", site.endpoint.as_ref());
    set(table, "stack", site.stack.as_ref());
    set(table, "probe_url", site.probe_url.as_ref());
    let functions: Array = site.functions.iter().collect();
    let same = table
        .get("functions")
        .and_then(Item::as_array)
        .is_some_and(|known| {
            known
                .iter()
                .map(|one| one.as_str())
                .eq(functions.iter().map(|one| one.as_str()))
        });
    if !same && !functions.is_empty() {
        table.insert("functions", value(functions));
    }
    if let Some(switch) = &site.switch {
        let mut inline = InlineTable::new();
        inline.insert("alarm", switch.alarm.as_str().into());
        inline.insert("region", switch.region.as_str().into());
        table.insert("switch", value(inline));
    }
}

/// Nothing is written over by the same; empty takes the key away.
fn set(table: &mut dyn toml_edit::TableLike, key: &str, to: Option<&String>) {
    let to = to.filter(|to| !to.is_empty());
    let known = table.get(key).and_then(Item::as_str);
    match to {
        Some(to) if known != Some(to) => {
            table.insert(key, value(to));
        }
        None if known.is_some() => {
            table.remove(key);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::fleet::{Region, SwitchSpec};

    const BEFORE: &str = r#"# Ours.
[fleets.orders]
domain = "api.orders.example.com" # what clients use
global_cluster = "orders"

[fleets.orders.edge]
hosted_zone = "Z0"
latency_record = "latency.orders.example.com"

[[fleets.orders.sites]]
region = "us-east-1" # the first

[[fleets.orders.sites]]
region = "eu-west-1"
"#;

    fn fleet(text: &str) -> FleetSpec {
        let config: Config = toml::from_str(text).unwrap();
        config.fleets["orders"].clone()
    }

    #[test]
    fn what_was_built_is_written_and_the_rest_left_alone() {
        let mut built = fleet(BEFORE);
        built.edge.distribution = "E1".into();
        built.edge.router = Some("orders-router".into());
        for site in &mut built.sites {
            site.api = format!("api-{}", site.region);
            site.stack = Some(format!("orders-{}", site.region));
            site.functions = vec!["orders-handler".into()];
            site.switch = Some(SwitchSpec {
                alarm: format!("orders-evacuate-{}", site.region),
                region: Region::global(),
            });
        }
        let text = recorded(BEFORE, "orders", &built).unwrap();
        assert_eq!(fleet(&text), built);
        assert!(
            text.contains("# what clients use") && text.contains("# the first"),
            "{text}"
        );
        assert_eq!(
            recorded(&text, "orders", &built).unwrap(),
            text,
            "twice is once"
        );
        built.sites.remove(0);
        let mut third = built.sites[0].clone();
        third.region = Region::new("eu-central-1").unwrap();
        built.sites.push(third);
        let text = recorded(&text, "orders", &built).unwrap();
        assert_eq!(fleet(&text), built);
    }

    #[test]
    fn a_link_stays_a_link_and_the_permissions_stay_what_they_were() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join("dotfiles")).unwrap();
        let kept = home.path().join("dotfiles/fleets.toml");
        let linked = home.path().join("config.toml");
        std::fs::write(&kept, BEFORE).unwrap();
        std::fs::set_permissions(&kept, std::fs::Permissions::from_mode(0o640)).unwrap();
        symlink("dotfiles/fleets.toml", &linked).unwrap();
        let mut built = fleet(BEFORE);
        built.sites.remove(0);
        record(&linked, "orders", &built).unwrap();
        assert!(linked.is_symlink());
        assert_eq!(fleet(&std::fs::read_to_string(&kept).unwrap()), built);
        let mode = std::fs::metadata(&kept).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
        let left = std::fs::read_dir(home.path().join("dotfiles")).unwrap();
        assert_eq!(left.count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_fleet_that_is_not_there_is_not_made_up() {
        let built = fleet(BEFORE);
        assert!(recorded(BEFORE, "payments", &built).is_err());
        assert!(recorded("not toml", "orders", &built).is_err());
    }
}
