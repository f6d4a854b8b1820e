//! What a guided action works on: a fleet under observation, and the folder of its runs.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::actions::{Folder, RunContext};
use crate::cli::failure::Failure;
use crate::cli::output::tell;
use crate::cli::target::Target;
use crate::config::Paths;
use crate::fleet::{Pace, Snapshot};
use crate::observe::Observer;

/// A fleet to act on.
pub struct Stage {
    /// What a run works with.
    pub run_context: RunContext,
    /// Where runs are kept.
    pub folder: Folder,
    /// Whether it is a simulated fleet, whose runs end with it.
    pub simulated: bool,
    observer: Observer,
}

impl Stage {
    /// Begins to look at `target`, at the pace of an incident. Must be called within a tokio runtime.
    pub fn open(mut target: Target, folder: Folder, simulated: bool) -> Self {
        target.refresh.pace = Pace::Incident;
        let observer = target.observe();
        Self {
            run_context: RunContext {
                fleet: target.name,
                spec: target.spec,
                session: target.session,
                prober: target.prober,
                picture: observer.watch(),
                clock: target.clock,
            },
            folder,
            simulated,
            observer,
        }
    }

    /// Says for whom a run will have to wait, where the team shares a table.
    pub async fn tell_who_acts(&self) {
        let run_context = &self.run_context;
        if run_context.spec.shared.is_none() {
            return;
        }
        // What the table does not answer shows when the lease is taken.
        drop(self.folder.bring_team(run_context).await);
        for run in self.folder.open_runs(&run_context.spec) {
            if self.folder.is_held_here(&run.id) {
                continue;
            }
            if let Some(holder) = self.folder.holder(&run.id) {
                tell(format!(
                    "gwctl: {holder} gave a sign a moment ago: gwctl watches for 30 s at most whether that process still acts"
                ));
            }
        }
    }

    /// The first complete picture, or what is known when `limit` is over.
    pub async fn picture(&self, limit: Duration) -> Arc<Snapshot> {
        self.observer.first_to_plan_on(limit).await
    }
}

/// The folder of the runs of real fleets, or of the simulated one.
pub fn runs(demo: bool) -> Result<Folder, Failure> {
    let below: PathBuf = if demo { "demo/runs" } else { "runs" }.into();
    let folder = Folder::new(Paths::find(None)?.state.join(below));
    Ok(if demo {
        folder.of_a_new_world()
    } else {
        folder
    })
}
