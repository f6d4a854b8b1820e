//! What happened, in order: who, what, which call, which request, what came of it.

use jiff::Timestamp;
use serde::Serialize;

use crate::journal::{Entry, Record, Reply, RunState};
use crate::{Order, Phase};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// Seconds since confirmation.
    pub elapsed_s: i64,
    /// `operator@host`.
    pub by: String,
    /// For which step.
    pub step: Option<String>,
    /// What, in a clause.
    pub what: String,
    /// The API call.
    pub call: Option<String>,
    /// AWS's id of the request.
    pub request_id: Option<String>,
    /// What came of it.
    pub outcome: Option<String>,
}

/// Everything but what was merely seen while waiting. A call and its reply are one moment.
pub(super) fn of(records: &[Record], state: &RunState) -> Vec<Moment> {
    let mut moments: Vec<Moment> = Vec::new();
    for record in records {
        let Some((step, what)) = clause(&record.entry) else {
            if let Entry::Replied { step, reply } = &record.entry {
                settle(&mut moments, step, reply);
            }
            continue;
        };
        let call = match &record.entry {
            Entry::Sending { call, .. } => Some(call.to_string()),
            _ => None,
        };
        moments.push(Moment {
            at: record.at,
            elapsed_s: record.at.duration_since(state.begun).as_secs(),
            by: record.by.clone(),
            step,
            what,
            outcome: call.as_ref().map(|_| "no reply arrived".into()),
            call,
            request_id: None,
        });
    }
    moments
}

fn settle(moments: &mut [Moment], step: &str, reply: &Reply) {
    let open = moments
        .iter_mut()
        .rev()
        .find(|moment| moment.step.as_deref() == Some(step) && moment.call.is_some());
    let Some(open) = open else { return };
    let (outcome, request_id) = match reply {
        Reply::Accepted { request_id, .. } => ("taken".to_owned(), request_id),
        Reply::Refused { why, request_id } => (format!("refused: {why}"), request_id),
        Reply::Unknown { why, request_id } => (format!("unknown: {why}"), request_id),
    };
    open.outcome = Some(outcome);
    open.request_id.clone_from(request_id);
}

/// What a record tells in a clause, and for which step; none for what was merely seen or waited for.
pub(crate) fn clause(entry: &Entry) -> Option<(Option<String>, String)> {
    let of = |step: &String, what: String| Some((Some(step.clone()), what));
    match entry {
        Entry::Begun { confirmation, .. } => {
            let approved = confirmation.approved_words();
            let approved = approved.map_or_else(String::new, |words| format!(", {words}"));
            Some((None, format!("confirmed, and begun{approved}")))
        }
        Entry::Resumed => Some((None, "another process goes on".into())),
        Entry::Started { step } => of(step, "begins".into()),
        Entry::Sending { step, what, .. } => of(step, what.clone()),
        Entry::Replied { .. } | Entry::Saw { .. } | Entry::Stack { .. } | Entry::Figures { .. } => {
            None
        }
        Entry::Done { step, text } => of(step, format!("done: {text}")),
        Entry::Held {
            step,
            why,
            gate: true,
            ..
        } => of(step, format!("asks: {why}")),
        Entry::Held { step, why, .. } => of(step, format!("held: {why}")),
        Entry::Tripped { criterion, text } => {
            Some((None, format!("abort criterion {criterion}: {text}")))
        }
        Entry::Ordered { order } => Some(said(order)),
        Entry::Rejoined => Some((None, REJOINED.into())),
        Entry::Offered { what } => {
            Some((None, format!("offered to {}: {}", what.to, what.words())))
        }
        Entry::Withdrawn => Some((None, "the offer was withdrawn".into())),
        Entry::HandedOver { to } => Some((None, format!("handed over to {to}"))),
        Entry::Ended { phase } => Some((None, ended(*phase).into())),
    }
}

/// An order, and the step it is about.
fn said(order: &Order) -> (Option<String>, String) {
    match order {
        Order::Pause => (None, "ordered: pause".into()),
        Order::Go => (None, "ordered: go on".into()),
        Order::Retry { step } => (Some(step.clone()), "ordered: try again".into()),
        Order::Continue { step } => (Some(step.clone()), "ordered: go on".into()),
        Order::Skip { step, reason } => (Some(step.clone()), format!("ordered: skip: {reason}")),
        Order::Overrule { reason } => (
            None,
            format!("ordered: overrule the abort criterion: {reason}"),
        ),
        Order::Alone { reason } => (
            None,
            format!("ordered: go on without the shared table while it does not answer: {reason}"),
        ),
        Order::Undo => (None, "ordered: take back what was done".into()),
        Order::Abandon { reason } => (None, format!("ordered: abandon: {reason}")),
        Order::Note { text, .. } => (None, format!("note: {text}")),
        Order::HandOver { to } => (None, format!("ordered: offer it to {to}")),
        Order::Withdraw => (None, "ordered: withdraw the offer".into()),
    }
}

/// What is said of a run whose table answers again.
pub const REJOINED: &str = "the shared table answers again and has every line of this journal";

/// How a run ended, in a clause.
pub(crate) const fn ended(phase: Phase) -> &'static str {
    match phase {
        Phase::Done => "done: every step was observed done",
        Phase::Undone => "undone: what was done was taken back",
        Phase::Abandoned => "abandoned: what was done stays done",
        _ => "over",
    }
}
