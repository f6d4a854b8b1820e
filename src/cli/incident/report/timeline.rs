//! What happened, in order.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use crate::actions::report::Report;
use crate::fleet::{Event, Judgement, Snapshot, Verdict};
use crate::recording::{Noted, Recording, RecordingError, Reel};

/// Most changes of a verdict that are told: one that flaps would hide everything else.
const TURNS: usize = 200;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moment {
    pub at: Timestamp,
    /// `verdict`, `change`, `run` or `note`.
    pub kind: &'static str,
    /// Where; none for what is global.
    pub region: Option<String>,
    /// Who did it; none where nobody did, or nobody knows.
    pub who: Option<String>,
    pub what: String,
}

/// Every change of a verdict, of the fleet and of its parts.
pub fn turns(recording: &Arc<Recording>, reel: &mut Reel) -> Result<Vec<Moment>, RecordingError> {
    let mut moments = Vec::new();
    let mut known: Vec<(String, Verdict)> = Vec::new();
    let mut index = Some(0);
    while let Some(here) = index.filter(|_| moments.len() < TURNS) {
        reel.seek(here)?;
        let at = recording.at(here).unwrap_or(recording.from());
        let picture = reel.moment(at)?.picture;
        let parts = parts(&picture);
        for (name, judgement) in &parts {
            let before = known.iter().find(|(part, _)| part == name);
            let before = before.map(|(_, verdict)| *verdict);
            let first = before.is_none() && judgement.verdict == Verdict::Healthy;
            if before != Some(judgement.verdict) && !first {
                moments.push(turn(at, name, judgement, before));
            }
        }
        let now = parts.into_iter().map(|(name, one)| (name, one.verdict));
        known = now.collect();
        index = recording.next_verdict(here, true);
    }
    Ok(moments)
}

fn parts(picture: &Snapshot) -> Vec<(String, &Judgement)> {
    let whole = [
        (picture.name.clone(), &picture.judgement),
        ("the edge".into(), &picture.edge.judgement),
        ("the database".into(), &picture.database.judgement),
    ];
    let sites = picture.sites.iter();
    let sites = sites.map(|site| (site.region.to_string(), &site.judgement));
    whole.into_iter().chain(sites).collect()
}

fn turn(at: Timestamp, name: &str, judgement: &Judgement, before: Option<Verdict>) -> Moment {
    let why = judgement.reasons.first();
    let why = why.map_or_else(String::new, |reason| format!(": {}", reason.text));
    let is = if before.is_some() { "becomes" } else { "is" };
    Moment {
        at,
        kind: "verdict",
        region: None,
        who: None,
        what: format!("{name} {is} {}{why}", judgement.verdict),
    }
}

/// What the sources told, or else what the pictures saw.
pub fn happened(events: &[Event], last: &Snapshot, from: Timestamp) -> Vec<Moment> {
    let place = |region: Option<&crate::fleet::Region>| region.map(ToString::to_string);
    if events.is_empty() {
        let changes = last.changes.iter().filter(|change| change.at >= from);
        return changes
            .map(|change| Moment {
                at: change.at,
                kind: "change",
                region: place(change.region.as_ref()),
                who: None,
                what: change.what.clone(),
            })
            .collect();
    }
    let own = events
        .iter()
        .filter(|event| event.is_own() && event.at >= from);
    own.map(|event| Moment {
        at: event.at,
        kind: "change",
        region: place(event.region.as_ref()),
        who: event.who.clone(),
        what: event.said(),
    })
    .collect()
}

/// A run's begin and end, what was sent, and what the operator said.
pub fn run(run: &Report) -> Vec<Moment> {
    let told = run.timeline.iter().map(|moment| {
        let step = moment.step.as_ref().map(|step| format!("{step}: "));
        let outcome = moment
            .outcome
            .as_ref()
            .map(|outcome| format!(" ({outcome})"));
        Moment {
            at: moment.at,
            kind: "run",
            region: None,
            who: Some(moment.by.clone()),
            what: format!(
                "{}{}{}",
                step.unwrap_or_else(|| format!("{}: ", run.title)),
                moment.what,
                outcome.unwrap_or_default()
            ),
        }
    });
    told.collect()
}

pub fn note(note: &Noted) -> Moment {
    Moment {
        at: note.at,
        kind: "note",
        region: None,
        who: Some(note.by.clone()),
        what: note.text.clone(),
    }
}
