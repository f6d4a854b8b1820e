//! What happened lately: asked only while the Timeline or the Explain screen is shown.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::Panel;
use super::rows::{Cells, Row, Subject};
use gwctl_fleet::{Event, EventKind, EventOutcome, Source};
use gwctl_observe::{Errors, Happened};
use gwctl_recording::Noted;

/// How far back it reaches.
pub const SINCE: SignedDuration = SignedDuration::from_hours(2);
/// How often it is asked while it is shown: CloudTrail is minutes late anyway (aws-facts §14.1).
const EVERY: SignedDuration = SignedDuration::from_secs(60);
/// And where it reaches further back: many pages, at two a second.
const EVERY_LONG: SignedDuration = SignedDuration::from_mins(10);
/// How often the journals are read while charts are shown.
const RUNS_EVERY: SignedDuration = SignedDuration::from_secs(20);
/// What is further back than this is far.
const FAR: SignedDuration = SignedDuration::from_hours(4);
/// An answer that takes longer than this will not come any more.
const LOST: SignedDuration = SignedDuration::from_mins(3);

/// What happened, as far as it was asked.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    /// The last answer; none before the first.
    pub happened: Option<Arc<Happened>>,
    /// Since when an answer is awaited, in the fleet's time.
    pub asking: Option<Timestamp>,
    /// Whether it is to be asked again at once.
    pub(super) again: bool,
    /// What runs did, by their journals.
    pub(super) runs: Arc<Vec<Event>>,
    /// When the journals were last asked for.
    pub(super) runs_asked: Option<Timestamp>,
    /// What operators wrote down where no run was under way.
    notes: Vec<Event>,
    /// Everything known, newest last.
    all: Vec<Event>,
}

/// What the functions log as errors, as far as it was asked.
#[derive(Debug, Clone, Default)]
pub struct Logged {
    /// The last answer; none before the first.
    pub errors: Option<Arc<Errors>>,
    /// Since when an answer is awaited, in the fleet's time.
    pub asking: Option<Timestamp>,
    /// Whether it is to be asked again at once.
    pub(super) again: bool,
}

impl Logged {
    /// Whether it is time to ask, at `now`.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        let last = self.errors.as_ref().map(|errors| errors.to);
        is_due(now, (self.asking, last), (self.again, EVERY))
    }
}

/// Whether what was `asked` since then, or answered then, is to be asked again.
fn is_due(
    now: Timestamp,
    (asking, last): (Option<Timestamp>, Option<Timestamp>),
    (again, every): (bool, SignedDuration),
) -> bool {
    match asking {
        Some(asked) => now.duration_since(asked) >= LOST,
        None => again || last.is_none_or(|last| now.duration_since(last) >= every),
    }
}

impl Timeline {
    /// Whether it is time to ask for so much time, at `now`.
    pub(super) fn is_due(&self, now: Timestamp, since: SignedDuration) -> bool {
        let last = self.happened.as_ref().map(|happened| happened.to);
        let known = |happened: &Arc<Happened>| happened.to.duration_since(happened.from);
        let further = self.happened.as_ref().is_some_and(|it| known(it) < since);
        let every = if since > FAR { EVERY_LONG } else { EVERY };
        is_due(now, (self.asking, last), (self.again || further, every))
    }

    /// Whether it is time to read the journals, at `now`: they cost nothing.
    pub(super) fn are_runs_due(&self, now: Timestamp) -> bool {
        let due = |asked| now.duration_since(asked) >= RUNS_EVERY;
        self.runs_asked.is_none_or(due)
    }

    /// An answer came; none where a recording has none for the moment it stands at.
    pub(super) fn take(&mut self, happened: Option<Arc<Happened>>) {
        self.happened = happened;
        (self.asking, self.again) = (None, false);
        self.merge();
    }

    /// What runs did came.
    pub(super) fn take_runs(&mut self, runs: Vec<Event>) {
        self.runs = Arc::new(runs);
        self.merge();
    }

    /// What was written down, from the beginning.
    pub(super) fn take_notes(&mut self, notes: impl IntoIterator<Item = Noted>) {
        self.notes = notes.into_iter().map(note).collect();
        self.merge();
    }

    /// Something more was written down.
    pub(super) fn add_note(&mut self, noted: Noted) {
        self.notes.push(note(noted));
        self.merge();
    }

    fn merge(&mut self) {
        let asked = self.happened.iter().flat_map(|it| &it.log.events);
        let mut all: Vec<Event> = asked
            .chain(self.runs.as_ref())
            .chain(&self.notes)
            .cloned()
            .collect();
        all.sort_by_key(|event| event.at);
        self.all = all;
    }

    /// The events of `panel`, newest last: those of the fleet, refused calls among them and named as such; or those of
    /// other resources.
    pub fn events(&self, panel: Panel) -> impl Iterator<Item = &Event> {
        let own = panel == Panel::Timeline;
        self.all.iter().filter(move |event| event.is_own() == own)
    }

    pub(super) fn rows(&self, panel: Panel) -> Vec<Row<'_>> {
        let row = |(index, event)| {
            let key = format!("{} {}", event_key(event), event.what);
            Row::new(key, Subject::Happened(index), move || cells(event))
        };
        match panel {
            Panel::Timeline | Panel::Others => self.events(panel).enumerate().map(row).collect(),
            _ => Vec::new(),
        }
    }
}

/// As an event of the fleet.
fn note(noted: Noted) -> Event {
    Event {
        at: noted.at,
        region: None,
        kind: EventKind::Note,
        who: noted.by.split('@').next().map(ToOwned::to_owned),
        what: noted.text,
        outcome: EventOutcome::Done,
        about: std::collections::BTreeSet::from(["the recording".to_owned()]),
        source: Source {
            api: "the recording",
            region: None,
        },
        fields: Vec::new(),
    }
}

fn event_key(event: &Event) -> String {
    let id = event.fields.iter().rfind(|(name, _)| *name == "event id");
    id.map_or_else(|| event.at.to_string(), |(_, id)| id.clone())
}

/// Everything that is known of it.
fn cells(event: &Event) -> Cells {
    let region = event.region.as_ref();
    let mut cells = vec![
        ("at", event.at.to_string()),
        (
            "region",
            region.map_or_else(|| "global".into(), ToString::to_string),
        ),
        ("kind", event.kind.word().into()),
        ("who", event.who.clone().unwrap_or_default()),
        ("what", event.said()),
        ("told by", event.source.to_string()),
    ];
    cells.extend(event.fields.iter().cloned());
    cells
}
