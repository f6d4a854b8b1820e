//! Runs as others see them: by their journals, by who holds them, and by how their engines ended.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinError, spawn_blocking};

use crate::app::{Hold, Msg, Stopped};
use gwctl_actions::{Folder, JournalError, Operator, RunContext};

/// How often the journal of somebody else's run is read.
const FOLLOW: Duration = Duration::from_millis(500);

/// Who moves the run `id`, for a console that does not.
pub(super) fn hold(folder: &Folder, id: &str) -> Hold {
    match folder.holder(id) {
        Some(holder) => Hold::Theirs(Box::new(holder)),
        None => Hold::Nobody,
    }
}

/// Why a run that this console drove stopped, by what its engine returned.
pub(super) fn stopped(outcome: Result<Result<(), JournalError>, JoinError>) -> Stopped {
    match outcome {
        Ok(Ok(())) => Stopped::Left,
        Ok(Err(JournalError::TakenOver(to))) => Stopped::TakenOver(to),
        Ok(Err(error)) => Stopped::Failed(error.to_string()),
        Err(error) => Stopped::Failed(error.to_string()),
    }
}

/// Who acts on a fleet: by AWS's word where it is known, or else by the `system`'s.
pub(super) fn operator_on(run_context: &RunContext, system: &Operator) -> Operator {
    let picture = run_context.picture.borrow();
    let known = picture.identity.last();
    let known = known.map(|identity| identity.operator().to_owned());
    Operator {
        name: known.unwrap_or_else(|| system.name.clone()),
        host: system.host.clone(),
    }
}

/// Reads the journal of the run `id` while it can change. `tell` answers whether anybody still listens.
pub(super) async fn follow(folder: Folder, id: String, tell: impl Fn(Msg) -> bool + Send + Sync) {
    let mut shown = None;
    loop {
        let (folder, wanted) = (folder.clone(), id.clone());
        let read = spawn_blocking(move || {
            let state = folder.state(&wanted).map_err(|why| why.to_string())?;
            let hold = hold(&folder, &wanted);
            Ok::<_, String>((state, hold))
        });
        match read.await {
            Ok(Ok(now)) => {
                let over = now.0.phase().over() && now.1 == Hold::Nobody;
                if shown.as_ref() != Some(&now) {
                    let msg = Msg::Run(Arc::new(now.0.clone()), now.1.clone());
                    if !tell(msg) {
                        return;
                    }
                    shown = Some(now);
                }
                if over {
                    return;
                }
            }
            Ok(Err(why)) => {
                tell(Msg::Failed(why));
                return;
            }
            Err(_) => return,
        }
        tokio::time::sleep(FOLLOW).await;
    }
}
