//! How long ago something was, whatever happened to this machine meanwhile.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// A moment of this machine. Its monotonic clock stands still while a laptop is closed, and its wall clock can be set:
/// the longer of the two counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Since {
    monotonic: Instant,
    wall: SystemTime,
}

impl Since {
    pub(crate) fn now() -> Self {
        Self {
            monotonic: Instant::now(),
            wall: SystemTime::now(),
        }
    }

    /// How much time passed at most.
    pub(crate) fn elapsed(&self) -> Duration {
        // A wall clock that was set back tells nothing.
        let wall = self.wall.elapsed().unwrap_or_default();
        self.monotonic.elapsed().max(wall)
    }
}
