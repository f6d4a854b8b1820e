//! The present of a world.

use jiff::Timestamp;

use crate::world::rng::pick;

/// The second the world stands at, and the seed from which everything follows that is left to chance in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Present {
    pub(in crate::world) seed: u64,
    /// Seconds since the epoch.
    pub(in crate::world) now: i64,
}

impl Present {
    pub(in crate::world) fn at(self) -> Timestamp {
        Timestamp::from_second(self.now).unwrap_or_default()
    }

    /// The minute it is in, since the epoch.
    pub(in crate::world) const fn minute(self) -> i64 {
        self.now.div_euclid(60)
    }

    /// Seconds between the shortest and the longest, the same for the same thing at the same second.
    pub(in crate::world) fn within(self, what: &str, (shortest, longest): (i64, i64)) -> i64 {
        let what = format!("{what} at {}", self.now);
        shortest + pick(self.seed, &what, longest - shortest + 1)
    }
}
