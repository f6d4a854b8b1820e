//! How long ago something was, whatever happened to this machine meanwhile.

use std::time::Duration;

use gwctl_fleet::Clock;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// A moment of this machine. Its monotonic clock stands still while a laptop is closed, and its wall clock can be set:
/// the one that tells of more time counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Since {
    monotonic: Instant,
    wall: Timestamp,
}

impl Since {
    pub(crate) fn now(clock: &dyn Clock) -> Self {
        Self {
            monotonic: Instant::now(),
            wall: clock.now(),
        }
    }

    /// Whether less than `fleet_time` passed by either clock. A wall clock that was set back tells nothing.
    pub(crate) fn is_within(&self, fleet_time: Duration, clock: &dyn Clock) -> bool {
        let limit = SignedDuration::try_from(fleet_time).unwrap_or(SignedDuration::MAX);
        self.monotonic.elapsed() < clock.wall(fleet_time)
            && clock.now().duration_since(self.wall) < limit
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Debug)]
    struct Set(Mutex<Timestamp>);

    impl Clock for Set {
        fn now(&self) -> Timestamp {
            *self.0.lock().unwrap()
        }
    }

    #[test]
    fn a_laptop_that_was_closed_and_a_clock_that_was_set_back_do_not_make_a_proof_younger() {
        let begun: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
        let clock = Set(Mutex::new(begun));
        let set = |seconds| *clock.0.lock().unwrap() = begun + SignedDuration::from_secs(seconds);
        let since = Since::now(&clock);
        let within = |seconds| since.is_within(Duration::from_secs(seconds), &clock);
        assert!(within(15));
        set(3_600);
        assert!(!within(15), "the monotonic clock stood still");
        set(-3_600);
        assert!(within(15));
        assert!(!within(0), "the wall clock was set back");
    }
}
