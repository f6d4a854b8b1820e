//! Replies that are made wrong on their way.

use gwctl_fleet::Region;

/// One call that goes wrong. It strikes once and is then gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tamper {
    /// IAM's prefix of the service: `rds`, `route53`, `cloudwatch` …
    pub service: String,
    /// `SwitchoverGlobalCluster` …
    pub operation: String,
    /// The Region whose endpoint is called, us-east-1 for a global service; none means any.
    pub region: Option<Region>,
    /// Which of the matching calls that the world would have answered: 1 is the next.
    pub nth: u32,
    /// What becomes of it.
    pub how: How,
}

/// What becomes of a tampered call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// HTTP 400 with this error code; nothing is changed.
    Fail(String),
    /// Refused for its rate; nothing is changed.
    Throttle,
    /// HTTP 500 `InternalFailure`; nothing is changed, though no caller can tell.
    ServerError,
    /// Never answered; nothing is changed.
    Hang,
    /// The change is made, and never answered.
    LoseReply,
    /// The change is made, and the connection breaks.
    BreakReply,
}

impl How {
    /// Whether the call does what it says.
    pub const fn performs(&self) -> bool {
        matches!(self, Self::LoseReply | Self::BreakReply)
    }
}
