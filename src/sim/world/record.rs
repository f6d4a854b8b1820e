//! What callers did: every change they asked for, and how often and how fast they called.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::State;
use gwctl_fleet::Region;

/// A call that was to change something and that the world heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutation {
    /// When.
    pub at: Timestamp,
    /// IAM's prefix of the service.
    pub service: &'static str,
    /// The operation.
    pub operation: String,
    /// The Region whose endpoint was called, us-east-1 for a global service.
    pub region: Region,
    /// What it changes: identifiers, record names.
    pub target: String,
    /// Whether the change was made, whatever the caller was told.
    pub accepted: bool,
    /// The same for the same input.
    pub fingerprint: u64,
}

impl Mutation {
    /// The fingerprint of an input that reads so.
    pub fn fingerprint_of(input: &str) -> u64 {
        super::rng::hash(0, input)
    }
}

/// How often an operation was called in one Region.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Calls {
    /// In all, refused ones included.
    pub count: u64,
    /// Of these, refused for their rate.
    pub throttled: u64,
    /// The most within one second.
    pub busiest_second: u64,
    /// The second being counted, and its calls.
    second: (i64, u64),
}

impl Calls {
    pub(super) fn count(&mut self, second: i64) {
        if self.second.0 != second {
            self.second = (second, 0);
        }
        self.second.1 += 1;
        self.count += 1;
        self.busiest_second = self.busiest_second.max(self.second.1);
    }
}

/// By `service:Operation` and the Region whose endpoint was called.
pub type CallCounts = BTreeMap<(String, String), Calls>;

impl State {
    /// Every operation that was called, by `service:Operation` and Region (us-east-1 for a global service).
    pub const fn calls(&self) -> &CallCounts {
        &self.calls
    }

    /// Calls of `service:Operation` in all Regions together.
    pub fn calls_of(&self, action: &str) -> u64 {
        let of = self.calls.iter().filter(|((name, _), _)| name == action);
        of.map(|(_, calls)| calls.count).sum()
    }
}
