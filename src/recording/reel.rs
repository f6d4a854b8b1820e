//! A recording at one moment, which moves.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize as _;
use serde_json::Value;

use super::difference::apply;
use super::entry::Entry;
use super::error::RecordingError;
use super::read::{Line, Recording};
use gwctl_actions::{Record, RunState};
use gwctl_fleet::Snapshot;
use gwctl_observe::{Errors, Happened};

/// Everything that was known at a moment.
#[derive(Debug, Clone)]
pub struct Moment {
    pub at: Timestamp,
    /// The number of the picture, counted from 0.
    pub index: usize,
    pub picture: Arc<Snapshot>,
    /// The last answer of what happened.
    pub happened: Option<Arc<Happened>>,
    /// The last answer of what the functions log as errors.
    pub errors: Option<Arc<Errors>>,
    /// The run that began last, as it stood.
    pub run: Option<Arc<RunState>>,
}

/// A recording at one moment.
#[derive(Debug)]
pub struct Reel {
    recording: Arc<Recording>,
    index: usize,
    /// The picture as it is in the file, to apply the next difference to.
    value: Value,
    picture: Arc<Snapshot>,
    happened: Option<(Line, Arc<Happened>)>,
    errors: Option<(Line, Arc<Errors>)>,
    run: Option<(usize, Arc<RunState>)>,
}

impl Reel {
    /// At the first picture.
    pub fn new(recording: Arc<Recording>) -> Result<Self, RecordingError> {
        let value = at(&recording, 0, None)?;
        let picture = picture(&recording, 0, &value)?;
        Ok(Self {
            recording,
            index: 0,
            value,
            picture,
            happened: None,
            errors: None,
            run: None,
        })
    }

    /// What is on it.
    pub fn recording(&self) -> &Recording {
        &self.recording
    }

    /// The number of the picture it stands at.
    pub const fn index(&self) -> usize {
        self.index
    }

    /// Moves to the picture of this number, or to the last one.
    pub fn seek(&mut self, index: usize) -> Result<(), RecordingError> {
        let index = index.min(self.recording.count() - 1);
        if index == self.index {
            return Ok(());
        }
        let known = std::mem::take(&mut self.value);
        self.value = at(&self.recording, index, Some((self.index, known)))?;
        self.index = index;
        self.picture = picture(&self.recording, index, &self.value)?;
        Ok(())
    }

    /// What was known at `at`, by the picture it stands at and all else that there was by then.
    pub fn moment(&mut self, at: Timestamp) -> Result<Moment, RecordingError> {
        let recording = Arc::clone(&self.recording);
        if let Some(line) = another(&mut self.happened, &recording.happened, at)
            && let Entry::Happened { happened, .. } = recording.entry(line)?
        {
            self.happened = Some((line.clone(), Arc::new(*happened)));
        }
        if let Some(line) = another(&mut self.errors, &recording.errors, at)
            && let Entry::Errors { errors, .. } = recording.entry(line)?
        {
            self.errors = Some((line.clone(), Arc::new(*errors)));
        }
        let records: Vec<&(String, Record)> = recording
            .records
            .iter()
            .filter(|(_, record)| record.at <= at)
            .collect();
        if self
            .run
            .as_ref()
            .is_none_or(|(count, _)| *count != records.len())
        {
            self.run = run(&records).map(|run| (records.len(), Arc::new(run)));
        }
        Ok(Moment {
            at,
            index: self.index,
            picture: Arc::clone(&self.picture),
            happened: self.happened.as_ref().map(|(_, happened)| happened.clone()),
            errors: self.errors.as_ref().map(|(_, errors)| errors.clone()),
            run: self.run.as_ref().map(|(_, run)| run.clone()),
        })
    }
}

/// The line of the last answer before `at`, where it is not the one that is `known`. Where there is none, nothing is
/// known any more.
fn another<'a, T>(
    known: &mut Option<(Line, Arc<T>)>,
    asked: &'a [(Timestamp, Line)],
    at: Timestamp,
) -> Option<&'a Line> {
    let newest = asked.iter().rfind(|(asked, _)| *asked <= at);
    let Some((_, line)) = newest else {
        *known = None;
        return None;
    };
    let same = known.as_ref().is_some_and(|(known, _)| known == line);
    (!same).then_some(line)
}

/// The run that began last; what cannot follow is left out.
fn run(records: &[&(String, Record)]) -> Option<RunState> {
    let (last, _) = records.iter().rfind(|(_, record)| record.n == 0)?;
    let own = records.iter().filter(|(run, _)| run == last);
    RunState::told(own.map(|(_, record)| record)).ok()
}

/// The picture of this number as it is in the file, from the one that is known where that is nearer than a whole one.
fn at(
    recording: &Recording,
    index: usize,
    known: Option<(usize, Value)>,
) -> Result<Value, RecordingError> {
    let pictures = &recording.pictures[..=index];
    let whole = pictures.iter().rposition(|picture| picture.whole);
    let whole = whole.ok_or(RecordingError::Empty)?;
    let (mut value, from) = match known {
        Some((known, value)) if (whole..index).contains(&known) => (value, known + 1),
        _ => (Value::Null, whole),
    };
    for picture in &pictures[from..] {
        match recording.entry(&picture.line)? {
            Entry::Whole { picture, .. } => value = picture,
            Entry::Changed { change, .. } => {
                let unfit = |_| {
                    picture
                        .line
                        .broken("it does not follow the picture before it")
                };
                apply(&mut value, change).map_err(unfit)?;
            }
            _ => {}
        }
    }
    Ok(value)
}

fn picture(
    recording: &Recording,
    index: usize,
    value: &Value,
) -> Result<Arc<Snapshot>, RecordingError> {
    let line = &recording.pictures[index].line;
    let read = Snapshot::deserialize(value);
    read.map(Arc::new)
        .map_err(|error| line.broken(error.to_string()))
}
