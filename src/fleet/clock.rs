//! Whose time it is: the wall's, or the simulated world's.

use std::fmt::Debug;
use std::time::Duration;

use jiff::Timestamp;

/// A source of time that may run faster than the wall clock.
pub trait Clock: Debug + Send + Sync {
    /// The present moment in the fleet's own time.
    fn now(&self) -> Timestamp;

    /// How long to wait on the wall for `fleet_time` to pass.
    fn wall(&self, fleet_time: Duration) -> Duration {
        fleet_time
    }
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
