//! What this machine's journal of a run and the team's do not agree on: kept beside the journal until somebody settles
//! it, so that it is shown and never merged in silence.

use std::io::Write as _;
use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::folder::Folder;
use crate::LeaseHolder;

/// What does not agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "clash", rename_all = "kebab-case")]
pub enum Clash {
    /// Somebody else had the fleet's lease when the table answered again.
    Lease {
        /// Who; none where the table does not tell.
        holder: Option<LeaseHolder>,
    },
    /// Another run changed the fleet while this one went on without the table.
    Run {
        /// Which.
        id: String,
    },
    /// Both have other lines, and this machine's tell of a change that the team's do not.
    Lines {
        /// The first that differs, counted from 1.
        line: u64,
    },
    /// The same, but nothing was sent by it: the team's were taken.
    SetAside {
        /// The first that differs, counted from 1.
        line: u64,
        /// The file, in the folder of the journals, that keeps what this machine had.
        file: String,
    },
}

impl std::fmt::Display for Clash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Lease { holder } => {
                match holder {
                    Some(holder) => write!(f, "{holder}")?,
                    None => f.write_str("somebody")?,
                }
                f.write_str(
                    " had the fleet's lease when the shared table answered again: both may have changed the fleet",
                )
            }
            Self::Run { id } => write!(
                f,
                "run {id} changed the fleet while this one went on without the shared table: neither knew of the other"
            ),
            Self::Lines { line } => write!(
                f,
                "the journal on this machine and the team's differ from line {line} on, and this machine sent a change that \
                 the team's does not have"
            ),
            Self::SetAside { line, file } => write!(
                f,
                "the journal on this machine differed from the team's from line {line} on; it sent nothing by those lines. \
                 The team's journal counts, this machine's is kept as {file}"
            ),
        }
    }
}

/// A conflict of a run, as this machine found it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// Which run.
    #[serde(default)]
    pub run: String,
    /// When it was found, by this machine's clock.
    pub found: Timestamp,
    /// What does not agree.
    #[serde(flatten)]
    pub clash: Clash,
}

impl std::fmt::Display for Conflict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let found = self.found.strftime("%Y-%m-%d %H:%M:%SZ");
        write!(f, "conflict found {found}: {}", self.clash)
    }
}

impl Conflict {
    /// What the engineer can do about it.
    pub fn advice(&self) -> String {
        format!(
            "`gwctl runs verify {0}` compares both journals; `gwctl runs settle {0} --write` keeps the team's, and writes there what \
             this machine did alone",
            self.run
        )
    }
}

/// The name's ending of the file that keeps the conflicts of a run.
const ENDING: &str = "conflict";

impl Folder {
    /// The conflicts of the run `id` that nobody settled, the oldest first.
    pub fn conflicts(&self, id: &str) -> Vec<Conflict> {
        let text = gwctl_files::read(&self.conflict_file(id)).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// Those of all runs.
    pub fn all_conflicts(&self) -> Vec<Conflict> {
        let entries = std::fs::read_dir(self.path()).into_iter().flatten();
        let ids = entries.flatten().filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            Some(name.strip_suffix(&format!(".{ENDING}"))?.to_owned())
        });
        let mut ids: Vec<String> = ids.collect();
        ids.sort();
        ids.iter().flat_map(|id| self.conflicts(id)).collect()
    }

    /// Keeps that `clash` was found. What is known already is not written again.
    pub(crate) fn note_clash(&self, id: &str, clash: Clash, found: Timestamp) {
        let mut known = self.conflicts(id);
        if known.iter().any(|known| known.clash == clash) {
            return;
        }
        let run = id.to_owned();
        known.push(Conflict { run, found, clash });
        // A folder that cannot be written shows when a run is to begin in it.
        drop(self.write_conflicts(id, &known));
    }

    fn write_conflicts(&self, id: &str, all: &[Conflict]) -> std::io::Result<()> {
        let mut file = super::private()
            .create(true)
            .write(true)
            .truncate(true)
            .open(self.conflict_file(id))?;
        file.write_all(&serde_json::to_vec(all)?)
    }

    /// Somebody settled them.
    pub(crate) fn forget_conflicts(&self, id: &str) -> std::io::Result<()> {
        match std::fs::remove_file(self.conflict_file(id)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn conflict_file(&self, id: &str) -> PathBuf {
        self.journal(id).with_extension(ENDING)
    }
}
