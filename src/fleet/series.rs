//! Time series as CloudWatch keeps them: points on a grid, with holes where nothing happened.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Observed;

/// One data point: the statistic over the period that starts at `at`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Start of the period.
    pub at: Timestamp,
    /// The statistic, in the metric's unit.
    pub value: f64,
}

/// Points in time order, oldest first. Periods without traffic have no point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Length of one period.
    pub period: Duration,
    #[serde(with = "flat")]
    points: Vec<Point>,
}

/// Points as a list of numbers, nanoseconds since 1970 and value in turn: a picture holds ten thousand of them.
mod flat {
    use jiff::Timestamp;
    use serde::de::{Error as _, SeqAccess, Visitor};
    use serde::ser::{Error as _, SerializeSeq as _};
    use serde::{Deserializer, Serializer};

    use super::Point;

    pub(super) fn serialize<S: Serializer>(points: &[Point], to: S) -> Result<S::Ok, S::Error> {
        let mut list = to.serialize_seq(Some(2 * points.len()))?;
        for point in points {
            let at = i64::try_from(point.at.as_nanosecond()).map_err(S::Error::custom)?;
            list.serialize_element(&at)?;
            list.serialize_element(&point.value)?;
        }
        list.end()
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Point>, D::Error> {
        from.deserialize_seq(Points)
    }

    struct Points;

    impl<'de> Visitor<'de> for Points {
        type Value = Vec<Point>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a list of times and values")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<Point>, A::Error> {
            let mut points = Vec::with_capacity(list.size_hint().unwrap_or(0).min(20_000) / 2);
            while let Some(at) = list.next_element::<i64>()? {
                let at = Timestamp::from_nanosecond(at.into()).map_err(A::Error::custom)?;
                let value = list.next_element()?;
                let value = value.ok_or_else(|| A::Error::custom("a time without a value"))?;
                points.push(Point { at, value });
            }
            Ok(points)
        }
    }
}

impl Series {
    /// Takes points in any order; later duplicates win, values that are not finite are dropped.
    pub fn new(period: Duration, points: impl IntoIterator<Item = Point>) -> Self {
        let by_time: BTreeMap<Timestamp, f64> = points
            .into_iter()
            .filter(|point| point.value.is_finite())
            .map(|point| (point.at, point.value))
            .collect();
        let points = by_time
            .into_iter()
            .map(|(at, value)| Point { at, value })
            .collect();
        Self { period, points }
    }

    /// The points, oldest first.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// Whether there is no point at all.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// The newest point.
    pub fn newest(&self) -> Option<Point> {
        self.points.last().copied()
    }

    /// The newest point whose period is over: the one after it is still being counted.
    pub fn settled(&self, now: Timestamp) -> Option<Point> {
        let period = SignedDuration::try_from(self.period).unwrap_or(SignedDuration::MAX);
        self.points
            .iter()
            .rev()
            .find(|point| now.duration_since(point.at) >= period)
            .copied()
    }

    /// These points with `newer` laid over them, and nothing older than `keep_from`.
    #[must_use]
    pub fn merged(&self, newer: &Self, keep_from: Timestamp) -> Self {
        let both = self.points.iter().chain(&newer.points).copied();
        Self::new(newer.period, both.filter(|point| point.at >= keep_from))
    }
}

/// A unit a figure is shown in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Milliseconds.
    Millis,
    /// Things counted in a period.
    Count,
    /// 0..100.
    Percent,
    Bytes,
    /// 1 or 0.
    Flag,
}

/// What gwctl asks CloudWatch for (aws-facts §1.1). The subject (which API, function, cluster …)
/// is the thing whose [`Metrics`] holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    // An API, in its Region.
    ApiLatencyP50,
    ApiLatencyP90,
    ApiLatencyP99,
    ApiIntegrationLatencyP50,
    ApiRequests,
    Api4xx,
    Api5xx,
    // A function, in its Region.
    FunctionInvocations,
    FunctionErrors,
    FunctionThrottles,
    FunctionDurationP95,
    FunctionConcurrency,
    // A secondary cluster, in its Region only.
    RpoLag,
    ReplicationLag,
    // Any cluster.
    DbCpu,
    DbConnections,
    DbWriteThroughput,
    // A cluster with instances of class `db.serverless`.
    DbCapacity,
    // A health check, in us-east-1.
    CheckStatus,
    CheckPercentHealthy,
    // A distribution, in us-east-1.
    EdgeRequests,
    Edge4xxRate,
    Edge5xxRate,
    EdgeOriginLatencyP90,
    EdgeFunctionErrors,
    EdgeFunctionInvalid,
    EdgeFunctionLimited,
}

impl Metric {
    /// A short title for charts and tables.
    pub const fn title(self) -> &'static str {
        match self {
            Self::ApiLatencyP50 => "p50",
            Self::ApiLatencyP90 => "p90",
            Self::ApiLatencyP99 => "p99",
            Self::ApiIntegrationLatencyP50 => "integration p50",
            Self::ApiRequests | Self::EdgeRequests => "requests",
            Self::Api4xx => "4xx",
            Self::Api5xx => "5xx",
            Self::FunctionInvocations => "invocations",
            Self::FunctionErrors => "errors",
            Self::FunctionThrottles => "throttles",
            Self::FunctionDurationP95 => "duration p95",
            Self::FunctionConcurrency => "concurrency",
            Self::RpoLag => "RPO lag",
            Self::ReplicationLag => "replication lag",
            Self::DbCpu => "CPU",
            Self::DbConnections => "connections",
            Self::DbWriteThroughput => "commits per second",
            Self::DbCapacity => "ACU",
            Self::CheckStatus => "health check",
            Self::CheckPercentHealthy => "checkers healthy",
            Self::Edge4xxRate => "edge 4xx",
            Self::Edge5xxRate => "edge 5xx",
            Self::EdgeOriginLatencyP90 => "origin latency p90",
            Self::EdgeFunctionErrors => "router errors",
            Self::EdgeFunctionInvalid => "router invalid replies",
            Self::EdgeFunctionLimited => "router limit exceeded",
        }
    }

    /// The unit the figure is in.
    pub const fn unit(self) -> Unit {
        match self {
            Self::ApiLatencyP50
            | Self::ApiLatencyP90
            | Self::ApiLatencyP99
            | Self::ApiIntegrationLatencyP50
            | Self::FunctionDurationP95
            | Self::RpoLag
            | Self::ReplicationLag
            | Self::EdgeOriginLatencyP90 => Unit::Millis,
            Self::DbCpu | Self::CheckPercentHealthy | Self::Edge4xxRate | Self::Edge5xxRate => {
                Unit::Percent
            }
            Self::CheckStatus => Unit::Flag,
            _ => Unit::Count,
        }
    }
}

/// A period is over for this long, and its points are there (aws-facts §1.3: one to three minutes).
const LATEST: SignedDuration = SignedDuration::from_mins(4);
/// How many periods one looks back for one of which everything is known.
const NEWEST: usize = 5;

/// The series of one subject.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Metrics(BTreeMap<Metric, Observed<Arc<Series>>>);

static NOT_YET: std::sync::LazyLock<Observed<Arc<Series>>> =
    std::sync::LazyLock::new(Observed::default);

impl Metrics {
    /// The observation of `metric`; [`super::Missing::NotYet`] when it was never asked.
    pub fn get(&self, metric: Metric) -> &Observed<Arc<Series>> {
        self.0.get(&metric).unwrap_or(&NOT_YET)
    }

    /// A place to fold a new answer into.
    pub fn entry(&mut self, metric: Metric) -> &mut Observed<Arc<Series>> {
        self.0.entry(metric).or_default()
    }

    /// Forgets the series that `keep` refuses: those that are no longer asked for.
    pub fn retain(&mut self, mut keep: impl FnMut(Metric) -> bool) {
        self.0.retain(|metric, _| keep(*metric));
    }

    /// The newest settled point of a series that could be renewed.
    pub fn latest(&self, metric: Metric, now: Timestamp) -> Option<Point> {
        self.get(metric).current()?.settled(now)
    }

    /// What `part` counted in the period at `at`, of which there was something to count from.
    ///
    /// No events may mean no points (aws-facts §1.2); but points also appear late, one metric's later than
    /// another's. So a missing one is zero once AWS says that there is no such data at all, once a newer one is
    /// there, or once the period is over for longer than points take (aws-facts §1.3). Until then it is not known.
    pub fn beside(&self, part: Metric, at: Timestamp, now: Timestamp) -> Option<f64> {
        let observed = self.get(part);
        if observed.why_missing() == Some(&super::Missing::NoData) {
            return Some(0.0);
        }
        let series = observed.last()?;
        let newer = series.newest().is_some_and(|newest| newest.at > at);
        // Of a series that could not be renewed, nothing is known after its newest point.
        let over = observed.current().is_some() && now.duration_since(at) > LATEST;
        let known = series.points().iter().rev().find(|point| point.at == at);
        match known {
            Some(point) => Some(point.value),
            None if newer || over => Some(0.0),
            None => None,
        }
    }

    /// `part / whole` in percent over the newest settled period of which both are known.
    pub fn percent(&self, part: Metric, whole: Metric, now: Timestamp) -> Option<Point> {
        let parts = self.get(part);
        if parts.current().is_none() && parts.why_missing() != Some(&super::Missing::NoData) {
            return None;
        }
        let newest = self.latest(whole, now)?;
        let wholes = self.get(whole).current()?.points().iter().rev();
        wholes
            .filter(|point| point.at <= newest.at)
            .take(NEWEST)
            .find_map(|whole| {
                let part = self.beside(part, whole.at, now)?;
                let value = if whole.value > 0.0 {
                    100.0 * part / whole.value
                } else {
                    0.0
                };
                Some(Point {
                    at: whole.at,
                    value,
                })
            })
    }

    /// Everything held, in the order of [`Metric`].
    pub fn iter(&self) -> impl Iterator<Item = (Metric, &Observed<Arc<Series>>)> {
        self.0.iter().map(|(metric, series)| (*metric, series))
    }
}
