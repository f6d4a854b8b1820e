//! Waiting for a Region that is being built: its member of the database, its endpoint, its health check,
//! its first requests. Asked directly: the fleet's picture does not know the Region yet.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::await_traffic::{Coming, clients_came, until_figures_tell};
use super::work::{Context, Observation, Work, read, unobserved};
use crate::{Expected, PlannedCall, RunContext, format, names};
use gwctl_aws::{Subject, question};
use gwctl_fleet::{ApiKind, LagMetric, Metric, Missing, Point, Region, Served, Snapshot};

/// Until the Region's cluster is a member in sync: available, forwarding writes, its lag below the limit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AwaitMember {
    /// Identifier of the global cluster.
    pub global: String,
    pub region: Region,
    pub cluster: String,
    /// Largest lag in milliseconds.
    pub limit_ms: f64,
    /// Whether its template has it forward writes.
    #[serde(default)]
    pub forwards: bool,
}

impl Work for AwaitMember {
    fn calls(&self) -> Vec<PlannedCall> {
        vec![
            read("rds", "DescribeGlobalClusters", &self.region),
            read("rds", "DescribeDBClusters", &self.region),
            read("rds", "DescribeDBInstances", &self.region),
            read("cloudwatch", "GetMetricData", &self.region),
        ]
    }

    fn times(&self) -> (Expected, u64) {
        (
            Expected::or_much_longer(
                180,
                60,
                "nobody knows: a new member is filled by size and distance (aws-facts §6.4)",
            ),
            3_600,
        )
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        let rds = context.run.session.rds(&self.region);
        let topology = match rds.topology(&self.global).await {
            Ok(topology) => topology,
            Err(error) => return unobserved(&error),
        };
        let Some(member) = topology.member(&self.region) else {
            return Observation::Underway(format!("{} is not a member yet", self.cluster));
        };
        let state = match rds.cluster(&self.cluster).await {
            Ok(state) => state,
            Err(error) => return unobserved(&error),
        };
        let ready = state
            .instances
            .iter()
            .any(|instance| instance.status == "available");
        if state.status != "available" || !ready {
            return Observation::Underway(format!("{} is {}", self.cluster, state.status));
        }
        if member.writer {
            return Observation::Done(format!("{} is the writer", self.cluster));
        }
        if let Some(sync) = member
            .synchronization
            .as_deref()
            .filter(|s| *s != "connected")
        {
            return Observation::Underway(format!("{} is {sync}", self.cluster));
        }
        let forwarding = match state.write_forwarding.as_deref() {
            Some("enabled") => "writes forwarded",
            // A template of one's own need not have it.
            Some("disabled") if !self.forwards => "writes not forwarded",
            None if !self.forwards => "whether writes are forwarded is not shown",
            Some(status) => return Observation::Underway(format!("write forwarding is {status}")),
            None => {
                return Observation::Underway(
                    "whether writes are forwarded is not shown yet".into(),
                );
            }
        };
        let metric = match state.engine.lag_metric() {
            LagMetric::Rpo => Metric::RpoLag,
            LagMetric::Replication => Metric::ReplicationLag,
        };
        let cluster = Subject::Cluster {
            id: self.cluster.clone(),
        };
        match newest(context, &self.region, metric, &cluster).await {
            Err(seen) => seen,
            Ok(None) => Observation::Underway("no sample of its lag yet".into()),
            Ok(Some(lag)) => {
                let text = format!("lag {}, {forwarding}", format::millis(lag.value));
                if lag.value <= self.limit_ms {
                    Observation::Done(text)
                } else {
                    Observation::Underway(text)
                }
            }
        }
    }
}

/// A smoke request: until the endpoint answers 2xx.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwaitServing {
    /// What is asked for.
    pub url: String,
}

impl Work for AwaitServing {
    fn calls(&self) -> Vec<PlannedCall> {
        Vec::new()
    }

    fn times(&self) -> (Expected, u64) {
        (
            Expected::between(
                30,
                1,
                300,
                "a rehearsal in the simulator; AWS gives no figure",
            ),
            1_200,
        )
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        match context.run.prober.probe(self.url.clone()).await {
            Err(why) => Observation::Underway(format!("{}: {why}", self.url)),
            Ok(report) if report.own.is_some() => Observation::Underway(format!(
                "CloudFront answered for {} itself, without a Region",
                self.url
            )),
            Ok(report) if (200..300).contains(&report.status) => Observation::Done(format!(
                "{} answers {} in {}",
                self.url,
                report.status,
                format::millis(report.total().as_secs_f64() * 1_000.0)
            )),
            Ok(report) => Observation::Underway(format!("{} answers {}", self.url, report.status)),
        }
    }
}

/// Until the health check on the Region's record has been green for a minute, by Route 53's own figures:
/// a new check counts as healthy before it has looked (aws-facts §3.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwaitGreen {
    pub region: Region,
    /// Its stack, which tells the check's id.
    pub stack: String,
}

impl Work for AwaitGreen {
    fn calls(&self) -> Vec<PlannedCall> {
        vec![
            read("cloudformation", "DescribeStacks", &self.region),
            read("cloudwatch", "GetMetricData", &Region::global()),
        ]
    }

    fn times(&self) -> (Expected, u64) {
        (
            Expected::between(
                180,
                30,
                600,
                "AWS: a health check's interval times its threshold, its figures a minute later (aws-facts §3.4)",
            ),
            1_800,
        )
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        let id = match output(context.run, &self.region, &self.stack, "SiteHealthCheckId").await {
            Ok(id) => id,
            Err(seen) => return seen,
        };
        let check = Subject::HealthCheck { id };
        match newest(context, &Region::global(), Metric::CheckStatus, &check).await {
            Err(seen) => seen,
            Ok(point) => match point.filter(|point| point.at >= context.since) {
                None => Observation::Underway("no complete minute of the health check yet".into()),
                Some(point) if point.value >= 1.0 => {
                    Observation::Done(format!("{}'s health check is healthy", self.region))
                }
                Some(_) => {
                    Observation::Underway(format!("{}'s health check is unhealthy", self.region))
                }
            },
        }
    }
}

/// Until the Region's own request count shows traffic (aws-facts §5.3: DNS alone does not prove it).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwaitRequests {
    pub region: Region,
    /// Its stack, which tells the API's id.
    pub stack: String,
}

impl Work for AwaitRequests {
    fn calls(&self) -> Vec<PlannedCall> {
        vec![
            read("cloudformation", "DescribeStacks", &self.region),
            read("cloudwatch", "GetMetricData", &self.region),
        ]
    }

    fn times(&self) -> (Expected, u64) {
        (until_figures_tell(), 1_800)
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        let id = match output(context.run, &self.region, &self.stack, "ApiId").await {
            Ok(id) => id,
            Err(seen) => return seen,
        };
        let api = Subject::Api {
            kind: ApiKind::Http,
            name: id.clone(),
            id,
            stage: None,
        };
        match newest(context, &self.region, Metric::ApiRequests, &api).await {
            Err(seen) => seen,
            Ok(point) => match point.filter(|point| point.at >= context.since) {
                Some(point) if point.value > 0.0 => {
                    let snapshot = context.run.snapshot();
                    let served = served_by_new(context, &snapshot, &self.region, point);
                    match clients_came(context, &snapshot, &self.region, &served, Coming::FIRST) {
                        Ok(how) => Observation::Done(format!("{} serves {how}", self.region)),
                        Err(seen) => seen,
                    }
                }
                _ => Observation::Underway(format!("no requests counted in {} yet", self.region)),
            },
        }
    }
}

/// What a Region that the picture does not know yet served: its own health check asks it as well.
pub(super) fn served_by_new(
    context: &Context<'_>,
    snapshot: &Snapshot,
    region: &Region,
    point: Point,
) -> Served {
    let endpoint = names::endpoint(&context.run.spec, region);
    Served {
        at: point.at,
        requests: point.value,
        checkers: snapshot.checkers_of_new(&endpoint),
    }
}

/// An output of a stack.
pub(super) async fn output(
    run_context: &RunContext,
    region: &Region,
    stack: &str,
    key: &str,
) -> Result<String, Observation> {
    let found = run_context
        .session
        .cloudformation(region)
        .formation(stack)
        .await;
    let found = found.map_err(|error| unobserved(&error))?;
    let value = found.and_then(|found| found.outputs.get(key).cloned());
    value.ok_or_else(|| Observation::Wrong(format!("{stack} in {region} has no output {key}")))
}

/// The newest point of a metric within some minutes; none where AWS has none.
async fn newest(
    context: &Context<'_>,
    region: &Region,
    metric: Metric,
    subject: &Subject,
) -> Result<Option<Point>, Observation> {
    let now: Timestamp = context.now();
    let Some(asked) = question((), metric, subject) else {
        return Ok(None);
    };
    let cloudwatch = context
        .run
        .session
        .in_account(subject.account())
        .cloudwatch(region);
    let from = now - SignedDuration::from_mins(10);
    let answers = cloudwatch.metrics(&[asked], from, now).await;
    let answers = answers.map_err(|error| unobserved(&error))?;
    match answers.into_iter().next() {
        Some(((), Ok(series))) => Ok(series.newest()),
        Some(((), Err(Missing::NoData))) | None => Ok(None),
        Some(((), Err(why))) => Err(Observation::Unknown(why.to_string())),
    }
}
