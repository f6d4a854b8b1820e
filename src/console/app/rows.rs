//! The rows of every list: what the cursor moves over, the filter tests, and `y` copies.

use jiff::Timestamp;

use super::{Chart, Panel, Screen};
use crate::fleet::{CallKey, Region, Snapshot};

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
            Self::Change(_) | Self::Check(_) => None,
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
    /// Column names (lower case, for `column:value`) and texts.
    pub cells: Vec<(&'static str, String)>,
}

/// All rows of `panel` of `screen`, unfiltered, in the order they are shown.
pub fn rows(_picture: &Snapshot, _screen: &Screen, _panel: Panel, _now: Timestamp) -> Vec<Row> {
    Vec::new()
}
