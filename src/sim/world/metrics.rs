//! The metric store of every Region: what CloudWatch would answer.
//!
//! Points are one minute long, become visible some time after their minute is over, and exist only
//! where something was published.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;

use super::days_before::{DaysBefore, MODELS};
use super::rng::pick;
pub use super::statistic::{Sample, Statistic};
use gwctl_fleet::Region;

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

#[derive(Debug, Clone)]
struct Point {
    minute: i64,
    /// Second from which it is shown.
    visible: i64,
    sample: Sample,
}

/// A series, for those who publish to it every minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Handle(usize);

#[derive(Debug, Clone)]
struct Stored {
    points: VecDeque<Point>,
    delay: (i64, i64),
    /// Its first minutes, whatever else is forgotten.
    first: Vec<(i64, Sample)>,
}

/// All series of all Regions.
#[derive(Debug, Clone, Default)]
pub struct MetricStore {
    /// Several names may stand for one series.
    names: BTreeMap<String, BTreeMap<MetricId, Handle>>,
    series: Vec<Stored>,
    now: i64,
    /// Seconds until what `PutMetricData` took is seen.
    put_visible_s: i64,
    days_before: DaysBefore,
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
        let Some(statistic) = Statistic::parse(statistic) else {
            return Vec::new();
        };
        let length = (period_s.max(1) + 59) / 60;
        let from = start.as_second().div_euclid(60);
        let until = (end.as_second() + 59).div_euclid(60);
        let mut slots: BTreeMap<i64, Sample> = BTreeMap::new();
        let mut add = |minute: i64, sample: &Sample| {
            let slot = minute.div_euclid(length) * length;
            match slots.get_mut(&slot) {
                Some(known) => known.merge(sample),
                None => drop(slots.insert(slot, sample.clone())),
            }
        };
        for (minute, sample) in self.before(region, &id, (from, until)) {
            add(minute, &sample);
        }
        for point in self
            .seen(region, &id, from)
            .take_while(|point| point.minute < until)
        {
            add(point.minute, &point.sample);
        }
        slots
            .into_iter()
            .filter_map(|(minute, sample)| {
                let at = Timestamp::from_second(minute * 60).ok()?;
                Some((at, sample.statistic(statistic)?))
            })
            .collect()
    }

    /// The series of a Region that have points, in order, optionally of one namespace, of one metric
    /// name, and with all of the given dimensions (a value of `None` matches any).
    pub fn list(
        &self,
        region: &str,
        namespace: Option<&str>,
        metric: Option<&str>,
        dimensions: &[(&str, Option<&str>)],
    ) -> Vec<MetricId> {
        let wanted = |id: &MetricId| {
            namespace.is_none_or(|n| n == id.namespace)
                && metric.is_none_or(|m| m == id.name)
                && dimensions.iter().all(|(name, value)| {
                    id.dimensions
                        .iter()
                        .any(|(k, v)| k == name && value.is_none_or(|value| v == value))
                })
        };
        let Some(names) = self.names.get(region) else {
            return Vec::new();
        };
        let present = names.iter().filter(|(id, handle)| {
            wanted(id)
                && self.series[handle.0]
                    .points
                    .iter()
                    .any(|point| point.visible <= self.now)
        });
        present.map(|(id, _)| id.clone()).collect()
    }

    /// An empty store, where what is put is seen so many seconds later.
    pub(super) fn new(put_visible_s: i64) -> Self {
        Self {
            put_visible_s,
            ..Self::default()
        }
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
        let handle = self.handle(region, MetricId::new(namespace, metric, dimensions));
        let visible = self.now + self.put_visible_s;
        self.insert(
            handle,
            at.as_second().div_euclid(60),
            visible,
            Sample::gauge(value),
        );
    }

    /// The series of this name, made when it is new.
    pub(super) fn handle(&mut self, region: &str, id: MetricId) -> Handle {
        if let Some(handle) = self.names.get(region).and_then(|names| names.get(&id)) {
            return *handle;
        }
        let handle = Handle(self.series.len());
        self.series.push(Stored {
            points: VecDeque::new(),
            first: Vec::new(),
            delay: delay(&id.namespace),
        });
        self.names
            .entry(region.to_owned())
            .or_default()
            .insert(id, handle);
        handle
    }

    /// Another name of the same series.
    pub(super) fn alias(&mut self, region: &str, id: MetricId, handle: Handle) {
        self.names
            .entry(region.to_owned())
            .or_default()
            .insert(id, handle);
    }

    /// A service publishes what it counted in `minute` (minutes since the epoch).
    pub(super) fn publish(&mut self, handle: Handle, minute: i64, mut sample: Sample) {
        if let Sample::Spread(sketch) = &mut sample {
            sketch.shrink();
        }
        let (base, spread) = self.series[handle.0].delay;
        let jitter = pick(minute as u64, "delay", spread);
        self.insert(handle, minute, (minute + 1) * 60 + base + jitter, sample);
    }

    /// The visible minutes of a series from `minute` on, with one statistic.
    pub(super) fn minutes(
        &self,
        region: &str,
        id: &MetricId,
        minute: i64,
        statistic: &str,
    ) -> Vec<(i64, f64)> {
        let Some(statistic) = Statistic::parse(statistic) else {
            return Vec::new();
        };
        let seen = self.seen(region, id, minute);
        seen.filter_map(|point| Some((point.minute, point.sample.statistic(statistic)?)))
            .collect()
    }

    /// The world was founded in this minute: what was before is made when it is asked for.
    pub(super) fn found(&mut self, minute: i64, regions: &[Region]) {
        self.days_before = DaysBefore::new(minute, regions);
    }

    /// Minutes of a series from before the world was founded.
    fn before(&self, region: &str, id: &MetricId, between: (i64, i64)) -> Vec<(i64, Sample)> {
        let handle = self.names.get(region).and_then(|names| names.get(id));
        handle.map_or_else(Vec::new, |handle| {
            let first = &self.series[handle.0].first;
            self.days_before.minutes(region, id, first, between)
        })
    }

    /// The present, in seconds since the epoch.
    pub(super) fn set_now(&mut self, now: i64) {
        self.now = now;
    }

    /// Visible points from `minute` on, oldest first.
    fn seen(&self, region: &str, id: &MetricId, minute: i64) -> impl Iterator<Item = &Point> {
        let handle = self.names.get(region).and_then(|names| names.get(id));
        let points = handle.map(|handle| &self.series[handle.0].points);
        points
            .into_iter()
            .flat_map(move |points| {
                points.range(points.partition_point(|point| point.minute < minute)..)
            })
            .filter(|point| point.visible <= self.now)
    }

    fn insert(&mut self, handle: Handle, minute: i64, visible: i64, sample: Sample) {
        let stored = &mut self.series[handle.0];
        if stored.first.len() < MODELS {
            stored.first.push((minute, sample.clone()));
        }
        let points = &mut stored.points;
        if points.back().is_none_or(|newest| newest.minute < minute) {
            points.push_back(Point {
                minute,
                visible,
                sample,
            });
            if points.len() > KEPT_MINUTES {
                points.pop_front();
            }
            return;
        }
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
    }
}

/// Seconds after the end of a minute until its point is visible, and how much that varies. AWS
/// publishes no figure; operators see one to three minutes (aws-facts §1.3).
fn delay(namespace: &str) -> (i64, i64) {
    match namespace {
        "AWS/Route53" => (15, 15),
        "AWS/Lambda" => (30, 25),
        "AWS/ApiGateway" => (35, 25),
        "AWS/RDS" => (40, 25),
        "AWS/CloudFront" => (60, 40),
        _ => (30, 30),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn filled() -> MetricStore {
        let mut store = MetricStore::default();
        let handle = store.handle(
            "eu-west-1",
            MetricId::new("AWS/Lambda", "Errors", &[("FunctionName", "f")]),
        );
        for minute in 0..10 {
            store.publish(handle, minute, Sample::tally(100.0, minute as f64));
        }
        store.set_now(3_600);
        store
    }

    fn errors(
        store: &MetricStore,
        statistic: &str,
        period_s: i64,
        from: i64,
        to: i64,
    ) -> Vec<(i64, f64)> {
        let dimensions = [("FunctionName", "f")];
        let found = store.query(
            "eu-west-1",
            "AWS/Lambda",
            "Errors",
            &dimensions,
            statistic,
            period_s,
            at(from),
            at(to),
        );
        found
            .into_iter()
            .map(|(at, value)| (at.as_second(), value))
            .collect()
    }

    #[test]
    fn a_minute_appears_only_after_it_is_over_and_some_time_more() {
        let mut store = filled();
        store.set_now(60 * 5 + 20);
        let newest = errors(&store, "Sum", 60, 0, 3_600).last().copied();
        assert_eq!(
            newest,
            Some((180, 3.0)),
            "minute 4 ended 20 s ago and is not there yet"
        );
        store.set_now(60 * 5 + 60);
        assert_eq!(
            errors(&store, "Sum", 60, 0, 3_600).last().copied(),
            Some((240, 4.0))
        );
    }

    #[test]
    fn longer_periods_add_up_and_the_window_is_half_open() {
        let store = filled();
        assert_eq!(errors(&store, "Sum", 300, 0, 600), [(0, 10.0), (300, 35.0)]);
        assert_eq!(errors(&store, "Average", 300, 0, 300), [(0, 0.02)]);
        assert_eq!(errors(&store, "SampleCount", 60, 60, 120), [(60, 100.0)]);
        assert_eq!(errors(&store, "Maximum", 60, 0, 120), [(0, 0.0), (60, 1.0)]);
    }

    #[test]
    fn nothing_is_found_under_another_name_region_or_statistic() {
        let store = filled();
        let ask = |region, dimensions: &[(&str, &str)], statistic| {
            store
                .query(
                    region,
                    "AWS/Lambda",
                    "Errors",
                    dimensions,
                    statistic,
                    60,
                    at(0),
                    at(600),
                )
                .len()
        };
        assert_eq!(ask("eu-west-1", &[("FunctionName", "f")], "Sum"), 10);
        assert_eq!(ask("us-east-1", &[("FunctionName", "f")], "Sum"), 0);
        assert_eq!(ask("eu-west-1", &[], "Sum"), 0);
        assert_eq!(ask("eu-west-1", &[("FunctionName", "f")], "p101"), 0);
    }

    #[test]
    fn two_names_may_stand_for_one_series_and_lists_filter() {
        let mut store = filled();
        let id = MetricId::new("AWS/Lambda", "Errors", &[("FunctionName", "f")]);
        let handle = store.handle("eu-west-1", id.clone());
        store.alias(
            "eu-west-1",
            MetricId::new("AWS/Lambda", "Errors", &[]),
            handle,
        );
        assert_eq!(
            store.list("eu-west-1", Some("AWS/Lambda"), None, &[]).len(),
            2
        );
        assert_eq!(
            store.list("eu-west-1", None, None, &[("FunctionName", None)]),
            [id]
        );
        assert!(
            store
                .list("eu-west-1", Some("AWS/RDS"), None, &[])
                .is_empty()
        );
    }

    #[test]
    fn what_is_put_can_be_read_a_little_later() {
        let mut store = MetricStore::new(20);
        store.set_now(1_000);
        store.put("eu-west-1", "Mine", "Switch", &[], 1.0, at(1_000));
        let read = |store: &MetricStore| {
            store
                .query(
                    "eu-west-1",
                    "Mine",
                    "Switch",
                    &[],
                    "Maximum",
                    60,
                    at(900),
                    at(1_100),
                )
                .len()
        };
        assert_eq!(read(&store), 0);
        store.set_now(1_030);
        assert_eq!(read(&store), 1);
    }
}
