//! Rows of the run screen.

use super::{Row, Subject};
use crate::app::Panel;
use gwctl_actions::{Reply, RunState};

/// All rows of one of the run screen's panels.
pub fn rows(run: &RunState, panel: Panel) -> Vec<Row<'_>> {
    match panel {
        Panel::Steps => steps(run),
        Panel::Sent => sent(run),
        Panel::Log => log(run),
        _ => Vec::new(),
    }
}

fn steps<'a>(run: &'a RunState) -> Vec<Row<'a>> {
    let cells = |step: &'a gwctl_actions::Step| {
        let now = run.steps.get(&step.id);
        let part = |pick: fn(&gwctl_actions::StepState) -> Option<String>| {
            now.and_then(pick).unwrap_or_default()
        };
        let asked: Vec<String> = step.calls.iter().map(ToString::to_string).collect();
        let needs: Vec<String> = step.needs.iter().map(|need| need.on.to_string()).collect();
        let change = step.change.as_ref().map_or_else(String::new, |change| {
            format!("{}: {} → {}", change.what, change.before, change.after)
        });
        vec![
            ("step", step.id.clone()),
            ("title", step.title.clone()),
            ("status", status_word(run, &step.id).into()),
            ("sees", part(|now| now.saw.clone())),
            ("held", part(|now| now.held.clone())),
            ("after", step.after.join(", ")),
            ("change", change),
            ("calls", asked.join(", ")),
            ("needs", needs.join(", ")),
            ("started", part(|now| now.started.map(|at| at.to_string()))),
            ("ended", part(|now| now.ended.map(|at| at.to_string()))),
            ("expected", step.expected().words()),
            ("expected by", step.expected().source.to_owned()),
            ("time-out", format!("{} s", step.timeout_s)),
        ]
    };
    run.active()
        .map(|step| {
            let subject = Subject::Step(step.id.clone());
            Row::new(step.id.clone(), subject, move || cells(step))
        })
        .collect()
}

/// How a step stands, in a word.
pub fn status_word(run: &RunState, id: &str) -> &'static str {
    use gwctl_actions::StepStatus;
    match run.status(id) {
        StepStatus::Waiting => "waiting",
        StepStatus::Running => "running",
        StepStatus::Held if run.steps.get(id).is_some_and(|now| now.gate) => "asks",
        StepStatus::Held => "held",
        StepStatus::Done => "done",
        StepStatus::Skipped => "skipped",
        StepStatus::Left => "left",
    }
}

/// The newest first.
fn sent(run: &RunState) -> Vec<Row<'_>> {
    let mut all: Vec<(&String, usize, &gwctl_actions::CallMade)> = run
        .steps
        .iter()
        .flat_map(|(id, step)| {
            step.calls
                .iter()
                .enumerate()
                .map(move |(index, call)| (id, index, call))
        })
        .collect();
    all.sort_by_key(|(_, _, call)| std::cmp::Reverse(call.at));
    all.into_iter()
        .map(|(id, index, call)| {
            let (outcome, request, why) = outcome(call.reply.as_ref().map(|(_, reply)| reply));
            let cells = move || {
                vec![
                    ("at", call.at.to_string()),
                    ("step", id.clone()),
                    ("call", call.call.to_string()),
                    ("outcome", outcome.into()),
                    ("request", request.unwrap_or_default()),
                    ("what", call.what.clone()),
                    ("why", why.unwrap_or_default()),
                    ("by", call.by.clone()),
                ]
            };
            Row::new(
                format!("{id} {index}"),
                Subject::Sent(id.clone(), index),
                cells,
            )
        })
        .collect()
}

/// A reply in a word, with AWS's id of the request and what was said.
pub fn outcome(reply: Option<&Reply>) -> (&'static str, Option<String>, Option<String>) {
    match reply {
        None => ("no reply yet", None, None),
        Some(Reply::Accepted { request_id, .. }) => ("accepted", request_id.clone(), None),
        Some(Reply::Refused { why, request_id }) => {
            ("refused", request_id.clone(), Some(why.clone()))
        }
        Some(Reply::Unknown { why, request_id }) => {
            ("unknown", request_id.clone(), Some(why.clone()))
        }
    }
}

/// Trips and notes, the newest first.
fn log(run: &RunState) -> Vec<Row<'_>> {
    let trips = run.trips.iter().map(|trip| {
        let kind = if trip.overruled { "overruled" } else { "abort" };
        (
            trip.at,
            kind,
            String::new(),
            format!("{}: {}", trip.criterion, trip.text),
        )
    });
    let notes = run
        .notes
        .iter()
        .map(|note| (note.at, "note", note.by.clone(), note.text.clone()));
    let mut all: Vec<_> = trips.chain(notes).collect();
    all.sort_by_key(|(at, ..)| std::cmp::Reverse(*at));
    all.into_iter()
        .enumerate()
        .map(|(index, (at, kind, by, text))| {
            let cells = move || {
                vec![
                    ("at", at.to_string()),
                    ("kind", kind.into()),
                    ("by", by),
                    ("text", text),
                ]
            };
            Row::new(format!("{at} {index}"), Subject::Log(index), cells)
        })
        .collect()
}
