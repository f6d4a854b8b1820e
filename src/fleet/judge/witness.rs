//! What others see: Route 53's checkers and CloudFront's figures look from elsewhere than the machine that
//! gwctl runs on, and need none of the way from there.

use jiff::{SignedDuration, Timestamp};

use super::reasons::{age, percent};
use crate::judge::evidence::figure;
use crate::{
    CheckKind, CheckVerdict, HealthCheck, Metric, Metrics, Region, Site, Snapshot, check_verdict,
};

/// What the checkers found at a Region's endpoint, and up to when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Whether Route 53 counts the endpoint healthy.
    pub healthy: bool,
    /// End of the newest minute that says so.
    pub until: Timestamp,
}

/// What Route 53's checkers find at the endpoint of `region`; none where nobody looks, or nothing newer than
/// minutes is known. A switch that takes a Region out of service is nobody's finding: only the checks below it
/// that look at an endpoint count.
pub fn checkers(snapshot: &Snapshot, region: &Region) -> Option<Found> {
    let edge = &snapshot.edge;
    let all = edge.followed(region);
    let endpoints: Vec<&&HealthCheck> = all
        .iter()
        .filter(|check| matches!(kind(check), Some(CheckKind::Endpoint { .. })))
        .collect();
    if !endpoints.is_empty() {
        let found = endpoints
            .iter()
            .filter_map(|check| finding(check, snapshot.at));
        // One endpoint that fails is a finding, however many others there are.
        return found.min_by_key(|found| found.healthy);
    }
    let lever = |check: &&HealthCheck| {
        matches!(
            kind(check),
            Some(
                CheckKind::Alarm { .. }
                    | CheckKind::RecoveryControl { .. }
                    | CheckKind::Linked { .. }
            )
        )
    };
    if all.iter().any(lever) {
        return None;
    }
    let roots = edge.check_ids(region).into_iter();
    let found = roots.filter_map(|root| edge.checks.get(root));
    let found = found.filter_map(|check| finding(check, snapshot.at));
    found.min_by_key(|found| found.healthy)
}

fn kind(check: &HealthCheck) -> Option<&CheckKind> {
    Some(&check.config.last()?.kind)
}

/// What looking showed: an inverted check says the opposite of it, and a disabled one is not looked at
/// (aws-facts §3.4).
fn finding(check: &HealthCheck, now: Timestamp) -> Option<Found> {
    let healthy = match check_verdict(check, now) {
        CheckVerdict::Healthy => true,
        CheckVerdict::Unhealthy => false,
        _ => return None,
    };
    let inverted = check.config.last().is_some_and(|config| config.inverted);
    Some(Found {
        healthy: healthy != inverted,
        until: end_of_newest(&check.metrics, Metric::CheckStatus)?,
    })
}

fn end_of_newest(metrics: &Metrics, metric: Metric) -> Option<Timestamp> {
    let series = metrics.get(metric).current()?;
    let period = SignedDuration::try_from(series.period).ok()?;
    Some(series.newest()?.at + period)
}

/// Evidence from before a failure says nothing of it.
fn since(until: Timestamp, failed_after: Option<Timestamp>) -> bool {
    failed_after.is_none_or(|last_success| until > last_success)
}

/// What says that the Region serves although gwctl's own probe of it, which last succeeded at `failed_after`,
/// gets no answer.
pub(super) fn serves(
    snapshot: &Snapshot,
    site: &Site,
    failed_after: Option<Timestamp>,
) -> Option<String> {
    let by_checkers = checkers(snapshot, &site.region)
        .filter(|found| found.healthy && since(found.until, failed_after))
        .map(|_| "Route 53's checkers find it healthy".to_owned());
    by_checkers.or_else(|| {
        let metrics = &site.api.metrics;
        let until = end_of_newest(metrics, Metric::ApiRequests)?;
        let requests = figure(metrics, Metric::ApiRequests, snapshot)?.value;
        let failed = snapshot.failing(site, Metric::Api5xx)?.value;
        let limit = snapshot.thresholds.api_5xx_percent.critical;
        (requests > 0.0 && failed <= limit && since(until, failed_after))
            .then(|| counted("its API", requests, failed))
    })
}

/// What says that clients are served although gwctl's own probe of the domain gets no answer.
pub(super) fn clients(snapshot: &Snapshot, failed_after: Option<Timestamp>) -> Option<String> {
    let metrics = &snapshot.edge.metrics;
    let until = end_of_newest(metrics, Metric::EdgeRequests)?;
    let requests = figure(metrics, Metric::EdgeRequests, snapshot)?.value;
    let failed = figure(metrics, Metric::Edge5xxRate, snapshot)?.value;
    let limit = snapshot.thresholds.edge_5xx_percent.critical;
    (requests > 0.0 && failed <= limit && since(until, failed_after))
        .then(|| counted("CloudFront", requests, failed))
}

/// What says that clients are not served: CloudFront, which counted requests before, counts none.
pub(super) fn no_clients(snapshot: &Snapshot) -> Option<String> {
    let metrics = &snapshot.edge.metrics;
    if let Some(point) = metrics.latest(Metric::EdgeRequests, snapshot.at)
        && point.value <= 0.0
    {
        return Some("CloudFront counts no request".into());
    }
    let until = end_of_newest(metrics, Metric::EdgeRequests)?;
    let silent = snapshot.at.duration_since(until);
    (silent.as_secs_f64() > snapshot.thresholds.metric_stale_s)
        .then(|| format!("CloudFront has counted no request for {}", age(silent)))
}

fn counted(who: &str, requests: f64, failed: f64) -> String {
    format!(
        "{who} counts {requests:.0} requests a minute, {} of them answered 5xx",
        percent(failed)
    )
}
