//! Going on with a run that its holder offers: the holder is told, lets go, and this process drives on.

use std::time::Duration;

use super::shared::team;
use super::shared_refused::SharedRefused;
use super::start::{NotStarted, Running, resume};
use crate::journal::{Folder, Offered, Word};
use crate::{Operator, RunContext};
use gwctl_store::Team;

/// How often it is looked at whether the holder let go.
const LOOK: Duration = Duration::from_secs(1);
/// How long the holder may take for it: what is being sent is heard out, and the journal copied. Whoever gives no sign
/// for as long is taken over.
const PATIENCE: u32 = 30;

/// Accepts the run `id`, which was offered to `operator`, and goes on with it.
///
/// # Errors
/// It was not offered to them, or its holder did not let go and gave signs.
pub async fn accept(
    id: &str,
    run_context: RunContext,
    folder: &Folder,
    operator: &Operator,
) -> Result<Running, NotStarted> {
    if run_context.spec.read_only {
        return Err(NotStarted::ReadOnly(run_context.fleet));
    }
    let team = team(&run_context);
    if let Some(team) = &team {
        let brought = folder.bring(team, &run_context.spec.domain).await;
        brought.map_err(SharedRefused::from)?;
    }
    let offered = standing(folder, id)?;
    if !offered.what.is_for(operator) {
        return Err(NotStarted::OfferedTo {
            id: id.to_owned(),
            to: offered.what.to,
            you: operator.word(),
        });
    }
    if is_driven(folder, team.as_ref(), id, &run_context.spec.domain).await {
        tell(folder, team.as_ref(), id, &offered, operator).await?;
        for _ in 0..PATIENCE {
            run_context.sleep(LOOK).await;
            if !is_driven(folder, team.as_ref(), id, &run_context.spec.domain).await {
                break;
            }
        }
    }
    resume(id, &[], run_context, folder, operator).await
}

/// The offer that stands.
fn standing(folder: &Folder, id: &str) -> Result<Offered, NotStarted> {
    let state = folder.state(id);
    let state = state.map_err(|broken| NotStarted::Resume(broken.into()))?;
    state
        .offered
        .ok_or_else(|| NotStarted::NotOffered(id.to_owned()))
}

/// Whether a process has the lease, as far as can be told.
async fn is_driven(folder: &Folder, team: Option<&Team>, id: &str, domain: &str) -> bool {
    match team {
        // What the table does not answer shows when the lease is taken.
        Some(team) => !matches!(team.holder(domain).await, Ok(None)),
        None => folder.is_held_here(id),
    }
}

async fn tell(
    folder: &Folder,
    team: Option<&Team>,
    id: &str,
    offered: &Offered,
    operator: &Operator,
) -> Result<(), NotStarted> {
    let (by, offer) = (operator.word(), offered.what.journal.clone());
    let not_heard = |why: &dyn std::fmt::Display| NotStarted::NotHeard {
        id: id.to_owned(),
        why: why.to_string(),
    };
    if let Some(team) = team {
        let said = team.accept(id, &offer, &by).await;
        return said.map_err(|why| not_heard(&why));
    }
    let said = folder.say(id, &Word::Accept { by, offer });
    said.map_err(|why| not_heard(&why))
}
