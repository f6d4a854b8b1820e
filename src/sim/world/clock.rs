//! The world's clock: starts at an instant and runs a number of times as fast as the wall's.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use gwctl_fleet::Clock;

/// Simulated time.
#[derive(Debug)]
pub struct SimClock {
    start: Timestamp,
    begun: Instant,
    speed: f64,
    skipped_ns: AtomicI64,
}

impl SimClock {
    /// Begins now, at `start`, running `speed` times as fast as the wall's clock.
    pub(super) fn new(start: Timestamp, speed: f64) -> Self {
        let speed = if speed.is_finite() && speed > 0.0 {
            speed
        } else {
            1.0
        };
        Self {
            start,
            begun: Instant::now(),
            speed,
            skipped_ns: AtomicI64::new(0),
        }
    }

    /// Jumps ahead.
    pub(super) fn skip(&self, ahead: Duration) {
        let ns = i64::try_from(ahead.as_nanos()).unwrap_or(i64::MAX);
        self.skipped_ns.fetch_add(ns, Ordering::SeqCst);
    }

    /// What this clock showed when the machine's own one showed `wall`; what was skipped since then counts as passed.
    pub(super) fn at(&self, wall: Timestamp) -> Timestamp {
        let ago = Timestamp::now().duration_since(wall).as_secs_f64();
        self.now() - SignedDuration::from_secs_f64(ago * self.speed)
    }
}

impl Clock for SimClock {
    fn now(&self) -> Timestamp {
        let run = self.begun.elapsed().as_secs_f64() * self.speed;
        let skipped = SignedDuration::from_nanos(self.skipped_ns.load(Ordering::SeqCst));
        self.start + SignedDuration::from_secs_f64(run) + skipped
    }

    fn wall(&self, fleet_time: Duration) -> Duration {
        fleet_time.div_f64(self.speed)
    }
}
