//! Reads a recording: all of it is unpacked, its lines are listed, and what is asked for is read then.

use std::io::{ErrorKind, Read as _};
use std::ops::Range;

use jiff::Timestamp;
use serde::Deserialize;
use zstd::stream::read::Decoder;

use super::entry::{Entry, Head, Heading, Noted, SCHEMA, verdict};
use super::error::RecordingError;
use gwctl_actions::Record;
use gwctl_fleet::Verdict;
use gwctl_observe::{Errors, Happened};

/// Most bytes of a recording when it is unpacked: some days of a large fleet.
const MOST: usize = 1 << 30;
/// As zstd counts windows: no larger one than its own tools take.
const WINDOW: u32 = 27;

/// A recording that was read.
#[derive(Debug)]
pub struct Recording {
    pub head: Head,
    /// What the operators wrote down, oldest first; those of a run's journal are in the run.
    pub notes: Vec<Noted>,
    /// Pictures that were not kept.
    pub missed: u64,
    /// It ends in the middle of a line, as after a crash.
    pub cut: bool,
    text: Vec<u8>,
    pub(crate) pictures: Vec<Picture>,
    pub(crate) happened: Vec<(Timestamp, Line)>,
    pub(crate) errors: Vec<(Timestamp, Line)>,
    pub(crate) records: Vec<(String, Record)>,
}

/// A line: its number, counted from 1, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    number: usize,
    place: Range<usize>,
}

/// Where a picture is told.
#[derive(Debug)]
pub(crate) struct Picture {
    pub(crate) at: Timestamp,
    pub(crate) verdicts: String,
    pub(crate) whole: bool,
    pub(crate) line: Line,
}

impl Recording {
    /// Reads `bytes`, up to the last whole line.
    pub fn read(bytes: &[u8]) -> Result<Self, RecordingError> {
        let (text, torn) = unpacked(bytes)?;
        let mut lines = lines(&text);
        let cut = torn || text.last().is_some_and(|last| *last != b'\n');
        let head = match lines.next() {
            Some(first) => head(&text[first.place.clone()])?,
            None if text.is_empty() => return Err(RecordingError::Empty),
            None => return Err(RecordingError::Foreign("its first line has no end".into())),
        };
        let mut found = Self {
            head,
            notes: Vec::new(),
            missed: 0,
            cut,
            text: Vec::new(),
            pictures: Vec::new(),
            happened: Vec::new(),
            errors: Vec::new(),
            records: Vec::new(),
        };
        for line in lines {
            found.list(&text, line)?;
        }
        if found.pictures.first().is_none_or(|first| !first.whole) {
            return Err(RecordingError::Empty);
        }
        found.text = text;
        Ok(found)
    }

    fn list(&mut self, text: &[u8], line: Line) -> Result<(), RecordingError> {
        let bytes = &text[line.place.clone()];
        match parse(bytes, &line)? {
            Heading::Whole { at, verdicts } => self.pictures.push(Picture {
                at,
                verdicts,
                whole: true,
                line,
            }),
            Heading::Changed { at, verdicts } => self.pictures.push(Picture {
                at,
                verdicts,
                whole: false,
                line,
            }),
            Heading::Happened { at } => self.happened.push((at, line)),
            Heading::Errors { at } => self.errors.push((at, line)),
            Heading::Missed { pictures } => self.missed += pictures,
            Heading::Run {} => {
                if let Entry::Run { run, record, .. } = parse(bytes, &line)? {
                    self.records.push((run, *record));
                }
            }
            Heading::Note {} => {
                if let Entry::Note(note) = parse(bytes, &line)? {
                    self.notes.push(note);
                }
            }
        }
        Ok(())
    }

    /// When it begins: the time of its first picture.
    pub fn from(&self) -> Timestamp {
        self.pictures
            .first()
            .map_or(self.head.at, |picture| picture.at)
    }

    /// When it ends: with its last picture, or with a note that was written after it.
    pub fn to(&self) -> Timestamp {
        let picture = self.pictures.last().map(|picture| picture.at);
        let note = self.notes.last().map(|note| note.at);
        picture.max(note).unwrap_or(self.head.at)
    }

    /// How many pictures it has: one at least.
    pub fn count(&self) -> usize {
        self.pictures.len()
    }

    /// When the picture of this number was taken.
    pub fn at(&self, index: usize) -> Option<Timestamp> {
        Some(self.pictures.get(index)?.at)
    }

    /// The last picture that was taken at `at` or before; the first one where there is none.
    pub fn index(&self, at: Timestamp) -> usize {
        let behind = self.pictures.partition_point(|picture| picture.at <= at);
        behind.saturating_sub(1)
    }

    /// The next picture behind `index`, or before it, with other verdicts than the one next to it.
    pub fn next_verdict(&self, index: usize, forward: bool) -> Option<usize> {
        let differs = |at: &usize| {
            let before = at
                .checked_sub(1)
                .and_then(|before| self.pictures.get(before));
            before.is_some_and(|before| before.verdicts != self.pictures[*at].verdicts)
        };
        if forward {
            (index + 1..self.count()).find(differs)
        } else {
            (0..index).rev().find(differs)
        }
    }

    /// The fleet's verdict, from each of these moments on.
    pub fn fleet_verdicts(&self) -> Vec<(Timestamp, Verdict)> {
        let known = self.pictures.iter().filter_map(|picture| {
            let letter = picture.verdicts.chars().next()?;
            Some((picture.at, verdict(letter)?))
        });
        let mut verdicts: Vec<(Timestamp, Verdict)> = known.collect();
        verdicts.dedup_by_key(|(_, verdict)| *verdict);
        verdicts
    }

    /// The last answer of what happened that contains what was known at `at`; or the last one of all, where none is
    /// wanted for a moment.
    pub fn happened(&self, at: Option<Timestamp>) -> Result<Option<Happened>, RecordingError> {
        let known = |one: &&(Timestamp, Line)| at.is_none_or(|at| one.0 <= at);
        let Some((_, line)) = self.happened.iter().rfind(known) else {
            return Ok(None);
        };
        match self.entry(line)? {
            Entry::Happened { happened, .. } => Ok(Some(*happened)),
            _ => Ok(None),
        }
    }

    /// What the functions logged as errors: the last answer that was known at `at`, or the first one after it.
    pub fn errors(&self, at: Timestamp) -> Result<Option<Errors>, RecordingError> {
        let known = self.errors.iter().rfind(|(asked, _)| *asked <= at);
        let Some((_, line)) = known.or(self.errors.first()) else {
            return Ok(None);
        };
        match self.entry(line)? {
            Entry::Errors { errors, .. } => Ok(Some(*errors)),
            _ => Ok(None),
        }
    }

    /// The records of every run, in the order in which they were written.
    pub fn runs(&self) -> Vec<(&str, Vec<&Record>)> {
        let mut runs: Vec<(&str, Vec<&Record>)> = Vec::new();
        for (run, record) in &self.records {
            match runs.iter_mut().find(|(known, _)| known == run) {
                Some((_, records)) => records.push(record),
                None => runs.push((run, vec![record])),
            }
        }
        runs
    }

    pub(crate) fn entry(&self, line: &Line) -> Result<Entry, RecordingError> {
        parse(&self.text[line.place.clone()], line)
    }
}

impl Line {
    pub(crate) fn of<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        &text[self.place.clone()]
    }

    pub(crate) fn broken(&self, why: impl Into<String>) -> RecordingError {
        RecordingError::Line {
            line: self.number,
            why: why.into(),
        }
    }
}

fn parse<'a, T: Deserialize<'a>>(text: &'a [u8], line: &Line) -> Result<T, RecordingError> {
    serde_json::from_slice(text).map_err(|error| line.broken(error.to_string()))
}

/// Every whole line.
pub(crate) fn lines(text: &[u8]) -> impl Iterator<Item = Line> {
    let ends = text.iter().enumerate();
    let ends = ends.filter_map(|(at, byte)| (*byte == b'\n').then_some(at));
    let mut begin = 0;
    ends.enumerate().map(move |(number, end)| Line {
        number: number + 1,
        place: std::mem::replace(&mut begin, end + 1)..end,
    })
}

pub(crate) fn head(line: &[u8]) -> Result<Head, RecordingError> {
    #[derive(Deserialize)]
    struct Version {
        schema: String,
    }
    let foreign = |error: serde_json::Error| RecordingError::Foreign(error.to_string());
    let Version { schema } = serde_json::from_slice(line).map_err(foreign)?;
    if !schema.starts_with("gwctl.recording/") {
        let why = format!("its first line names `{}`", gwctl_fleet::clean(&schema, 40));
        return Err(RecordingError::Foreign(why));
    }
    if schema != SCHEMA {
        let found = gwctl_fleet::clean(&schema, 40);
        return Err(RecordingError::Version { found });
    }
    serde_json::from_slice(line).map_err(foreign)
}

/// The text, and whether its end is missing.
pub(crate) fn unpacked(bytes: &[u8]) -> Result<(Vec<u8>, bool), RecordingError> {
    let foreign = |error: std::io::Error| RecordingError::Foreign(error.to_string());
    let mut decoder = Decoder::with_buffer(bytes).map_err(foreign)?;
    decoder.window_log_max(WINDOW).map_err(foreign)?;
    let mut text = Vec::new();
    let mut part = vec![0; 1 << 17];
    loop {
        match decoder.read(&mut part) {
            Ok(0) => return Ok((text, false)),
            Ok(count) => text.extend_from_slice(&part[..count]),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok((text, true)),
            Err(error) if text.is_empty() => return Err(foreign(error)),
            // Damaged further on: what is before it is whole.
            Err(_) => return Ok((text, true)),
        }
        if text.len() > MOST {
            return Err(RecordingError::Large(MOST >> 20));
        }
    }
}
