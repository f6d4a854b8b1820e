//! The journals of this machine, copied into the table that the team shares: those of before there was one, and those of
//! runs that went on alone.

use jiff::Timestamp;

use super::engine::{SharedRefused, holder, shared};
use super::journal::{Clash, Entry, differ};
use super::{Folder, NotStarted, Operator, RunState};
use gwctl_store::{Hold, NotShared, Table};

/// What became of one run's journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pushed {
    /// The table has it all already.
    Same,
    /// So many lines were copied.
    Copied(u64),
    /// The two differ from this line on, counted from 1: nothing was copied.
    Differs(u64),
    /// It went on alone, and this run changed the fleet meanwhile: nothing was copied.
    Beside(String),
    /// A process of this machine writes it now, and copies it.
    Live,
}

/// Copies what the table lacks of the journals of the fleet `domain`, the oldest run first. What is there already stays as
/// it is: copying twice is copying once.
///
/// # Errors
/// The lease cannot be had, or the table does not answer: what was copied until then stays there.
pub async fn push(
    folder: &Folder,
    table: &Table,
    domain: &str,
    operator: &Operator,
    at: Timestamp,
) -> Result<Vec<(String, Pushed)>, NotStarted> {
    let runs = folder.runs().into_iter().rev();
    let runs = runs.filter_map(|run| run.state.ok());
    let runs: Vec<RunState> = runs
        .filter(|run| run.plan.binding.domain == domain)
        .collect();
    let Some(newest) = runs.last() else {
        return Ok(Vec::new());
    };
    let holder = holder(operator, "share-push", at);
    let lease = shared::hold(table, &newest.plan.binding, holder).await?;
    let mut pushed = Vec::new();
    for run in &runs {
        match one((folder, table), &lease, run, (operator, at)).await {
            Ok(done) => pushed.push((run.id.clone(), done)),
            Err(why) => {
                lease.release().await;
                return Err(why);
            }
        }
    }
    lease.release().await;
    Ok(pushed)
}

async fn one(
    (folder, table): (&Folder, &Table),
    hold: &Hold,
    run: &RunState,
    (operator, at): (&Operator, Timestamp),
) -> Result<Pushed, NotStarted> {
    let id = run.id.as_str();
    if folder.is_held_here(id) {
        return Ok(Pushed::Live);
    }
    let refused = |why: NotShared| NotStarted::from(SharedRefused::from(why));
    let theirs = table.team.lines(id, 0).await;
    let theirs = theirs.map_err(|error| refused(error.into()))?;
    let (ours, _) = folder.lines_behind(id, 0);
    if let Some(line) = differ(&ours, &theirs) {
        folder.note_clash(id, Clash::Lines { line }, Timestamp::now());
        return Ok(Pushed::Differs(line));
    }
    if let Some(alone) = &run.alone {
        let brought = folder.bring(table, &run.plan.binding.domain).await;
        brought.map_err(SharedRefused::from)?;
        if let Some(other) = folder.changed_beside(id, &run.plan.binding, alone.since) {
            let clash = Clash::Run { id: other.clone() };
            folder.note_clash(id, clash, Timestamp::now());
            return Ok(Pushed::Beside(other));
        }
    }
    let there = theirs.len() as u64;
    let copy = async |from: u64, lines: &[String]| {
        hold.list(id, &run.plan.binding.domain).await?;
        hold.append(id, from, lines).await
    };
    let behind = ours.get(theirs.len()..).unwrap_or_default();
    if !behind.is_empty() {
        copy(there, behind).await.map_err(refused)?;
    }
    if run.alone.is_none() {
        return Ok(match behind.len() {
            0 => Pushed::Same,
            copied => Pushed::Copied(copied as u64),
        });
    }
    // It went on alone, and does not any more.
    let mut journal = folder.go_on(id, &operator.word(), at.max(run.newest))?;
    journal.append(at.max(run.newest), Entry::Rejoined)?;
    let (now, _) = folder.lines_behind(id, 0);
    let more = now.get(ours.len()..).unwrap_or_default();
    copy(ours.len() as u64, more).await.map_err(refused)?;
    Ok(Pushed::Copied(now.len() as u64 - there))
}
