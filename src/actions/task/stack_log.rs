//! A stack's own log, as its step follows it.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use jiff::SignedDuration;

use super::work::Context;
use gwctl_aws::CloudFormation;
use gwctl_fleet::{StackDescription, StackEvent};

/// CloudFormation's clock and ours may differ a little.
const EARLIER: SignedDuration = SignedDuration::from_secs(2);

/// Takes what the stack wrote since the step began; a failure is no news, the next look asks again.
pub(super) async fn follow(context: &Context<'_>, formation: &CloudFormation, stack_id: &str) {
    if let Ok(events) = formation.events(stack_id, context.since - EARLIER).await {
        *context.log.lock().unwrap_or_else(PoisonError::into_inner) = events;
    }
}

fn seen(context: &Context<'_>) -> Vec<StackEvent> {
    let log = context.log.lock().unwrap_or_else(PoisonError::into_inner);
    log.clone()
}

/// `CREATE_IN_PROGRESS, 12 of 31 done; Cluster, Certificate under way`.
pub(super) fn progress(context: &Context<'_>, stack: &StackDescription, of: usize) -> String {
    let mut newest: BTreeMap<String, String> = BTreeMap::new();
    for event in seen(context) {
        if event.logical != stack.name {
            newest.insert(event.logical, event.status);
        }
    }
    let done = newest
        .values()
        .filter(|status| !status.ends_with("_IN_PROGRESS"))
        .count();
    let moving: Vec<&str> = newest
        .iter()
        .filter(|(_, status)| status.ends_with("_IN_PROGRESS"))
        .map(|(logical, _)| logical.as_str())
        .take(4)
        .collect();
    let moving = if moving.is_empty() {
        String::new()
    } else {
        format!("; {} under way", moving.join(", "))
    };
    format!("{}, {done} of {} done{moving}", stack.status, of.max(done))
}

/// The first failure that no other failure caused; the stack's own words where none is found.
pub(super) async fn cause(
    context: &Context<'_>,
    formation: &CloudFormation,
    stack: &StackDescription,
) -> String {
    let events = match seen(context) {
        events if events.iter().any(StackEvent::is_cause) => events,
        // Resumed after it failed: it stands further back.
        _ => formation
            .events(&stack.id, context.since - SignedDuration::from_hours(24))
            .await
            .unwrap_or_default(),
    };
    let first = events.iter().find(|event| event.is_cause());
    match first {
        Some(event) => format!(
            "{} ({}): {}",
            event.logical,
            event.kind,
            event.reason.as_deref().unwrap_or("no reason was given")
        ),
        None => stack
            .reason
            .clone()
            .unwrap_or_else(|| "CloudFormation gives no reason".into()),
    }
}
