//! Since when a series is out of its limit.

use gwctl_fleet::{Metric, Metrics, Point, Series};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

/// Good minutes between two bad ones that do not end the trouble.
const LULL: usize = 1;

/// When something began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Onset {
    /// The start of the first period that was out of its limit.
    pub at: Timestamp,
    /// Length of a period in seconds: it began within this time.
    pub within_s: i64,
    /// Whether the series reaches back to a time before it: otherwise it may have begun earlier.
    pub is_seen: bool,
}

impl Onset {
    /// Of an unbroken run of bad points up to the newest settled one; none where that one is good. A period without a
    /// point had no traffic: it neither begins nor ends anything.
    pub fn of(series: &Series, now: Timestamp, is_bad: impl Fn(f64) -> bool) -> Option<Self> {
        let period = SignedDuration::try_from(series.period).ok()?;
        let mut settled = series
            .points()
            .iter()
            .rev()
            .filter(|point| now.duration_since(point.at) >= period);
        let newest = settled.next().filter(|point| is_bad(point.value))?;
        let (mut first, mut good, mut is_seen) = (newest.at, 0, false);
        for point in settled {
            if is_bad(point.value) {
                (first, good) = (point.at, 0);
            } else if good == LULL {
                is_seen = true;
                break;
            } else {
                good += 1;
            }
        }
        Some(Self {
            at: first,
            within_s: period.as_secs(),
            is_seen: is_seen || good > 0,
        })
    }

    /// Of a share, in percent, of one series in another.
    pub fn of_share(
        metrics: &Metrics,
        (part, whole): (Metric, Metric),
        now: Timestamp,
        limit: f64,
    ) -> Option<Self> {
        Self::of(&shares(metrics, part, whole)?, now, |share| share > limit)
    }
}

/// The share in every period of which both are known.
pub(crate) fn shares(metrics: &Metrics, part: Metric, whole: Metric) -> Option<Series> {
    let (part, whole) = (metrics.get(part).current()?, metrics.get(whole).current()?);
    let of = |whole: &Point| {
        let parts = part.points();
        let place = parts
            .binary_search_by_key(&whole.at, |point| point.at)
            .ok()?;
        (whole.value > 0.0).then(|| Point {
            at: whole.at,
            value: 100.0 * parts[place].value / whole.value,
        })
    };
    Some(Series::new(
        whole.period,
        whole.points().iter().filter_map(of),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn onset(values: &[Option<f64>]) -> Option<(i64, bool)> {
        let minute = |minute: i64| Timestamp::from_second(60 * minute).unwrap();
        let points = values.iter().zip(0..).filter_map(|(value, n)| {
            let at = minute(n);
            value.map(|value| Point { at, value })
        });
        let series = Series::new(Duration::from_mins(1), points);
        let now = minute(i64::try_from(values.len()).unwrap());
        let found = Onset::of(&series, now, |value| value > 1.0)?;
        Some((found.at.as_second() / 60, found.is_seen))
    }

    #[test]
    fn it_began_with_the_first_bad_minute_of_the_last_trouble() {
        let (good, bad) = (Some(0.0), Some(9.0));
        for (values, expected) in [
            (&[good, good, bad, bad, bad][..], Some((2, true))),
            (&[good, bad, good, bad, bad], Some((1, true))),
            (&[bad, good, good, bad, bad], Some((3, true))),
            (&[good, bad, None, None, bad], Some((1, true))),
            (&[bad, bad, bad, bad], Some((0, false))),
            (&[bad, bad, good], None),
            (&[None, None], None),
        ] {
            assert_eq!(onset(values), expected, "{values:?}");
        }
    }
}
