//! The runs of the team, brought to this machine before they are looked at.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::actions::Folder;
use crate::aws::Session;
use crate::cli::clock;
use crate::cli::flags::Global;
use crate::cli::output::tell;
use crate::cli::runtime::run_async;
use crate::cli::settings;
use crate::config::{Config, Paths, load};
use crate::fleet::FleetSpec;
use crate::store::{Store, store_of};

/// The configuration, where there is one that can be read: what else is wrong with it is the business of commands that
/// need it.
pub fn config(global: &Global) -> Option<Config> {
    let paths = Paths::find(global.config.as_deref()).ok()?;
    Some(load(&paths.config).ok()?.config)
}

/// A session with AWS for the fleet `spec`, and where its team keeps what it shares.
async fn connect(
    global: &Global,
    folder: &Folder,
    config: &Config,
    spec: &FleetSpec,
) -> (Session, Arc<dyn Store>) {
    let options = settings::session_options(global, spec, config, clock::present());
    let session = Session::connect_fleet(options, spec).await;
    let store = store_of(&session, spec, clock::present(), folder.files());
    (session, store)
}

/// As [`connect`], for the fleet that clients call `domain`.
pub async fn session(
    global: &Global,
    folder: &Folder,
    domain: &str,
) -> Option<(Session, FleetSpec, Arc<dyn Store>)> {
    let config = config(global)?;
    let spec = config.fleets.values().find(|spec| spec.domain == domain)?;
    let (session, store) = connect(global, folder, &config, spec).await;
    Some((session, spec.clone(), store))
}

/// Where the team of the fleet that clients call `domain` keeps what it shares: the files of this machine where the
/// configuration has no such fleet, or no table for it.
pub async fn of(global: &Global, folder: &Folder, domain: &str) -> Arc<dyn Store> {
    let files = Arc::new(folder.files());
    let Some(config) = config(global) else {
        return files;
    };
    let meant = |spec: &&FleetSpec| spec.domain == domain && spec.shared.is_some();
    match config.fleets.values().find(meant) {
        Some(spec) => connect(global, folder, &config, spec).await.1,
        None => files,
    }
}

/// Brings what other machines did with the fleets whose teams share a table. Where a table cannot be asked, that is said,
/// and what is known here is shown.
pub fn bring(global: &Global, folder: &Folder) {
    let Some(config) = config(global) else {
        return;
    };
    let shared = config.fleets.iter();
    let shared: Vec<_> = shared.filter(|(_, spec)| spec.shared.is_some()).collect();
    if shared.is_empty() {
        return;
    }
    let brought = run_async(async {
        let mut unknown: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (name, spec) in shared {
            let (_, store) = connect(global, folder, &config, spec).await;
            if let Err(why) = folder.bring_all(&*store, spec).await {
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
