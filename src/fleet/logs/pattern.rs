//! Lines that say the same, told once: how often, when, and the newest of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::event::LONGEST_EVENT;
use super::failure::Failure;
use super::line::{Level, LogLine};
use crate::text::clean;
use crate::{FunctionName, Region};

/// Longest raw text of a line that had to be shortened, in bytes.
const SHORT: usize = 2_048;
/// Lines of its stack trace, and the characters of each.
const SHORT_STACK: (usize, usize) = (10, 200);

/// A line, and where it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed {
    pub region: Region,
    /// The function's name.
    pub source: Arc<str>,
    pub at: Timestamp,
    pub line: LogLine,
    /// The whole event as it was written, cleaned ([`super::clean_event`]).
    pub raw: Arc<str>,
}

impl Placed {
    /// Bytes that it takes, more or less.
    pub(super) fn weight(&self) -> usize {
        let line = &self.line;
        let own = line.pattern.as_ref().map_or(0, String::len);
        let stack: usize = line.stack.iter().map(|one| one.len() + 24).sum();
        size_of::<Self>() + self.raw.len() + line.text.len() + own + stack
    }

    /// The same, with a text and a stack trace that are not long; what is cut says so.
    pub(super) fn shortened(&self) -> Self {
        let (frames, width) = SHORT_STACK;
        let mut short = self.clone();
        short.line.text = clean(&self.line.text, SHORT / 4);
        short.line.stack.truncate(frames);
        for frame in &mut short.line.stack {
            *frame = clean(frame, width);
        }
        if self.raw.len() > SHORT {
            let kept = &self.raw[..self.raw.floor_char_boundary(SHORT)];
            // What came longer than an event may be told so already.
            let all = self.raw.len().min(LONGEST_EVENT);
            short.raw = format!("{kept}… (cut: {all} bytes in all)").into();
        }
        short
    }
}

/// How often, and when, in one Region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub count: u64,
    pub first: Timestamp,
    pub last: Timestamp,
}

/// How often in each minute since 1970, by Region and by who wrote it.
pub type Minutes = BTreeMap<Region, BTreeMap<String, BTreeMap<i64, u64>>>;

/// Lines that say the same, of all Regions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pattern {
    /// What they say; what differs is masked.
    pub text: String,
    pub failure: Option<Failure>,
    pub level: Option<Level>,
    /// Who wrote them.
    pub sources: BTreeSet<String>,
    pub regions: BTreeMap<Region, Tally>,
    pub minutes: Minutes,
    /// How often in each of [`super::PARTS`] equal parts of the time that was grouped; empty where none was named.
    pub parts: Vec<u32>,
    /// The newest of them.
    pub example: Arc<Placed>,
    /// The newest of them, oldest first. Older ones were counted, and are not kept.
    pub newest: Vec<Arc<Placed>>,
}

impl Pattern {
    /// Whether it tells of something that went wrong.
    pub fn is_error(&self) -> bool {
        self.example.line.is_error()
    }

    /// How often, in all Regions.
    pub fn count(&self) -> u64 {
        self.regions.values().map(|tally| tally.count).sum()
    }

    /// How many of them were counted and not kept.
    pub fn left_out(&self) -> u64 {
        self.count().saturating_sub(self.newest.len() as u64)
    }

    /// How often `function`, in whatever way it is named, wrote it in `region`, in the minutes that `wanted` takes.
    pub fn count_of(&self, region: &Region, function: &str, wanted: impl Fn(i64) -> bool) -> u64 {
        let minutes = self.minutes_of(region, function);
        let wanted = minutes.filter(|(minute, _)| wanted(*minute));
        wanted.map(|(_, count)| count).sum()
    }

    /// The first minute in which it did; none where it never did.
    pub fn first_of(&self, region: &Region, function: &str) -> Option<i64> {
        let minutes = self.minutes_of(region, function);
        minutes.map(|(minute, _)| minute).min()
    }

    fn minutes_of(&self, region: &Region, function: &str) -> impl Iterator<Item = (i64, u64)> {
        let source = FunctionName::of(function).name;
        let writers = self.minutes.get(region).into_iter().flatten();
        writers
            .filter(move |(writer, _)| writer.split(", ").any(|one| one == source))
            .flat_map(|(_, minutes)| minutes)
            .map(|(minute, count)| (*minute, *count))
    }

    /// When first, in any Region.
    pub fn first(&self) -> Timestamp {
        let first = self.regions.values().map(|tally| tally.first).min();
        first.unwrap_or(self.example.at)
    }

    /// What kind of line it is of, in two or three words.
    pub fn kind(&self) -> &'static str {
        match (self.failure, self.level) {
            (Some(failure), _) => failure.name(),
            (None, Some(level)) => level.name(),
            (None, None) => "line",
        }
    }

    /// When last, in any Region.
    pub fn last(&self) -> Timestamp {
        let last = self.regions.values().map(|tally| tally.last).max();
        last.unwrap_or(self.example.at)
    }
}
