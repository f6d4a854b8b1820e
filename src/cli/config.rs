//! `gwctl config`: make, check, describe the configuration file.

use std::fs::{File, create_dir_all};
use std::io::{ErrorKind, Write};
use std::path::Path;

use super::args::Config as What;
use super::exit::Exit;
use super::failure::Failure;
use super::flags::Global;
use super::output::{print, tell};
use crate::config::{ConfigError, EXAMPLE, Paths, load, schema};
use crate::console::view::{Depth, Theme};

/// Does one of the three.
pub fn run(global: &Global, what: &What) -> Result<Exit, Failure> {
    let paths = Paths::find(global.config.as_deref())?;
    match what {
        What::Init => init(&paths.config),
        What::Check => check(&paths.config, &paths.themes),
        What::Schema => print(&format!("{}\n", schema())).map(|()| Exit::Success),
    }
}

fn init(path: &Path) -> Result<Exit, Failure> {
    let attempt = || format!("write {}", path.display());
    if let Some(folder) = path.parent() {
        create_dir_all(folder).map_err(|error| Failure::io(attempt(), &error))?;
    }
    let mut file = File::create_new(path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::new(format!(
            "{} exists already; nothing was changed",
            path.display()
        ))
        .next("Edit it, move it away first, or name another file with `--config FILE`."),
        _ => Failure::io(attempt(), &error),
    })?;
    file.write_all(EXAMPLE.as_bytes())
        .map_err(|error| Failure::io(attempt(), &error))?;
    print(&format!(
        "wrote {}\nReplace the names with your fleet's, then run: gwctl config check\n",
        path.display()
    ))?;
    Ok(Exit::Success)
}

fn check(path: &Path, themes: &Path) -> Result<Exit, Failure> {
    let loaded = load(path)?;
    if let Some(name) = &loaded.config.console.theme {
        Theme::load(name, Some(themes), Depth::True, false)
            .map_err(|error| Failure::config(error.to_string()))?;
    }
    if !loaded.untold.is_empty() {
        let mut found = loaded.warnings;
        found.extend(loaded.untold.into_iter().map(|one| one.why));
        return Err(ConfigError::Wrong(found).into());
    }
    for warning in &loaded.warnings {
        tell(format!("{warning}\n"));
    }
    let fleets: Vec<String> = loaded
        .config
        .fleets
        .iter()
        .map(|(name, spec)| {
            format!(
                "{name} ({} {})",
                spec.sites.len(),
                if spec.sites.len() == 1 {
                    "Region"
                } else {
                    "Regions"
                }
            )
        })
        .collect();
    print(&format!(
        "{}: fine; fleets: {}\n",
        path.display(),
        fleets.join(", ")
    ))?;
    Ok(Exit::Success)
}
