//! Where a run did not go as planned.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::{REJOINED, StepReport};
use crate::Order;
use crate::format::seconds;
use crate::journal::{Entry, Record, Reply, RunState};

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deviation {
    /// When.
    pub at: Timestamp,
    /// `held`, `retried`, `skipped`, `waived`, `tripped`, `overruled`, `resumed`, `unknown`, `refused`,
    /// `undone`, `abandoned`, `paused`, `handed over`, `break-glass` or `slow`.
    pub kind: &'static str,
    /// In a sentence.
    pub what: String,
}

/// A step is slow from this many times its expectation on, and this many seconds more than it.
const SLOW: (f64, i64) = (1.2, 10);

/// All of them, in order of time.
pub(super) fn of(records: &[Record], state: &RunState, steps: &[StepReport]) -> Vec<Deviation> {
    let checks = state.plan.checks.iter();
    let waived = checks.filter(|check| state.has_waived(&check.name));
    let waived = waived.map(|check| Deviation {
        at: state.begun,
        kind: "waived",
        what: format!("{}: {}", check.name, check.text),
    });
    let others = records.iter().filter_map(|record| {
        let (kind, what) = one(record)?;
        Some(Deviation {
            at: record.at,
            kind,
            what,
        })
    });
    let slow = steps.iter().filter_map(|step| {
        let ended = state.steps.get(&step.id)?.ended?;
        slow(step).map(|what| Deviation {
            at: ended,
            kind: "slow",
            what,
        })
    });
    let mut all: Vec<Deviation> = waived.chain(others).chain(slow).collect();
    all.sort_by_key(|deviation| deviation.at);
    all
}

/// What is said of a step that took much longer than expected.
fn slow(step: &StepReport) -> Option<String> {
    let (factor, took) = (step.factor?, step.actual_s?);
    let more = took - step.planned_s.cast_signed();
    (factor >= SLOW.0 && more >= SLOW.1).then(|| {
        let held = if step.held_s > 0 {
            format!(
                ", of which it was held for {}",
                seconds(step.held_s.cast_unsigned())
            )
        } else {
            String::new()
        };
        format!(
            "{} took {}, {factor:.1} times the {} expected{held}",
            step.id,
            seconds(took.cast_unsigned()),
            seconds(step.planned_s)
        )
    })
}

/// How many seconds each step was held, or is.
pub(super) fn held_s(records: &[Record], state: &RunState) -> BTreeMap<String, i64> {
    let mut since: BTreeMap<&str, Timestamp> = BTreeMap::new();
    let mut held: BTreeMap<String, i64> = BTreeMap::new();
    let mut add = |step: &str, from: Timestamp, to: Timestamp| {
        *held.entry(step.to_owned()).or_default() += to.duration_since(from).as_secs();
    };
    for record in records {
        match &record.entry {
            Entry::Held {
                step, gate: false, ..
            } => {
                since.entry(step).or_insert(record.at);
            }
            Entry::Started { step }
            | Entry::Ordered {
                order: Order::Skip { step, .. } | Order::Retry { step },
            } => {
                if let Some(from) = since.remove(step.as_str()) {
                    add(step, from, record.at);
                }
            }
            _ => {}
        }
    }
    for (step, from) in since {
        add(step, from, state.ended.unwrap_or(state.newest));
    }
    held
}

fn one(record: &Record) -> Option<(&'static str, String)> {
    Some(match &record.entry {
        Entry::Begun { confirmation, .. } => ("break-glass", confirmation.break_glass.clone()?),
        Entry::Resumed => (
            "resumed",
            format!("{} went on with it in another process", record.by),
        ),
        Entry::HandedOver { to } => ("handed over", format!("by {} to {to}", record.by)),
        Entry::Held {
            step,
            why,
            gate: false,
            ..
        } => ("held", format!("{step}: {why}")),
        Entry::Tripped { criterion, text } => ("tripped", format!("{criterion}: {text}")),
        Entry::Replied {
            step,
            reply: Reply::Unknown { why, .. },
        } => ("unknown", format!("{step}: the reply was lost: {why}")),
        Entry::Replied {
            step,
            reply: Reply::Refused { why, .. },
        } => ("refused", format!("{step}: {why}")),
        Entry::Rejoined => ("rejoined", REJOINED.into()),
        Entry::Ordered { order } => match order {
            Order::Retry { step } => ("retried", format!("{step} by {}", record.by)),
            Order::Skip { step, reason } => {
                ("skipped", format!("{step} by {}: {reason}", record.by))
            }
            Order::Overrule { reason } => ("overruled", format!("by {}: {reason}", record.by)),
            Order::Alone { reason } => ("alone", format!("by {}: {reason}", record.by)),
            Order::Undo => ("undone", format!("ordered by {}", record.by)),
            Order::Abandon { reason } => ("abandoned", format!("by {}: {reason}", record.by)),
            Order::Pause => ("paused", format!("by {}", record.by)),
            Order::Go
            | Order::Continue { .. }
            | Order::Note { .. }
            | Order::HandOver { .. }
            | Order::Withdraw => return None,
        },
        _ => return None,
    })
}
