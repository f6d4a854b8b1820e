//! A journal on disk.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::watch;

use super::entry::{Entry, Record};
use super::folder::DiskFault;
use super::out_of_place::OutOfPlace;
use super::state::RunState;

/// Why a journal cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The file cannot be read.
    #[error("cannot read {path}: {cause}")]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: std::io::Error,
    },
    /// A line that is no record.
    #[error("{path}, line {line}: not a record: {why}")]
    Line {
        /// Which file.
        path: PathBuf,
        /// Counts from 1.
        line: usize,
        why: String,
    },
    /// The chain of hashes is broken: a line was changed, removed or put in.
    #[error("{path}, line {line}: the hash chain is broken: {why}; the lines before it are intact")]
    Chain {
        /// Which file.
        path: PathBuf,
        /// Counts from 1.
        line: usize,
        why: String,
    },
    /// A record that cannot follow those before it.
    #[error("{path}, line {line}: {why}")]
    Illegal {
        /// Which file.
        path: PathBuf,
        /// Counts from 1.
        line: usize,
        why: OutOfPlace,
    },
}

/// Why nothing can be written down: the run stops, for nothing may be sent that is not.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file.
    #[error("cannot write the journal {path}: {cause}; nothing more is sent")]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: std::io::Error,
    },
    /// Another machine goes on with the run: this process no longer writes its journal.
    #[error("{0}: this process sends nothing more")]
    TakenOver(String),
    /// A defect: the engine tried to write down what cannot be.
    #[error("a record does not fit the journal: {0}")]
    Illegal(#[from] OutOfPlace),
}

/// A journal that is being written.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    next: u64,
    prev: String,
    by: String,
    fault: Option<DiskFault>,
    /// A record could not be written: what the file holds is not known, and nothing may follow.
    failed: bool,
    state: Arc<RunState>,
    publish: watch::Sender<Arc<RunState>>,
}

impl Journal {
    /// Begins a new one with its first record.
    pub(super) fn begin(
        path: PathBuf,
        by: &str,
        at: Timestamp,
        entry: Entry,
        fault: Option<DiskFault>,
    ) -> Result<Self, JournalError> {
        let io = |cause| JournalError::Io {
            path: path.clone(),
            cause,
        };
        let first = Record::chained(0, at, by, entry, "");
        let state = Arc::new(RunState::begin(&first)?);
        let mut file = private()
            .create_new(true)
            .append(true)
            .open(&path)
            .map_err(io)?;
        crash("before", 0);
        write(&mut file, &first, true).map_err(io)?;
        // The name must be on disk as well.
        if let Some(folder) = path.parent() {
            File::open(folder)
                .and_then(|folder| folder.sync_all())
                .map_err(io)?;
        }
        crash("after", 0);
        let (publish, _) = watch::channel(state.clone());
        Ok(Self {
            prev: first.hash,
            path,
            file,
            next: 1,
            by: by.into(),
            fault,
            failed: false,
            state,
            publish,
        })
    }

    /// Goes on with one that was read; a torn last line is cut off.
    pub(super) fn go_on(
        path: PathBuf,
        by: &str,
        at: Timestamp,
        fault: Option<DiskFault>,
    ) -> Result<Self, ResumeError> {
        let (records, whole) = read(&path)?;
        let state = Arc::new(fold(&path, &records)?);
        let io = |cause| {
            ResumeError::Write(JournalError::Io {
                path: path.clone(),
                cause,
            })
        };
        let file = private().append(true).open(&path).map_err(io)?;
        file.set_len(whole).map_err(io)?;
        let prev = records
            .last()
            .map(|record| record.hash.clone())
            .unwrap_or_default();
        let (publish, _) = watch::channel(state.clone());
        let mut journal = Self {
            path,
            file,
            next: records.len() as u64,
            prev,
            by: by.into(),
            fault,
            failed: false,
            state,
            publish,
        };
        if journal.state.outcome.is_none() {
            journal
                .append(at, Entry::Resumed)
                .map_err(ResumeError::Write)?;
        }
        Ok(journal)
    }

    /// Writes one record down, on disk where it binds, and only then tells those who watch.
    pub(crate) fn append(&mut self, at: Timestamp, entry: Entry) -> Result<(), JournalError> {
        let by = self.by.clone();
        self.append_of(&by, at, entry)
    }

    /// As [`Self::append`], in the name of somebody who does not drive the run.
    pub(crate) fn append_of(
        &mut self,
        by: &str,
        at: Timestamp,
        entry: Entry,
    ) -> Result<(), JournalError> {
        let binds = entry.binds();
        let record = Record::chained(self.next, at, by, entry, &self.prev);
        let mut state = (*self.state).clone();
        state.take(&record)?;
        self.put(&record, binds).map_err(|cause| {
            self.failed = true;
            JournalError::Io {
                path: self.path.clone(),
                cause,
            }
        })?;
        self.next += 1;
        self.prev = record.hash;
        self.state = Arc::new(state);
        self.publish.send_replace(self.state.clone());
        Ok(())
    }

    fn put(&mut self, record: &Record, binds: bool) -> std::io::Result<()> {
        let full = || std::io::Error::from(std::io::ErrorKind::StorageFull);
        if self.failed || self.fault == Some(DiskFault::Before(self.next)) {
            return Err(full());
        }
        crash("before", self.next);
        write(&mut self.file, record, binds)?;
        crash("after", self.next);
        if self.fault == Some(DiskFault::After(self.next)) {
            return Err(full());
        }
        Ok(())
    }

    /// The hash of the last record.
    pub(crate) fn hash(&self) -> &str {
        &self.prev
    }

    /// As it stands.
    pub(crate) fn state(&self) -> &Arc<RunState> {
        &self.state
    }

    /// As it stands, and what follows.
    pub(crate) fn watch(&self) -> watch::Receiver<Arc<RunState>> {
        self.publish.subscribe()
    }
}

/// Why a run cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum ResumeError {
    /// What is there cannot be read.
    #[error(transparent)]
    Read(#[from] Broken),
    /// Nothing can be written.
    #[error(transparent)]
    Write(JournalError),
}

/// How a journal ends behind its last whole record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Torn {
    /// A line that was not written to its end, as a crash leaves it.
    Line,
    /// Zeros where lines were to be, as a power cut leaves them. No record has one.
    Zeros,
}

/// The whole lines of `text`, and how it ends behind them. What is behind the first zero counts as not
/// written, unless there is a record behind it: then something in the middle is gone.
pub(super) fn lines(text: &[u8]) -> (Vec<&[u8]>, Option<Torn>) {
    let mut whole = Vec::new();
    let mut rest = text;
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let (line, behind) = rest.split_at(end + 1);
        if line.contains(&0) && !holds_a_record(behind) {
            return (whole, Some(Torn::Zeros));
        }
        whole.push(line);
        rest = behind;
    }
    let torn = match rest {
        [] => None,
        rest if rest.contains(&0) => Some(Torn::Zeros),
        _ => Some(Torn::Line),
    };
    (whole, torn)
}

fn holds_a_record(text: &[u8]) -> bool {
    let mut lines = text.split(|byte| *byte == b'\n');
    lines.any(|line| serde_json::from_slice::<Record>(line).is_ok())
}

/// All whole records, and how many bytes they take. What a crash or a power cut tore off is not there yet.
pub(super) fn read(path: &Path) -> Result<(Vec<Record>, u64), Broken> {
    let text = gwctl_files::read(path).map_err(|cause| Broken::Io {
        path: path.into(),
        cause,
    })?;
    let mut records: Vec<Record> = Vec::new();
    let mut whole = 0;
    for (at, line) in lines(&text).0.into_iter().enumerate() {
        let record = record(path, at, line, records.last())?;
        records.push(record);
        whole += line.len() as u64;
    }
    Ok((records, whole))
}

/// The record on the line `at`, counted from 0, when it follows `last`.
pub(super) fn record(
    path: &Path,
    at: usize,
    line: &[u8],
    last: Option<&Record>,
) -> Result<Record, Broken> {
    let number = at + 1;
    let record: Record = serde_json::from_slice(line).map_err(|error| Broken::Line {
        path: path.into(),
        line: number,
        why: error.to_string(),
    })?;
    let broken = |why: &str| Broken::Chain {
        path: path.into(),
        line: number,
        why: why.into(),
    };
    let prev = last.map_or("", |record| record.hash.as_str());
    if record.n != at as u64 {
        return Err(broken("a record is missing or out of place"));
    }
    if record.prev != prev {
        return Err(broken("it does not follow the record before it"));
    }
    if !record.is_of(line) {
        return Err(broken("the record was changed"));
    }
    Ok(record)
}

/// What the records add up to.
pub(super) fn fold(path: &Path, records: &[Record]) -> Result<RunState, Broken> {
    let illegal = |line: usize, why: OutOfPlace| Broken::Illegal {
        path: path.into(),
        line,
        why,
    };
    let Some((first, rest)) = records.split_first() else {
        return Err(illegal(1, OutOfPlace::Empty));
    };
    let mut state = RunState::begin(first).map_err(|why| illegal(1, why))?;
    for (at, record) in rest.iter().enumerate() {
        state.take(record).map_err(|why| illegal(at + 2, why))?;
    }
    Ok(state)
}

fn write(file: &mut File, record: &Record, binds: bool) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(record)?;
    line.push(b'\n');
    // One call: a crash tears at most this line.
    file.write_all(&line)?;
    if binds { file.sync_data() } else { Ok(()) }
}

/// For the operator's eyes alone: plans name resources.
pub(crate) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    gwctl_files::private(&mut options);
    options
}

/// In builds for tests, `GWCTL_CRASH=before:7` kills the process at that record, as a power cut would.
#[cfg(debug_assertions)]
fn crash(when: &str, n: u64) {
    if std::env::var("GWCTL_CRASH").is_ok_and(|at| at == format!("{when}:{n}")) {
        let _ = std::process::Command::new("kill")
            .args(["-9", &std::process::id().to_string()])
            .status();
        loop {
            std::thread::park();
        }
    }
}

#[cfg(not(debug_assertions))]
const fn crash(_: &str, _: u64) {}
