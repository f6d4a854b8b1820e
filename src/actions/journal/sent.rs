//! What the lines of a journal tell of changes that were sent.

use std::collections::BTreeMap;

use super::{Entry, Record, Reply};
use crate::engine::Order;
use crate::journal::SHARED_TABLE;

/// The changes that the lines behind the first `from` tell of, in words. What a process was about to send when it ended was
/// not sent, unless the run went on without the table: otherwise the table has it first.
pub(crate) fn sent(lines: &[String], from: usize) -> Vec<String> {
    let mut alone = false;
    // Steps go side by side.
    let mut open: BTreeMap<String, (String, bool)> = BTreeMap::new();
    let mut all = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Ok(record) = serde_json::from_str::<Record>(line) else {
            continue;
        };
        match record.entry {
            Entry::Begun { confirmation, .. } => {
                alone = confirmation.waived.iter().any(|one| one == SHARED_TABLE);
            }
            Entry::Ordered {
                order: Order::Alone { .. },
            } => alone = true,
            Entry::Rejoined => alone = false,
            Entry::Sending { step, call, .. } if at >= from => {
                let told = format!("{call} for step {step} at {}", record.at);
                open.insert(step, (told, alone));
            }
            Entry::Replied { step, reply } => {
                let made = open.remove(&step);
                if !matches!(reply, Reply::Refused { .. }) {
                    all.extend(made.map(|(told, _)| told));
                }
            }
            _ => {}
        }
    }
    let left = open.into_values().filter(|(_, alone)| *alone);
    all.extend(left.map(|(told, _)| told));
    all
}
