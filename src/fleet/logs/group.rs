//! One pattern while lines are grouped: counters for each writer, and a bounded number of the newest lines.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;

use super::failure::Failure;
use super::line::Level;
use super::pattern::{Pattern, Placed, Tally};
use crate::Region;

/// A word that differs.
const ANY: &str = "<*>";
/// Minutes in which one writer's lines of one pattern are counted apart: a day, and an hour of it again.
const MOST_MINUTES: usize = 25 * 60;

/// What one function wrote in one Region.
#[derive(Debug)]
struct Writer {
    region: Region,
    source: Arc<str>,
    tally: Tally,
    /// How often in each minute since 1970, oldest first.
    minutes: VecDeque<(i64, u64)>,
}

impl Writer {
    fn count(&mut self, at: Timestamp) {
        self.tally.count += 1;
        self.tally.first = self.tally.first.min(at);
        self.tally.last = self.tally.last.max(at);
        let minute = at.as_second().div_euclid(60);
        if let Some((last, count)) = self.minutes.back_mut()
            && *last == minute
        {
            *count += 1;
            return;
        }
        match self.minutes.binary_search_by_key(&minute, |(one, _)| *one) {
            Ok(found) => self.minutes[found].1 += 1,
            Err(place) => self.minutes.insert(place, (minute, 1)),
        }
        if self.minutes.len() > MOST_MINUTES {
            self.minutes.pop_front();
        }
    }
}

/// Lines that say the same.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) words: Vec<String>,
    failure: Option<Failure>,
    level: Option<Level>,
    writers: Vec<Writer>,
    /// The writer of the line before: mostly the next one's as well.
    writer: usize,
    parts: Vec<u32>,
    newest: VecDeque<Arc<Placed>>,
    /// Bytes of them.
    pub(super) weight: usize,
}

impl Group {
    /// One that says `words`, of the lines that begin with this one.
    pub(super) fn new(
        words: &[&str],
        (failure, level): (Option<Failure>, Option<Level>),
        parts: usize,
    ) -> Self {
        Self {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            failure,
            level,
            writers: Vec::new(),
            writer: 0,
            parts: vec![0; parts],
            newest: VecDeque::new(),
            weight: 0,
        }
    }

    /// Leaves open what differs in `words`.
    pub(super) fn widen(&mut self, words: &[&str]) {
        for (mine, other) in self.words.iter_mut().zip(words) {
            if mine != other {
                ANY.clone_into(mine);
            }
        }
    }

    /// Counts a line in `part` of the time, and keeps it among the `keep` newest.
    pub(super) fn take(&mut self, placed: Arc<Placed>, part: Option<usize>, keep: usize) {
        self.writer_of(&placed).count(placed.at);
        if let Some(count) = part.and_then(|part| self.parts.get_mut(part)) {
            *count = count.saturating_add(1);
        }
        // Regions are read one after another: a line may be older than those that are kept.
        let is_newest = self.newest.back().is_none_or(|last| last.at <= placed.at);
        let place = if is_newest {
            self.newest.len()
        } else {
            self.newest.partition_point(|one| one.at <= placed.at)
        };
        if place == 0 && self.newest.len() >= keep {
            return;
        }
        self.weight += placed.weight();
        self.newest.insert(place, placed);
        self.keep(keep);
    }

    /// Keeps the `most` newest lines.
    pub(super) fn keep(&mut self, most: usize) {
        while self.newest.len() > most {
            if let Some(old) = self.newest.pop_front() {
                self.weight -= old.weight();
            }
        }
    }

    /// Keeps what it has in a shorter form.
    pub(super) fn shorten(&mut self) {
        for one in &mut self.newest {
            *one = Arc::new(one.shortened());
        }
        self.weight = self.newest.iter().map(|one| one.weight()).sum();
    }

    fn writer_of(&mut self, placed: &Placed) -> &mut Writer {
        let is_its = |one: &Writer| one.region == placed.region && one.source == placed.source;
        if !self.writers.get(self.writer).is_some_and(is_its) {
            let known = self.writers.iter().position(is_its);
            self.writer = known.unwrap_or_else(|| {
                self.writers.push(Writer {
                    region: placed.region.clone(),
                    source: placed.source.clone(),
                    tally: Tally {
                        count: 0,
                        first: placed.at,
                        last: placed.at,
                    },
                    minutes: VecDeque::new(),
                });
                self.writers.len() - 1
            });
        }
        &mut self.writers[self.writer]
    }

    /// What became of it; none where no line was taken.
    pub(super) fn pattern(self) -> Option<Pattern> {
        let example = self.newest.back()?.clone();
        let mut pattern = Pattern {
            text: self.words.join(" "),
            failure: self.failure,
            level: self.level,
            sources: self
                .writers
                .iter()
                .map(|one| one.source.to_string())
                .collect(),
            regions: BTreeMap::new(),
            minutes: BTreeMap::new(),
            parts: self.parts,
            example,
            newest: self.newest.into(),
        };
        for one in self.writers {
            let tally = pattern.regions.entry(one.region.clone()).or_insert(Tally {
                count: 0,
                ..one.tally
            });
            tally.count += one.tally.count;
            tally.first = tally.first.min(one.tally.first);
            tally.last = tally.last.max(one.tally.last);
            let writers = pattern.minutes.entry(one.region).or_default();
            writers.insert(one.source.to_string(), one.minutes.into_iter().collect());
        }
        Some(pattern)
    }
}
