//! Whether Route 53 counts a health check healthy.

use crate::{CheckVerdict, Edge, HealthCheck, Metric};
use jiff::{SignedDuration, Timestamp};

/// A status point older than this does not count: checks report every minute (aws-facts §1.3).
pub(crate) const STATUS_STALE: SignedDuration = SignedDuration::from_mins(5);

/// Whether Route 53 counts `check` healthy, from its configuration and its newest status point.
///
/// `HealthCheckStatus` is the final verdict: an inverted check is already inverted in it. A
/// disabled check is not looked at by Route 53: it considers it healthy, or unhealthy where it is inverted, whatever the old points say
/// (aws-facts §3.4).
pub fn check_verdict(check: &HealthCheck, now: Timestamp) -> CheckVerdict {
    if let Some(config) = check.config.current()
        && config.disabled
    {
        return if config.inverted {
            CheckVerdict::DisabledUnhealthy
        } else {
            CheckVerdict::DisabledHealthy
        };
    }
    // The minute still being counted is worth reading: its minimum can only get worse.
    let newest = check
        .metrics
        .get(Metric::CheckStatus)
        .current()
        .and_then(|series| {
            let point = series.newest()?;
            let end = point.at + SignedDuration::try_from(series.period).unwrap_or_default();
            (now.duration_since(end) <= STATUS_STALE).then_some(point.value)
        });
    match newest {
        Some(value) if value >= 1.0 => CheckVerdict::Healthy,
        Some(_) => CheckVerdict::Unhealthy,
        None => CheckVerdict::Unknown,
    }
}

impl Edge {
    /// How many of these checks Route 53 counts healthy, and of how many that is not known.
    pub fn healthy(&self, checks: &[String], now: Timestamp) -> (usize, usize) {
        let verdicts = checks.iter().map(|id| {
            let check = self.checks.get(id)?;
            check_verdict(check, now).in_service()
        });
        verdicts.fold((0, 0), |(healthy, unknown), verdict| match verdict {
            Some(true) => (healthy + 1, unknown),
            Some(false) => (healthy, unknown),
            None => (healthy, unknown + 1),
        })
    }
}
