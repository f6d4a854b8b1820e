//! Waiting for the figures of what a run did.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::work::{Context, Observation, Work};
use crate::figures::minute_of;
use crate::{Expected, PlannedCall, format};
use gwctl_fleet::{Metric, Metrics, Snapshot};

/// Until CloudWatch shows what happened before the step began: it shows a minute late (aws-facts §1.3). It
/// never keeps a run from ending: the report names what is not in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwaitFigures {
    /// How long it is waited for at most, in seconds.
    pub most_s: u64,
}

impl Work for AwaitFigures {
    fn calls(&self) -> Vec<PlannedCall> {
        Vec::new()
    }

    fn times(&self) -> (Expected, u64) {
        (
            Expected::between(
                180.min(self.most_s),
                0,
                self.most_s,
                "AWS: figures of a minute come minutes later (aws-facts §1.3)",
            ),
            self.most_s + 300,
        )
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        let snapshot = context.run.snapshot();
        let last = minute_of(context.since);
        let late = late(&snapshot, last);
        if late.is_empty() {
            return Observation::Done(format!(
                "figures are complete until {}",
                last.strftime("%H:%MZ")
            ));
        }
        let late = late.join(", ");
        match self.most_s.saturating_sub(context.elapsed_s()) {
            0 => Observation::Done(format!("missing, and gwctl waits no longer: {late}")),
            left => Observation::Underway(format!(
                "still missing: {late}; gwctl waits {} at most",
                format::seconds(left)
            )),
        }
    }
}

/// Whose figures of the minute `last` are not in.
fn late(snapshot: &Snapshot, last: Timestamp) -> Vec<String> {
    let lacks = |metrics: &Metrics, metric: Metric| {
        let series = metrics.get(metric).last();
        let newest = series.and_then(|series| series.settled(snapshot.at));
        newest.is_none_or(|point| point.at < last)
    };
    let edge = &snapshot.edge.metrics;
    let edge = (!snapshot.edge.distribution_id.is_empty())
        .then(|| lacks(edge, Metric::EdgeRequests) || lacks(edge, Metric::Edge5xxRate));
    let sites = snapshot.sites.iter().filter_map(|site| {
        let metrics = &site.api.metrics;
        let lacks = lacks(metrics, Metric::ApiRequests) || lacks(metrics, Metric::Api5xx);
        lacks.then(|| format!("the minute {} of {}", last.strftime("%H:%MZ"), site.region))
    });
    edge.filter(|late| *late)
        .map(|_| format!("the minute {} of CloudFront", last.strftime("%H:%MZ")))
        .into_iter()
        .chain(sites)
        .collect()
}
