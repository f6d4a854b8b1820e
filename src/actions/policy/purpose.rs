//! What a policy is for.

use gwctl_observe::Asker;

/// What for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Looking: console, `status`, `doctor`, `discover`. Everything else needs it besides.
    Dashboard,
    /// Reading what the functions log, besides the dashboard: it may hold customers' data.
    Explain,
    /// Moving the database's writer.
    Promote,
    /// Shifting traffic, and what the edge serves.
    Shift,
    /// Putting an earlier version back: of a function, the router, an API.
    Rollback,
    /// Building stacks, changing and deleting them, and comparing them with what they were.
    Provision,
    /// A drill, and reading.
    Drill,
    /// Approving what somebody else asked for.
    Approve,
    /// Looking, also at the team's runs, and writing nothing.
    Watch,
}

impl Purpose {
    /// Who of those that only look it is for.
    pub(super) const fn askers(self) -> &'static [Asker] {
        match self {
            Self::Dashboard | Self::Drill | Self::Watch => {
                const LOOKING: &[Asker] = &[
                    Asker::Picture,
                    Asker::Votes,
                    Asker::Doctor,
                    Asker::Discover,
                    Asker::Changes,
                ];
                LOOKING
            }
            Self::Explain => &[Asker::Logs, Asker::Explain],
            Self::Provision => &[Asker::Drift, Asker::Terraform],
            Self::Promote | Self::Shift | Self::Rollback | Self::Approve => &[],
        }
    }
}
