//! The rows of every list: what the cursor moves over, the filter tests, and `y` copies.

mod edge;
mod region;
mod rest;
mod run;

pub use run::{outcome, rows as of_run, status_word};

use std::cell::LazyCell;

use super::{Chart, Panel};
use gwctl_fleet::columns::{Moment, Sort};
use gwctl_fleet::{CallKey, Marks, Metric, Metrics, Observed, Reading, Region, clean_line};

/// What a row is about: where to find it in the shown snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A fleet, by its name.
    Fleet(String),
    Site(Region),
    /// `site(region).alarms[index]`.
    Alarm(Region, usize),
    /// `changes[index]`.
    Change(usize),
    Chart(Region, Chart),
    /// `site(region).functions[index]`.
    Function(Region, usize),
    /// Whether the action of the screen could be done with a Region now.
    Could(Region),
    /// The global database's member in a Region.
    Member(Region),
    /// `database.clusters[region].events[index]`.
    Event(Region, usize),
    /// `edge.records[index]`, and the Region it stands for.
    Record(Option<Region>, usize),
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
    /// An event of its panel of the Timeline screen.
    Happened(usize),
    /// `logs.book.patterns[index]`.
    Pattern(usize),
    /// `logs.counts()[index]`.
    Counted(usize),
    /// `newest[index]` of the pattern at hand.
    LogLine(Region, usize),
    /// `logs.book.groups[index]`.
    LogGroup(Region, usize),
    /// A hypothesis, and the Region it is about.
    Hypothesis(Option<Region>, usize),
    /// What is wrong and no hypothesis tells.
    Rest(usize),
    /// A line of evidence, or of what got no answer.
    Said(usize),
    /// Something to do about the hypothesis under the cursor.
    ToDo(usize),
}

impl Subject {
    /// The Region it belongs to.
    pub fn region(&self) -> Option<&Region> {
        match self {
            Self::Site(region)
            | Self::Could(region)
            | Self::Alarm(region, _)
            | Self::Chart(region, _)
            | Self::Function(region, _)
            | Self::Member(region)
            | Self::Event(region, _)
            | Self::Call(region, _)
            | Self::LogLine(region, _)
            | Self::LogGroup(region, _) => Some(region),
            Self::Record(region, _) | Self::Answer(region, _) | Self::Hypothesis(region, _) => {
                region.as_ref()
            }
            Self::Operation(key) => Some(&key.region),
            Self::Fleet(_)
            | Self::Change(_)
            | Self::Check(_)
            | Self::Step(_)
            | Self::Sent(..)
            | Self::Log(_)
            | Self::Happened(_)
            | Self::Pattern(_)
            | Self::Counted(_)
            | Self::Rest(_)
            | Self::Said(_)
            | Self::ToDo(_) => None,
        }
    }
}

/// Column names (lower case, for `column:value`) and texts, free of control characters.
pub type Cells = Vec<(&'static str, String)>;

/// A row of a list. Its cells are written only for whoever reads them: a filter, a copy, a detail. To write those of
/// every Region for a frame that shows none of them would cost more than the frame.
pub struct Row<'a> {
    /// Stays the same while the thing stays the same, wherever the row moves.
    pub key: String,
    /// What it is about.
    pub subject: Subject,
    cells: LazyCell<Cells, Box<dyn FnOnce() -> Cells + 'a>>,
}

impl<'a> Row<'a> {
    pub(super) fn new(
        key: impl Into<String>,
        subject: Subject,
        write: impl FnOnce() -> Cells + 'a,
    ) -> Self {
        let clean = |(name, text): (_, String)| (name, clean_line(&text));
        Self {
            key: key.into(),
            subject,
            cells: LazyCell::new(Box::new(move || write().into_iter().map(clean).collect())),
        }
    }

    pub fn cells(&self) -> &Cells {
        &self.cells
    }

    /// The row as text to paste into a chat.
    pub fn to_text(&self) -> String {
        let cells = self.cells().iter().filter(|(_, text)| !text.is_empty());
        cells
            .map(|(name, text)| format!("{name}: {text}"))
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// What rows are made from.
#[derive(Debug, Clone, Copy)]
pub struct Basis<'a> {
    /// The picture, and the time that ages are counted to.
    pub moment: Moment<'a>,
    /// The marks of what is missing: those of the screen.
    pub marks: Marks,
    /// What the Regions are sorted by; none for the fleet's own order.
    pub sort: Option<Sort>,
}

impl Basis<'_> {
    /// A value in words, or the mark and the reason of why it is missing.
    fn said<T>(&self, observed: &Observed<T>, say: impl Fn(&T) -> String) -> String {
        let reading = Reading::of(self.moment.lasting(observed), say);
        reading.because(observed.why_missing()).said(&self.marks)
    }

    /// The newest figure of a series, likewise.
    fn figure(&self, metrics: &Metrics, metric: Metric) -> String {
        self.moment.reading(metrics, metric).said(&self.marks)
    }

    /// The share of one series in another, likewise.
    fn share(&self, metrics: &Metrics, part: Metric, whole: Metric) -> String {
        self.moment.share_of(metrics, part, whole).said(&self.marks)
    }

    /// The share of a function's requests that Lambda throttles, likewise.
    fn throttled(&self, metrics: &Metrics) -> String {
        self.moment.throttled(metrics).said(&self.marks)
    }
}

pub(super) fn of_fleet<'a>(basis: Basis<'a>, _: Option<&Region>, panel: Panel) -> Vec<Row<'a>> {
    let picture = basis.moment.snapshot;
    match panel {
        Panel::Regions => region::sites(basis),
        Panel::Alarms => picture.sites.iter().flat_map(region::alarms).collect(),
        Panel::Changes => rest::changes(picture),
        _ => Vec::new(),
    }
}

pub(super) fn of_region<'a>(
    basis: Basis<'a>,
    region: Option<&Region>,
    panel: Panel,
) -> Vec<Row<'a>> {
    let site = region.and_then(|region| basis.moment.site(region));
    match (site, panel) {
        (Some(site), Panel::Charts) => region::charts(site),
        (Some(site), Panel::Functions) => region::functions(basis, site),
        (Some(site), Panel::Alarms) => region::alarms(site),
        _ => Vec::new(),
    }
}

pub(super) fn of_database<'a>(basis: Basis<'a>, _: Option<&Region>, panel: Panel) -> Vec<Row<'a>> {
    match panel {
        Panel::Members => rest::members(basis),
        Panel::Events => rest::events(basis.moment.snapshot),
        _ => Vec::new(),
    }
}

pub(super) fn of_edge<'a>(basis: Basis<'a>, _: Option<&Region>, panel: Panel) -> Vec<Row<'a>> {
    let picture = basis.moment.snapshot;
    match panel {
        Panel::Records => edge::records(picture),
        Panel::Checks => edge::checks(basis),
        Panel::Answers => edge::answers(picture),
        _ => Vec::new(),
    }
}

pub(super) fn of_calls<'a>(basis: Basis<'a>, _: Option<&Region>, panel: Panel) -> Vec<Row<'a>> {
    let picture = basis.moment.snapshot;
    match panel {
        Panel::Operations => rest::operations(picture),
        Panel::Recent => rest::recent(picture),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
