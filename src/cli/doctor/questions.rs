//! Every question the dashboard asks, each asked once in each Region it is asked in.

use std::future::Future;
use std::pin::Pin;

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};

use crate::aws::{AwsError, Session, Subject, Vantage, question};
use crate::fleet::{CheckKind, FleetSpec, LatencyRecord, Metric, Region, SiteSpec};

/// How one question ended.
#[derive(Debug)]
pub struct Answer {
    /// IAM's action: `rds:DescribeDBClusters`.
    pub action: String,
    /// Where it was asked.
    pub region: Region,
    /// The key of the configuration that names what was asked for, and its value.
    pub names: Option<(&'static str, String)>,
    /// How it ended.
    pub outcome: Result<(), AwsError>,
    /// What the answer said, where doctor repeats it: who is asking.
    pub said: Option<String>,
}

type Answers<'a> = Pin<Box<dyn Future<Output = Vec<Answer>> + 'a>>;
type Names = Option<(&'static str, String)>;

/// Asks everything, everywhere, side by side.
pub async fn ask_all(session: &Session, spec: &FleetSpec, now: Timestamp) -> Vec<Answer> {
    let mut asking: Vec<Answers<'_>> = vec![Box::pin(global(session, spec, now))];
    for site in &spec.sites {
        asking.push(Box::pin(regional(session, spec, site, now)));
    }
    join_all(asking).await.into_iter().flatten().collect()
}

/// One call that needs `actions`.
fn ask<'a, T>(
    actions: &'static [&'static str],
    region: &Region,
    names: Names,
    call: impl Future<Output = Result<T, AwsError>> + 'a,
) -> Answers<'a> {
    let region = region.clone();
    Box::pin(async move { answers(actions, &region, &names, call.await).0 })
}

/// A failure names the one action that failed; a success has proved all of them.
fn answers<T>(
    actions: &[&str],
    region: &Region,
    names: &Names,
    outcome: Result<T, AwsError>,
) -> (Vec<Answer>, Option<T>) {
    let answer = |action: String, outcome| Answer {
        action,
        region: region.clone(),
        names: names.clone(),
        outcome,
        said: None,
    };
    match outcome {
        Ok(value) => (
            actions
                .iter()
                .map(|action| answer((*action).to_owned(), Ok(())))
                .collect(),
            Some(value),
        ),
        Err(error) => (
            vec![answer(
                format!("{}:{}", error.service, error.operation),
                Err(error),
            )],
            None,
        ),
    }
}

async fn regional(
    session: &Session,
    spec: &FleetSpec,
    site: &SiteSpec,
    now: Timestamp,
) -> Vec<Answer> {
    let at = &site.region;
    let subject = site.functions.first().map_or_else(
        || Subject::Cluster {
            id: spec.global_cluster.clone(),
        },
        |name| Subject::Function { name: name.clone() },
    );
    let mut asking = vec![
        Box::pin(identity(session, at)) as Answers<'_>,
        metrics(session, at, &subject, now),
        ask(&["cloudwatch:DescribeAlarms"], at, None, async {
            session.cloudwatch(at).alarms_in_alarm().await
        }),
        ask(
            &["apigateway:GET"],
            at,
            Some(("api", site.api.clone())),
            async { session.apigateway(at).api(&site.api).await },
        ),
        ask(&["lambda:GetAccountSettings"], at, None, async {
            session.lambda(at).account_concurrency().await
        }),
        Box::pin(database(session, spec, at)),
    ];
    for name in &site.functions {
        asking.push(ask(
            &["lambda:GetFunctionConfiguration"],
            at,
            Some(("functions", name.clone())),
            async move { session.lambda(at).function(name, None).await },
        ));
    }
    if let Some(endpoint) = &site.endpoint {
        asking.push(ask(
            &["acm:ListCertificates", "acm:DescribeCertificate"],
            at,
            None,
            async move { session.acm(at).certificate_for(endpoint).await },
        ));
    }
    if let Some(stack) = &site.stack {
        asking.push(ask(
            &["cloudformation:DescribeStacks"],
            at,
            Some(("stack", stack.clone())),
            async move { session.cloudformation(at).stack(stack).await },
        ));
    }
    join_all(asking).await.into_iter().flatten().collect()
}

async fn identity(session: &Session, at: &Region) -> Vec<Answer> {
    let (mut all, who) = answers(
        &["sts:GetCallerIdentity"],
        at,
        &None,
        session.sts(at).identity().await,
    );
    if let (Some(answer), Some(who)) = (all.first_mut(), who) {
        answer.said = Some(who.arn);
    }
    all
}

fn metrics<'a>(
    session: &'a Session,
    at: &'a Region,
    subject: &Subject,
    now: Timestamp,
) -> Answers<'a> {
    let metric = match subject {
        Subject::Function { .. } => Metric::FunctionInvocations,
        Subject::Distribution { .. } => Metric::EdgeRequests,
        _ => Metric::DbCpu,
    };
    let asked: Vec<_> = question((), metric, subject).into_iter().collect();
    ask(&["cloudwatch:GetMetricData"], at, None, async move {
        session
            .cloudwatch(at)
            .metrics(&asked, now - SignedDuration::from_mins(5), now)
            .await
    })
}

async fn database(session: &Session, spec: &FleetSpec, at: &Region) -> Vec<Answer> {
    let rds = session.rds(at);
    let names = Some(("global_cluster", spec.global_cluster.clone()));
    let (mut all, topology) = answers(
        &["rds:DescribeGlobalClusters"],
        at,
        &names,
        rds.topology(&spec.global_cluster).await,
    );
    let Some(cluster) = topology.and_then(|topology| Some(topology.member(at)?.cluster.clone()))
    else {
        return all;
    };
    let actions = ["rds:DescribeDBClusters", "rds:DescribeDBInstances"];
    all.extend(answers(&actions, at, &None, rds.cluster(&cluster).await).0);
    all.extend(
        answers(
            &["rds:DescribeEvents"],
            at,
            &None,
            rds.events(&cluster).await,
        )
        .0,
    );
    all
}

/// What only us-east-1 answers.
async fn global(session: &Session, spec: &FleetSpec, now: Timestamp) -> Vec<Answer> {
    let at = Region::global();
    let at = &at;
    let edge = &spec.edge;
    let subject = Subject::Distribution {
        id: edge.distribution.clone(),
        limit_metric: None,
    };
    let mut asking: Vec<Answers<'_>> = vec![
        Box::pin(distribution(session, spec, at)),
        Box::pin(routing(session, spec, at)),
        metrics(session, at, &subject, now),
        ask(&["cloudwatch:ListMetrics"], at, None, async {
            session
                .cloudwatch(at)
                .limit_exceeded_name(&edge.distribution)
                .await
        }),
        ask(
            &["route53:GetHostedZone"],
            at,
            Some(("hosted_zone", edge.hosted_zone.clone())),
            async { session.route53().zone(&edge.hosted_zone).await },
        ),
        ask(&["route53:ListHealthChecks"], at, None, async {
            session.route53().health_checks().await
        }),
        ask(
            &["route53:TestDNSAnswer"],
            at,
            Some(("latency_record", edge.latency_record.clone())),
            async {
                session
                    .route53()
                    .test_answer(
                        &edge.hosted_zone,
                        &edge.latency_record,
                        "CNAME",
                        Vantage::Default,
                    )
                    .await
            },
        ),
    ];
    if let Some(router) = &edge.router {
        asking.push(ask(
            &["lambda:GetFunctionConfiguration"],
            at,
            Some(("router", router.clone())),
            async move { session.lambda(at).function(router, None).await },
        ));
    }
    join_all(asking).await.into_iter().flatten().collect()
}

async fn distribution(session: &Session, spec: &FleetSpec, at: &Region) -> Vec<Answer> {
    let id = &spec.edge.distribution;
    let names = Some(("distribution", id.clone()));
    let cloudfront = session.cloudfront();
    let (mut all, found) = answers(
        &["cloudfront:GetDistribution"],
        at,
        &names,
        cloudfront.distribution(id).await,
    );
    all.extend(
        answers(
            &["cloudfront:GetMonitoringSubscription"],
            at,
            &names,
            cloudfront.additional_metrics(id).await,
        )
        .0,
    );
    if let Some(arn) = found.and_then(|found| found.certificate_arn) {
        all.extend(
            answers(
                &["acm:DescribeCertificate"],
                at,
                &None,
                session.acm(at).certificate(&arn).await,
            )
            .0,
        );
    }
    all
}

async fn routing(session: &Session, spec: &FleetSpec, at: &Region) -> Vec<Answer> {
    let route53 = session.route53();
    let edge = &spec.edge;
    let names = Some(("latency_record", edge.latency_record.clone()));
    let records = route53
        .records(&edge.hosted_zone, &edge.latency_record)
        .await;
    let (mut all, records) = answers(&["route53:ListResourceRecordSets"], at, &names, records);
    let first_check =
        |records: Vec<LatencyRecord>| records.into_iter().find_map(|record| record.health_check);
    let Some(mut id) = records.and_then(first_check) else {
        return all;
    };
    let (more, config) = answers(
        &["route53:GetHealthCheck"],
        at,
        &None,
        route53.health_check(&id).await,
    );
    all.extend(more);
    let Some(config) = config else { return all };
    // Checkers vote on endpoints only; a calculated check's children may be some.
    if let CheckKind::Calculated { children, .. } = config.kind {
        let Some(child) = children.into_iter().next() else {
            return all;
        };
        id = child;
    }
    all.extend(
        answers(
            &["route53:GetHealthCheckStatus"],
            at,
            &None,
            route53.votes(&id).await,
        )
        .0,
    );
    all
}
