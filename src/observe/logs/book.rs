//! What was read of every group, put together: lines, patterns, how far they are complete, what could not be read.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::taken::{Held, taken};
use super::{AccessLogs, GroupLogs, LogKind, LogsAsked, Paid, Span};
use gwctl_fleet::logs::{AccessFormat, Grouping, PARTS, Pattern, Placed, Requests, lateness};
use gwctl_fleet::{Marks, Missing, Region, format};

/// Said of what reading cost.
pub const COST: &str =
    "AWS charges nothing for what FilterLogEvents searches, as far as gwctl knows (not verified)";

/// What was read.
#[derive(Debug, Clone)]
pub struct Book {
    pub since: Timestamp,
    pub until: Timestamp,
    pub groups: Vec<Group>,
    pub access: Vec<AccessLogs>,
    /// Where there are groups, or may be.
    pub regions: Vec<Region>,
    /// New errors first, then errors, then the rest; each by how often.
    pub patterns: Vec<Pattern>,
    /// Oldest first.
    pub lines: Vec<Arc<Placed>>,
    /// As access logs tell them, health checkers apart.
    pub requests: Vec<Requests>,
    /// The text that was searched for.
    pub filter: Option<String>,
    /// The median and the longest time until CloudWatch Logs had an event.
    pub lateness: Option<(SignedDuration, SignedDuration)>,
    /// Regions that have not answered yet, each with how many of its parts.
    pub waiting: BTreeMap<Region, usize>,
    /// What it cost, where Logs Insights was asked.
    pub paid: Option<Paid>,
}

/// A log group without its events.
#[derive(Debug, Clone)]
pub struct Group {
    pub region: Region,
    pub sources: BTreeSet<String>,
    pub name: Option<String>,
    pub kind: LogKind,
    /// None where there is no such group.
    pub read: Result<Option<Read>, Missing>,
    /// `FilterLogEvents` that were sent for it.
    pub calls: usize,
}

/// What was read of a group.
#[derive(Debug, Clone)]
pub struct Read {
    pub events: usize,
    /// From when until when every error was read.
    pub errors: Span,
    /// Where not all errors were read: from the begin until when they were as well.
    pub oldest: Option<Span>,
    pub lines: Option<Span>,
    pub cut: Vec<String>,
    /// Why nothing newer could be read.
    pub behind: Option<Missing>,
    /// Over how much time errors were counted.
    pub(super) counted: SignedDuration,
}

/// How often a pattern was read in one Region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted<'a> {
    /// So often, or at least so often.
    Times { count: u64, at_least: bool },
    /// It could not be asked.
    Missing(&'a Missing),
    /// No log group is there.
    NoGroup,
}

/// How often a pattern was read in a part of the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    pub count: u64,
    /// Whether every group that holds the pattern was read then.
    pub is_read: bool,
}

/// Whether a pattern began within the time that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Newness {
    /// It did: the first third of the time was read, and it is not there.
    New,
    /// It was there before.
    Known,
    /// The time before was not read.
    Unclear,
}

impl Book {
    /// Of everything that came; with as many `waiting` parts of each Region.
    pub fn new(
        asked: &LogsAsked,
        groups: Vec<GroupLogs>,
        access: Vec<AccessLogs>,
        waiting: BTreeMap<Region, usize>,
    ) -> Self {
        let read = groups
            .iter()
            .filter_map(|one| one.read.as_ref().ok()?.as_ref());
        let lateness = lateness(read.flat_map(|read| &read.events));
        let Held {
            groups,
            lines,
            requests,
        } = taken(groups, asked.errors);
        let mut regions: BTreeSet<Region> = groups.iter().map(|one| one.region.clone()).collect();
        regions.extend(waiting.keys().cloned());
        let mut book = Self {
            since: asked.since,
            until: asked.until,
            regions: regions.into_iter().collect(),
            patterns: Vec::new(),
            lines,
            requests,
            filter: asked.filter.clone(),
            groups,
            access,
            lateness,
            waiting,
            paid: None,
        };
        let mut grouping = Grouping::within(book.since, book.until);
        for placed in &book.lines {
            grouping.take(placed.clone());
        }
        let mut found = grouping.patterns();
        let new = |pattern: &Pattern| book.newness(pattern) == Newness::New;
        found.sort_by_cached_key(|one| (!one.is_error(), !new(one), Reverse(one.count())));
        book.patterns = found;
        book
    }

    /// Whether every group was read, and nothing was cut.
    pub fn is_complete(&self) -> bool {
        let whole = |group: &Group| match &group.read {
            Ok(Some(read)) => read.cut.is_empty() && read.behind.is_none(),
            Ok(None) => true,
            Err(_) => false,
        };
        self.waiting.is_empty() && self.groups.iter().all(whole)
    }

    /// `FilterLogEvents` that were sent.
    pub fn calls(&self) -> usize {
        self.groups.iter().map(|group| group.calls).sum()
    }

    /// How often in `region`.
    pub fn counted(&self, pattern: &Pattern, region: &Region) -> Counted<'_> {
        // Any function of the Region may write it.
        let all = self.groups.iter().filter(|one| one.region == *region);
        let waits = self.waiting.contains_key(region);
        let partly = waits || all.clone().any(|group| self.is_partly_read(group, pattern));
        if let Some(tally) = pattern.regions.get(region) {
            return Counted::Times {
                count: tally.count,
                at_least: partly,
            };
        }
        let its_own = self.of(pattern, region);
        let unread = its_own.iter().find_map(|group| group.read.as_ref().err());
        match unread {
            Some(why) => Counted::Missing(why),
            None if waits => Counted::Missing(&Missing::NotYet),
            None if all.count() == 0 => Counted::NoGroup,
            None => Counted::Times {
                count: 0,
                at_least: partly,
            },
        }
    }

    /// How often in `region`, in words: a number is complete, `≥` is not, and a mark says why there is none.
    pub fn cell(&self, pattern: &Pattern, region: &Region) -> String {
        match self.counted(pattern, region) {
            Counted::Times { count, at_least } => {
                let at_least = if at_least { "≥ " } else { "" };
                let rate = self.per_minute(pattern, region).filter(|_| count > 0);
                let rate = rate.map_or_else(String::new, |rate| format!(" ({})", per_minute(rate)));
                format!("{at_least}{}{rate}", format::count(count as f64))
            }
            Counted::Missing(why) => Marks::UNICODE.of(why).to_owned(),
            Counted::NoGroup => Marks::UNICODE.no_data.to_owned(),
        }
    }

    /// How often a minute in `region`, over the time that was read of the groups it is in.
    pub fn per_minute(&self, pattern: &Pattern, region: &Region) -> Option<f64> {
        let tally = pattern.regions.get(region)?;
        let spans = self.of(pattern, region).into_iter().filter_map(|group| {
            let read = group.read.as_ref().ok()?.as_ref()?;
            Some(match read.lines {
                Some((from, until)) if !pattern.is_error() => until.duration_since(from),
                _ => read.counted,
            })
        });
        let seconds = spans.map(|span| span.as_secs_f64()).reduce(f64::max);
        let seconds = seconds.filter(|seconds| *seconds >= 1.0)?;
        Some(tally.count as f64 * 60.0 / seconds)
    }

    /// How often a minute in all Regions where that is known; none where it is known of none.
    pub fn rate(&self, pattern: &Pattern) -> Option<f64> {
        let known = pattern.regions.keys();
        known
            .filter_map(|region| self.per_minute(pattern, region))
            .reduce(|a, b| a + b)
    }

    /// How often in each of `slots` equal parts of the time that is looked at.
    pub fn trend(&self, pattern: &Pattern, slots: usize) -> Vec<Slot> {
        let whole = self.until.duration_since(self.since).as_secs_f64();
        if slots == 0 || whole <= 0.0 {
            return Vec::new();
        }
        let slot = whole / slots as f64;
        let mut counts = vec![0; slots];
        for (part, count) in pattern.parts.iter().enumerate() {
            // By its middle: a part is shorter than any cell of a screen.
            let at = (part as f64 + 0.5) / PARTS as f64;
            counts[((at * slots as f64) as usize).min(slots - 1)] += u64::from(*count);
        }
        let holders = pattern.regions.keys();
        let holders: Vec<Vec<Span>> = holders
            .flat_map(|region| self.of(pattern, region))
            .map(|group| group.spans(pattern.is_error()))
            .collect();
        let middle = |n: usize| (n as f64 + 0.5) * slot;
        let is_read = |n: usize| {
            let at = SignedDuration::try_from_secs_f64(middle(n)).unwrap_or_default();
            let at = self.since + at;
            let within =
                |spans: &Vec<Span>| spans.iter().any(|(from, to)| *from <= at && at <= *to);
            holders.iter().all(within)
        };
        let all = counts.into_iter().enumerate();
        all.map(|(n, count)| Slot {
            count,
            is_read: is_read(n),
        })
        .collect()
    }

    /// Whether `pattern` is new, by the groups that hold it.
    pub fn newness(&self, pattern: &Pattern) -> Newness {
        let third = self.until.duration_since(self.since) / 3;
        let before = self.since + third;
        if pattern.first() < before {
            return Newness::Known;
        }
        let holders = pattern.regions.keys();
        let mut holders = holders
            .flat_map(|region| self.of(pattern, region))
            .peekable();
        // What is a second late at the begin of the time does not matter.
        let begins = self.since + SignedDuration::from_secs(1);
        let read = |group: &Group| {
            let spans = group.spans(pattern.is_error());
            spans
                .iter()
                .any(|(from, to)| *from <= begins && *to >= before)
        };
        if holders.peek().is_some() && holders.all(read) {
            Newness::New
        } else {
            Newness::Unclear
        }
    }

    /// Whether lines such as those of `pattern` may be missing.
    fn is_partly_read(&self, group: &Group, pattern: &Pattern) -> bool {
        let shorter = |lines: Span| lines.0 > self.since;
        match &group.read {
            Err(_) => true,
            Ok(None) => false,
            Ok(Some(read)) => {
                !read.cut.is_empty()
                    || read.behind.is_some()
                    || shorter(read.errors)
                    || (!pattern.is_error() && read.lines.is_some_and(shorter))
            }
        }
    }

    /// The groups of `region` that the writers of `pattern` write to.
    fn of(&self, pattern: &Pattern, region: &Region) -> Vec<&Group> {
        let groups = self.groups.iter().filter(|one| one.region == *region);
        groups
            .filter(|group| {
                group
                    .sources
                    .iter()
                    .any(|one| pattern.sources.contains(one))
            })
            .collect()
    }

    /// What could not be read, or not to its end, a sentence each.
    pub fn gaps(&self) -> Vec<String> {
        let mut gaps: Vec<String> = self
            .waiting
            .keys()
            .map(|region| format!("{region}: no answer yet"))
            .collect();
        for group in &self.groups {
            gaps.extend(group.gaps(self.since));
        }
        gaps.extend(self.access_gaps());
        gaps
    }

    /// Access logs that cannot be read, a sentence each.
    pub fn access_gaps(&self) -> impl Iterator<Item = String> {
        self.access.iter().filter_map(AccessLogs::note)
    }

    /// What the reader must know of the answer, a sentence each.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(text) = &self.filter {
            notes.push(format!("only lines that hold `{text}` were read"));
        }
        notes.extend(self.gaps());
        if self.groups.iter().any(|group| group.kind.is_router()) {
            notes.push(
                "the edge router also writes in Regions where the fleet is not: name them with --region".into(),
            );
        }
        notes.push(self.late());
        notes.push(self.cost());
        notes
    }

    /// What it cost, a sentence.
    pub fn cost(&self) -> String {
        self.paid.as_ref().map_or_else(|| COST.into(), Paid::said)
    }

    /// How late the events were, a sentence.
    pub fn late(&self) -> String {
        match self.lateness {
            Some((median, longest)) => format!(
                "CloudWatch Logs had these events {} after they were written (median), the latest after {}",
                format::in_words(&format::millis(median.as_millis() as f64)),
                format::in_words(&format::millis(longest.as_millis() as f64)),
            ),
            None => "how late events arrive is not known: there are none".into(),
        }
    }
}

impl Group {
    /// `eu-west-1 orders-read`.
    pub fn title(&self) -> String {
        format!("{} {}", self.region, self.writers())
    }

    /// `orders-read, orders-write`.
    pub fn writers(&self) -> String {
        let sources: Vec<&str> = self.sources.iter().map(String::as_str).collect();
        sources.join(", ")
    }

    /// When lines were read: errors, or lines of any kind.
    fn spans(&self, errors: bool) -> Vec<Span> {
        let Ok(Some(read)) = &self.read else {
            return Vec::new();
        };
        match read.lines {
            Some(lines) if !errors => vec![lines],
            _ => read.oldest.into_iter().chain([read.errors]).collect(),
        }
    }

    /// What could not be read of it since `since`, a sentence each, without its title.
    pub fn unread(&self, since: Timestamp) -> Vec<String> {
        let name = self.name.as_deref().unwrap_or_default();
        match &self.read {
            Err(why) => vec![why.to_string()],
            Ok(None) if self.kind.is_router() => vec!["the router never ran here".into()],
            Ok(None) if self.name.is_none() => {
                vec!["the cluster exports no log to CloudWatch Logs".into()]
            }
            Ok(None) if self.kind != LogKind::Functions => {
                vec![format!("there is no log group {name}")]
            }
            Ok(None) => vec![format!(
                "there is no log group {name}: the function never ran here, or the group was deleted"
            )],
            Ok(Some(read)) => {
                let mut said = read.cut.clone();
                said.extend(read.behind.as_ref().map(|why| {
                    let until = format::clock(read.errors.1);
                    format!("nothing after {until}Z could be read: {why}")
                }));
                if !read.cut.is_empty() || read.errors.0 > since {
                    let whole = read.oldest.into_iter().chain([read.errors]);
                    let whole: Vec<String> = whole.map(span).collect();
                    said.push(format!(
                        "errors are complete for {} alone",
                        whole.join(" and ")
                    ));
                }
                if let Some((from, _)) = read.lines.filter(|lines| lines.0 > since) {
                    let from = format::clock(from);
                    said.push(format!("lines that are not errors were read since {from}Z"));
                }
                let lacks = self.kind.access().into_iter().flat_map(AccessFormat::lacks);
                said.extend(lacks.map(str::to_owned));
                said
            }
        }
    }

    fn gaps(&self, since: Timestamp) -> impl Iterator<Item = String> {
        let title = self.title();
        self.unread(since)
            .into_iter()
            .map(move |gap| format!("{title}: {gap}"))
    }
}

fn span((from, until): Span) -> String {
    format!("{}–{}Z", format::clock(from), format::clock(until))
}

/// `12/min`, in the width of a cell.
pub fn per_minute(rate: f64) -> String {
    let rate = match rate {
        rate if rate < 0.1 => "<0.1".to_owned(),
        rate if rate < 9.95 => format!("{rate:.1}"),
        rate => format::count(rate),
    };
    format!("{rate}/min")
}
