//! Tampering with single calls: the n-th call of a kind fails, hangs, or is done without a word. For
//! tests that let every step of an action go wrong once.

use super::State;
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

impl State {
    /// From now on `tamper` waits for its call.
    pub fn tamper(&mut self, tamper: Tamper) {
        self.tampers.push(tamper);
    }

    /// Tampers that have not struck yet.
    pub fn tampers(&self) -> &[Tamper] {
        &self.tampers
    }

    /// What becomes of a call that the world would answer; none when nobody tampered with it.
    pub fn tampered(&mut self, service: &str, operation: &str, region: &Region) -> Option<How> {
        let meant = |tamper: &Tamper| {
            tamper.service == service
                && tamper.operation == operation
                && tamper.region.as_ref().is_none_or(|one| one == region)
        };
        for tamper in self.tampers.iter_mut().filter(|tamper| meant(tamper)) {
            tamper.nth = tamper.nth.saturating_sub(1);
        }
        let due = self
            .tampers
            .iter()
            .position(|tamper| meant(tamper) && tamper.nth == 0)?;
        Some(self.tampers.remove(due).how)
    }
}
