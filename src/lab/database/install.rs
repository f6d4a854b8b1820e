//! Where PostgreSQL's programs are, and as whom they run: `postgres` refuses to run as root.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};

use tokio::process::Command;

use super::DatabaseError;
use crate::leash::leashed;

/// Where Debian and its relatives put what they do not link into PATH, by version.
const DEBIAN: &str = "/usr/lib/postgresql";
const NEEDED: [&str; 3] = ["initdb", "postgres", "pg_basebackup"];
/// Accounts that may run a database for root, the best first.
const ACCOUNTS: [&str; 2] = ["postgres", "nobody"];

/// PostgreSQL on this machine.
#[derive(Debug, Clone)]
pub struct Install {
    programs: PathBuf,
    account: Option<Account>,
}

#[derive(Debug, Clone, Copy)]
struct Account {
    uid: u32,
    gid: u32,
}

impl Install {
    /// Looks in PATH, then in Debian's folders, newest version first.
    ///
    /// # Errors
    /// It is not installed, or only root is there to run it: says what to do.
    pub fn find() -> Result<Self, DatabaseError> {
        let programs = folders().into_iter().find(|folder| has_all(folder));
        let programs = programs.ok_or(DatabaseError::NotInstalled)?;
        let account = if rustix::process::geteuid().is_root() {
            Some(account().ok_or(DatabaseError::OnlyRoot)?)
        } else {
            None
        };
        Ok(Self { programs, account })
    }

    /// One of its programs, as the right user and on a leash.
    pub(super) fn program(&self, name: &str) -> Command {
        let mut command = leashed(self.programs.join(name));
        if let Some(account) = self.account {
            command.uid(account.uid).gid(account.gid);
        }
        // No variable of ours changes how it starts, and messages are in one language.
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("LC_ALL", "C")
            .env("TZ", "UTC");
        command
    }

    /// Makes a folder that only the database's user may read.
    pub(super) fn make_folder(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
        self.give(folder)
    }

    /// Gives a file to the database's user.
    pub(super) fn give(&self, path: &Path) -> io::Result<()> {
        match self.account {
            Some(account) => chown(path, Some(account.uid), Some(account.gid)),
            None => Ok(()),
        }
    }

    /// Lets the database's user pass through the lab's folder to its own, which others than root could not do.
    pub(super) fn let_pass(&self, folder: &Path) -> io::Result<()> {
        if self.account.is_some() {
            let mode = fs::metadata(folder)?.mode();
            fs::set_permissions(folder, fs::Permissions::from_mode(mode | 0o011))?;
        }
        Ok(())
    }
}

/// Every folder that may hold the programs; links are followed, as `postgres` finds its parts beside itself.
fn folders() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let linked = std::env::split_paths(&path)
        .filter_map(|folder| fs::canonicalize(folder.join("postgres")).ok());
    let mut found: Vec<_> = linked
        .filter_map(|program| program.parent().map(Path::to_owned))
        .collect();
    let versions = fs::read_dir(DEBIAN)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    let mut versions: Vec<_> = versions.collect();
    let number = |path: &PathBuf| {
        path.file_name()
            .and_then(|name| name.to_str()?.parse::<u32>().ok())
    };
    versions.sort_by_key(|path| std::cmp::Reverse(number(path)));
    found.extend(versions.into_iter().map(|version| version.join("bin")));
    found
}

fn has_all(folder: &Path) -> bool {
    NEEDED.iter().all(|program| folder.join(program).is_file())
}

fn account() -> Option<Account> {
    let users = fs::read_to_string("/etc/passwd").ok()?;
    let of = |name: &str| {
        let line = users
            .lines()
            .find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2).map(str::parse);
        Some(Account {
            uid: fields.next()?.ok()?,
            gid: fields.next()?.ok()?,
        })
    };
    ACCOUNTS.iter().find_map(|name| of(name))
}
