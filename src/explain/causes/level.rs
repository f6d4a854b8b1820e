//! How a figure stands beside how it stood before.

use crate::evidence::Evidence;
use crate::onset::Onset;
use gwctl_fleet::{Metric, Metrics, Series, Site};
use jiff::{SignedDuration, Timestamp};

/// How it stood is told by points older than this: a trouble that is newer does not count in it.
const BEFORE: SignedDuration = SignedDuration::from_mins(25);
/// And newer than this: the day has a rhythm.
const LATELY: SignedDuration = SignedDuration::from_mins(115);
/// A Region whose requests end so long before the others' has none: without traffic there are no points (aws-facts
/// §1.2).
const SILENT: SignedDuration = SignedDuration::from_mins(5);
/// Points appear late, and not as late as this.
const STALE: SignedDuration = SignedDuration::from_mins(10);
/// With fewer points than this before, nothing is known of how it stood.
const FEW: usize = 15;
/// How it stands is told by so many of the newest points.
const NOW: usize = 4;

/// A figure that stands elsewhere than before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Level {
    /// In the middle of what it was before.
    pub(super) before: f64,
    /// In the middle of the newest minutes.
    pub(super) now: f64,
    /// Since when it is nearer to the one than to the other.
    pub(super) since: Onset,
}

impl Level {
    /// Of a series that is at least `times` as high as before.
    pub(super) fn rise(series: &Series, now: Timestamp, times: f64) -> Option<Self> {
        let (before, newest) = middles(series, now)?;
        let risen = newest > 0.0 && newest >= times * before;
        let middle = (before.max(newest / 100.0) * newest).sqrt();
        let since = risen.then(|| Onset::of(series, now, |value| value > middle))??;
        Some(Self {
            before,
            now: newest,
            since,
        })
    }

    /// Of a series that is at most `part` of what it was.
    pub(super) fn fall(series: &Series, now: Timestamp, part: f64) -> Option<Self> {
        let (before, newest) = middles(series, now)?;
        let fallen = before > 0.0 && newest <= part * before;
        let middle = (before * newest.max(before / 100.0)).sqrt();
        let since = fallen.then(|| Onset::of(series, now, |value| value < middle))??;
        Some(Self {
            before,
            now: newest,
            since,
        })
    }

    /// [`Self::rise`] of a metric that is known now.
    pub(super) fn risen(
        metrics: &Metrics,
        metric: Metric,
        now: Timestamp,
        times: f64,
    ) -> Option<Self> {
        Self::rise(metrics.get(metric).current()?, now, times)
    }

    /// Of a Region's requests that are at most `part` of what came before.
    pub(super) fn left(evidence: &Evidence<'_>, site: &Site, part: f64) -> Option<Self> {
        let series = site.api.metrics.get(Metric::ApiRequests).current()?;
        let Some(last) = ended(evidence, site) else {
            return Self::fall(series, evidence.picture.at, part);
        };
        let (before, _) = requests(evidence, site)?;
        let period = SignedDuration::try_from(series.period).ok()?;
        (before > 0.0).then(|| Self {
            before,
            now: 0.0,
            since: Onset {
                at: last + period,
                within_s: period.as_secs(),
                is_seen: true,
            },
        })
    }
}

/// The last minute with requests of a Region that has none any more.
fn ended(evidence: &Evidence<'_>, site: &Site) -> Option<Timestamp> {
    let newest = |site: &Site| {
        let series = site.api.metrics.get(Metric::ApiRequests).current()?;
        Some(series.newest()?.at)
    };
    let own = newest(site)?;
    let all = evidence.picture.sites.iter().filter_map(newest).max()?;
    (all.duration_since(own) > SILENT).then_some(own)
}

/// A Region's requests a minute: before, and now.
pub(super) fn requests(evidence: &Evidence<'_>, site: &Site) -> Option<(f64, f64)> {
    let series = site.api.metrics.get(Metric::ApiRequests).current()?;
    let now = evidence.picture.at;
    if ended(evidence, site).is_some() {
        return Some((before(series, now)?, 0.0));
    }
    middles(series, now)
}

/// How it stood and how it stands.
pub(super) fn middles(series: &Series, now: Timestamp) -> Option<(f64, f64)> {
    let period = SignedDuration::try_from(series.period).ok()?;
    let settled = series
        .points()
        .iter()
        .rev()
        .filter(|point| now.duration_since(point.at) >= period);
    // Older ones say nothing of how it stands.
    let settled = settled.take_while(|point| now.duration_since(point.at) <= STALE);
    let newest: Vec<f64> = settled.take(NOW).map(|point| point.value).collect();
    Some((before(series, now)?, median(newest)?))
}

fn before(series: &Series, now: Timestamp) -> Option<f64> {
    let lately = |at: Timestamp| {
        let age = now.duration_since(at);
        age > BEFORE && age <= LATELY
    };
    let points = series.points().iter().filter(|point| lately(point.at));
    let values: Vec<f64> = points.map(|point| point.value).collect();
    (values.len() >= FEW).then(|| median(values))?
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use gwctl_fleet::Point;
    use std::time::Duration;

    fn minute(minute: i64) -> Timestamp {
        Timestamp::from_second(60 * minute).unwrap()
    }

    fn series(value: impl Fn(i64) -> f64) -> Series {
        let points = (0..120).map(|n| Point {
            at: minute(n),
            value: value(n),
        });
        Series::new(Duration::from_mins(1), points)
    }

    #[test]
    fn a_step_is_found_to_the_minute_and_a_slow_rhythm_is_none() {
        let now = minute(120);
        let step = series(|n| if n < 107 { 100.0 } else { 260.0 });
        let level = Level::rise(&step, now, 1.5).unwrap();
        assert_eq!(level.since.at, minute(107));
        assert!((level.now / level.before - 2.6).abs() < 1e-9);
        let drop = series(|n| if n < 107 { 100.0 } else { 2.0 });
        let level = Level::fall(&drop, now, 0.5).unwrap();
        assert_eq!((level.since.at, level.since.is_seen), (minute(107), true));
        let rhythm = series(|n| 100.0 + n as f64 / 3.0);
        assert!(Level::rise(&rhythm, now, 1.5).is_none());
    }

    #[test]
    fn from_nothing_there_is_no_step_but_a_beginning() {
        let begun = series(|n| if n < 110 { 0.0 } else { 5.0 });
        let level = Level::rise(&begun, minute(120), 2.0).unwrap();
        assert_eq!(level.since.at, minute(110));
        let young = Series::new(
            Duration::from_mins(1),
            (0..10).map(|n| Point {
                at: minute(n),
                value: 9.0,
            }),
        );
        assert!(
            Level::rise(&young, minute(10), 2.0).is_none(),
            "nothing before"
        );
    }
}
