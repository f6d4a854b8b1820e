//! The longest time without success: what clients feel of a failure.

use jiff::Timestamp;
use serde::Serialize;

/// Between two successes, or between one and the begin of the first or end of the last request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Gap {
    pub from: Timestamp,
    pub to: Timestamp,
}

impl Gap {
    /// The longest between `from`, the successes and `to`; the first of equals.
    pub(super) fn longest(
        from: Timestamp,
        successes: impl Iterator<Item = Timestamp>,
        to: Timestamp,
    ) -> Self {
        let mut all: Vec<Timestamp> = successes.collect();
        all.sort_unstable();
        all.push(to);
        let mut longest = Self { from, to: from };
        let mut last = from;
        for next in all {
            let gap = Self {
                from: last,
                to: next,
            };
            if gap.seconds() > longest.seconds() {
                longest = gap;
            }
            last = next;
        }
        longest
    }

    /// How long it lasted.
    pub fn seconds(&self) -> f64 {
        self.to.duration_since(self.from).as_secs_f64()
    }
}
