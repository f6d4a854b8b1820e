//! What is written into a journal without going on with the run: notes, and its end.

use jiff::Timestamp;

use super::engine::{holder, share, shared};
use super::journal::{Entry, HandOver, Journal, Word};
use super::{Folder, NotStarted, Operator, Order, Phase};
use gwctl_store::Store;

/// Writes a note into the journal of `id`, which no process drives, also when the run is over. Refused while somebody
/// else acts on the fleet: one hand writes a journal.
pub(crate) async fn write_note(
    folder: &Folder,
    store: &dyn Store,
    id: &str,
    order: Order,
    operator: &Operator,
    at: Timestamp,
) -> Result<(), NotStarted> {
    let entry = Entry::Ordered { order };
    write(folder, store, id, (operator, at), &|_| vec![entry.clone()]).await
}

/// Ends the run `id`: what was done stays done, and nothing can go on with it but an undo.
pub async fn abandon(
    folder: &Folder,
    store: &dyn Store,
    id: &str,
    reason: &str,
    operator: &Operator,
    at: Timestamp,
) -> Result<(), NotStarted> {
    is_open(folder, id)?;
    let order = Order::Abandon {
        reason: reason.into(),
    };
    let end = Entry::Ended {
        phase: Phase::Abandoned,
    };
    let entries = [Entry::Ordered { order }, end];
    write(folder, store, id, (operator, at), &|_| entries.to_vec()).await
}

/// Offers the run `id` to `to`, or to nobody any longer: by the process of this machine that drives it, or in the
/// journal of a run that no process drives. Whether a process drives it.
pub async fn offer(
    folder: &Folder,
    store: &dyn Store,
    id: &str,
    to: Option<&str>,
    operator: &Operator,
    at: Timestamp,
) -> Result<bool, NotStarted> {
    is_open(folder, id)?;
    if folder.is_held_here(id) {
        let word = to.map_or(Word::Withdraw, |to| Word::HandOver { to: to.into() });
        let said = folder.say(id, &word);
        said.map_err(|why| NotStarted::NotHeard {
            id: id.into(),
            why: why.to_string(),
        })?;
        return Ok(true);
    }
    // Who writes it goes on with the run, which ends an offer.
    let written = |journal: &Journal| {
        let what = to.map(|to| HandOver::of(journal.state(), to, journal.hash(), None));
        let offered = what.map(|what| Entry::Offered { what: what.into() });
        offered.into_iter().collect()
    };
    write(folder, store, id, (operator, at), &written).await?;
    Ok(false)
}

/// Whether the run `id` can still be ended or offered.
fn is_open(folder: &Folder, id: &str) -> Result<(), NotStarted> {
    let state = folder
        .state(id)
        .map_err(|broken| NotStarted::Resume(broken.into()))?;
    match state.phase() {
        phase if phase.over() => Err(NotStarted::Over {
            id: id.into(),
            phase,
        }),
        _ => Ok(()),
    }
}

async fn write(
    folder: &Folder,
    store: &dyn Store,
    id: &str,
    (operator, at): (&Operator, Timestamp),
    entries: &(dyn Fn(&Journal) -> Vec<Entry> + Sync),
) -> Result<(), NotStarted> {
    let state = folder
        .state(id)
        .map_err(|broken| NotStarted::Resume(broken.into()))?;
    let at = at.max(state.newest);
    let binding = &state.plan.binding;
    let holder = holder(operator, id, at);
    let _lease = folder.lease(binding, &holder)?;
    let hold = shared::take(store, folder, binding, holder, false).await?;
    let written = async {
        let copied = shared::copied(hold.as_ref(), folder, id).await?;
        let mut journal = folder.go_on(id, &operator.word(), at)?;
        for entry in entries(&journal) {
            journal.append(at, entry)?;
        }
        Ok::<_, NotStarted>((journal, copied))
    };
    let (journal, copied) = match written.await {
        Ok(written) => written,
        Err(why) => {
            shared::let_go(hold).await;
            return Err(why);
        }
    };
    if let Some(shared) = share(hold, folder, &journal, copied).await? {
        shared.end().await;
    }
    Ok(())
}
