//! The runs of the team's other machines, brought to this one for as long as a fleet is watched.

use std::time::Duration;

use tokio::task::{AbortHandle, spawn_blocking};

use gwctl_actions::{Conflict, Folder, RunContext, RunState};
use gwctl_fleet::FleetSpec;

/// How often the table is asked while a run is open: whoever watches is a second behind, and its process another one.
const OPEN: Duration = Duration::from_secs(1);
/// How often while none is.
const CALM: Duration = Duration::from_secs(5);

/// Brings runs until it is dropped.
pub(super) struct TeamWatch(AbortHandle);

impl Drop for TeamWatch {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What the table told.
pub(super) enum FromTheTeam {
    /// The newest open run that no process of this machine drives.
    Open(Box<RunState>),
    /// What this machine's journals and the team's do not agree on, as often as it changes.
    Conflicts(Vec<Conflict>),
    /// Why it told nothing: said once, until it tells something again.
    NotKnown(String),
}

impl TeamWatch {
    /// None where each machine keeps its own files. `tell` answers whether anybody still listens.
    pub fn begin(
        folder: Folder,
        run_context: RunContext,
        tell: impl Fn(FromTheTeam) -> bool + Send + Sync + 'static,
    ) -> Option<Self> {
        run_context.spec.shared.as_ref()?;
        let bringing = tokio::spawn(bring(folder, run_context, tell));
        Some(Self(bringing.abort_handle()))
    }
}

async fn bring(
    folder: Folder,
    run_context: RunContext,
    tell: impl Fn(FromTheTeam) -> bool + Send + Sync,
) {
    let mut shown: Option<String> = None;
    let mut failing = false;
    let mut known = Vec::new();
    loop {
        let brought = folder.bring_team(&run_context).await;
        let mut heard = true;
        if let (Err(why), false) = (&brought, failing) {
            heard = tell(FromTheTeam::NotKnown(why.to_string()));
        }
        failing = brought.is_err();
        let conflicts = conflicts(&folder).await;
        if conflicts != known {
            known.clone_from(&conflicts);
            heard &= tell(FromTheTeam::Conflicts(conflicts));
        }
        let open = newest(&folder, &run_context.spec).await;
        let pause = if open.is_some() { OPEN } else { CALM };
        if let Some(run) = open.filter(|run| shown.as_ref() != Some(&run.id)) {
            shown = Some(run.id.clone());
            heard &= tell(FromTheTeam::Open(run));
        }
        if !heard {
            return;
        }
        tokio::time::sleep(pause).await;
    }
}

async fn conflicts(folder: &Folder) -> Vec<Conflict> {
    let folder = folder.clone();
    let found = spawn_blocking(move || folder.all_conflicts());
    found.await.unwrap_or_default()
}

/// The newest open run that no process of this machine drives.
async fn newest(folder: &Folder, fleet: &FleetSpec) -> Option<Box<RunState>> {
    let (folder, fleet) = (folder.clone(), fleet.clone());
    let newest = spawn_blocking(move || {
        let mut open = folder.open_runs(&fleet).into_iter();
        open.find(|run| !folder.is_held_here(&run.id))
    });
    newest.await.ok().flatten().map(Box::new)
}
