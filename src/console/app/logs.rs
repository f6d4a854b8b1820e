//! What the Logs screen knows: asked only while it is shown.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::Panel;
use super::logs_counts::{COUNTED, counted_cells};
use super::rows::{Cells, Row, Subject};
use gwctl_fleet::format;
use gwctl_fleet::logs::{BreakdownRow, Pattern, Placed};
use gwctl_observe::logs::{Book, CountedBy, Group, Newness};

/// The times that can be looked at, as they are typed.
const WINDOWS: [(&str, SignedDuration); 8] = [
    ("5m", SignedDuration::from_mins(5)),
    ("15m", SignedDuration::from_mins(15)),
    ("30m", SignedDuration::from_mins(30)),
    ("1h", SignedDuration::from_hours(1)),
    ("3h", SignedDuration::from_hours(3)),
    ("6h", SignedDuration::from_hours(6)),
    ("12h", SignedDuration::from_hours(12)),
    ("24h", SignedDuration::from_hours(24)),
];
/// Up to this one lines are read one by one, at no price; beyond it Logs Insights is asked.
const LINE_BY_LINE: SignedDuration = SignedDuration::from_hours(1);
/// The one to begin with.
const FIRST: usize = 1;
/// How often the new lines are asked for while one follows: a question a group each time, far below AWS's rate
/// (aws-facts §13.2).
const FOLLOW: SignedDuration = SignedDuration::from_secs(5);
/// An answer that was left is asked for again when it is older than this.
const OLD: SignedDuration = SignedDuration::from_secs(60);
/// An answer that takes longer than this will not come any more.
const LOST: SignedDuration = SignedDuration::from_mins(5);

/// The logs, as far as they were read.
#[derive(Debug, Clone)]
pub struct Logs {
    /// What is known; none before the first answer.
    pub book: Option<Arc<Book>>,
    /// Whether new lines are asked for all the time.
    pub follows: bool,
    /// Since when an answer is awaited, in the fleet's time.
    pub asking: Option<Timestamp>,
    /// The pattern whose lines are listed, while the list of lines has the focus.
    pub(super) opened: Option<String>,
    /// What Logs Insights will cost over this time, where it is longer than lines are read one by one.
    pub price: Option<LogsPrice>,
    /// What is counted instead of patterns.
    pub by: Option<CountedBy>,
    /// What that came to.
    counts: Vec<BreakdownRow>,
    consent: Consent,
    /// Which of [`WINDOWS`].
    window: usize,
    /// The last question; answers to earlier ones are dropped.
    number: u64,
    /// Whether everything is to be asked again at once.
    again: bool,
    /// Whether another screen was shown since the last question.
    left: bool,
}

impl Default for Logs {
    fn default() -> Self {
        Self {
            book: None,
            follows: false,
            asking: None,
            opened: None,
            price: None,
            by: None,
            counts: Vec::new(),
            consent: Consent::Awaited,
            window: FIRST,
            number: 0,
            again: false,
            left: false,
        }
    }
}

/// What Logs Insights will cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogsPrice {
    /// In a few words.
    pub short: String,
    /// In a sentence or two.
    pub said: String,
}

/// Whether the operator takes the price that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Consent {
    Awaited,
    Given,
}

/// How it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogsStep {
    /// Line by line, at no price.
    Lines,
    /// Only what Logs Insights will cost, which is free.
    Price,
    /// Logs Insights, at the price that was told before.
    Insights,
}

/// What is to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogsQuestion {
    /// Names its answers.
    pub number: u64,
    /// How far back.
    pub window: SignedDuration,
    /// Only what is new since the question before, to be added to its answer.
    pub only_new: bool,
    pub step: LogsStep,
}

impl Logs {
    /// How far back it looks.
    pub fn window(&self) -> SignedDuration {
        WINDOWS[self.window].1
    }

    /// Whether Logs Insights is asked over this time.
    pub fn is_priced(&self) -> bool {
        self.window() > LINE_BY_LINE
    }

    /// Whether the price is known and waits to be taken.
    pub fn waits_for_consent(&self) -> bool {
        self.is_priced() && self.price.is_some() && self.consent == Consent::Awaited
    }

    /// The times that can be looked at, as they are typed.
    pub(super) fn windows() -> Vec<String> {
        WINDOWS
            .iter()
            .map(|(typed, _)| (*typed).to_owned())
            .collect()
    }

    /// Looks at the time that is typed so.
    pub(super) fn look_at(&mut self, typed: &str) {
        let window = WINDOWS.iter().position(|(one, _)| *one == typed);
        if let Some(window) = window.filter(|window| *window != self.window) {
            self.set(window);
        }
    }

    fn set(&mut self, window: usize) {
        let was_priced = self.is_priced();
        self.window = window;
        if was_priced || self.is_priced() {
            // What was found in another time, in another way, must not stand under this one's name.
            self.book = None;
            self.recount();
        }
        self.ask_again();
    }

    /// The operator takes the price; false where none waits.
    pub(super) fn agree(&mut self) -> bool {
        let waits = self.waits_for_consent();
        if waits {
            self.consent = Consent::Given;
        }
        waits
    }

    /// Question `number` asked for the price.
    pub(super) fn priced(&mut self, number: u64, price: LogsPrice) {
        if number == self.number {
            self.asking = None;
            self.price = Some(price);
        }
    }

    /// Nothing of another fleet.
    pub(super) fn anew(&self) -> Self {
        Self {
            window: self.window,
            by: self.by,
            number: self.number + 1,
            ..Self::default()
        }
    }

    /// A shorter or longer time; false where there is none.
    pub(super) fn turn(&mut self, longer: bool) -> bool {
        let next = self
            .window
            .saturating_add_signed(if longer { 1 } else { -1 });
        if next == self.window || next >= WINDOWS.len() {
            return false;
        }
        self.set(next);
        true
    }

    /// Everything is asked again, whatever is under way.
    pub(super) fn ask_again(&mut self) {
        self.again = true;
        self.asking = None;
        self.price = None;
        self.consent = Consent::Awaited;
    }

    /// What to ask at `now`, while it is shown.
    pub(super) fn question(&mut self, now: Timestamp) -> Option<LogsQuestion> {
        let left = std::mem::take(&mut self.left);
        let lost = self
            .asking
            .is_some_and(|asked| now.duration_since(asked) >= LOST);
        if self.asking.is_some() && !lost {
            return None;
        }
        if self.is_priced() {
            return self.priced_question(now, lost);
        }
        let age = self
            .book
            .as_ref()
            .map(|book| now.duration_since(book.until));
        let whole = match age {
            None => true,
            Some(age) => self.again || lost || (left && age >= OLD),
        };
        let new = self.follows && age.is_some_and(|age| age >= FOLLOW);
        (whole || new).then(|| {
            self.asking = Some(now);
            self.again = false;
            self.number += 1;
            LogsQuestion {
                number: self.number,
                window: self.window(),
                only_new: !whole,
                step: LogsStep::Lines,
            }
        })
    }

    /// The price first, and the question once it is taken. What was paid for is not asked again by itself.
    fn priced_question(&mut self, now: Timestamp, lost: bool) -> Option<LogsQuestion> {
        let step = match (&self.price, self.consent) {
            (None, _) if self.book.is_none() || self.again || lost => LogsStep::Price,
            (Some(_), Consent::Given) => LogsStep::Insights,
            _ => return None,
        };
        if step == LogsStep::Insights {
            self.price = None;
            self.consent = Consent::Awaited;
            self.book = None;
            self.recount();
        }
        self.asking = Some(now);
        self.again = false;
        self.number += 1;
        Some(LogsQuestion {
            number: self.number,
            window: self.window(),
            only_new: false,
            step,
        })
    }

    /// Another screen is shown: whether a question is to be dropped.
    pub(super) fn leave(&mut self) -> bool {
        self.left = true;
        let under_way = self.asking.take().is_some();
        if under_way {
            self.number += 1;
            self.again = true;
        }
        under_way
    }

    /// This is known now, by the answer to question `number`.
    pub(super) fn came(&mut self, number: u64, book: Book) {
        if number == self.number {
            self.book = Some(Arc::new(book));
            self.recount();
        }
    }

    /// Question `number` was answered by everybody.
    pub(super) fn read(&mut self, number: u64) {
        if number == self.number {
            self.asking = None;
        }
    }

    /// Counts by the next thing, or shows patterns again.
    pub(super) fn count_next(&mut self) {
        let at = COUNTED.iter().position(|one| Some(*one) == self.by);
        self.count_by(COUNTED.get(at.map_or(0, |at| at + 1)).copied());
    }

    pub(super) fn count_by(&mut self, by: Option<CountedBy>) {
        self.by = by;
        self.recount();
    }

    fn recount(&mut self) {
        let known = self.book.as_ref().zip(self.by);
        self.counts = known.map_or_else(Vec::new, |(book, by)| book.counts(by));
    }

    /// What was counted, the worst first.
    pub fn counts(&self) -> &[BreakdownRow] {
        &self.counts
    }

    pub(super) fn counted(&self) -> Vec<Row<'_>> {
        let Some((book, by)) = self.book.as_ref().zip(self.by) else {
            return Vec::new();
        };
        let all = self.counts.iter().enumerate();
        all.map(|(index, row)| {
            let key = format!("{} {} {}", by.name(), row.checker, row.name);
            Row::new(key, Subject::Counted(index), move || {
                counted_cells(book, by, row)
            })
        })
        .collect()
    }

    /// The pattern at `index` of what is known.
    pub fn pattern(&self, index: usize) -> Option<&Pattern> {
        self.book.as_ref()?.patterns.get(index)
    }

    pub(super) fn patterns(&self) -> Vec<Row<'_>> {
        let Some(book) = &self.book else {
            return Vec::new();
        };
        let all = book.patterns.iter().enumerate();
        all.map(|(index, pattern)| {
            Row::new(key(pattern), Subject::Pattern(index), move || {
                pattern_cells(book, pattern)
            })
        })
        .collect()
    }

    /// The lines of `pattern`, newest first.
    pub(super) fn lines(pattern: &Pattern) -> Vec<Row<'_>> {
        let all = pattern.newest.iter().enumerate().rev();
        all.map(|(at, placed)| {
            let request = placed.line.request_id.as_deref().unwrap_or_default();
            let key = format!(
                "{} {} {} {request}",
                placed.at, placed.region, placed.source
            );
            let subject = Subject::LogLine(placed.region.clone(), at);
            Row::new(key, subject, move || line_cells(placed))
        })
        .collect()
    }

    pub(super) fn rows(&self, panel: Panel) -> Vec<Row<'_>> {
        let Some(book) = self.book.as_ref().filter(|_| panel == Panel::Groups) else {
            return Vec::new();
        };
        let all = book.groups.iter().enumerate();
        all.map(|(index, group)| {
            let subject = Subject::LogGroup(group.region.clone(), index);
            Row::new(group.title(), subject, move || group_cells(book, group))
        })
        .collect()
    }
}

/// What tells a pattern from others.
pub(super) fn key(pattern: &Pattern) -> String {
    format!("{} {}", pattern.kind(), pattern.text)
}

fn pattern_cells(book: &Book, pattern: &Pattern) -> Cells {
    let join = |all: Vec<String>| all.join(", ");
    let regions = pattern.regions.keys().map(ToString::to_string).collect();
    let rate = book.rate(pattern);
    let new = match book.newness(pattern) {
        Newness::New => "new",
        Newness::Known => "seen before",
        Newness::Unclear => "not known: the time before was not read",
    };
    vec![
        ("kind", pattern.kind().into()),
        ("pattern", pattern.text.clone()),
        ("function", join(pattern.sources.iter().cloned().collect())),
        ("region", join(regions)),
        ("count", format::count(pattern.count() as f64)),
        (
            "rate",
            rate.map_or_else(String::new, gwctl_observe::logs::per_minute),
        ),
        ("first", format!("{}Z", format::clock(pattern.first()))),
        ("last", format!("{}Z", format::clock(pattern.last()))),
        ("new", new.into()),
        ("example", pattern.example.line.text.clone()),
    ]
}

fn line_cells(placed: &Placed) -> Cells {
    vec![
        ("at", placed.at.to_string()),
        ("region", placed.region.to_string()),
        ("function", placed.source.to_string()),
        ("kind", placed.line.word().into()),
        (
            "request",
            placed.line.request_id.clone().unwrap_or_default(),
        ),
        ("line", placed.line.text.clone()),
        ("stack", placed.line.stack.join("; ")),
    ]
}

fn group_cells(book: &Book, group: &Group) -> Cells {
    let read = group.read.as_ref().ok().and_then(Option::as_ref);
    let span = |(from, until): (Timestamp, Timestamp)| {
        format!("{}-{}Z", format::clock(from), format::clock(until))
    };
    vec![
        ("region", group.region.to_string()),
        ("function", group.writers()),
        ("group", group.name.clone().unwrap_or_default()),
        ("state", state_of(group).into()),
        (
            "events",
            read.map_or_else(String::new, |read| format::count(read.events as f64)),
        ),
        (
            "errors read",
            read.map_or_else(String::new, |read| span(read.errors)),
        ),
        ("calls", format!("{} FilterLogEvents", group.calls)),
        ("not read", group.unread(book.since).join("; ")),
    ]
}

/// In a word or two, what came of a group.
pub fn state_of(group: &Group) -> &'static str {
    use gwctl_fleet::Missing;
    match &group.read {
        Ok(Some(read)) if read.behind.is_some() => "behind",
        Ok(Some(read)) if !read.cut.is_empty() => "in part",
        Ok(Some(_)) => "read",
        Ok(None) if group.kind.is_database() && group.name.is_none() => "not exported",
        Ok(None) => "no group",
        Err(Missing::NotAllowed { .. }) => "not allowed",
        Err(_) => "no answer",
    }
}
