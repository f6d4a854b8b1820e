//! The metric store of every Region: what CloudWatch would answer.
//!
//! Points are one minute long, become visible some time after their minute is over, and exist only
//! where something was published.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;

use super::rng::hash;
use super::sketch::Sketch;

/// How many minutes are kept.
const KEPT_MINUTES: usize = 24 * 60;

/// What a series is called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MetricId {
    /// `AWS/Lambda` …
    pub namespace: String,
    /// `Errors` …
    pub name: String,
    /// Name and value, sorted by name.
    pub dimensions: Vec<(String, String)>,
}

impl MetricId {
    /// Sorts the dimensions.
    pub fn new(namespace: &str, name: &str, dimensions: &[(&str, &str)]) -> Self {
        let mut dimensions: Vec<(String, String)> = dimensions
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        dimensions.sort();
        Self {
            namespace: namespace.into(),
            name: name.into(),
            dimensions,
        }
    }
}

/// What was published in one minute.
#[derive(Debug, Clone)]
pub enum Sample {
    /// A statistic set.
    Set {
        /// How many values.
        count: f64,
        /// Their sum.
        sum: f64,
        /// The lowest.
        min: f64,
        /// The highest.
        max: f64,
    },
    /// A distribution.
    Spread(Sketch),
}

impl Sample {
    /// A single value.
    pub const fn gauge(value: f64) -> Self {
        Self::Set {
            count: 1.0,
            sum: value,
            min: value,
            max: value,
        }
    }

    /// So many zeros and ones: the sum counts, the average is the rate.
    pub fn tally(of: f64, hits: f64) -> Self {
        Self::Set {
            count: of,
            sum: hits,
            min: if hits < of { 0.0 } else { 1.0 },
            max: if hits > 0.0 { 1.0 } else { 0.0 },
        }
    }

    fn merge(&mut self, other: &Self) {
        match (&mut *self, other) {
            (Self::Spread(mine), Self::Spread(theirs)) => mine.merge(theirs),
            (
                Self::Set {
                    count,
                    sum,
                    min,
                    max,
                },
                Self::Set {
                    count: other_count,
                    sum: other_sum,
                    min: low,
                    max: high,
                },
            ) => {
                *count += other_count;
                *sum += other_sum;
                *min = min.min(*low);
                *max = max.max(*high);
            }
            // One series is published one way only.
            (mine, theirs) => *mine = theirs.clone(),
        }
    }

    fn statistic(&self, statistic: Statistic) -> Option<f64> {
        match self {
            Self::Set {
                count,
                sum,
                min,
                max,
            } => Some(match statistic {
                Statistic::Sum => *sum,
                Statistic::Average => sum / count,
                Statistic::Minimum => *min,
                Statistic::Maximum => *max,
                Statistic::SampleCount => *count,
                // Of a set of zeros and ones, or of a few gauges: as near as a set tells.
                Statistic::Percentile(share) if *count > 1.0 && *max <= 1.0 && *min >= 0.0 => {
                    f64::from(u8::from(1.0 - share < sum / count))
                }
                Statistic::Percentile(share) => min + (max - min) * share,
            }),
            Self::Spread(sketch) => match statistic {
                Statistic::Sum => Some(sketch.sum()),
                Statistic::Average => Some(sketch.sum() / sketch.count()),
                Statistic::SampleCount => Some(sketch.count()),
                Statistic::Minimum => sketch.quantile(0.0),
                Statistic::Maximum => sketch.quantile(1.0),
                Statistic::Percentile(share) => sketch.quantile(share),
            },
        }
    }
}

/// A statistic over a period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Statistic {
    /// `Sum`.
    Sum,
    /// `Average`.
    Average,
    /// `Minimum`.
    Minimum,
    /// `Maximum`.
    Maximum,
    /// `SampleCount`.
    SampleCount,
    /// `p99` as 0.99.
    Percentile(f64),
}

impl Statistic {
    /// CloudWatch's spelling: `Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount`, `p50`, `p99.9` …
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "Sum" => Self::Sum,
            "Average" => Self::Average,
            "Minimum" => Self::Minimum,
            "Maximum" => Self::Maximum,
            "SampleCount" => Self::SampleCount,
            _ => {
                let percent: f64 = text.strip_prefix('p')?.parse().ok()?;
                (0.0..=100.0)
                    .contains(&percent)
                    .then_some(Self::Percentile(percent / 100.0))?
            }
        })
    }
}

#[derive(Debug, Clone)]
struct Point {
    minute: i64,
    /// Second from which `GetMetricData` shows it.
    visible: i64,
    sample: Sample,
}

/// All series of all Regions.
#[derive(Debug, Clone, Default)]
pub struct MetricStore {
    regions: BTreeMap<String, BTreeMap<MetricId, VecDeque<Point>>>,
    now: i64,
}

impl MetricStore {
    /// The points of a series with `start <= at < end` (the start rounded down to the minute), oldest
    /// first, as visible now. Empty when there is no such series, no such point, or `statistic` is
    /// not a statistic. `period_s` is rounded up to whole minutes.
    #[expect(
        clippy::too_many_arguments,
        reason = "CloudWatch's own parameters, all needed"
    )]
    pub fn query(
        &self,
        region: &str,
        namespace: &str,
        metric: &str,
        dimensions: &[(&str, &str)],
        statistic: &str,
        period_s: i64,
        start: Timestamp,
        end: Timestamp,
    ) -> Vec<(Timestamp, f64)> {
        let id = MetricId::new(namespace, metric, dimensions);
        let (Some(points), Some(statistic)) =
            (self.points(region, &id), Statistic::parse(statistic))
        else {
            return Vec::new();
        };
        let period = (period_s.max(1) + 59) / 60;
        let from = start.as_second().div_euclid(60);
        let until = (end.as_second() + 59).div_euclid(60);
        let mut periods: BTreeMap<i64, Sample> = BTreeMap::new();
        let seen = points.iter().skip_while(|point| point.minute < from);
        for point in seen
            .take_while(|p| p.minute < until)
            .filter(|p| p.visible <= self.now)
        {
            let slot = point.minute.div_euclid(period) * period;
            match periods.get_mut(&slot) {
                Some(sample) => sample.merge(&point.sample),
                None => {
                    periods.insert(slot, point.sample.clone());
                }
            }
        }
        periods
            .into_iter()
            .filter_map(|(minute, sample)| {
                let at = Timestamp::from_second(minute * 60).ok()?;
                Some((at, sample.statistic(statistic)?))
            })
            .collect()
    }

    /// The series of a Region, in order, optionally of one namespace, one metric name, and with all of
    /// the given dimensions (a value of `None` matches any).
    pub fn list(
        &self,
        region: &str,
        namespace: Option<&str>,
        metric: Option<&str>,
        dimensions: &[(&str, Option<&str>)],
    ) -> Vec<MetricId> {
        let wanted = |id: &&MetricId| {
            namespace.is_none_or(|n| n == id.namespace)
                && metric.is_none_or(|m| m == id.name)
                && dimensions.iter().all(|(name, value)| {
                    id.dimensions
                        .iter()
                        .any(|(k, v)| k == name && value.is_none_or(|value| v == value))
                })
        };
        let Some(series) = self.regions.get(region) else {
            return Vec::new();
        };
        let seen = series
            .iter()
            .filter(|(_, p)| p.iter().any(|p| p.visible <= self.now));
        seen.map(|(id, _)| id).filter(wanted).cloned().collect()
    }

    /// `PutMetricData`: a value at an instant, visible some seconds later.
    pub fn put(
        &mut self,
        region: &str,
        namespace: &str,
        metric: &str,
        dimensions: &[(&str, &str)],
        value: f64,
        at: Timestamp,
    ) {
        let id = MetricId::new(namespace, metric, dimensions);
        let visible = self.now + 8;
        self.insert(
            region,
            id,
            at.as_second().div_euclid(60),
            visible,
            Sample::gauge(value),
        );
    }

    /// A service publishes what it counted in `minute` (minutes since the epoch).
    pub(super) fn publish(&mut self, region: &str, id: MetricId, minute: i64, sample: Sample) {
        let visible = (minute + 1) * 60 + delay(&id, minute);
        self.insert(region, id, minute, visible, sample);
    }

    /// The newest value a data stream holds at `now`, visible or not: what Route 53 follows.
    pub(super) fn newest(
        &self,
        region: &str,
        id: &MetricId,
        since_minute: i64,
    ) -> Vec<(i64, Sample)> {
        let points = self.points(region, id);
        points
            .into_iter()
            .flatten()
            .filter(|point| point.minute >= since_minute && point.visible <= self.now)
            .map(|point| (point.minute, point.sample.clone()))
            .collect()
    }

    /// The present, in seconds since the epoch.
    pub(super) fn set_now(&mut self, now: i64) {
        self.now = now;
    }

    fn points(&self, region: &str, id: &MetricId) -> Option<&VecDeque<Point>> {
        self.regions.get(region)?.get(id)
    }

    fn insert(&mut self, region: &str, id: MetricId, minute: i64, visible: i64, sample: Sample) {
        if !self.regions.contains_key(region) {
            self.regions.insert(region.to_owned(), BTreeMap::new());
        }
        let Some(series) = self.regions.get_mut(region) else {
            return;
        };
        let points = series.entry(id).or_default();
        let place = points.partition_point(|point| point.minute < minute);
        match points.get_mut(place) {
            Some(point) if point.minute == minute => {
                point.sample.merge(&sample);
                point.visible = point.visible.min(visible);
            }
            _ => points.insert(
                place,
                Point {
                    minute,
                    visible,
                    sample,
                },
            ),
        }
        if points.len() > KEPT_MINUTES {
            points.pop_front();
        }
    }
}

/// Seconds after the end of a minute until its point is visible. AWS publishes no figure; operators
/// see one to three minutes (aws-facts §1.3).
fn delay(id: &MetricId, minute: i64) -> i64 {
    let (base, spread) = match id.namespace.as_str() {
        "AWS/Route53" => (20, 15),
        "AWS/Lambda" => (30, 25),
        "AWS/ApiGateway" => (35, 25),
        "AWS/RDS" => (40, 25),
        "AWS/CloudFront" => (60, 40),
        _ => (30, 30),
    };
    base + (hash(minute as u64, &id.namespace) % spread) as i64
}
