//! What was read, counted: requests by what an access log tells of them, errors by who logs them and by what they say.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::book::{Book, Counted, Group, Read};
use gwctl_fleet::logs::{Answered, BreakdownRow, By, Pattern, breakdown};
use gwctl_fleet::{Missing, Region};

/// What is counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountedBy {
    /// Errors, by who logs them.
    Function,
    /// Errors, by what they say.
    Error,
    /// Requests.
    Requests(By),
}

impl CountedBy {
    /// As an argument.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Error => "error",
            Self::Requests(by) => by.name(),
        }
    }

    /// What is counted.
    pub const fn things(self) -> &'static str {
        match self {
            Self::Function | Self::Error => "errors",
            Self::Requests(_) => "requests",
        }
    }

    pub const fn is_of_requests(self) -> bool {
        matches!(self, Self::Requests(_))
    }
}

impl Book {
    /// Counted by `by`, most errors first. Who was read and logged no error stands there as well.
    pub fn counts(&self, by: CountedBy) -> Vec<BreakdownRow> {
        match by {
            CountedBy::Requests(by) => breakdown(&self.requests, by),
            CountedBy::Function => by_count(self.by_function()),
            CountedBy::Error => {
                let mut rows = Rows::new();
                for pattern in self.patterns.iter().filter(|one| one.is_error()) {
                    for (region, tally) in &pattern.regions {
                        add(&mut rows, said(pattern), region, tally.count);
                    }
                }
                by_count(rows)
            }
        }
    }

    fn by_function(&self) -> Rows {
        let mut rows = Rows::new();
        for group in &self.groups {
            rows.entry(group.writers()).or_default();
        }
        for pattern in self.patterns.iter().filter(|one| one.is_error()) {
            for (region, writers) in &pattern.minutes {
                for (source, minutes) in writers {
                    add(&mut rows, source.clone(), region, minutes.values().sum());
                }
            }
        }
        rows
    }

    /// How often `row` of [`Self::counts`] was read in `region`, or why that is not known.
    pub fn count_in(&self, by: CountedBy, row: &BreakdownRow, region: &Region) -> Counted<'_> {
        let pattern = || {
            let mut all = self.patterns.iter();
            all.find(|one| one.is_error() && said(one) == row.name)
        };
        if let Some(pattern) = (by == CountedBy::Error).then(pattern).flatten() {
            return self.counted(pattern, region);
        }
        let here = self.groups.iter().filter(|group| group.region == *region);
        let mut of: Vec<&Group> = here.collect();
        if by.is_of_requests() {
            of.retain(|group| group.kind.access().is_some());
        } else {
            of.retain(|group| group.writers() == row.name);
        }
        let waits = self.waiting.contains_key(region);
        let is_cut = |group: &&Group| match &group.read {
            Ok(Some(read)) => self.is_cut(read, by),
            Ok(None) => false,
            Err(_) => true,
        };
        let at_least = waits || of.iter().any(is_cut);
        let count = row.regions.get(region).map(|one| one.count);
        let why = of.iter().find_map(|group| group.read.as_ref().err());
        match (count, why) {
            (Some(count), _) => Counted::Times { count, at_least },
            (None, Some(why)) => Counted::Missing(why),
            (None, None) if of.is_empty() && waits => Counted::Missing(&Missing::NotYet),
            (None, None) if of.iter().all(|group| matches!(group.read, Ok(None))) => {
                Counted::NoGroup
            }
            (None, None) => Counted::Times { count: 0, at_least },
        }
    }

    /// Whether more may have been written than is counted.
    fn is_cut(&self, read: &Read, by: CountedBy) -> bool {
        // Requests that went well are lines of any kind.
        let lines = by.is_of_requests() && read.lines.is_none_or(|lines| lines.0 > self.since);
        !read.cut.is_empty() || read.behind.is_some() || read.errors.0 > self.since || lines
    }

    /// Whether requests that went well are not among what was read: errors alone, or lines with a text, were asked for.
    pub fn has_failed_requests_alone(&self) -> bool {
        let access = self.groups.iter().filter(|one| one.kind.access().is_some());
        let mut read = access.filter_map(|group| group.read.as_ref().ok()?.as_ref());
        read.any(|read| read.lines.is_none())
    }
}

/// What an error says, with its kind, without the runtime's own words in front.
fn said(pattern: &Pattern) -> String {
    let text = pattern.text.strip_prefix("Invoke Error ");
    format!(
        "{}: {}",
        pattern.kind(),
        text.unwrap_or(pattern.text.as_str())
    )
}

type Rows = BTreeMap<String, BTreeMap<Region, Answered>>;

fn add(rows: &mut Rows, name: String, region: &Region, count: u64) {
    let regions = rows.entry(name).or_default();
    regions.entry(region.clone()).or_default().count += count;
}

fn by_count(rows: Rows) -> Vec<BreakdownRow> {
    let row = |(name, regions)| BreakdownRow {
        name,
        checker: false,
        regions,
        p95_ms: None,
    };
    let mut rows: Vec<BreakdownRow> = rows.into_iter().map(row).collect();
    rows.sort_by_key(|row| Reverse(row.count()));
    rows
}
