//! Why a credential process gave no credentials.

use std::process::ExitStatus;
use std::sync::Arc;

use super::LONGEST;

/// What became of the program of a profile, told to everybody who waits for it.
#[derive(Debug, Clone, thiserror::Error)]
pub(super) enum HelperError {
    #[error("the credential process of profile `{profile}` {failure}")]
    Failed { profile: String, failure: Failure },
    /// It still runs, and this is what it says.
    #[error("{0}")]
    Waiting(String),
}

/// How it failed.
#[derive(Debug, Clone, thiserror::Error)]
pub(super) enum Failure {
    #[error("was abandoned")]
    Left,
    #[error("was ended")]
    Ended,
    #[error("could not be started: {0}")]
    Start(Arc<std::io::Error>),
    #[error("was lost: {0}")]
    Lost(Arc<std::io::Error>),
    #[error(
        "did not end within {} minutes and was stopped; one that asks for something at the terminal must be run before gwctl",
        LONGEST.as_secs() / 60
    )]
    TooLong,
    /// With what it said last; nothing where it said nothing.
    #[error("ended with {status}{}", and_said(.said))]
    Status { status: ExitStatus, said: String },
    #[error("printed something other than credentials: {0}")]
    Answer(#[from] WrongAnswer),
}

/// Why an answer holds no credentials. It is never quoted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum WrongAnswer {
    #[error("it is not JSON")]
    NoJson,
    #[error("its `Version` is not 1")]
    Version,
    #[error("`{0}` is missing")]
    Missing(&'static str),
    #[error("`Expiration` is not a time")]
    Expiration,
}

fn and_said(said: &str) -> String {
    match said {
        "" => String::new(),
        said => format!(" and said: {said}"),
    }
}
