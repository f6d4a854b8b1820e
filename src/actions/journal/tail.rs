//! A journal as it grows, for those who watch a run, from this process or another.

use std::fs::OpenOptions;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;

use super::entry::Record;
use super::file::{self, Broken, Torn};
use super::state::RunState;

/// Reads what was added since the last time. The chain is checked on the way.
#[derive(Debug)]
pub struct Tail {
    path: PathBuf,
    /// Bytes of whole lines read.
    offset: u64,
    lines: usize,
    last: Option<Record>,
    torn: Option<Torn>,
    state: Option<RunState>,
}

impl Tail {
    pub(super) const fn new(path: PathBuf) -> Self {
        Self {
            path,
            offset: 0,
            lines: 0,
            last: None,
            torn: None,
            state: None,
        }
    }

    /// The records added since. A line that is not whole yet counts once it is.
    pub fn read(&mut self) -> Result<Vec<Record>, Broken> {
        let mut added = Vec::new();
        let io = |cause| Broken::Io {
            path: self.path.clone(),
            cause,
        };
        let mut file = gwctl_files::open(OpenOptions::new().read(true), &self.path).map_err(io)?;
        file.seek(SeekFrom::Start(self.offset)).map_err(io)?;
        file.read_to_end(&mut added).map_err(io)?;
        let mut records = Vec::new();
        let (lines, torn) = file::lines(&added);
        self.torn = torn;
        for line in lines {
            let record = file::record(&self.path, self.lines, line, self.last.as_ref())?;
            self.fold(&record)?;
            self.offset += line.len() as u64;
            self.lines += 1;
            self.last = Some(record.clone());
            records.push(record);
        }
        Ok(records)
    }

    /// How it ended behind the last whole record; none where that was the end.
    pub const fn torn(&self) -> Option<Torn> {
        self.torn
    }

    /// The hash of the last whole record, which stands for all before it.
    pub fn hash(&self) -> Option<&str> {
        self.last.as_ref().map(|record| record.hash.as_str())
    }

    /// What all records read so far add up to.
    pub const fn state(&self) -> Option<&RunState> {
        self.state.as_ref()
    }

    fn fold(&mut self, record: &Record) -> Result<(), Broken> {
        let taken = match &mut self.state {
            None => RunState::begin(record).map(|state| self.state = Some(state)),
            Some(state) => state.take(record),
        };
        taken.map_err(|why| Broken::Illegal {
            path: self.path.clone(),
            line: self.lines + 1,
            why,
        })
    }
}
