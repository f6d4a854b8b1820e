//! What callers did: every change they asked for, and how often and how fast they called.

use crate::world::parts::record::CallCounts;

use super::State;

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
