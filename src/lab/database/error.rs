//! What can go wrong with a lab's databases.

use std::io;
use std::path::PathBuf;

use gwctl_fleet::Region;

use super::sql::SqlError;
use crate::tls::TlsError;

/// Why the databases do not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    #[error(
        "the lab needs PostgreSQL 13 or newer (initdb, postgres, pg_basebackup), in PATH or /usr/lib/postgresql: \
         install it, on Debian and Ubuntu with `apt-get install postgresql`"
    )]
    NotInstalled,
    #[error(
        "PostgreSQL refuses to run as root, and the machine has neither a user `postgres` nor `nobody`: add one"
    )]
    OnlyRoot,
    #[error("the lab needs at least one Region")]
    NoRegion,
    #[error("{0} is no Region of this lab")]
    Unknown(Region),
    #[error("{0} has the writer already")]
    AlreadyWriter(Region),
    #[error("the database of {0} is dark")]
    Dark(Region),
    #[error(
        "{to} does not follow the writer in {from}: their link is cut, or its files are of an older writer"
    )]
    NotFollowing { from: Region, to: Region },
    #[error("the path of the lab's folder is too long for a socket in it (107 bytes): {0}")]
    LongPath(PathBuf),
    #[error("{what}: {source}")]
    Io { what: String, source: io::Error },
    #[error("{program} failed: {told}")]
    Program { program: &'static str, told: String },
    #[error("the database of {region} did not start: {told}")]
    NotStarted { region: Region, told: String },
    #[error("the database of {region}: {source}")]
    Sql { region: Region, source: SqlError },
    #[error("{region} did not {what} within {seconds} s")]
    Late {
        region: Region,
        what: &'static str,
        seconds: u64,
    },
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("the lab's authority makes no certificate: {0}")]
    Certificate(#[from] rcgen::Error),
}

impl DatabaseError {
    /// Of a failure of the system, while doing `what`.
    pub(super) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }

    /// Of a failure of a Region's database.
    pub(super) fn sql(region: &Region) -> impl FnOnce(SqlError) -> Self {
        let region = region.clone();
        move |source| Self::Sql { region, source }
    }
}
