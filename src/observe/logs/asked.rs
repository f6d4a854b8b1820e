//! A question about logs.

use jiff::Timestamp;

use gwctl_fleet::Region;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogsAsked {
    pub since: Timestamp,
    pub until: Timestamp,
    /// Empty: those of the fleet, and the router's own.
    pub regions: Vec<Region>,
    /// The name of one function.
    pub function: Option<String>,
    /// A text that lines must hold.
    pub filter: Option<String>,
    /// Lines of errors alone.
    pub errors: bool,
}

impl LogsAsked {
    /// Lines of any kind of the whole fleet.
    pub const fn all(since: Timestamp, until: Timestamp) -> Self {
        Self {
            since,
            until,
            regions: Vec::new(),
            function: None,
            filter: None,
            errors: false,
        }
    }

    pub(super) fn wants(&self, region: &Region) -> bool {
        self.regions.is_empty() || self.regions.contains(region)
    }

    pub(super) fn is_about(&self, function: &str) -> bool {
        self.function
            .as_deref()
            .is_none_or(|wanted| wanted == function)
    }
}
