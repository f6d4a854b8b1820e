//! Why nothing of a kind takes a Region out of DNS.

use crate::Missing;

/// Why the latency records of a Region are not at hand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoRecords {
    /// They were never read.
    #[error("its routing records are not known{}", in_brackets(.0.as_ref()))]
    Unknown(Option<Missing>),
    /// Those that were read are of other Regions.
    #[error("the Region has no routing record")]
    Absent,
}

/// Why no switch, no routing control or no health check decides on a Region alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoLever {
    /// There is nothing to decide on.
    #[error(transparent)]
    Records(#[from] NoRecords),
    /// The checks on its records were never read.
    #[error("its health checks are not known")]
    ChecksUnknown,
    /// One of them was not.
    #[error("its health check {id} is not known{}", in_brackets(.missing.as_ref()))]
    CheckUnknown {
        id: String,
        /// Why, where it was asked for.
        missing: Option<Missing>,
    },
    /// AWS has no such check.
    #[error("its health check {0} does not exist: DNS always answers with its record")]
    CheckGone(String),
    /// A record of this type has no check.
    #[error("its {0} record has no health check: DNS always answers with it")]
    Unchecked(String),
    /// A record of this type is an alias to a group that has several.
    #[error("no single health check decides on its {0} record, an alias to a weighted group")]
    Group(String),
    /// Its records have several checks.
    #[error(
        "its records have different health checks ({}): forcing one leaves the other in DNS",
        .0.join(", ")
    )]
    Several(Vec<String>),
    /// The check is on the way to another Region's record.
    #[error("health check {id} counts for {other} too: it would leave DNS as well")]
    CheckShared { id: String, other: String },
    /// What is behind the check moves another Region's record too.
    #[error("it would take {0} out of DNS as well")]
    Shared(String),
    /// No check that decides follows an alarm.
    #[error("no health check that decides on its records follows an alarm")]
    NoAlarm,
    /// The alarm that one follows was not read yet.
    #[error("its alarm was not read yet")]
    AlarmUnread,
    /// No check that decides has a routing control.
    #[error("no health check that decides on its records has a routing control")]
    NoControl,
    /// Off means on.
    #[error("a health check above it is inverted: turning it off would admit traffic")]
    Inverted,
}

impl NoLever {
    /// Whether there may be one: what tells was not read.
    pub const fn is_unread(&self) -> bool {
        matches!(
            self,
            Self::Records(NoRecords::Unknown(_))
                | Self::ChecksUnknown
                | Self::CheckUnknown { .. }
                | Self::AlarmUnread
        )
    }
}

/// ` (could not ask: time-out after 5 s)`.
fn in_brackets(missing: Option<&Missing>) -> String {
    missing.map_or_else(String::new, |missing| format!(" ({missing})"))
}
