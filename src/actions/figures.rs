//! What AWS counted of the fleet, minute by minute, as a run's journal keeps it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use gwctl_fleet::{Metric, Metrics, Region, Series, Site, Snapshot};

/// What CloudWatch counts by.
pub(super) const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// The minute `at` is in.
pub(super) fn minute_of(at: Timestamp) -> Timestamp {
    let whole = at.as_second().div_euclid(60) * 60;
    Timestamp::from_second(whole).unwrap_or(at)
}

/// Minutes by the time they begin at. One that is not in it was not counted, or is not known.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Minutes {
    /// At the distribution: what clients got.
    #[serde(default)]
    pub edge: BTreeMap<Timestamp, EdgeMinute>,
    /// By Region.
    #[serde(default)]
    pub sites: BTreeMap<Region, BTreeMap<Timestamp, SiteMinute>>,
}

/// A minute at the distribution.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct EdgeMinute {
    /// Requests of clients.
    pub requests: f64,
    /// Share answered with 5xx, in percent, by a Region, the router, or CloudFront itself.
    pub failed_percent: Option<f64>,
    /// Share answered 4xx, in percent.
    pub refused_percent: Option<f64>,
}

/// A minute in one Region; none where there is no figure.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct SiteMinute {
    pub requests: Option<f64>,
    /// Of these, answered 5xx.
    pub failed: Option<f64>,
    /// Of these, answered 4xx: 429 is among them.
    pub refused: Option<f64>,
    /// Invocations that Lambda throttled.
    pub throttled: Option<f64>,
    /// p99 in milliseconds.
    pub p99_ms: Option<f64>,
    /// The database's lag in milliseconds, on a secondary.
    pub lag_ms: Option<f64>,
    /// Commits a second.
    pub commits_per_s: Option<f64>,
}

impl SiteMinute {
    /// Share answered 5xx, in percent; none without requests.
    pub fn failed_percent(&self) -> Option<f64> {
        let requests = self.requests.filter(|requests| *requests > 0.0)?;
        Some(100.0 * self.failed? / requests)
    }

    /// Share answered 4xx, in percent; none without requests.
    pub fn refused_percent(&self) -> Option<f64> {
        let requests = self.requests.filter(|requests| *requests > 0.0)?;
        Some(100.0 * self.refused? / requests)
    }
}

impl Minutes {
    /// The minutes of `snapshot` that begin at `from` or later and are over.
    pub fn of(snapshot: &Snapshot, from: Timestamp) -> Self {
        let span = Span {
            from,
            now: snapshot.at,
        };
        let sites = snapshot.sites.iter();
        Self {
            edge: edge(&snapshot.edge.metrics, span),
            sites: sites
                .map(|site| (site.region.clone(), self::site(site, snapshot, span)))
                .collect(),
        }
    }

    /// Lays `newer` over these: a minute may still change after it was first seen (aws-facts §1.3).
    pub fn take(&mut self, newer: &Self) {
        self.edge.extend(&newer.edge);
        for (region, minutes) in &newer.sites {
            let known = self.sites.entry(region.clone()).or_default();
            known.extend(minutes);
        }
    }
}

/// RDS's word on whether the old primary's volume still took writes after a failover (RDS-EVENT-0390 and
/// 0391, aws-facts §2.5; AWS gives an event no id, so its words tell).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WritesBlocked {
    /// When RDS said so.
    pub at: Timestamp,
    /// Whether writes were blocked; otherwise the attempt timed out.
    pub succeeded: bool,
}

impl WritesBlocked {
    /// The newest such event since `from`.
    pub(super) fn of(snapshot: &Snapshot, from: Timestamp) -> Option<Self> {
        let clusters = snapshot.database.clusters.values();
        let events = clusters.flat_map(|cluster| cluster.events.last().into_iter().flatten());
        events
            .filter(|event| event.at >= from)
            .filter_map(|event| {
                let text = event.message.to_lowercase();
                let (blocked, late) = (text.contains("succeeded"), text.contains("timed out"));
                let told = text.contains("block writes") && (blocked || late);
                told.then_some(Self {
                    at: event.at,
                    succeeded: blocked,
                })
            })
            .max_by_key(|blocked| blocked.at)
    }
}

#[derive(Clone, Copy)]
struct Span {
    from: Timestamp,
    now: Timestamp,
}

impl Span {
    fn points(self, series: &Series) -> BTreeMap<Timestamp, f64> {
        let within = |at: Timestamp| at >= self.from && self.now.duration_since(at) >= MINUTE;
        let points = series.points().iter().filter(|point| within(point.at));
        points.map(|point| (point.at, point.value)).collect()
    }

    /// Of a series that was ever read: what could not be renewed stays true of its minutes.
    fn of(self, metrics: &Metrics, metric: Metric) -> BTreeMap<Timestamp, f64> {
        let series = metrics.get(metric).last();
        series.map(|series| self.points(series)).unwrap_or_default()
    }
}

fn edge(metrics: &Metrics, span: Span) -> BTreeMap<Timestamp, EdgeMinute> {
    let failed = span.of(metrics, Metric::Edge5xxRate);
    let refused = span.of(metrics, Metric::Edge4xxRate);
    let requests = span.of(metrics, Metric::EdgeRequests).into_iter();
    requests
        .map(|(at, requests)| {
            let minute = EdgeMinute {
                requests,
                failed_percent: failed.get(&at).copied(),
                refused_percent: refused.get(&at).copied(),
            };
            (at, minute)
        })
        .collect()
}

fn site(site: &Site, snapshot: &Snapshot, span: Span) -> BTreeMap<Timestamp, SiteMinute> {
    let of = |metric| span.of(&site.api.metrics, metric);
    let (requests, failed, refused) = (
        of(Metric::ApiRequests),
        of(Metric::Api5xx),
        of(Metric::Api4xx),
    );
    let p99 = of(Metric::ApiLatencyP99);
    let throttled = throttled(site, span);
    let lag = snapshot.database.lag(&site.region);
    let lag = lag.and_then(|lag| lag.last());
    let lag = lag.map(|lag| span.points(lag)).unwrap_or_default();
    let cluster = snapshot.database.clusters.get(&site.region);
    let commits = cluster
        .map(|cluster| span.of(&cluster.metrics, Metric::DbWriteThroughput))
        .unwrap_or_default();
    let all = [&requests, &p99, &lag, &commits];
    let all: BTreeSet<Timestamp> = all.into_iter().flat_map(BTreeMap::keys).copied().collect();
    all.into_iter()
        .map(|at| {
            let get = |of: &BTreeMap<Timestamp, f64>| of.get(&at).copied();
            let minute = SiteMinute {
                requests: get(&requests),
                failed: get(&failed),
                refused: get(&refused),
                throttled: get(&throttled),
                p99_ms: get(&p99),
                lag_ms: get(&lag),
                commits_per_s: get(&commits),
            };
            (at, minute)
        })
        .collect()
}

/// Of all functions together, for the minutes in which there is a figure of each.
fn throttled(site: &Site, span: Span) -> BTreeMap<Timestamp, f64> {
    let mut functions = site
        .functions
        .iter()
        .map(|function| span.of(&function.metrics, Metric::FunctionThrottles));
    let Some(mut sum) = functions.next() else {
        return BTreeMap::new();
    };
    for function in functions {
        sum.retain(|at, _| function.contains_key(at));
        for (at, value) in &mut sum {
            *value += function.get(at).copied().unwrap_or_default();
        }
    }
    sum
}
