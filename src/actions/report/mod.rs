//! What a run achieved, told from its journal alone.

mod charts;
mod deviations;
mod harm;
mod loss;
mod markdown;
mod timeline;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::engine::Order;
use super::journal::{Entry, Note, Record, RunState, StepStatus};
use super::recovery::{Recovery, recovery};
use super::{Change, Expected, Intent, Task};
use gwctl_fleet::Region;

pub use charts::{Charts, of_minutes as charts, spark};
pub use deviations::Deviation;
pub use harm::{Harm, Tally, Worst, between as harm_between};
pub use loss::{Bound, RecoveryPoint};
pub use markdown::draw as markdown;
pub use timeline::{Moment, REJOINED};
pub(crate) use timeline::{clause, ended};

/// The version of the document.
pub const SCHEMA: &str = "gwctl.report/1";

/// A run, reported.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// `gwctl.report/1`.
    pub schema: &'static str,
    /// Identifier of the run.
    pub run: String,
    pub fleet: String,
    /// What was asked for.
    pub intent: Intent,
    /// In a line.
    pub title: String,
    /// Everybody who wrote into the journal, the one who confirmed first.
    pub operators: Vec<String>,
    /// gwctl's version that began it.
    pub gwctl: String,
    /// Digest of the plan that was run.
    pub plan: String,
    /// Its present state, or how it ended; `left` when it is not over and no process drives it.
    pub outcome: &'static str,
    /// When it was confirmed.
    pub begun: Timestamp,
    /// When it was over; none while it is not.
    pub ended: Option<Timestamp>,
    /// Seconds from confirmation to the end, or to the newest record.
    pub took_s: i64,
    /// Seconds that were expected.
    pub expected_s: u64,
    /// The same with its range.
    pub expected: Expected,
    /// Seconds the same steps would have taken one after the other.
    pub one_by_one_s: u64,
    /// How soon the service was back, where the action brings it back.
    pub recovery: Recovery,
    /// What was lost.
    pub recovery_point: RecoveryPoint,
    /// What it cost the clients.
    pub harm: Harm,
    /// What happened, in order.
    pub timeline: Vec<Moment>,
    /// Each step, planned and actual.
    pub steps: Vec<StepReport>,
    /// The fleet's figures before, during and after.
    pub figures: BTreeMap<Region, Charts>,
    /// Where it did not go as planned.
    pub deviations: Vec<Deviation>,
    /// What the operators wrote down.
    pub notes: Vec<Note>,
    /// What infrastructure code will now see as drift.
    pub drift: Vec<Change>,
}

/// One step, planned and actual.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepReport {
    /// Which.
    pub id: String,
    /// In a line.
    pub title: String,
    /// How it stands.
    pub status: StepStatus,
    /// Seconds that were expected.
    pub planned_s: u64,
    /// Seconds it took; none when it did not end.
    pub actual_s: Option<i64>,
    /// How many times as long as expected it took; none when it did not end, or waited for the operator.
    pub factor: Option<f64>,
    /// Seconds it was held for the operator, or is.
    pub held_s: i64,
    /// When it should have begun, in seconds from confirmation; none for an inverse step.
    pub planned_begin_s: Option<u64>,
    /// When it began, in seconds from confirmation.
    pub begin_s: Option<i64>,
    /// The last thing seen.
    pub saw: Option<String>,
    /// How many changes were sent for it.
    pub calls: usize,
}

/// Reports `records`, which are a whole journal, and `state`, which is what they add up to. `live` says whether
/// a process drives it now.
pub fn report(records: &[Record], state: &RunState, live: bool) -> Report {
    let plan = &state.plan;
    let steps = steps(records, state, live);
    let until = state.ended.unwrap_or(state.newest);
    let gwctl = records.iter().find_map(|record| match &record.entry {
        Entry::Begun { gwctl, .. } => Some(gwctl.clone()),
        _ => None,
    });
    Report {
        schema: SCHEMA,
        run: state.id.clone(),
        fleet: plan.fleet.clone(),
        intent: plan.intent.clone(),
        title: plan.title.clone(),
        operators: operators(records),
        gwctl: gwctl.unwrap_or_default(),
        plan: plan.fingerprint(),
        outcome: state.phase().told(live),
        begun: state.begun,
        ended: state.ended,
        took_s: until.duration_since(state.begun).as_secs(),
        expected_s: plan.expected_s(),
        expected: plan.expected(),
        one_by_one_s: plan.one_by_one_s(),
        recovery: recovery(state),
        recovery_point: loss::point(state),
        harm: harm::of(state),
        timeline: timeline::of(records, state),
        figures: charts::of(state),
        deviations: deviations::of(records, state, &steps),
        steps,
        notes: state.notes.clone(),
        drift: drift(state),
    }
}

fn operators(records: &[Record]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for record in records {
        let watched = matches!(
            &record.entry,
            Entry::Ordered {
                order: Order::Note { said: Some(_), .. }
            }
        );
        if !watched && !names.contains(&record.by) {
            names.push(record.by.clone());
        }
    }
    names
}

fn steps(records: &[Record], state: &RunState, live: bool) -> Vec<StepReport> {
    let held = deviations::held_s(records, state);
    let begins = state.plan.begins_s();
    let inverse = state.plan.inverse.iter().filter(|_| state.undoing);
    state
        .plan
        .steps
        .iter()
        .chain(inverse)
        .filter_map(|step| {
            let now = state.steps.get(&step.id)?;
            let took = now.started.zip(now.ended);
            let actual_s = took.map(|(from, to)| to.duration_since(from).as_secs());
            let waits =
                matches!(step.task, Task::HoldForOperator(_)) || now.status != StepStatus::Done;
            Some(StepReport {
                id: step.id.clone(),
                title: step.title.clone(),
                status: if live {
                    now.status
                } else {
                    now.status.unattended()
                },
                planned_s: step.expected_s,
                actual_s,
                factor: actual_s
                    .filter(|_| !waits && step.expected_s > 0)
                    .map(|s| s as f64 / step.expected_s as f64),
                held_s: held.get(&step.id).copied().unwrap_or(0),
                planned_begin_s: begins.get(step.id.as_str()).copied(),
                begin_s: now
                    .started
                    .map(|at| at.duration_since(state.begun).as_secs()),
                saw: now.saw.clone(),
                calls: now.calls.len(),
            })
        })
        .collect()
}

/// The net of all changes that were made: for each thing, as it was before the first and is after the last.
fn drift(state: &RunState) -> Vec<Change> {
    let mut net: Vec<Change> = Vec::new();
    let mut made: Vec<(Timestamp, &Change)> = state
        .plan
        .steps
        .iter()
        .chain(&state.plan.inverse)
        .filter_map(|step| {
            let now = state.steps.get(&step.id)?;
            let done = now.status == StepStatus::Done && !now.calls.is_empty();
            let at = now.ended.filter(|_| done)?;
            step.change.as_ref().map(|change| (at, change))
        })
        .collect();
    made.sort_by_key(|(at, _)| *at);
    for (_, change) in made {
        match net.iter_mut().find(|earlier| earlier.what == change.what) {
            Some(earlier) => earlier.after.clone_from(&change.after),
            None => net.push(change.clone()),
        }
    }
    net.retain(|change| change.before != change.after);
    net
}
