//! Watching a Region that the fleet's picture does not know yet while it takes its first traffic.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::await_region::{output, served_by_new};
use super::await_traffic::{Coming, clients_came};
use super::bearing;
use super::work::{Context, Observation, Work, read, unobserved};
use crate::{Expected, PlannedCall, format, traffic};
use gwctl_aws::{MetricAnswer, Subject, question};
use gwctl_fleet::{ApiKind, Metric, Metrics, Missing, Point, Region, Series, Snapshot, Source};

/// Until a Region has served for a while within the limits, by minutes newer than the step before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AwaitWell {
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

/// The newest minutes.
#[derive(Default)]
struct Minute {
    requests: Option<Point>,
    failed: Counted,
    refused: Counted,
    p99: Option<Point>,
}

/// Events beside requests: none may mean no points.
#[derive(Default)]
struct Counted(Metrics);

impl Counted {
    fn of(&self, at: Timestamp, now: Timestamp) -> Option<f64> {
        self.0.beside(COUNTED, at, now)
    }

    fn new(answer: Result<Arc<Series>, Missing>, at: Timestamp, region: &Region) -> Self {
        let mut metrics = Metrics::default();
        let source = Source {
            api: "cloudwatch:GetMetricData",
            region: Some(region.clone()),
        };
        metrics.entry(COUNTED).renew(answer, at, source);
        Self(metrics)
    }
}

/// Under which name: any does.
const COUNTED: Metric = Metric::Api5xx;

impl Work for AwaitWell {
    fn calls(&self) -> Vec<PlannedCall> {
        vec![
            read("cloudformation", "DescribeStacks", &self.region),
            read("cloudwatch", "GetMetricData", &self.region),
        ]
    }

    fn times(&self) -> (Expected, u64) {
        (
            Expected::between(
                self.for_s.max(180),
                self.for_s,
                self.for_s + 900,
                "the time it must be well for; figures come minutes later (aws-facts §1.3)",
            ),
            self.for_s + 1_800,
        )
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        let api = match output(context.run, &self.region, &self.stack, "ApiId").await {
            Ok(api) => api,
            Err(seen) => return seen,
        };
        let minute = match self.newest(context, &api).await {
            Ok(minute) => minute,
            Err(seen) => return seen,
        };
        let since = context.since;
        let snapshot = context.run.snapshot();
        let Some(requests) = minute
            .requests
            .filter(|point| point.at >= since && point.value > 0.0)
        else {
            return Observation::Underway(format!("no requests counted in {} yet", self.region));
        };
        let served = served_by_new(context, &snapshot, &self.region, requests);
        let mut said = traffic::requests(&served);
        if let Err(seen) = clients_came(context, &snapshot, &self.region, &served, Coming::FIRST) {
            return seen;
        }
        let Some(failed) = minute.failed.of(requests.at, context.now()) else {
            return Observation::Underway(format!(
                "how many requests failed is not known yet: {said}"
            ));
        };
        let errors = served.failing(failed);
        if errors > self.errors_percent {
            return Observation::Wrong(format!(
                "{} answers {} with 5xx, the limit is {}",
                self.region,
                format::percent(errors),
                format::in_words(&format::percent(self.errors_percent))
            ));
        }
        let Some(refused) = minute.refused.of(requests.at, context.now()) else {
            return Observation::Underway(format!(
                "how many requests got 4xx is not known yet: {said}"
            ));
        };
        if let Some(why) = self.throttled(&snapshot, served.failing(refused)) {
            return Observation::Wrong(why);
        }
        let Some(p99) = minute.p99.filter(|point| point.at >= since) else {
            return Observation::Underway(format!("no latency of {} is known yet", self.region));
        };
        if p99.value > self.p99_ms {
            return Observation::Wrong(format!(
                "p99 of {} is {}, the limit is {}",
                self.region,
                format::millis(p99.value),
                format::in_words(&format::millis(self.p99_ms))
            ));
        }
        said = format!(
            "{said}, 5xx {}, p99 {}",
            format::percent(errors),
            format::millis(p99.value)
        );
        match self.for_s.saturating_sub(context.elapsed_s()) {
            0 => Observation::Done(said),
            left => Observation::Underway(format!("{said}; {} to go", format::seconds(left))),
        }
    }
}

impl AwaitWell {
    async fn newest(&self, context: &Context<'_>, api: &str) -> Result<Minute, Observation> {
        let api = Subject::Api {
            kind: ApiKind::Http,
            name: api.into(),
            id: api.into(),
            stage: None,
        };
        let asked = [
            Metric::ApiRequests,
            Metric::Api5xx,
            Metric::Api4xx,
            Metric::ApiLatencyP99,
        ];
        let asked: Vec<_> = asked
            .into_iter()
            .filter_map(|metric| question(metric, metric, &api))
            .collect();
        let now = context.now();
        let cloudwatch = context.run.session.cloudwatch(&self.region);
        let answers = cloudwatch
            .metrics(&asked, now - SignedDuration::from_mins(10), now)
            .await
            .map_err(|error| unobserved(&error))?;
        let minute = self.minute(answers, now);
        minute.map_err(|why| Observation::Unknown(why.to_string()))
    }

    fn minute(
        &self,
        answers: Vec<MetricAnswer<Metric>>,
        now: Timestamp,
    ) -> Result<Minute, Missing> {
        let mut minute = Minute::default();
        for (metric, answer) in answers {
            match metric {
                Metric::Api5xx => minute.failed = self.counted(answer, now)?,
                Metric::Api4xx => minute.refused = self.counted(answer, now)?,
                Metric::ApiRequests => minute.requests = newest(answer)?,
                _ => minute.p99 = newest(answer)?,
            }
        }
        Ok(minute)
    }

    fn counted(&self, answer: Result<Series, Missing>, now: Timestamp) -> Result<Counted, Missing> {
        match answer {
            Err(why) if why != Missing::NoData => Err(why),
            answer => Ok(Counted::new(answer.map(Arc::new), now, &self.region)),
        }
    }

    /// More 4xx than the other Regions have: 429 for too many requests counts there.
    fn throttled(&self, snapshot: &Snapshot, share: f64) -> Option<String> {
        let others = snapshot
            .sites
            .iter()
            .filter(|site| site.region != self.region);
        let usual = others
            .filter_map(|site| snapshot.usually_refused(site, snapshot.at))
            .reduce(f64::max);
        let usual = match usual {
            Some(usual) => (
                usual,
                format!("the others at most {}", format::percent(usual)),
            ),
            None => (0.0, "those of the others are not known".to_owned()),
        };
        bearing::turned_away(&self.region, share, self.errors_percent, usual)
    }
}

fn newest(answer: Result<Series, Missing>) -> Result<Option<Point>, Missing> {
    match answer {
        Ok(series) => Ok(series.newest()),
        Err(Missing::NoData) => Ok(None),
        Err(why) => Err(why),
    }
}
