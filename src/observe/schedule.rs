//! When things are asked again. All durations are fleet time.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use gwctl_fleet::Pace;

const fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// How long between two asks of the same thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cadence {
    calm: Duration,
    incident: Duration,
}

impl Cadence {
    const fn new(calm: u64, incident: u64) -> Self {
        Self {
            calm: seconds(calm),
            incident: seconds(incident),
        }
    }

    /// The period at `pace`.
    pub(super) const fn period(self, pace: Pace) -> Duration {
        match pace {
            Pace::Calm => self.calm,
            Pace::Incident => self.incident,
        }
    }
}

/// Topology, clusters, routing records, health checks, DNS, probes, reachability.
pub(super) const STATE: Cadence = Cadence::new(15, 5);
/// The distribution: it takes minutes to deploy.
pub(super) const DISTRIBUTION: Cadence = Cadence::new(60, 15);
/// Region switch plans: one call a Region where there is none, four more for each plan.
pub(super) const REGION_SWITCH: Cadence = Cadence::new(60, 15);
pub(super) const ALARMS: Cadence = Cadence::new(60, 15);
/// Database events: three calls.
pub(super) const EVENTS: Cadence = Cadence::new(60, 15);
/// What Route 53 would answer elsewhere: one vantage at a time, slowly (aws-facts §3.3).
pub(super) const VANTAGE: Cadence = Cadence::new(10, 5);
/// Things that change by deployment: APIs, functions, limits, stacks.
pub(super) const CONFIG: Cadence = Cadence::new(300, 300);
/// Certificates live for months.
pub(super) const CERTIFICATE: Cadence = Cadence::new(3_600, 3_600);

/// Metrics are kept by the minute (aws-facts §1.3); asking faster only costs more.
const METRICS: SignedDuration = SignedDuration::from_secs(60);
/// How long after the minute CloudWatch is asked, at least.
const AFTER_THE_MINUTE: i64 = 4;
/// How far one period may be stretched to come nearer to the minute.
const STRETCH: i64 = 10;

/// A share of 0 to 10 % by which `who` waits longer, so that Regions do not beat together. The
/// same `who` always waits the same.
pub(super) fn jitter(who: impl Hash) -> f64 {
    let mut hasher = DefaultHasher::new();
    who.hash(&mut hasher);
    (hasher.finish() % 1_000) as f64 / 10_000.0
}

/// When metrics that were asked at `last` are asked again: never within their period, and drifting
/// towards shortly after the full minute, where a new point has most likely appeared.
pub(super) fn next_metrics(last: Timestamp, jitter: f64) -> Timestamp {
    let earliest = last + METRICS;
    let wanted = AFTER_THE_MINUTE + (jitter * 60.0) as i64;
    let missing = (wanted - earliest.as_second()).rem_euclid(60);
    earliest + SignedDuration::from_secs(missing.min(STRETCH))
}

/// `due`, moved to the nearest moment at which every fleet asks what has this `period`: so that one answer, or one call,
/// is for all of them, whenever each began.
pub(super) fn in_step(due: Timestamp, period: Duration) -> Timestamp {
    let step = period.as_millis().div_ceil(1_000).max(1) as i64 * 1_000;
    let late = (due.as_millisecond() + step / 2).rem_euclid(step) - step / 2;
    due - SignedDuration::from_millis(late)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fleets_that_began_at_different_times_ask_at_the_same_moments() {
        let period = Duration::from_millis(15_400);
        let start: Timestamp = "2026-11-22T03:00:50Z".parse().unwrap();
        let second = |after: i64| {
            let mut asked = start + SignedDuration::from_millis(after);
            for _ in 0..3 {
                let due = in_step(asked + SignedDuration::try_from(period).unwrap(), period);
                let wait = due.duration_since(asked).as_millis();
                assert!((7_400..=23_400).contains(&wait), "{wait}");
                // It wakes a moment late.
                asked = due + SignedDuration::from_millis(after % 7);
            }
            asked.as_second()
        };
        let all: Vec<i64> = [0, 900, 5_000, 7_777, 11_003].map(second).into();
        let apart = |at: &i64| (at - all[0]).rem_euclid(16);
        assert!(all.iter().all(|at| apart(at) == 0), "{all:?}");
    }

    #[test]
    fn metrics_are_never_asked_within_their_period_and_end_up_shortly_after_the_minute() {
        let mut last: Timestamp = "2026-11-22T03:00:50Z".parse().unwrap();
        for _ in 0..8 {
            let next = next_metrics(last, 0.05);
            let gap = next.duration_since(last).as_secs();
            assert!((60..=70).contains(&gap), "{gap}");
            last = next;
        }
        assert_eq!(last.as_second().rem_euclid(60), 7);
    }

    #[test]
    fn jitter_is_small_and_differs() {
        let all: Vec<f64> = (0..50).map(jitter).collect();
        assert!(all.iter().all(|share| (0.0..=0.1).contains(share)));
        assert!(all.iter().any(|share| (share - all[0]).abs() > 0.01));
    }

    #[test]
    fn an_incident_is_never_looked_at_more_slowly() {
        for cadence in [
            STATE,
            DISTRIBUTION,
            REGION_SWITCH,
            ALARMS,
            EVENTS,
            VANTAGE,
            CONFIG,
            CERTIFICATE,
        ] {
            assert!(cadence.period(Pace::Incident) <= cadence.period(Pace::Calm));
        }
    }
}
