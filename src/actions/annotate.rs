//! What is written into a journal without going on with the run: notes, and its end.

use jiff::Timestamp;

use super::engine::{holder, share, shared};
use super::journal::Entry;
use super::{Folder, NotStarted, Operator, Order, Phase};
use gwctl_store::Team;

/// Writes a note into the journal of `id`, also when the run is over. Refused while somebody else acts on
/// the fleet: one hand writes a journal.
pub async fn note(
    folder: &Folder,
    team: Option<&Team>,
    id: &str,
    text: &str,
    operator: &Operator,
    at: Timestamp,
) -> Result<(), NotStarted> {
    let order = Order::Note { text: text.into() };
    write(
        folder,
        team,
        id,
        (operator, at),
        &[Entry::Ordered { order }],
    )
    .await
}

/// Ends the run `id`: what was done stays done, and nothing can go on with it but an undo.
pub async fn abandon(
    folder: &Folder,
    team: Option<&Team>,
    id: &str,
    reason: &str,
    operator: &Operator,
    at: Timestamp,
) -> Result<(), NotStarted> {
    let state = folder
        .state(id)
        .map_err(|broken| NotStarted::Resume(broken.into()))?;
    let phase = state.phase();
    if phase.over() {
        let id = id.into();
        return Err(NotStarted::Over { id, phase });
    }
    let order = Order::Abandon {
        reason: reason.into(),
    };
    let end = Entry::Ended {
        phase: Phase::Abandoned,
    };
    let entries = [Entry::Ordered { order }, end];
    write(folder, team, id, (operator, at), &entries).await
}

async fn write(
    folder: &Folder,
    team: Option<&Team>,
    id: &str,
    (operator, at): (&Operator, Timestamp),
    entries: &[Entry],
) -> Result<(), NotStarted> {
    let state = folder
        .state(id)
        .map_err(|broken| NotStarted::Resume(broken.into()))?;
    let at = at.max(state.newest);
    let binding = &state.plan.binding;
    let holder = holder(operator, id, at);
    let _lease = folder.lease(binding, &holder)?;
    let hold = shared::take(team, folder, binding, holder, false).await?;
    let copied = shared::copied(hold.as_ref(), folder, id).await?;
    let mut journal = folder.go_on(id, &operator.word(), at)?;
    for entry in entries {
        journal.append(at, entry.clone())?;
    }
    if let Some(shared) = share(hold, folder, &journal, copied).await? {
        shared.end().await;
    }
    Ok(())
}
