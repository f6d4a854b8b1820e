//! Lines are grouped as they come, in bounded memory: however many there are, a pattern keeps counters and the newest.
//!
//! Grouped as Drain does (He, Zhu, Zheng, Lyu: "Drain: An Online Log Parsing Approach with Fixed Depth Tree", 2017):
//! masked first, then by number of words and first word, then by the share of equal words. The crate `logdrain` does
//! the same, but reads the machine's clock at every line, keeps its state behind locks and brings a store in files with a
//! codec that nobody maintains: this layer is pure.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::failure::Failure;
use super::group::Group;
use super::line::Level;
use super::mask::masked;
use super::pattern::{Pattern, Placed};
use super::told::Told;

/// Share of equal words from which two lines say the same.
const ALIKE: f64 = 0.6;
/// Most words of a line that are compared.
const WORDS: usize = 64;
/// Most patterns of one number of words and one first word; a line beyond goes to the one that is most alike.
const MOST: usize = 100;
/// Most patterns in all; a line beyond is counted among the others of its kind.
const MOST_PATTERNS: usize = 1_000;
/// What those say.
const OTHERS: &str = "other lines: there are more than 1,000 patterns";
/// Most lines that are kept of a pattern, and most bytes of all of them together.
const MOST_LINES: usize = 500;
const MOST_BYTES: usize = 32 << 20;
/// Texts whose pattern is remembered, and the longest of them in bytes.
const REMEMBERED: usize = 8_192;
const LONGEST_REMEMBERED: usize = 512;
/// Equal parts of the time, in which a pattern's lines are counted.
pub const PARTS: usize = 240;

/// What a line must have in common with another to be compared with it at all.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Leaf {
    kind: Kind,
    words: usize,
    first: String,
}

type Kind = (Option<Failure>, Option<Level>);

/// Groups lines while they come. What Lambda writes at every invocation is left out, and a failure that several lines
/// of one request tell is counted once, as long as they stand near each other.
#[derive(Debug)]
pub struct Grouping {
    /// The time whose parts are counted.
    span: Option<(Timestamp, Timestamp)>,
    told: Told,
    all: Vec<Group>,
    leaves: HashMap<Leaf, Vec<usize>>,
    /// Where a text went before.
    seen: HashMap<Box<str>, Vec<(Kind, usize)>>,
    /// Where lines go that have no pattern of their own.
    others: HashMap<Kind, usize>,
    /// Bytes of the lines that are kept.
    weight: usize,
    /// Lines that are kept of each pattern.
    keep: usize,
}

impl Default for Grouping {
    fn default() -> Self {
        Self {
            span: None,
            told: Told::default(),
            all: Vec::new(),
            leaves: HashMap::new(),
            seen: HashMap::new(),
            others: HashMap::new(),
            weight: 0,
            keep: MOST_LINES,
        }
    }
}

impl Grouping {
    /// One that also counts how often in each part of the time from `since` until `until`.
    pub fn within(since: Timestamp, until: Timestamp) -> Self {
        Self {
            span: (since < until).then_some((since, until)),
            ..Self::default()
        }
    }

    /// Takes one line more; those of one function in one Region come oldest first.
    pub fn take(&mut self, placed: Arc<Placed>) {
        if placed.line.is_routine() {
            return;
        }
        if placed.line.failure.is_none() {
            return self.add(placed, None);
        }
        self.told.push(placed);
        while let Some((placed, failure)) = self.told.ready() {
            self.add(placed, failure);
        }
    }

    /// The patterns, errors first and then by count.
    pub fn patterns(mut self) -> Vec<Pattern> {
        while let Some((placed, failure)) = self.told.rest() {
            self.add(placed, failure);
        }
        let mut all: Vec<Pattern> = self.all.into_iter().filter_map(Group::pattern).collect();
        all.sort_by(|a, b| {
            let rank = |one: &Pattern| (!one.is_error(), Reverse(one.count()));
            rank(a).cmp(&rank(b)).then_with(|| a.text.cmp(&b.text))
        });
        all
    }

    fn add(&mut self, placed: Arc<Placed>, failure: Option<Failure>) {
        let own = placed.line.pattern.as_deref();
        let text = own.map_or_else(|| masked(&placed.line.text).into(), Cow::Borrowed);
        let kind = (failure, placed.line.level);
        let at = self.seen(&text, kind).unwrap_or_else(|| {
            // A format that says what lines have in common says it in every word.
            let at = self.place(&text, kind, if own.is_some() { 1.0 } else { ALIKE });
            self.remember(&text, kind, at);
            at
        });
        let part = self.part(placed.at);
        let group = &mut self.all[at];
        let before = group.weight;
        group.take(placed, part, self.keep);
        self.weight = self.weight + group.weight - before;
        if self.weight > MOST_BYTES {
            self.shrink();
        }
    }

    fn seen(&self, text: &str, kind: Kind) -> Option<usize> {
        let known = self.seen.get(text)?;
        known
            .iter()
            .find(|(one, _)| *one == kind)
            .map(|(_, at)| *at)
    }

    fn remember(&mut self, text: &str, kind: Kind, at: usize) {
        if text.len() > LONGEST_REMEMBERED {
            return;
        }
        if self.seen.len() >= REMEMBERED {
            self.seen.clear();
        }
        self.seen.entry(text.into()).or_default().push((kind, at));
    }

    /// The group of a line that says `text`: one that is alike, or a new one.
    fn place(&mut self, text: &str, kind: Kind, least: f64) -> usize {
        let words: Vec<&str> = text.split_whitespace().take(WORDS).collect();
        let leaf = Leaf {
            kind,
            words: words.len(),
            first: words.first().copied().unwrap_or_default().to_owned(),
        };
        let known = self.leaves.get(&leaf).map_or(&[][..], Vec::as_slice);
        let full = known.len() >= MOST || self.all.len() >= MOST_PATTERNS;
        let best = known
            .iter()
            .map(|at| (*at, alike(&self.all[*at].words, &words)))
            .filter(|(_, alike)| full || *alike >= least)
            .max_by(|(_, a), (_, b)| a.total_cmp(b));
        if let Some((at, _)) = best {
            self.all[at].widen(&words);
            return at;
        }
        if self.all.len() >= MOST_PATTERNS {
            return self.other(kind);
        }
        let at = self.open(&words, kind);
        self.leaves.entry(leaf).or_default().push(at);
        at
    }

    /// The group of lines without a pattern of their own.
    fn other(&mut self, kind: Kind) -> usize {
        if let Some(at) = self.others.get(&kind) {
            return *at;
        }
        let at = self.open(&[OTHERS], kind);
        self.others.insert(kind, at);
        at
    }

    fn open(&mut self, words: &[&str], kind: Kind) -> usize {
        let parts = if self.span.is_some() { PARTS } else { 0 };
        self.all.push(Group::new(words, kind, parts));
        self.all.len() - 1
    }

    /// Which part of the time `at` is in.
    fn part(&self, at: Timestamp) -> Option<usize> {
        let (since, until) = self.span?;
        let length = until.as_millisecond() - since.as_millisecond();
        let passed = (at.as_millisecond() - since.as_millisecond()).clamp(0, length);
        let part = passed as f64 * PARTS as f64 / length.max(1) as f64;
        Some((part as usize).min(PARTS - 1))
    }

    /// Keeps fewer lines of each pattern, and at last shorter ones, until they have room.
    fn shrink(&mut self) {
        while self.weight > MOST_BYTES && self.keep > 1 {
            self.keep /= 2;
            for group in &mut self.all {
                group.keep(self.keep);
            }
            self.weigh();
        }
        if self.weight > MOST_BYTES {
            self.all.iter_mut().for_each(Group::shorten);
            self.weigh();
        }
    }

    fn weigh(&mut self) {
        self.weight = self.all.iter().map(|group| group.weight).sum();
    }
}

/// The share of words that are the same.
fn alike(pattern: &[String], words: &[&str]) -> f64 {
    let same = pattern.iter().zip(words).filter(|(a, b)| a == *b).count();
    same as f64 / words.len().max(1) as f64
}

/// The patterns of `lines`, those of one function in one Region oldest first.
pub fn patterns(lines: impl IntoIterator<Item = Arc<Placed>>) -> Vec<Pattern> {
    let mut grouping = Grouping::default();
    for placed in lines {
        grouping.take(placed);
    }
    grouping.patterns()
}
