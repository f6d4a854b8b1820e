//! What an offer of a run says: put together from its journal and the newest picture.

use super::{HandOver, Reply, RunState, StepState, StepStatus};
use gwctl_fleet::{Snapshot, Verdict};

/// How many of the next steps are named.
const NEXT: usize = 3;

impl HandOver {
    /// What `state` tells. `journal` is the hash of its last record.
    pub(crate) fn of(
        state: &RunState,
        to: &str,
        journal: &str,
        snapshot: Option<&Snapshot>,
    ) -> Self {
        let steps = || {
            let known = state.active();
            known.filter_map(|step| Some((step, state.steps.get(&step.id)?)))
        };
        let moving = |now: &StepState| matches!(now.status, StepStatus::Running | StepStatus::Held);
        let observed = steps().filter(|(_, now)| moving(now));
        let observed = observed.map(|(step, now)| match (&now.held, &now.saw) {
            (Some(why), _) if now.gate => format!("{} asks: {why}", step.title),
            (Some(why), _) => format!("{} is held: {why}", step.title),
            (None, Some(saw)) => format!("{}: {saw}", step.title),
            (None, None) => format!("{}: nothing was seen yet", step.title),
        });
        let waiting = steps().filter(|(_, now)| now.status == StepStatus::Waiting);
        let next = waiting.map(|(step, _)| format!("{} ({})", step.title, step.expected().words()));
        Self {
            to: to.trim().to_owned(),
            observed: observed.chain(snapshot.map(fleet)).collect(),
            open: open(state),
            next: next.take(NEXT).collect(),
            journal: journal.to_owned(),
        }
    }
}

/// How the fleet is, with the first reason.
fn fleet(snapshot: &Snapshot) -> String {
    let judged = &snapshot.judgement;
    let reason = judged.reasons.first();
    match (judged.verdict, reason) {
        (Verdict::Healthy, _) | (_, None) => format!("the fleet is {}", judged.verdict.word()),
        (verdict, Some(reason)) => format!("the fleet is {}: {}", verdict.word(), reason.text),
    }
}

fn open(state: &RunState) -> Vec<String> {
    let mut open = Vec::new();
    if !state.waived.is_empty() {
        open.push(format!("waived: {}", state.waived.join(", ")));
    }
    for trip in &state.trips {
        let how = if trip.overruled { "overruled" } else { "met" };
        open.push(format!(
            "abort criterion {} {how}: {}",
            trip.criterion, trip.text
        ));
    }
    for (id, step) in &state.steps {
        for call in &step.calls {
            let why = match &call.reply {
                None => "no reply yet",
                Some((_, Reply::Unknown { .. })) if !step.over() => "the reply was lost",
                _ => continue,
            };
            open.push(format!("{id}: {}, {why}", call.call));
        }
    }
    if state.paused {
        open.push("the run is paused".into());
    }
    open
}
