//! Why a run does not begin, or go on, where its team shares a table; and what of it is a conflict.

use crate::journal::{Clash, Diverged, NotBrought};
use gwctl_store::{Lost, NotShared, NotTaken};

/// Why a run does not begin, or go on, where its team shares a table.
#[derive(Debug, thiserror::Error)]
pub enum SharedRefused {
    #[error(transparent)]
    NotTaken(#[from] NotTaken),
    #[error(transparent)]
    NotShared(#[from] NotShared),
    #[error(transparent)]
    NotBrought(#[from] NotBrought),
    /// It acted while this one went on alone.
    #[error(
        "run {0} changed the fleet while this one went on without the shared table: look at both before you go on"
    )]
    Beside(String),
}

impl From<Diverged> for SharedRefused {
    fn from(diverged: Diverged) -> Self {
        Self::NotBrought(diverged.into())
    }
}

impl From<Lost> for SharedRefused {
    fn from(lost: Lost) -> Self {
        Self::NotShared(lost.into())
    }
}

impl SharedRefused {
    /// Whether the table did not answer: the operator may go on without it, by name.
    pub const fn is_unavailable(&self) -> bool {
        matches!(
            self,
            Self::NotTaken(NotTaken::Unavailable(_))
                | Self::NotShared(NotShared::Lost(Lost::Unavailable(_)))
                | Self::NotBrought(NotBrought::Unavailable(_))
        )
    }

    /// Whether somebody acts on the fleet now.
    pub const fn is_held(&self) -> bool {
        matches!(self, Self::NotTaken(NotTaken::Held { .. }))
    }

    /// What of it is a conflict with a run that went on alone; none where it is none.
    pub(super) fn clash(&self) -> Option<Clash> {
        match self {
            Self::NotTaken(NotTaken::Held { holder, .. })
            | Self::NotShared(NotShared::Lost(Lost::Taken(holder))) => Some(Clash::Lease {
                holder: holder.clone(),
            }),
            Self::Beside(id) => Some(Clash::Run { id: id.clone() }),
            Self::NotShared(NotShared::Others(n)) => Some(Clash::Lines { line: *n + 1 }),
            Self::NotBrought(NotBrought::Diverged(diverged)) => Some(Clash::Lines {
                line: diverged.line,
            }),
            _ => None,
        }
    }
}
