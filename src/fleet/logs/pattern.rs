//! Lines that say the same, told once.
//!
//! Grouped as Drain does (He, Zhu, Zheng, Lyu: "Drain: An Online Log Parsing Approach with Fixed Depth Tree", 2017):
//! masked first, then by number of words and first word, then by the share of equal words. The crate `logdrain` does
//! the same, but reads the machine's clock at every line, keeps its state behind locks and brings a store in files with a
//! codec that nobody maintains: this layer is pure.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::failure::Failure;
use super::line::{Level, LineKind, LogLine};
use super::mask::masked;
use crate::{FunctionName, Region};

/// Share of equal words from which two lines say the same.
const ALIKE: f64 = 0.6;
/// Most words of a line that are compared.
const WORDS: usize = 64;
/// Most patterns of one number of words and one first word; a line beyond goes to the one that is most alike.
const MOST: usize = 100;
/// A word that differs.
const ANY: &str = "<*>";

/// A line, and where it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed {
    pub region: Region,
    /// The function's name.
    pub source: String,
    pub at: Timestamp,
    pub line: LogLine,
    /// The whole event as it was written, cleaned ([`super::clean_event`]).
    pub raw: Arc<str>,
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
    /// The newest of them.
    pub example: Placed,
    /// Where each of them stands among the lines that were grouped, oldest first.
    pub lines: Vec<usize>,
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

    /// How often `function`, in whatever way it is named, wrote it in `region`, in the minutes that `wanted` takes.
    pub fn count_of(&self, region: &Region, function: &str, wanted: impl Fn(i64) -> bool) -> u64 {
        let source = FunctionName::of(function).name;
        let writers = self.minutes.get(region).into_iter().flatten();
        writers
            .filter(|(writer, _)| writer.split(", ").any(|one| one == source))
            .flat_map(|(_, minutes)| minutes)
            .filter(|(minute, _)| wanted(**minute))
            .map(|(_, count)| count)
            .sum()
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

/// The patterns of `lines` (oldest first), errors first and then by count. What Lambda writes at every invocation is
/// left out, and a failure that several lines of one request tell is counted once.
pub fn patterns(lines: &[Placed]) -> Vec<Pattern> {
    let told = Told::of(lines);
    let mut groups = Groups::default();
    for (at, placed) in lines.iter().enumerate() {
        if !placed.line.is_routine() && !told.repeats(placed) {
            groups.add(at, placed, told.failure(placed));
        }
    }
    let mut all: Vec<Pattern> = groups
        .all
        .into_iter()
        .map(|group| group.pattern(lines))
        .collect();
    all.sort_by(|a, b| {
        let rank = |one: &Pattern| (!one.is_error(), std::cmp::Reverse(one.count()));
        rank(a).cmp(&rank(b)).then_with(|| a.text.cmp(&b.text))
    });
    all
}

/// A request in one function of one Region.
type Request<'a> = (&'a Region, &'a str, &'a str);

fn request(placed: &Placed) -> Option<Request<'_>> {
    let id = placed.line.request_id.as_deref()?;
    Some((&placed.region, &placed.source, id))
}

/// What is told of requests that failed.
struct Told<'a> {
    /// Those whose failure a line of its own tells, besides the report.
    by_a_line: HashSet<Request<'a>>,
    /// Those whose report says that memory ran out, which the other line does not know.
    out_of_memory: HashSet<Request<'a>>,
}

impl<'a> Told<'a> {
    fn of(lines: &'a [Placed]) -> Self {
        let failed = |placed: &&Placed| placed.line.failure.is_some();
        let (reports, others): (Vec<&Placed>, Vec<&Placed>) = lines
            .iter()
            .filter(failed)
            .partition(|placed| placed.line.kind == LineKind::Report);
        let out = |placed: &&&Placed| placed.line.failure == Some(Failure::OutOfMemory);
        let memory = reports.iter().filter(out);
        Self {
            out_of_memory: memory.filter_map(|placed| request(placed)).collect(),
            by_a_line: others.iter().filter_map(|placed| request(placed)).collect(),
        }
    }

    /// Whether another line tells it already.
    fn repeats(&self, placed: &Placed) -> bool {
        placed.line.kind == LineKind::Report
            && request(placed).is_some_and(|request| self.by_a_line.contains(&request))
    }

    fn failure(&self, placed: &Placed) -> Option<Failure> {
        let memory = request(placed).is_some_and(|request| self.out_of_memory.contains(&request));
        match placed.line.failure {
            Some(Failure::Crash) if memory => Some(Failure::OutOfMemory),
            failure => failure,
        }
    }
}

struct Group {
    words: Vec<String>,
    pattern: Pattern,
}

/// What a line must have in common with another to be compared with it at all.
#[derive(PartialEq, Eq, Hash)]
struct Leaf {
    failure: Option<Failure>,
    level: Option<Level>,
    words: usize,
    first: String,
}

#[derive(Default)]
struct Groups {
    all: Vec<Group>,
    leaves: HashMap<Leaf, Vec<usize>>,
}

impl Groups {
    fn add(&mut self, line: usize, placed: &Placed, failure: Option<Failure>) {
        let own = placed.line.pattern.as_deref();
        let text = own.map_or_else(|| masked(&placed.line.text).into(), Cow::Borrowed);
        // A format that says what lines have in common says it in every word.
        let least = if own.is_some() { 1.0 } else { ALIKE };
        let words: Vec<&str> = text.split_whitespace().take(WORDS).collect();
        let leaf = Leaf {
            failure,
            level: placed.line.level,
            words: words.len(),
            first: words.first().copied().unwrap_or_default().to_owned(),
        };
        let known = self.leaves.entry(leaf).or_default();
        let full = known.len() >= MOST;
        let best = known
            .iter()
            .map(|at| (*at, alike(&self.all[*at].words, &words)))
            .filter(|(_, alike)| full || *alike >= least)
            .max_by(|(_, a), (_, b)| a.total_cmp(b));
        let Some((at, _)) = best else {
            known.push(self.all.len());
            self.all.push(Group::new(&words, line, placed, failure));
            return;
        };
        self.all[at].take(&words, line, placed);
    }
}

/// Counts it in its minute. A million lines come by here: a name is copied once.
fn count_minute(minutes: &mut Minutes, placed: &Placed) {
    let minute = placed.at.as_second().div_euclid(60);
    let writers = minutes.entry(placed.region.clone()).or_default();
    match writers.get_mut(&placed.source) {
        Some(counts) => *counts.entry(minute).or_default() += 1,
        None => {
            writers.insert(placed.source.clone(), BTreeMap::from([(minute, 1)]));
        }
    }
}

/// The share of words that are the same.
fn alike(pattern: &[String], words: &[&str]) -> f64 {
    let same = pattern.iter().zip(words).filter(|(a, b)| a == *b).count();
    same as f64 / words.len().max(1) as f64
}

impl Group {
    fn new(words: &[&str], line: usize, placed: &Placed, failure: Option<Failure>) -> Self {
        let mut group = Self {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            pattern: Pattern {
                text: String::new(),
                failure,
                level: placed.line.level,
                sources: BTreeSet::new(),
                regions: BTreeMap::new(),
                minutes: BTreeMap::new(),
                example: placed.clone(),
                lines: Vec::new(),
            },
        };
        group.take(words, line, placed);
        group
    }

    /// The pattern, with the newest of its lines as the example.
    fn pattern(self, lines: &[Placed]) -> Pattern {
        let newest = self.pattern.lines.iter().filter_map(|at| lines.get(*at));
        let newest = newest.max_by_key(|placed| placed.at);
        Pattern {
            text: self.words.join(" "),
            example: newest.unwrap_or(&self.pattern.example).clone(),
            ..self.pattern
        }
    }

    fn take(&mut self, words: &[&str], line: usize, placed: &Placed) {
        for (mine, other) in self.words.iter_mut().zip(words) {
            if mine != other {
                ANY.clone_into(mine);
            }
        }
        let pattern = &mut self.pattern;
        if !pattern.sources.contains(&placed.source) {
            pattern.sources.insert(placed.source.clone());
        }
        let tally = pattern.regions.entry(placed.region.clone());
        let tally = tally.or_insert(Tally {
            count: 0,
            first: placed.at,
            last: placed.at,
        });
        count_minute(&mut pattern.minutes, placed);
        tally.count += 1;
        tally.first = tally.first.min(placed.at);
        tally.last = tally.last.max(placed.at);
        pattern.lines.push(line);
    }
}
