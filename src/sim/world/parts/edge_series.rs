//! The series that the distribution writes.

use crate::world::metrics::{Handle, MetricStore, Sample};
use crate::world::parts::edge_minute::EdgeMinute;
use crate::world::parts::series::{evenly, series};

/// The series of the distribution, in us-east-1 only.
#[derive(Debug, Clone)]
pub(in crate::world) struct EdgeSeries {
    counts: [Handle; 3],
    /// 4xx, 5xx, total, 504, cache hits; percent.
    rates: [Handle; 5],
    origin_latency: Handle,
    /// Execution errors, validation errors, limits exceeded.
    router: [Handle; 3],
    /// The distribution.
    pub(in crate::world) of: String,
}

impl EdgeSeries {
    pub(in crate::world) fn new(store: &mut MetricStore, distribution: &str) -> Self {
        let dimensions: [&[(&str, &str)]; 1] =
            [&[("DistributionId", distribution), ("Region", "Global")]];
        let mut of =
            |metric: &str| series(store, "us-east-1", "AWS/CloudFront", metric, &dimensions);
        Self {
            of: distribution.into(),
            counts: ["Requests", "BytesDownloaded", "BytesUploaded"].map(&mut of),
            rates: [
                "4xxErrorRate",
                "5xxErrorRate",
                "TotalErrorRate",
                "504ErrorRate",
                "CacheHitRate",
            ]
            .map(&mut of),
            origin_latency: of("OriginLatency"),
            router: [
                "LambdaExecutionError",
                "LambdaValidationError",
                "LambdaLimitExceededErrors",
            ]
            .map(&mut of),
        }
    }

    /// `invalid`: what the router returns is what is wrong, and not that it fails (aws-facts §5.3). Latency and single codes
    /// are additional metrics (aws-facts §4).
    pub(in crate::world) fn publish(
        &self,
        store: &mut MetricStore,
        minute: i64,
        counted: EdgeMinute,
        additional: bool,
        invalid: bool,
    ) {
        let requests = counted.requests;
        if requests <= 0.0 {
            return;
        }
        let sums = [requests, counted.down, counted.up];
        for (handle, sum) in self.counts.into_iter().zip(sums) {
            store.publish(handle, minute, evenly(sum, requests));
        }
        let percent = |part: f64| 100.0 * part / requests;
        let failed =
            counted.failed + counted.silent + counted.router_errors + counted.router_broken;
        let rates = [
            counted.refused,
            failed,
            counted.refused + failed,
            counted.silent,
            0.0,
        ]
        .map(percent);
        let shown = if additional { rates.len() } else { 3 };
        for (handle, rate) in self.rates.into_iter().zip(rates).take(shown) {
            store.publish(handle, minute, Sample::gauge(rate));
        }
        if additional {
            let latency = Sample::Spread(counted.origin_latency);
            store.publish(self.origin_latency, minute, latency);
        }
        for (handle, errors) in self.router.into_iter().zip(if invalid {
            [counted.router_errors, counted.router_broken, 0.0]
        } else {
            [counted.router_errors + counted.router_broken, 0.0, 0.0]
        }) {
            store.publish(handle, minute, Sample::tally(requests, errors));
        }
    }
}
