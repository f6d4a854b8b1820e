//! The runs of the team, brought to this machine before they are looked at.

use std::collections::BTreeMap;

use crate::actions::Folder;
use crate::aws::Session;
use crate::cli::clock;
use crate::cli::flags::Global;
use crate::cli::output::tell;
use crate::cli::runtime::run_async;
use crate::cli::settings;
use crate::config::{Config, Paths, load};
use crate::fleet::FleetSpec;
use crate::store::Team;

/// The configuration, where there is one that can be read: what else is wrong with it is the business of commands that
/// need it.
pub fn config(global: &Global) -> Option<Config> {
    let paths = Paths::find(global.config.as_deref()).ok()?;
    Some(load(&paths.config).ok()?.config)
}

/// The table that the team of `spec` shares; none where each machine keeps its own files.
async fn team(global: &Global, config: &Config, spec: &FleetSpec) -> Option<Team> {
    let table = spec.shared.as_ref()?;
    let options = settings::session_options(global, spec, config, clock::present());
    let session = Session::connect_fleet(options, spec).await;
    Some(Team::new(&session, table, clock::present()))
}

/// A session with AWS for the fleet that clients call `domain`, and the table that its team shares.
pub async fn session(global: &Global, domain: &str) -> Option<(Session, FleetSpec, Option<Team>)> {
    let config = config(global)?;
    let spec = config.fleets.values().find(|spec| spec.domain == domain)?;
    let options = settings::session_options(global, spec, &config, clock::present());
    let session = Session::connect_fleet(options, spec).await;
    let table = spec.shared.as_ref();
    let team = table.map(|table| Team::new(&session, table, clock::present()));
    Some((session, spec.clone(), team))
}

/// The table of the fleet that clients call `domain`.
pub async fn of(global: &Global, domain: &str) -> Option<Team> {
    let config = config(global)?;
    let spec = config.fleets.values().find(|spec| spec.domain == domain)?;
    team(global, &config, spec).await
}

/// Brings what other machines did with the fleets whose teams share a table. Where a table cannot be asked, that is said,
/// and what is known here is shown.
pub fn bring(global: &Global, folder: &Folder) {
    let Some(config) = config(global) else {
        return;
    };
    if config.fleets.values().all(|spec| spec.shared.is_none()) {
        return;
    }
    let brought = run_async(async {
        let mut unknown: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (name, spec) in &config.fleets {
            let Some(team) = team(global, &config, spec).await else {
                continue;
            };
            if !spec.rules.approvals.is_empty() {
                // What the table does not answer is said of the journals.
                drop(folder.bring_asked(&team, &spec.domain).await);
            }
            if let Err(why) = folder.bring(&team, &spec.domain).await {
                let fleets = unknown.entry(why.to_string()).or_default();
                fleets.push(name.as_str());
            }
        }
        // One refusal may be that of many fleets.
        for (why, fleets) in unknown {
            let fleets = fleets.join(", ");
            tell(format!(
                "gwctl: runs of {fleets} on other machines are not known: {why}"
            ));
        }
    });
    if let Err(why) = brought {
        tell(format!(
            "gwctl: runs on other machines are not known: {why}"
        ));
    }
}
