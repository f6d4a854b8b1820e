//! Leases on this machine: a run holds the resources it acts on, whatever their fleet is called. A lock the
//! system takes back when its holder is gone, and only then.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::files::{Files, file_name};
use crate::{Claim, LeaseHolder, SAME_RUN};

/// What a lease's file says.
#[derive(Debug, Serialize, Deserialize)]
struct Written {
    #[serde(flatten)]
    holder: LeaseHolder,
    /// What is held.
    #[serde(default)]
    binding: Value,
}

/// Held until dropped.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why the lock of a run on this machine cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LeaseRefused {
    /// Somebody acts on the fleet.
    #[error("{}", LeaseHolder::in_the_way(&holder.to_string(), shares))]
    Taken {
        /// Who.
        holder: Box<LeaseHolder>,
        /// What both act on, such as `domain api.example.com`; or [`SAME_RUN`].
        shares: String,
    },
    /// The folder.
    #[error("cannot use {path}: {cause}")]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: std::io::Error,
    },
}

/// A process that takes a lease holds this file meanwhile: no other process takes one between the check of the others
/// and its own.
const GATE: &str = "leases.lock";
const ENDING: &str = ".lease";

impl Files {
    /// Takes the lock of what `claim` holds, or says who has some of it, as `conflict` tells of what another holds.
    pub fn lock(
        &self,
        claim: &Claim,
        conflict: &dyn Fn(&Value) -> Option<String>,
    ) -> Result<Lock, LeaseRefused> {
        let folder = self.path();
        self.prepare()?;
        let gate = folder.join(GATE);
        let _gate = locked(&gate)?;
        let own = path(folder, &claim.holder.run);
        for other in leases(folder) {
            match living(&other) {
                Some(written) => {
                    if let Some(shares) = conflict(&written.binding) {
                        let same = written.holder.run == claim.holder.run;
                        let shares = if same { SAME_RUN.into() } else { shares };
                        let holder = Box::new(written.holder);
                        return Err(LeaseRefused::Taken { holder, shares });
                    }
                }
                None if other == own => {}
                // Its holder is gone.
                None => drop(std::fs::remove_file(&other)),
            }
        }
        let mut file = locked(&own)?;
        let written = Written {
            holder: claim.holder.clone(),
            binding: claim.holds.clone(),
        };
        let text = serde_json::to_vec(&written).unwrap_or_default();
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(&text))
            .map_err(|cause| LeaseRefused::Io { path: own, cause })?;
        Ok(Lock { _file: file })
    }

    /// The process of this machine that drives `run` now.
    pub fn holder(&self, run: &str) -> Option<LeaseHolder> {
        Some(living(&path(self.path(), run))?.holder)
    }
}

fn leases(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| {
        let named = path.to_string_lossy().ends_with(ENDING);
        // What only looks like a lease, such as a pipe, would never be read to its end.
        named && path.is_file()
    })
}

/// What the lease at `path` says, as long as somebody holds it.
fn living(path: &Path) -> Option<Written> {
    let mut file = gwctl_files::open(OpenOptions::new().read(true), path).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => Some(read(&mut file).unwrap_or_else(unknown)),
        _ => None,
    }
}

/// The file, locked. A process that looks for a holder has the lock for an instant: that does not make it a holder.
fn locked(path: &Path) -> Result<File, LeaseRefused> {
    let io = |cause| LeaseRefused::Io {
        path: path.to_owned(),
        cause,
    };
    let mut file = open(path).map_err(io)?;
    for _ in 0..40 {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(5)),
            Err(TryLockError::Error(cause)) => return Err(io(cause)),
        }
    }
    let written = read(&mut file).unwrap_or_else(unknown);
    Err(LeaseRefused::Taken {
        shares: SAME_RUN.into(),
        holder: Box::new(written.holder),
    })
}

fn open(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    gwctl_files::private(&mut options);
    options.read(true).write(true).create(true).truncate(false);
    gwctl_files::open(&mut options, path)
}

fn read(file: &mut File) -> Option<Written> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

/// It is locked, and does not say by whom.
fn unknown() -> Written {
    Written {
        holder: LeaseHolder {
            operator: "somebody".into(),
            host: "this machine".into(),
            pid: 0,
            run: "not named yet".into(),
            since: Timestamp::UNIX_EPOCH,
        },
        binding: Value::Null,
    }
}

fn path(folder: &Path, run: &str) -> PathBuf {
    folder.join(format!("{}{ENDING}", file_name(run)))
}
