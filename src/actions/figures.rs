//! The fleet's figures at one moment, as a run's journal keeps them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::fleet::{Metric, Region, Site, Snapshot};

/// Newest settled figures, by Region.
pub type Figures = BTreeMap<Region, SiteFigures>;

/// What one Region did in its newest settled minute; none where there is no data.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct SiteFigures {
    /// The minute the request figures are of.
    pub at: Option<Timestamp>,
    /// Requests in that minute.
    pub requests: Option<f64>,
    /// Share answered 5xx, in percent.
    pub errors_percent: Option<f64>,
    /// p99 in milliseconds.
    pub p99_ms: Option<f64>,
    /// The database's lag in milliseconds, on a secondary.
    pub lag_ms: Option<f64>,
}

/// Everybody's figures in `snapshot`.
pub fn figures(snapshot: &Snapshot) -> Figures {
    snapshot
        .sites
        .iter()
        .map(|site| (site.region.clone(), of(site, snapshot)))
        .collect()
}

fn of(site: &Site, snapshot: &Snapshot) -> SiteFigures {
    let metrics = &site.api.metrics;
    let requests = metrics.latest(Metric::ApiRequests, snapshot.at);
    SiteFigures {
        at: requests.map(|point| point.at),
        requests: requests.map(|point| point.value),
        errors_percent: metrics
            .percent(Metric::Api5xx, Metric::ApiRequests, snapshot.at)
            .map(|point| point.value),
        p99_ms: metrics
            .latest(Metric::ApiLatencyP99, snapshot.at)
            .map(|point| point.value),
        lag_ms: snapshot
            .database
            .lag(&site.region)
            .and_then(|series| series.current())
            .and_then(|series| series.newest())
            .map(|point| point.value),
    }
}
