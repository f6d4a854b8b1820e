//! The fleet's time, as the SDK takes it: for sleeping, for time-outs and for signatures.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use aws_smithy_async::time::TimeSource;
use jiff::SignedDuration;

use crate::transport::call_monitor::CallMonitor;
use gwctl_fleet::{Clock, Region};

/// The least time on the wall that a wait may shrink to.
const FLOOR: Duration = Duration::from_millis(500);

/// How long `wait` lasts on the wall.
///
/// Time-outs and retries' pauses are fleet time: in a simulated world that runs thirty times as
/// fast, a Region that never answers must not take six minutes of that world to be noticed. But
/// serialising, signing and parsing cost the same wall time at any speed, so a wait never shrinks
/// below half a second, and never grows.
pub(crate) fn on_the_wall(clock: &dyn Clock, wait: Duration) -> Duration {
    clock.wall(wait).clamp(wait.min(FLOOR), wait)
}

/// Sleeps in fleet time.
#[derive(Debug)]
pub(crate) struct FleetSleep(pub(crate) Arc<dyn Clock>);

impl AsyncSleep for FleetSleep {
    fn sleep(&self, duration: Duration) -> Sleep {
        Sleep::new(tokio::time::sleep(on_the_wall(self.0.as_ref(), duration)))
    }
}

/// A clock that is less far off than this is taken as it is: AWS allows five minutes, and a reply's date is coarse.
const RIGHT_ENOUGH_MS: u64 = 60_000;

/// AWS's time as far as its answers told it, for the signatures of changes: a change is sent once, so its first
/// signature must be of the right time.
#[derive(Debug)]
pub(crate) struct SigningTime {
    pub(crate) monitor: Arc<CallMonitor>,
    pub(crate) service: &'static str,
    pub(crate) region: Region,
}

impl SigningTime {
    /// Now, by AWS's clock.
    pub(crate) fn present(&self) -> SystemTime {
        let now = self.monitor.clock.now();
        let skew = self.monitor.skew(self.service, &self.region);
        let skew = skew.filter(|skew| skew.unsigned_abs() > RIGHT_ENOUGH_MS);
        let skew = SignedDuration::from_millis(skew.unwrap_or(0));
        now.checked_add(skew).unwrap_or(now).into()
    }
}

impl TimeSource for SigningTime {
    fn now(&self) -> SystemTime {
        self.present()
    }
}

/// Tells the fleet's time, so that a simulated AWS sees signatures made in its own present.
#[derive(Debug)]
pub(crate) struct FleetTime(pub(crate) Arc<dyn Clock>);

impl TimeSource for FleetTime {
    fn now(&self) -> SystemTime {
        self.0.now().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gwctl_fleet::SystemClock;

    #[derive(Debug)]
    struct Fast(u32);

    impl Clock for Fast {
        fn now(&self) -> jiff::Timestamp {
            jiff::Timestamp::UNIX_EPOCH
        }
        fn wall(&self, fleet_time: Duration) -> Duration {
            fleet_time / self.0
        }
    }

    #[test]
    fn a_fast_world_waits_less_but_never_too_little_to_be_fair() {
        let wait = Duration::from_secs(5);
        assert_eq!(on_the_wall(&SystemClock, wait), wait);
        assert_eq!(on_the_wall(&Fast(5), wait), Duration::from_secs(1));
        assert_eq!(on_the_wall(&Fast(1_000), wait), FLOOR);
        let short = Duration::from_millis(20);
        assert_eq!(on_the_wall(&Fast(1_000), short), short);
    }
}
