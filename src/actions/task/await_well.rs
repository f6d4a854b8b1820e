//! Watching a Region that the fleet's picture does not know yet while it takes its first traffic.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::await_region::output;
use super::{Context, Seen, Work, read};
use crate::actions::{PlannedCall, words};
use crate::aws::{Subject, question};
use crate::fleet::{ApiKind, Metric, Missing, Point, Region};

/// Until a Region has served for a while within the limits, by minutes newer than the step before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AwaitWell {
    /// The Region.
    pub region: Region,
    /// Its stack, which tells the API's id.
    pub stack: String,
    /// Largest share of 5xx in percent.
    pub errors_percent: f64,
    /// Largest p99 in milliseconds.
    pub p99_ms: f64,
    /// How long to watch at least, in seconds.
    pub for_s: u64,
}

/// The newest minute.
#[derive(Default)]
struct Minute {
    requests: Option<Point>,
    failed: Option<Point>,
    p99: Option<Point>,
}

impl Work for AwaitWell {
    fn calls(&self) -> Vec<PlannedCall> {
        vec![
            read("cloudformation", "DescribeStacks", &self.region),
            read("cloudwatch", "GetMetricData", &self.region),
        ]
    }

    fn times(&self) -> (u64, u64) {
        (self.for_s.max(180), self.for_s + 1_800)
    }

    async fn look(&self, context: &Context<'_>) -> Seen {
        let api = match output(context.crew, &self.region, &self.stack, "ApiId").await {
            Ok(api) => api,
            Err(seen) => return seen,
        };
        let minute = match self.newest(context, &api).await {
            Ok(minute) => minute,
            Err(why) => return Seen::Unknown(why),
        };
        let since = context.since;
        let Some(requests) = minute
            .requests
            .filter(|point| point.at >= since && point.value > 0.0)
        else {
            return Seen::Underway(format!("no requests counted in {} yet", self.region));
        };
        // Where nothing failed there may be no point at all.
        let failed = minute.failed.filter(|point| point.at == requests.at);
        let errors = 100.0 * failed.map_or(0.0, |point| point.value) / requests.value;
        let p99 = minute.p99.filter(|point| point.at >= since);
        if errors > self.errors_percent {
            return Seen::Wrong(format!(
                "{} answers {errors:.1} % with 5xx, the limit is {:.1} %",
                self.region, self.errors_percent
            ));
        }
        let Some(p99) = p99 else {
            return Seen::Underway(format!("no latency of {} is known yet", self.region));
        };
        if p99.value > self.p99_ms {
            return Seen::Wrong(format!(
                "p99 of {} is {}, the limit is {}",
                self.region,
                words::millis(p99.value),
                words::millis(self.p99_ms)
            ));
        }
        let said = format!(
            "{} requests a minute, 5xx {errors:.2} %, p99 {}",
            words::count(requests.value),
            words::millis(p99.value)
        );
        match self.for_s.saturating_sub(context.elapsed_s()) {
            0 => Seen::Done(said),
            left => Seen::Underway(format!("{said}; {} to go", words::seconds(left))),
        }
    }
}

impl AwaitWell {
    async fn newest(&self, context: &Context<'_>, api: &str) -> Result<Minute, String> {
        let api = Subject::Api {
            kind: ApiKind::Http,
            name: api.into(),
            id: api.into(),
            stage: None,
        };
        let asked = [Metric::ApiRequests, Metric::Api5xx, Metric::ApiLatencyP99];
        let asked: Vec<_> = asked
            .into_iter()
            .filter_map(|metric| question(metric, metric, &api))
            .collect();
        let now = context.now();
        let cloudwatch = context.crew.session.cloudwatch(&self.region);
        let answers = cloudwatch
            .metrics(&asked, now - SignedDuration::from_mins(10), now)
            .await
            .map_err(|error| error.to_string())?;
        let mut minute = Minute::default();
        for (metric, answer) in answers {
            let newest = match answer {
                Ok(series) => series.newest(),
                Err(Missing::NoData) => None,
                Err(why) => return Err(why.to_string()),
            };
            match metric {
                Metric::ApiRequests => minute.requests = newest,
                Metric::Api5xx => minute.failed = newest,
                _ => minute.p99 = newest,
            }
        }
        Ok(minute)
    }
}
