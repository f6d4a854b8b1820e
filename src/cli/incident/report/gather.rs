//! What is told of an incident, gathered from a recording. A live look is a recording of one picture.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::timeline::{self, Moment};
use crate::actions::report::{Charts, Harm, Report, charts, harm_between, report};
use crate::actions::{Minutes, Record, RunState};
use crate::cli::status;
use crate::explain::{Evidence, Explanation, Unexplained, explain, turned, unexplained};
use crate::fleet::{Event, Region, Snapshot, Verdict};
use crate::observe::{Errors, Happened};
use crate::recording::{Noted, Recording, RecordingError, Reel};

/// How much of the time before it is told: what was usual, and what changed.
const BEFORE: SignedDuration = SignedDuration::from_mins(30);
/// How often the series of a long recording are read: a picture has those of some hours.
const READ: SignedDuration = SignedDuration::from_mins(30);

/// Everything that is told.
#[derive(Debug)]
pub struct Incident {
    pub fleet: String,
    /// The file it was read from; none for a live look.
    pub file: Option<String>,
    /// What it covers.
    pub from: Timestamp,
    pub to: Timestamp,
    pub redacted: bool,
    /// The scenario, where the fleet was a simulated one.
    pub scenario: Option<String>,
    /// The fleet's verdict at the end.
    pub verdict: Verdict,
    /// Its worst one.
    pub worst: Verdict,
    /// Since when the fleet was not healthy; none where that is not known, or it always was.
    pub since: Option<Timestamp>,
    /// Whether what is wrong may have begun before `since`.
    pub began_before: bool,
    /// When it was healthy again; none while it is not.
    pub until: Option<Timestamp>,
    pub harm: Harm,
    pub charts: BTreeMap<Region, Charts>,
    /// What most likely happened, by the evidence of when it was worst.
    pub explanation: Explanation,
    /// What was new by then and no hypothesis tells.
    pub unexplained: Vec<Unexplained>,
    pub timeline: Vec<Moment>,
    pub runs: Vec<Report>,
    pub notes: Vec<Noted>,
    /// What is not known, a sentence each.
    pub missing: Vec<String>,
    /// How late the sources are, a sentence each.
    pub lateness: Vec<String>,
}

/// When the fleet was not healthy.
struct Trouble {
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    /// The recording begins with it.
    from_the_start: bool,
    worst: Verdict,
    /// The last picture in which it was so.
    index: usize,
}

impl Incident {
    /// Of `recording`, which was read from `file`; `from` is how far back a live look goes.
    pub fn of(
        recording: Recording,
        file: Option<String>,
        from: Option<Timestamp>,
    ) -> Result<Self, RecordingError> {
        let recording = Arc::new(recording);
        let mut reel = Reel::new(Arc::clone(&recording))?;
        let (begun, to) = (from.unwrap_or(recording.from()), recording.to());
        let trouble = Trouble::of(&recording);
        let happened = recording.happened(None)?;
        let events: &[Event] = happened.as_ref().map_or(&[], |known| &known.log.events);
        let minutes = minutes(&recording, &mut reel, begun)?;
        let mut timeline = timeline::turns(&recording, &mut reel)?;
        reel.seek(trouble.index)?;
        let worst = reel.moment(to)?.picture;
        let logged = recording.errors(worst.at)?;
        let trail = happened.as_ref().map(Happened::trail);
        let evidence = Evidence::new(&worst, trail, logged.as_ref().map(Errors::logged));
        let explanation = explain(&evidence);
        let unexplained = unexplained(&evidence, &explanation, &turned(&worst));
        let onset = explanation.hypotheses.iter().find_map(|one| one.since);
        // What the figures tell is nearer to the truth than when gwctl first saw it.
        let onset = onset
            .map(|onset| onset.at)
            .filter(|_| trouble.since.is_some());
        let since = onset.into_iter().chain(trouble.since).min();
        let runs = runs(&recording);
        reel.seek(recording.count() - 1)?;
        let last = reel.moment(to)?.picture;
        timeline.extend(timeline::happened(events, &last, begun - BEFORE));
        timeline.extend(runs.iter().flat_map(timeline::run));
        timeline.extend(recording.notes.iter().map(timeline::note));
        timeline.sort_by_key(|moment| moment.at);
        let end = trouble.until.unwrap_or(to);
        Ok(Self {
            fleet: recording.head.fleet.clone(),
            file,
            from: begun,
            to,
            redacted: recording.head.redacted,
            scenario: recording.head.scenario.clone(),
            verdict: last.judgement.verdict,
            worst: trouble.worst,
            began_before: trouble.from_the_start && onset.is_none(),
            until: trouble.until,
            harm: harm_between(&minutes, since.unwrap_or(begun), end),
            charts: charts(&minutes),
            explanation,
            unexplained,
            timeline,
            notes: notes(&recording, &runs),
            missing: missing(&recording, (happened.as_ref(), logged.as_ref()), &worst),
            lateness: happened.map_or_else(Vec::new, |known| known.lateness()),
            since,
            runs,
        })
    }
}

impl Trouble {
    /// From the first verdict that is not healthy to the last.
    fn of(recording: &Recording) -> Self {
        let verdicts = recording.fleet_verdicts();
        let bad = |verdict: &Verdict| matches!(verdict, Verdict::Degraded | Verdict::Down);
        let first = verdicts.iter().position(|(_, verdict)| bad(verdict));
        let last = verdicts.iter().rposition(|(_, verdict)| bad(verdict));
        let after = last
            .and_then(|last| verdicts.get(last + 1))
            .map(|(at, _)| *at);
        let all = verdicts.iter().map(|(_, verdict)| *verdict);
        let worst = all.filter(bad).max().unwrap_or(Verdict::Healthy);
        // The last picture of the worst stretch: all evidence is in.
        let stretch = verdicts.iter().rposition(|(_, verdict)| *verdict == worst);
        let over = stretch
            .and_then(|at| verdicts.get(at + 1))
            .map(|(at, _)| *at);
        let index = over.map_or(recording.count() - 1, |at| {
            recording.index(at).saturating_sub(1)
        });
        Self {
            since: first.map(|first| verdicts[first].0),
            until: after,
            from_the_start: first == Some(0),
            worst,
            index,
        }
    }
}

/// What AWS counted, by the pictures of every half hour.
fn minutes(
    recording: &Recording,
    reel: &mut Reel,
    from: Timestamp,
) -> Result<Minutes, RecordingError> {
    let mut minutes = Minutes::default();
    let mut at = recording.from();
    loop {
        let last = at >= recording.to();
        reel.seek(recording.index(at.min(recording.to())))?;
        let picture = reel.moment(at)?.picture;
        minutes.take(&Minutes::of(&picture, from - BEFORE));
        if last {
            return Ok(minutes);
        }
        at = at.saturating_add(READ).unwrap_or(recording.to());
    }
}

/// Each run that was seen, as its journal tells it.
fn runs(recording: &Recording) -> Vec<Report> {
    let told = recording.runs().into_iter().filter_map(|(_, records)| {
        let state = RunState::told(records.iter().copied()).ok()?;
        let records: Vec<Record> = records.into_iter().cloned().collect();
        Some(report(&records, &state, false))
    });
    told.collect()
}

/// The operators' notes, in the recording and in the journals.
fn notes(recording: &Recording, runs: &[Report]) -> Vec<Noted> {
    let mut notes = recording.notes.clone();
    let of_runs = runs.iter().flat_map(|run| &run.notes);
    notes.extend(of_runs.map(|note| Noted {
        at: note.at,
        by: note.by.clone(),
        text: note.text.clone(),
    }));
    notes.sort_by_key(|note| note.at);
    notes
}

fn missing(
    recording: &Recording,
    (happened, logged): (Option<&Happened>, Option<&Errors>),
    worst: &Arc<Snapshot>,
) -> Vec<String> {
    let mut said = Vec::new();
    if recording.cut {
        said.push(
            "the recording ends in the middle of a line: gwctl or its machine stopped".into(),
        );
    }
    if recording.missed > 0 {
        said.push(format!(
            "{} pictures were not kept: the disk was too slow",
            recording.missed
        ));
    }
    match happened {
        Some(happened) => said.extend(happened.gaps()),
        None => said.push("nobody was asked who changed what".into()),
    }
    match logged {
        Some(logged) => said.extend(logged.unread.iter().cloned()),
        None if recording.head.redacted => {}
        None => said.push("the logs of the functions were not read".into()),
    }
    let silent = status::silent_parts(worst).into_iter();
    said.extend(silent.map(|(part, count)| {
        let questions = if count == 1 { "question" } else { "questions" };
        format!("{count} {questions} about {part} got no answer when it was worst")
    }));
    said
}
