//! A change of records in words: which of them become what.

use super::record_change::same_record;
use crate::task::{ChangeRecords, NameChange};
use crate::{Step, Task};
use gwctl_fleet::{RecordSet, Routing};

/// What every step that changes records does to each of them.
pub(super) fn notes(steps: &[Step]) -> Vec<String> {
    let batches = steps.iter().filter_map(|step| match &step.task {
        Task::ChangeRecords(batch) => Some((step, batch)),
        _ => None,
    });
    batches
        .map(|(step, batch)| format!("Records in step {}: {}.", step.id, told(batch)))
        .collect()
}

fn told(batch: &ChangeRecords) -> String {
    let each: Vec<String> = batch.names.iter().flat_map(of_name).collect();
    if each.is_empty() {
        return "none changes".into();
    }
    each.join("; ")
}

fn of_name(name: &NameChange) -> Vec<String> {
    let changed = name.after.iter().filter_map(|after| {
        let before = name.before.iter().find(|one| same_record(one, after));
        let change = match before {
            None => format!("new, {} {}", after.routing, leads(after)),
            Some(before) if before == after => return None,
            Some(before) if leads(before) != leads(after) => {
                format!("{} → {}", leads(before), leads(after))
            }
            Some(before) => format!("{} → {}", routed(before), routed(after)),
        };
        let identifier = after.set_identifier.as_deref().unwrap_or("");
        Some(format!(
            "{} {} {identifier} {change}",
            after.name, after.kind
        ))
    });
    changed.collect()
}

fn leads(set: &RecordSet) -> String {
    match &set.alias {
        Some(alias) => format!("alias of {}", alias.name),
        None => format!("to {}", set.values.join(", ")),
    }
}

fn routed(set: &RecordSet) -> String {
    match &set.routing {
        Routing::Latency(_) | Routing::Simple => leads(set),
        other => other.to_string(),
    }
}
