//! What was called and what was changed.

use gwctl_fleet::Region;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// A call that was to change something and that the world heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutation {
    /// When.
    pub at: Timestamp,
    /// IAM's prefix of the service.
    pub service: &'static str,
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
        crate::world::rng::hash(0, input)
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
    pub(in crate::world) fn count(&mut self, second: i64) {
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
