//! One lease a fleet on this machine: a lock the system takes back when its holder is gone, and only then.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::folder::LeaseRefused;
use crate::files;

/// Who acts on a fleet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaseHolder {
    /// Who.
    pub operator: String,
    /// On which machine.
    pub host: String,
    /// Which process.
    pub pid: u32,
    /// Which run.
    pub run: String,
    /// Since when.
    pub since: Timestamp,
}

impl std::fmt::Display for LeaseHolder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} (process {} on {}, run {})",
            self.operator, self.pid, self.host, self.run
        )
    }
}

/// Held until dropped.
#[derive(Debug)]
pub struct Lease {
    _file: File,
}

impl Lease {
    pub(super) fn take(
        folder: &Path,
        fleet: &str,
        holder: &LeaseHolder,
    ) -> Result<Self, LeaseRefused> {
        let path = path(folder, fleet);
        let io = |cause| LeaseRefused::Io {
            path: path.clone(),
            cause,
        };
        let mut file = open(&path).map_err(io)?;
        match patiently(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(LeaseRefused::Taken(Box::new(
                    read(&mut file).unwrap_or_else(unknown),
                )));
            }
            Err(TryLockError::Error(cause)) => return Err(io(cause)),
        }
        let text = serde_json::to_vec(holder).unwrap_or_default();
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(&text))
            .map_err(io)?;
        Ok(Self { _file: file })
    }

    pub(super) fn holder(folder: &Path, fleet: &str) -> Option<LeaseHolder> {
        let path = path(folder, fleet);
        let mut file = files::open(OpenOptions::new().read(true), &path).ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Some(read(&mut file).unwrap_or_else(unknown)),
            _ => None,
        }
    }
}

/// Whoever asks for the holder has the lock for an instant: that is nobody holding it.
fn patiently(file: &File) -> Result<(), TryLockError> {
    for _ in 0..10 {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(5)),
            outcome => return outcome,
        }
    }
    file.try_lock()
}

fn open(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.read(true).write(true).create(true).truncate(false);
    files::open(&mut options, path)
}

fn read(file: &mut File) -> Option<LeaseHolder> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

/// It is locked, and not written yet by whom.
fn unknown() -> LeaseHolder {
    LeaseHolder {
        operator: "somebody".into(),
        host: "this machine".into(),
        pid: 0,
        run: "not named yet".into(),
        since: Timestamp::UNIX_EPOCH,
    }
}

fn path(folder: &Path, fleet: &str) -> PathBuf {
    let name: String = fleet
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' {
                c
            } else {
                '_'
            }
        })
        .collect();
    folder.join(format!("{name}.lease"))
}
