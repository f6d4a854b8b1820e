//! Where a run did not go as planned.

use jiff::Timestamp;
use serde::Serialize;

use crate::actions::journal::{Entry, Record, Reply, RunState};
use crate::actions::{Finding, Order};

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deviation {
    /// When.
    pub at: Timestamp,
    /// `held`, `retried`, `skipped`, `waived`, `tripped`, `overruled`, `resumed`, `unknown`, `refused`,
    /// `undone`, `abandoned` or `paused`.
    pub kind: &'static str,
    /// In a sentence.
    pub what: String,
}

/// All of them, in order.
pub(super) fn of(records: &[Record], state: &RunState) -> Vec<Deviation> {
    let waived =
        state.plan.checks.iter().filter(|check| {
            check.finding == Finding::Waivable && state.waived.contains(&check.name)
        });
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
    waived.chain(others).collect()
}

fn one(record: &Record) -> Option<(&'static str, String)> {
    Some(match &record.entry {
        Entry::Resumed => (
            "resumed",
            format!("{} went on with it in another process", record.by),
        ),
        Entry::Held {
            step,
            why,
            gate: false,
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
        Entry::Ordered { order } => match order {
            Order::Retry { step } => ("retried", format!("{step} by {}", record.by)),
            Order::Skip { step, reason } => {
                ("skipped", format!("{step} by {}: {reason}", record.by))
            }
            Order::Overrule { reason } => ("overruled", format!("by {}: {reason}", record.by)),
            Order::Undo => ("undone", format!("ordered by {}", record.by)),
            Order::Abandon { reason } => ("abandoned", format!("by {}: {reason}", record.by)),
            Order::Pause => ("paused", format!("by {}", record.by)),
            Order::Go | Order::Continue { .. } | Order::Note { .. } => return None,
        },
        _ => return None,
    })
}
