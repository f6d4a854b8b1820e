//! Why a file is no recording, or not one that this gwctl reads.

use super::SCHEMA;

/// Why a recording cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordingError {
    /// Not what gwctl writes.
    #[error("it is not a recording of gwctl: {0}")]
    Foreign(String),
    /// A version that is not known here.
    #[error(
        "it is a recording of the version `{found}`, and this gwctl reads `{SCHEMA}`: use the gwctl that wrote it, or a newer one"
    )]
    Version {
        /// What its first line says.
        found: String,
    },
    /// A line in the middle that cannot be read.
    #[error("line {line} cannot be read: {why}")]
    Line {
        /// Counted from 1.
        line: usize,
        why: String,
    },
    /// It begins, and that is all.
    #[error("it holds no picture of the fleet: it was cut before the first one was written")]
    Empty,
    /// More than a recording can be.
    #[error("it is larger than {0} MiB when it is unpacked: it is not a recording of gwctl")]
    Large(usize),
}
