//! The rows of every list: what the cursor moves over, the filter tests, and `y` copies.

mod edge;
mod region;
mod rest;
mod run;

pub use run::{outcome, rows as of_run, status_word};

use jiff::Timestamp;

use super::{Chart, Panel, Screen};
use gwctl_fleet::{CallKey, Observed, Point, Region, Snapshot, clean_line, format};

/// What a row is about: where to find it in the shown snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A site.
    Site(Region),
    /// `site(region).alarms[index]`.
    Alarm(Region, usize),
    /// `changes[index]`.
    Change(usize),
    /// A chart.
    Chart(Region, Chart),
    /// `site(region).functions[index]`.
    Function(Region, usize),
    /// The global database's member in a Region.
    Member(Region),
    /// `database.clusters[region].events[index]`.
    Event(Region, usize),
    /// `edge.records[index]`, and the Region it stands for.
    Record(Region, usize),
    /// `edge.checks[id]`.
    Check(String),
    /// `edge.answers[index]`, and the Region it leads to.
    Answer(Option<Region>, usize),
    /// Counters of the ledger.
    Operation(CallKey),
    /// `ledger.recent()` from its end: 0 is the newest.
    Call(Region, usize),
    /// A step of the run.
    Step(String),
    /// `calls[index]` of a step of the run.
    Sent(String, usize),
    /// A note, or an abort criterion that was met.
    Log(usize),
}

impl Subject {
    /// The Region it belongs to.
    pub fn region(&self) -> Option<&Region> {
        match self {
            Self::Site(region)
            | Self::Alarm(region, _)
            | Self::Chart(region, _)
            | Self::Function(region, _)
            | Self::Member(region)
            | Self::Event(region, _)
            | Self::Record(region, _)
            | Self::Call(region, _) => Some(region),
            Self::Answer(region, _) => region.as_ref(),
            Self::Operation(key) => Some(&key.region),
            Self::Change(_) | Self::Check(_) | Self::Step(_) | Self::Sent(..) | Self::Log(_) => {
                None
            }
        }
    }
}

/// A row of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Stays the same while the thing stays the same, wherever the row moves.
    pub key: String,
    /// What it is about.
    pub subject: Subject,
    /// Column names (lower case, for `column:value`) and texts, free of control characters.
    pub cells: Vec<(&'static str, String)>,
}

impl Row {
    fn new(key: impl Into<String>, subject: Subject, cells: Vec<(&'static str, String)>) -> Self {
        let cells = cells
            .into_iter()
            .map(|(name, text)| (name, clean_line(&text)))
            .collect();
        Self {
            key: key.into(),
            subject,
            cells,
        }
    }

    /// The row as text to paste into a chat.
    pub fn to_text(&self) -> String {
        let cells = self.cells.iter().filter(|(_, text)| !text.is_empty());
        cells
            .map(|(name, text)| format!("{name}: {text}"))
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// All rows of `panel` of `screen`, unfiltered, in the order they are shown. None where the panel
/// does not belong to the screen.
pub fn rows(picture: &Snapshot, screen: &Screen, panel: Panel, now: Timestamp) -> Vec<Row> {
    match (screen, panel) {
        (Screen::Fleet, Panel::Regions) => region::sites(picture, now),
        (Screen::Fleet, Panel::Alarms) => picture.sites.iter().flat_map(region::alarms).collect(),
        (Screen::Fleet, Panel::Changes) => rest::changes(picture),
        (Screen::Region(region), _) => match (picture.site(region), panel) {
            (Some(site), Panel::Charts) => region::charts(site),
            (Some(site), Panel::Functions) => region::functions(site, now),
            (Some(site), Panel::Alarms) => region::alarms(site),
            _ => Vec::new(),
        },
        (Screen::Database, Panel::Members) => rest::members(picture, now),
        (Screen::Database, Panel::Events) => rest::events(picture),
        (Screen::Edge, Panel::Records) => edge::records(picture, now),
        (Screen::Edge, Panel::Checks) => edge::checks(picture, now),
        (Screen::Edge, Panel::Answers) => edge::answers(picture),
        (Screen::Calls, Panel::Operations) => rest::operations(picture),
        (Screen::Calls, Panel::Recent) => rest::recent(picture),
        _ => Vec::new(),
    }
}

/// A value in words: as it is, or marked stale, or why it is missing.
fn said<T>(observed: &Observed<T>, say: impl Fn(&T) -> String) -> String {
    match (observed.last(), observed.why_missing()) {
        (Some(value), None) => say(value),
        (Some(value), Some(why)) => format!("{} (stale, {why})", say(value)),
        (None, Some(why)) => why.to_string(),
        (None, None) => String::new(),
    }
}

fn millis(point: Option<Point>) -> String {
    point.map_or_else(|| "?".into(), |point| format::millis(point.value))
}

/// The lag of the secondary in `region`, or for how long it has heard nothing of the writer, which has none.
fn lag(picture: &Snapshot, region: &Region, now: Timestamp) -> String {
    if picture.is_writer(region) == Some(true) {
        return String::new();
    }
    let database = &picture.database;
    let silence = database.lag_now(region).and_then(|lag| lag.silence);
    if let Some(silence) = silence {
        let unheard = now.duration_since(silence.since);
        return format!("silent {}", format::rough(unheard));
    }
    let lag = database.lag(region);
    millis(lag.and_then(|lag| lag.current()?.settled(picture.at)))
}

fn percent(value: Option<f64>) -> String {
    value.map_or_else(|| "?".into(), format::percent)
}

fn age(at: Option<Timestamp>, now: Timestamp) -> String {
    at.map_or_else(String::new, |at| {
        format!("{} ago", format::rough(now.duration_since(at)))
    })
}

#[cfg(test)]
mod tests;
