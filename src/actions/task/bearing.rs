//! How a Region bears its traffic, by one minute of its own figures. Missing is never good.

use jiff::Timestamp;

use crate::{format, traffic};
use gwctl_fleet::{Metric, Point, Region, Served, Site, Snapshot, Throttle};

/// What is borne at most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Share of 5xx in percent; of 4xx, beyond what is usual.
    pub errors_percent: f64,
    /// p99 in milliseconds.
    pub p99_ms: f64,
    /// The usual share of 4xx in percent; none where it is not known.
    pub usual_4xx: Option<f64>,
}

/// How it bears.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Bearing {
    /// Within the limits.
    Well(String),
    /// Beyond one.
    Badly(String),
    /// What is not known yet.
    Unknown(String),
}

/// By the newest minute of which everything is known.
pub(crate) fn newest(
    site: &Site,
    snapshot: &Snapshot,
    limits: &Limits,
) -> (Option<Timestamp>, Bearing) {
    match snapshot.failing(site, Metric::Api5xx) {
        None => (None, unknown(site)),
        Some(errors) => (Some(errors.at), minute(site, snapshot, errors.at, limits)),
    }
}

/// By the minute at `at`.
pub(crate) fn minute(site: &Site, snapshot: &Snapshot, at: Timestamp, limits: &Limits) -> Bearing {
    let region = &site.region;
    let metrics = &site.api.metrics;
    let Some(requests) = point(site, Metric::ApiRequests, at) else {
        return unknown(site);
    };
    let served = snapshot.served_in(site, requests);
    let beside = |metric| metrics.beside(metric, at, snapshot.at);
    let Some(failed) = beside(Metric::Api5xx) else {
        return Bearing::Unknown(format!(
            "how many requests of {region} failed is not known yet"
        ));
    };
    let errors = served.failing(failed);
    if errors > limits.errors_percent {
        return Bearing::Badly(format!(
            "{region} answers {} with 5xx, the limit is {}",
            format::percent(errors),
            format::in_words(&format::percent(limits.errors_percent))
        ));
    }
    if let Err(bearing) = throttled(site, &served, beside(Metric::Api4xx), limits) {
        return bearing;
    }
    // Requests without a latency are not there yet.
    let Some(p99) = point(site, Metric::ApiLatencyP99, at) else {
        return Bearing::Unknown(format!("the latency of {region} is not known yet"));
    };
    if p99.value > limits.p99_ms {
        return Bearing::Badly(format!(
            "p99 of {region} is {}, the limit is {}",
            format::millis(p99.value),
            format::in_words(&format::millis(limits.p99_ms))
        ));
    }
    Bearing::Well(format!(
        "{region} {}, 5xx {}, p99 {}",
        traffic::requests(&served),
        format::percent(errors),
        format::millis(p99.value)
    ))
}

/// Clients that are turned away: requests beyond what the API takes, or more 4xx than usual.
fn throttled(
    site: &Site,
    served: &Served,
    refused: Option<f64>,
    limits: &Limits,
) -> Result<(), Bearing> {
    let region = &site.region;
    let second = served.requests / 60.0;
    let limit = site.api.throttle.last().and_then(Throttle::limit);
    if let Some(limit) = limit.filter(|limit| second > *limit) {
        return Err(Bearing::Badly(format!(
            "{region} gets {} requests a second and its API accepts {}: the rest gets 429",
            format::count(second),
            format::count(limit)
        )));
    }
    let Some(refused) = refused else {
        let text = format!("how many requests of {region} got 4xx is not known yet");
        return Err(Bearing::Unknown(text));
    };
    let usual = match limits.usual_4xx {
        Some(usual) => (usual, format!("{} before", format::percent(usual))),
        None => (0.0, "the usual share is not known".to_owned()),
    };
    match turned_away(
        region,
        served.failing(refused),
        limits.errors_percent,
        usual,
    ) {
        Some(text) => Err(Bearing::Badly(text)),
        None => Ok(()),
    }
}

/// A share of 4xx, in percent, of more than `margin` over what is usual: 429 for too many requests counts there.
pub(crate) fn turned_away(
    region: &Region,
    share: f64,
    margin: f64,
    (usual, said): (f64, String),
) -> Option<String> {
    (share > usual + margin).then(|| {
        format!(
            "{region} answers {} with 4xx, {said}: 4xx includes 429, too many requests",
            format::percent(share)
        )
    })
}

fn point(site: &Site, metric: Metric, at: Timestamp) -> Option<Point> {
    let series = site.api.metrics.get(metric).current()?;
    series
        .points()
        .iter()
        .rev()
        .find(|point| point.at == at)
        .copied()
}

fn unknown(site: &Site) -> Bearing {
    let region = &site.region;
    let requests = site.api.metrics.get(Metric::ApiRequests);
    Bearing::Unknown(match requests.why_missing() {
        Some(why) => format!("the figures of {region} are not known: {why}"),
        None => format!("no complete minute of figures for {region} yet"),
    })
}
