//! What can go wrong with a call, as the rest of gwctl sees it.

use crate::fleet::{Missing, Region};

/// What kind of failure it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// AWS refused for lack of a permission.
    NotAllowed,
    /// No credentials, expired ones, or ones AWS does not know.
    Credentials,
    /// The Region is not enabled for this account.
    RegionNotEnabled,
    /// Too fast.
    Throttled,
    /// No answer in time.
    TimedOut,
    /// No connection.
    Unreachable,
    /// The circuit breaker is open: the call was not sent.
    NotSent,
    /// The thing asked for does not exist.
    NotFound,
    /// An answer that could not be understood.
    Garbled,
    /// Any other error reply.
    Other,
}

/// A call that failed: what was attempted, where, and what came back.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{service}:{operation} in {region}: {message}")]
pub struct AwsError {
    /// What kind of failure.
    pub kind: ErrorKind,
    /// IAM's prefix: `rds`.
    pub service: &'static str,
    /// IAM's action name: `DescribeDBClusters`.
    pub operation: &'static str,
    /// The Region called.
    pub region: Region,
    /// AWS's error code, when it gave one.
    pub code: Option<String>,
    /// What happened, cleaned, in a few words.
    pub message: String,
}

impl From<AwsError> for Missing {
    fn from(error: AwsError) -> Self {
        match error.kind {
            ErrorKind::NotAllowed => Self::NotAllowed {
                action: format!("{}:{}", error.service, error.operation),
            },
            ErrorKind::NotFound => Self::NoData,
            _ => Self::CouldNotAsk { why: error.message },
        }
    }
}
