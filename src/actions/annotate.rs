//! What is written into a journal without going on with the run: notes, and its end.

use jiff::Timestamp;

use super::engine::holder;
use super::journal::Entry;
use super::{Folder, NotStarted, Operator, Order, Phase};

/// Writes a note into the journal of `id`, also when the run is over. Refused while somebody else acts on
/// the fleet: one hand writes a journal.
pub fn note(
    folder: &Folder,
    id: &str,
    text: &str,
    operator: &Operator,
    at: Timestamp,
) -> Result<(), NotStarted> {
    let order = Order::Note { text: text.into() };
    write(folder, id, operator, at, &[Entry::Ordered { order }])
}

/// Ends the run `id`: what was done stays done, and nothing can go on with it but an undo.
pub fn abandon(
    folder: &Folder,
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
    write(folder, id, operator, at, &[Entry::Ordered { order }, end])
}

fn write(
    folder: &Folder,
    id: &str,
    operator: &Operator,
    at: Timestamp,
    entries: &[Entry],
) -> Result<(), NotStarted> {
    let state = folder
        .state(id)
        .map_err(|broken| NotStarted::Resume(broken.into()))?;
    let at = at.max(state.newest);
    let _lease = folder.lease(&state.plan.binding, &holder(operator, id, at))?;
    let mut journal = folder.go_on(id, &operator.word(), at)?;
    for entry in entries {
        journal.append(at, entry.clone())?;
    }
    Ok(())
}
