//! Where a running lab is written down, for `gwctl lab status` and `down`.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::cli::failure::Failure;
use crate::config::Paths;

/// How the names of labs' folders begin: short, as PostgreSQL's sockets are in them.
pub(super) const FOLDER: &str = "gwlab";

/// A lab that runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Noted {
    pub pid: i32,
    /// Of its simulated AWS.
    pub url: String,
    /// Configuration of its fleet.
    pub config: PathBuf,
    /// Where its files are.
    pub folder: PathBuf,
}

fn path() -> Result<PathBuf, Failure> {
    Ok(Paths::find(None)?.state.join("lab.json"))
}

/// The lab that runs; none where there is none, or its process is gone: it holds a lock on the file while it lives, as
/// its id may be another process's by now.
pub(super) fn read() -> Result<Option<Noted>, Failure> {
    let Ok(mut file) = File::open(path()?) else {
        return Ok(None);
    };
    if !matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)) {
        return Ok(None);
    }
    let mut text = String::new();
    let read = file.read_to_string(&mut text);
    read.map_err(|error| Failure::io("read what lab runs", &error))?;
    if text.is_empty() {
        return Err(starting());
    }
    Ok(serde_json::from_str(&text).ok())
}

/// Removes what a lab left behind whose process was killed.
pub(super) fn clear_up() -> Result<(), Failure> {
    let Ok(text) = std::fs::read_to_string(path()?) else {
        return Ok(());
    };
    let left: Option<Noted> = serde_json::from_str(&text).ok();
    let is_ours = |folder: &Path| {
        let name = folder.file_name().and_then(|name| name.to_str());
        folder.exists() && name.is_some_and(|name| name.starts_with(FOLDER))
    };
    if let (None, Some(left)) = (read()?, left)
        && is_ours(&left.folder)
    {
        let removed = std::fs::remove_dir_all(&left.folder);
        let attempt = format!("remove {}, which a lab left", left.folder.display());
        removed.map_err(|error| Failure::io(attempt, &error))?;
    }
    Ok(())
}

impl Noted {
    /// Whether its process is there.
    pub(super) fn runs(&self) -> bool {
        self.signalled(None)
    }

    /// Asks it to end.
    pub(super) fn end(&self) -> bool {
        self.signalled(Some(rustix::process::Signal::TERM))
    }

    fn signalled(&self, signal: Option<rustix::process::Signal>) -> bool {
        let Some(pid) = rustix::process::Pid::from_raw(self.pid) else {
            return false;
        };
        match signal {
            Some(signal) => rustix::process::kill_process(pid, signal).is_ok(),
            None => rustix::process::test_kill_process(pid).is_ok(),
        }
    }
}

/// The place of the one lab of this user: nothing stands there while it starts. The file goes when the lab does.
pub(super) struct Kept {
    path: PathBuf,
    file: File,
}

/// Takes the place.
///
/// # Errors
/// Another lab has it.
pub(super) fn reserve() -> Result<Kept, Failure> {
    let path = path()?;
    let attempt = format!("write {}", path.display());
    let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    let opened = folder.and_then(|()| {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).open(&path)
    });
    let file = opened.map_err(|error| Failure::io(attempt.clone(), &error))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(starting()),
        Err(TryLockError::Error(error)) => return Err(Failure::io(attempt, &error)),
    }
    let emptied = file.set_len(0);
    emptied.map_err(|error| Failure::io(attempt, &error))?;
    Ok(Kept { path, file })
}

fn starting() -> Failure {
    Failure::new("a lab is starting").next("`gwctl lab status` says when it runs.")
}

impl Kept {
    /// Writes down what runs.
    pub(super) fn write(&mut self, noted: &Noted) -> Result<(), Failure> {
        let text = serde_json::to_string(noted).unwrap_or_default();
        let written = self.file.write_all(text.as_bytes());
        written.map_err(|error| Failure::io(format!("write {}", self.path.display()), &error))
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}
