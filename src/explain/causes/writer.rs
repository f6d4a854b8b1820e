//! The writer moves, or nobody is it.

use super::changed;
use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use gwctl_fleet::{Event, EventKind, Verdict};
use jiff::SignedDuration;

/// What is older is not why it moves now: a switchover takes minutes (aws-facts §2.7).
const LATELY: SignedDuration = SignedDuration::from_mins(30);
/// Calls that move the writer, or take it away (aws-facts §14.3).
const CALLS: [&str; 5] = [
    "rds:SwitchoverGlobalCluster",
    "rds:FailoverGlobalCluster",
    "rds:RemoveFromGlobalCluster",
    "rds:FailoverDBCluster",
    "rds:DeleteDBCluster",
];

pub(super) fn look(evidence: &Evidence<'_>) -> Vec<Hypothesis> {
    of(evidence).into_iter().collect()
}

fn of(evidence: &Evidence<'_>) -> Option<Hypothesis> {
    let topology = evidence.picture.database.topology.current()?;
    let moving = topology.failover.as_ref();
    if moving.is_none() && topology.writer().is_some() {
        return None;
    }
    let mut supports: Vec<String> = evidence
        .picture
        .database
        .judgement
        .reasons
        .iter()
        .map(|reason| reason.text.clone())
        .collect();
    supports.extend(order(evidence).map(changed::told));
    if supports.is_empty() {
        supports.push(format!(
            "RDS says that the global cluster is {}",
            topology.status
        ));
    }
    Some(Hypothesis {
        cause: "writer-moves",
        region: None,
        sentence: match moving {
            Some(moving) => format!("The database's writer is being moved: {}", moving.status),
            None => "No member of the global database is the writer: writes fail everywhere".into(),
        },
        verdict: if topology.writer().is_some() {
            Verdict::Degraded
        } else {
            Verdict::Down
        },
        hurts: topology.writer().is_none(),
        since: None,
        sure: Sureness::High,
        why: "RDS says so".into(),
        supports,
        contradicts: Vec::new(),
        apart: None,
        about: Vec::new(),
        hit_percent: None,
        actions: Vec::new(),
    })
}

/// The newest call that moves the writer or takes it away, or what RDS itself tells of a failover. RDS tells of backups
/// and maintenance too (aws-facts §2.5).
fn order<'a>(evidence: &Evidence<'a>) -> Option<&'a Event> {
    let lately = evidence.picture.at - LATELY;
    let moves = |event: &Event| {
        let told = event.fields.iter().find(|(name, _)| *name == "categories");
        CALLS.iter().any(|call| changed::is_call(event, call))
            || told.is_some_and(|(_, categories)| categories.contains("failover"))
    };
    let fits = |event: &&Event| {
        event.kind == EventKind::Database
            && event.is_own()
            && !event.is_refused()
            && event.at >= lately
            && moves(event)
    };
    let all = evidence.events.iter().filter(fits);
    all.max_by_key(|event| event.at)
}
