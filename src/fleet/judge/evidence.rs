//! What a judgement may rest on: figures that are not too old to count.

use crate::{Metric, Observed, Reason, Snapshot, Verdict};
use jiff::Timestamp;
use std::time::Duration;

pub(super) fn reason(verdict: Verdict, about: &'static str, text: String) -> Reason {
    Reason {
        verdict,
        about,
        text,
    }
}

/// The value of `observed`, when its newest question was answered not longer than `limit_s` ago.
pub(super) fn fresh<T>(observed: &Observed<T>, now: Timestamp, limit_s: f64) -> Option<&T> {
    let value = observed.current()?;
    (observed.age(now)?.as_secs_f64() <= limit_s).then_some(value)
}

/// The newest settled point of `metric`, when it is not too old to count.
pub(super) fn figure(
    metrics: &crate::Metrics,
    metric: Metric,
    snapshot: &Snapshot,
) -> Option<crate::Point> {
    let point = metrics.latest(metric, snapshot.at)?;
    let period = metrics
        .get(metric)
        .current()
        .map_or(Duration::ZERO, |series| series.period);
    let age = snapshot.at.duration_since(point.at).as_secs_f64() - period.as_secs_f64();
    (age <= snapshot.thresholds.metric_stale_s).then_some(point)
}

/// As [`crate::Metrics::percent`], when it is not too old to count.
pub(super) fn share(
    metrics: &crate::Metrics,
    part: Metric,
    whole: Metric,
    snapshot: &Snapshot,
) -> Option<f64> {
    figure(metrics, whole, snapshot)?;
    Some(metrics.percent(part, whole, snapshot.at)?.value)
}
