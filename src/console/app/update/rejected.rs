//! Why what was typed at a question is not taken.

use gwctl_actions::arguments::ArgumentError;
use gwctl_actions::{NotConfirmed, Refused};

/// What is said beside the line, which stays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Rejected {
    /// What confirms it is something else.
    #[error(transparent)]
    NotConfirmed(#[from] NotConfirmed),
    #[error("give a reason: the journal keeps it")]
    NoWords,
    #[error(transparent)]
    Arguments(#[from] ArgumentError),
    /// Nothing can be planned with it.
    #[error("{}", sentence(.0))]
    Refused(#[from] Refused),
}

/// Why there is no plan, and what to do instead.
pub(super) fn sentence(refused: &Refused) -> String {
    match &refused.instead {
        Some(instead) => format!("{}. {instead}", refused.why),
        None => refused.why.clone(),
    }
}
