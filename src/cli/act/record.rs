//! Once something was built or taken away, the configuration says so. The command line and the console
//! keep it alike.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::stage::Stage;
use crate::actions::{Intent, Phase, RunContext, as_built, built_by};
use crate::cli::exit::Exit;
use crate::cli::output::tell;
use crate::config::{load, record};
use crate::console::app::NotKept;
use crate::fleet::FleetSpec;

/// What there is now, and what became of the file.
pub struct Recorded {
    /// The fleet as it was built.
    pub built: FleetSpec,
    /// What was written where, or why it was not; nothing where the file says it already.
    pub said: Option<Result<String, NotKept>>,
}

/// Writes what `intent` built into the configuration, when its run is over. What cannot be written is
/// told: nothing that was built depends on it.
pub async fn keep(intent: &Intent, exit: Exit, stage: &Stage, config: &Path) {
    let phase = match exit {
        Exit::Success => Phase::Done,
        Exit::Undone => Phase::Undone,
        _ => return,
    };
    let Some(built) = built_by(intent, phase) else {
        return;
    };
    let said = match recorded(&built, &stage.run_context, config).await {
        Ok(recorded) => recorded.said,
        Err(why) => Some(Err(why)),
    };
    match said {
        Some(Ok(said)) => tell(format!("gwctl: {said}")),
        Some(Err(why)) => tell(format!("gwctl: {why}")),
        None => {}
    }
}

/// Reads back what `intent` built and writes it into `file`. Errs where nothing is known of what was built.
pub async fn recorded(
    intent: &Intent,
    run_context: &RunContext,
    file: &Path,
) -> Result<Recorded, NotKept> {
    // The file may have changed since it was read: by the run of another gwctl, by hand.
    let written = on_disk(run_context.fleet.clone(), file.to_owned()).await;
    let before = written.as_ref().unwrap_or(&run_context.spec);
    let built = read_back(intent, run_context, before).await?;
    let said = match written {
        Ok(written) if written == built => None,
        Ok(_) => Some(write(run_context.fleet.clone(), file.to_owned(), built.clone()).await),
        // What stands there now is not known: it is not written over.
        Err(why) => Some(Err(why)),
    };
    Ok(Recorded { built, said })
}

/// `before` with what `intent` built since.
pub async fn read_back(
    intent: &Intent,
    run_context: &RunContext,
    before: &FleetSpec,
) -> Result<FleetSpec, NotKept> {
    let built = as_built(intent, &run_context.fleet, before, &run_context.session).await;
    built.map_err(|error| NotKept::NotReadBack {
        why: error.to_string(),
    })
}

fn unwritten(why: &dyn Display) -> NotKept {
    NotKept::NotWritten {
        why: why.to_string(),
    }
}

async fn on_disk(fleet: String, file: PathBuf) -> Result<FleetSpec, NotKept> {
    let read = move || {
        let loaded = load(&file).map_err(|why| unwritten(&why.headline()))?;
        let mut fleets = loaded.config.fleets;
        let none = || {
            unwritten(&format!(
                "{} no longer has the fleet `{fleet}`",
                file.display()
            ))
        };
        fleets.remove(&fleet).ok_or_else(none)
    };
    let read = tokio::task::spawn_blocking(read).await;
    read.unwrap_or_else(|defect| Err(unwritten(&defect)))
}

async fn write(fleet: String, file: PathBuf, built: FleetSpec) -> Result<String, NotKept> {
    let said = format!("{} now describes the fleet as it is", file.display());
    let written = tokio::task::spawn_blocking(move || record(&file, &fleet, &built)).await;
    written
        .map_err(|defect| unwritten(&defect))?
        .map_err(|why| unwritten(&why))?;
    Ok(said)
}

/// What was built since the configuration was read, or where there is none: fleets by name.
#[derive(Default)]
pub struct Memory(Mutex<BTreeMap<String, FleetSpec>>);

impl Memory {
    /// The fleet `name` as it was built.
    pub fn get(&self, name: &str) -> Option<FleetSpec> {
        let fleets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        fleets.get(name).cloned()
    }

    /// From now on the fleet of `the run` is `built`. Whether that is news to `run_context`.
    pub fn put(&self, run_context: &RunContext, built: FleetSpec) -> bool {
        let news = built != run_context.spec;
        let mut fleets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        fleets.insert(run_context.fleet.clone(), built);
        news
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::actions::guided::Retire;
    use crate::cli::simulated::{Still, still};
    use crate::fleet::{Region, SiteSpec};

    fn region(code: &str) -> Region {
        Region::new(code).unwrap()
    }

    fn retire() -> Intent {
        Retire::of(region("ap-southeast-1")).into()
    }

    /// With the context of a run of a founded fleet of three Regions.
    fn with_run_context<T>(how: impl AsyncFnOnce(RunContext) -> T) -> T {
        let world = Still {
            scenario: "calm".into(),
            seed: 1,
            after: Duration::ZERO,
            empty: false,
        };
        let done = still(&world, async |target| how(target.open().run_context).await);
        done.unwrap_or_else(|_| panic!("no world"))
    }

    /// Has the retirement of ap-southeast-1 kept in a file that names `sites`: what came of it, and what the
    /// file names then.
    fn retired(sites: &[&str]) -> (Recorded, Vec<String>) {
        with_run_context(async |run_context| {
            let mut written = run_context.spec.clone();
            let known = written.sites[0].clone();
            let named = sites.iter().map(|code| SiteSpec {
                region: region(code),
                switch: None,
                endpoint: None,
                ..known.clone()
            });
            written.sites = named.collect();
            let home = tempfile::tempdir().unwrap();
            let file = home.path().join("config.toml");
            let all = BTreeMap::from([("fleets", BTreeMap::from([("orders", &written)]))]);
            std::fs::write(&file, toml::to_string(&all).unwrap()).unwrap();
            let kept = recorded(&retire(), &run_context, &file).await.unwrap();
            let now = load(&file).unwrap().config.fleets.remove("orders").unwrap();
            let named = now.sites.iter().map(|site| site.region.to_string());
            (kept, named.collect())
        })
    }

    #[test]
    fn what_others_wrote_meanwhile_stays() {
        let (kept, named) = retired(&["us-east-1", "ap-southeast-1", "eu-central-1"]);
        assert_eq!(named, ["us-east-1", "eu-central-1"]);
        assert!(kept.said.unwrap().unwrap().contains("config.toml"));
        assert_eq!(kept.built.sites.len(), 2);
    }

    #[test]
    fn nothing_is_said_where_the_file_says_it_already() {
        let (kept, named) = retired(&["us-east-1", "eu-west-1"]);
        assert!(kept.said.is_none());
        assert_eq!(named, ["us-east-1", "eu-west-1"]);
    }

    #[test]
    fn a_file_that_is_being_edited_is_not_written_over() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("config.toml");
        let text = "[fleets.orders]\ndomain = 1\n";
        std::fs::write(&file, text).unwrap();
        let kept = with_run_context(async |run_context| {
            recorded(&retire(), &run_context, &file).await.unwrap()
        });
        let why = kept.said.unwrap().unwrap_err().to_string();
        assert_eq!(
            why,
            "the configuration was not written: error: invalid type: integer `1`; \
             `gwctl discover` writes it from what exists"
        );
        assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    }

    #[test]
    fn a_file_that_cannot_be_written_is_told_with_what_to_do() {
        let file = Path::new("/nonexistent/config.toml");
        let kept = with_run_context(async |run_context| {
            recorded(&retire(), &run_context, file).await.unwrap()
        });
        let why = kept.said.unwrap().unwrap_err().to_string();
        assert!(
            why.contains("/nonexistent/config.toml") && why.contains("discover"),
            "{why}"
        );
        assert_eq!(kept.built.sites.len(), 2, "it is known all the same");
    }
}
