//! What happened lately: asked only while the Timeline or the Explain screen is shown.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::Panel;
use super::rows::{Cells, Row, Subject};
use gwctl_fleet::Event;
use gwctl_observe::{Errors, Happened};

/// How far back it reaches.
pub const SINCE: SignedDuration = SignedDuration::from_hours(2);
/// How often it is asked while it is shown: CloudTrail is minutes late anyway (aws-facts §14.1).
const EVERY: SignedDuration = SignedDuration::from_secs(60);
/// And where it reaches further back: many pages, at two a second.
const EVERY_LONG: SignedDuration = SignedDuration::from_mins(10);
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

    /// The events of `panel`, newest last: those of the fleet, refused calls among them and named as such; or those of
    /// other resources.
    pub fn events(&self, panel: Panel) -> impl Iterator<Item = &Event> {
        let all = self
            .happened
            .iter()
            .flat_map(|happened| &happened.log.events);
        let own = panel == Panel::Timeline;
        all.filter(move |event| event.is_own() == own)
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
