//! The writer moves, or nobody is it.

use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use gwctl_fleet::{Event, EventKind, Verdict, format};

pub(super) fn look(evidence: &Evidence<'_>) -> Vec<Hypothesis> {
    of(evidence).into_iter().collect()
}

fn of(evidence: &Evidence<'_>) -> Option<Hypothesis> {
    let topology = evidence.picture.database.topology.current()?;
    let moving = topology.failover.as_ref();
    if moving.is_none() && topology.writer().is_some() {
        return None;
    }
    let ordered =
        |event: &&Event| event.kind == EventKind::Database && event.is_own() && !event.is_refused();
    let newest = evidence
        .events
        .iter()
        .filter(ordered)
        .max_by_key(|event| event.at);
    let mut supports: Vec<String> = evidence
        .picture
        .database
        .judgement
        .reasons
        .iter()
        .map(|reason| reason.text.clone())
        .collect();
    supports
        .extend(newest.map(|event| format!("{}: {}", format::minute(event.at), event.sentence())));
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
