//! Going on with a run that its holder offers: the holder is told, lets go, and this process drives on.

use std::time::Duration;

use super::shared_refused::SharedRefused;
use super::start::{NotStarted, Running, resume};
use crate::journal::{Folder, Offered};
use crate::{Operator, RunContext};
use gwctl_store::{RunOf, Store};

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
    let (store, domain) = (folder.store(&run_context), run_context.spec.domain.as_str());
    let brought = folder.bring(&*store, domain).await;
    brought.map_err(SharedRefused::from)?;
    let offered = standing(folder, id)?;
    if !offered.what.is_for(operator) {
        return Err(NotStarted::OfferedTo {
            id: id.to_owned(),
            to: offered.what.to,
            you: operator.word(),
        });
    }
    let run = RunOf { id, domain };
    if is_driven(&*store, run).await {
        let (offer, by) = (offered.what.journal, operator.word());
        let said = store.accept(id, &offer, &by).await;
        said.map_err(|why| NotStarted::NotHeard {
            id: id.to_owned(),
            why: why.to_string(),
        })?;
        for _ in 0..PATIENCE {
            run_context.sleep(LOOK).await;
            if !is_driven(&*store, run).await {
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

/// Whether a process drives it. What a table does not answer shows when the lease is taken.
async fn is_driven(store: &dyn Store, run: RunOf<'_>) -> bool {
    !matches!(store.driver(run).await, Ok(None))
}
