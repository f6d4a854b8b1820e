//! Every question the dashboard asks, each asked once in each Region it is asked in.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};

use super::database::{DatabaseSeen, MemberSeen};
use crate::aws::{AwsError, Session, Subject, Vantage, question};
use crate::fleet::{Account, CheckKind, FleetSpec, Metric, Region, SiteSpec};

/// How one question ended.
#[derive(Debug)]
pub struct QuestionOutcome {
    /// IAM's action: `rds:DescribeDBClusters`.
    pub action: String,
    /// Where it was asked.
    pub region: Region,
    /// The key of the configuration that names what was asked for, and its value.
    pub names: Names,
    /// How it ended.
    pub outcome: Result<(), AwsError>,
}

/// A key of the configuration and its value.
pub type Names = Option<(&'static str, String)>;

type Asking<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Asks, and writes down each answer as it comes: what is known at a deadline is known.
pub struct Inquiry<'a> {
    session: &'a Session,
    spec: &'a FleetSpec,
    now: Timestamp,
    answers: RefCell<Vec<QuestionOutcome>>,
    who: RefCell<Option<String>>,
    database: RefCell<DatabaseSeen>,
}

impl<'a> Inquiry<'a> {
    /// An inquiry into `spec` at `now`.
    pub const fn new(session: &'a Session, spec: &'a FleetSpec, now: Timestamp) -> Self {
        Self {
            session,
            spec,
            now,
            answers: RefCell::new(Vec::new()),
            who: RefCell::new(None),
            database: RefCell::new(DatabaseSeen::nothing()),
        }
    }

    /// The answers so far, the ARN of who asked, and what is known of the database.
    pub fn into_answers(self) -> (Vec<QuestionOutcome>, Option<String>, DatabaseSeen) {
        (
            self.answers.into_inner(),
            self.who.into_inner(),
            self.database.into_inner(),
        )
    }

    /// Asks everything, everywhere, side by side.
    pub async fn ask_all(&self) {
        let sites = self
            .spec
            .sites
            .iter()
            .map(|site| Box::pin(self.regional(site)) as Asking<'_>);
        let global: Asking<'_> = Box::pin(self.global());
        join_all(sites.chain([global])).await;
    }

    /// Waits for one call. A failure names the one action that failed; a success has proved all of them.
    fn ask<'s, T: 's>(
        &'s self,
        actions: &'s [&'s str],
        region: &'s Region,
        names: Names,
        call: impl Future<Output = Result<T, AwsError>> + 's,
    ) -> Pin<Box<dyn Future<Output = Option<T>> + 's>> {
        // The SDK's futures are large; boxed, they do not pile up in ours.
        let call = Box::pin(call);
        Box::pin(async move {
            let note = |action: String, outcome| {
                let answer = QuestionOutcome {
                    action,
                    region: region.clone(),
                    names: names.clone(),
                    outcome,
                };
                self.answers.borrow_mut().push(answer);
            };
            match call.await {
                Ok(value) => {
                    for action in actions {
                        note((*action).to_owned(), Ok(()));
                    }
                    Some(value)
                }
                Err(error) => {
                    note(format!("{}:{}", error.service, error.operation), Err(error));
                    None
                }
            }
        })
    }

    async fn regional(&self, site: &SiteSpec) {
        let mut asking: Vec<Asking<'_>> = vec![
            Box::pin(self.identity(&site.region)),
            Box::pin(self.watching(site)),
            Box::pin(self.api(site)),
            Box::pin(self.database(&site.region)),
            Box::pin(self.region_switch(&site.region)),
            Box::pin(self.trail(&site.region)),
        ];
        for name in &site.functions {
            asking.push(Box::pin(self.function(
                Account::Workload,
                &site.region,
                "functions",
                name,
            )));
        }
        join_all(asking).await;
    }

    async fn identity(&self, at: &Region) {
        let sts = self.session.in_account(Account::Workload).sts(at);
        if let Some(who) = self
            .ask(&["sts:GetCallerIdentity"], at, None, sts.identity())
            .await
        {
            self.who.replace(Some(who.arn));
        }
    }

    /// Figures, alarms and limits.
    async fn watching(&self, site: &SiteSpec) {
        let at = &site.region;
        let subject = site.functions.first().map_or_else(
            || Subject::Cluster {
                id: self.spec.global_cluster.clone(),
            },
            |name| Subject::Function { name: name.clone() },
        );
        self.metrics(at, &subject).await;
        let cloudwatch = self.session.cloudwatch(at);
        self.ask(
            &["cloudwatch:DescribeAlarms"],
            at,
            None,
            cloudwatch.alarms_in_alarm(),
        )
        .await;
        let lambda = self.session.lambda(at);
        self.ask(
            &["lambda:GetAccountSettings"],
            at,
            None,
            lambda.account_concurrency(),
        )
        .await;
    }

    async fn metrics(&self, at: &Region, subject: &Subject) {
        let metric = match subject {
            Subject::Function { .. } => Metric::FunctionInvocations,
            Subject::Distribution { .. } => Metric::EdgeRequests,
            Subject::HealthCheck { .. } => Metric::CheckStatus,
            _ => Metric::DbCpu,
        };
        let asked: Vec<_> = question((), metric, subject).into_iter().collect();
        let cloudwatch = self.session.in_account(subject.account()).cloudwatch(at);
        let call = cloudwatch.metrics(&asked, self.now - SignedDuration::from_mins(5), self.now);
        self.ask(&["cloudwatch:GetMetricData"], at, None, call)
            .await;
    }

    /// The API, its certificate and its stack.
    async fn api(&self, site: &SiteSpec) {
        let at = &site.region;
        let (gateway, acm) = (self.session.apigateway(at), self.session.acm(at));
        self.ask(
            &["apigateway:GET"],
            at,
            Some(("api", site.api.clone())),
            gateway.api(&site.api),
        )
        .await;
        if let Some(endpoint) = &site.endpoint {
            let actions = ["acm:ListCertificates", "acm:DescribeCertificate"];
            self.ask(&actions, at, None, acm.certificate_for(endpoint))
                .await;
        }
        if let Some(stack) = &site.stack {
            let names = Some(("stack", stack.clone()));
            let cloudformation = self.session.cloudformation(at);
            self.ask(
                &["cloudformation:DescribeStacks"],
                at,
                names,
                cloudformation.stack(stack),
            )
            .await;
        }
    }

    async fn function(&self, account: Account, at: &Region, key: &'static str, name: &str) {
        let lambda = self.session.in_account(account).lambda(at);
        let names = Some((key, name.to_owned()));
        self.ask(
            &["lambda:GetFunctionConfiguration"],
            at,
            names,
            lambda.function(name, None),
        )
        .await;
    }

    async fn database(&self, at: &Region) {
        if !self.spec.has_database() {
            return;
        }
        let rds = self.session.rds(at);
        let id = &self.spec.global_cluster;
        let names = Some(("global_cluster", id.clone()));
        let topology = self
            .ask(&["rds:DescribeGlobalClusters"], at, names, rds.topology(id))
            .await;
        let Some(topology) = topology else {
            return;
        };
        let cluster = topology.member(at).map(|member| member.cluster.clone());
        self.database.borrow_mut().topology = Some(topology);
        let Some(cluster) = cluster else {
            return;
        };
        if !self.spec.accounts.is_one() {
            // CloudWatch is asked in the database's own account too.
            let subject = Subject::Cluster {
                id: cluster.clone(),
            };
            self.metrics(at, &subject).await;
        }
        let actions = ["rds:DescribeDBClusters", "rds:DescribeDBInstances"];
        let state = self.ask(&actions, at, None, rds.cluster(&cluster)).await;
        let actions = ["rds:DescribeDBProxies"];
        let proxies = self.ask(&actions, at, None, rds.proxies(&cluster)).await;
        let seen = MemberSeen {
            region: at.clone(),
            cluster: cluster.clone(),
            state,
            proxies: proxies.unwrap_or_default(),
        };
        self.database.borrow_mut().members.push(seen);
        self.ask(&["rds:DescribeEvents"], at, None, rds.events(&cluster))
            .await;
    }

    /// A plan is between two Regions: a fleet in one has none.
    async fn region_switch(&self, at: &Region) {
        if self.spec.sites.len() > 1 {
            let service = self.session.region_switch(at);
            self.ask(
                &["arc-region-switch:ListPlansInRegion"],
                at,
                None,
                service.plans(),
            )
            .await;
        }
    }

    /// Who changed what, of every account there.
    async fn trail(&self, at: &Region) {
        let window = (self.now - SignedDuration::from_mins(5), self.now);
        let accounts = self.spec.accounts.distinct(at);
        let each = accounts.into_iter().map(|account| async move {
            let session = self.session.in_account(account);
            let trail = session.cloudtrail(at);
            let call = trail.changes(window, None);
            self.ask(&["cloudtrail:LookupEvents"], at, None, call).await;
            let cloudwatch = session.cloudwatch(at);
            let call = cloudwatch.alarm_turns(window);
            let actions = ["cloudwatch:DescribeAlarmHistory"];
            self.ask(&actions, at, None, call).await;
        });
        join_all(each).await;
    }

    /// What only us-east-1 answers.
    async fn global(&self) {
        let at = &Region::global();
        let id = self.spec.edge.distribution.clone();
        let subject = Subject::Distribution {
            id,
            limit_metric: None,
        };
        let mut asking: Vec<Asking<'_>> = vec![Box::pin(self.zone(at)), Box::pin(self.routing(at))];
        if self.spec.edge.cloudfront {
            asking.push(Box::pin(self.distribution(at)));
            asking.push(Box::pin(self.metrics(at, &subject)));
        }
        if let Some(router) = &self.spec.edge.router {
            asking.push(Box::pin(self.function(Account::Edge, at, "router", router)));
        }
        join_all(asking).await;
    }

    async fn distribution(&self, at: &Region) {
        let id = &self.spec.edge.distribution;
        let names = || Some(("distribution", id.clone()));
        let session = self.session.in_account(Account::Edge);
        let (cloudfront, cloudwatch) = (session.cloudfront(), session.cloudwatch(at));
        let found = self
            .ask(
                &["cloudfront:GetDistribution"],
                at,
                names(),
                cloudfront.distribution(id),
            )
            .await;
        let more = cloudfront.additional_metrics(id);
        self.ask(&["cloudfront:GetMonitoringSubscription"], at, names(), more)
            .await;
        self.ask(
            &["cloudwatch:ListMetrics"],
            at,
            None,
            cloudwatch.limit_exceeded_name(id),
        )
        .await;
        if let Some(arn) = found.and_then(|found| found.certificate_arn) {
            let acm = session.acm(at);
            self.ask(
                &["acm:DescribeCertificate"],
                at,
                None,
                acm.certificate(&arn),
            )
            .await;
        }
    }

    async fn zone(&self, at: &Region) {
        let edge = &self.spec.edge;
        let route53 = self.session.route53();
        let zone = Some(("hosted_zone", edge.hosted_zone.clone()));
        self.ask(
            &["route53:GetHostedZone"],
            at,
            zone,
            route53.zone(&edge.hosted_zone),
        )
        .await;
        self.test_answer(at).await;
        self.ask(
            &["route53:ListHealthChecks"],
            at,
            None,
            route53.health_checks(),
        )
        .await;
    }

    /// Not every partition has it (aws-facts §18.3).
    async fn test_answer(&self, at: &Region) {
        if self.spec.partition().without_test_answer().is_some() {
            return;
        }
        let edge = &self.spec.edge;
        let route53 = self.session.route53();
        let record = Some(("latency_record", edge.latency_record.clone()));
        let answer = route53.test_answer(
            &edge.hosted_zone,
            &edge.latency_record,
            "CNAME",
            Vantage::Default,
        );
        self.ask(&["route53:TestDNSAnswer"], at, record, answer)
            .await;
    }

    async fn routing(&self, at: &Region) {
        let edge = &self.spec.edge;
        let route53 = self.session.route53();
        let names = Some(("latency_record", edge.latency_record.clone()));
        let call = route53.records(&edge.hosted_zone, &edge.latency_record);
        let records = self
            .ask(&["route53:ListResourceRecordSets"], at, names, call)
            .await;
        let Some(mut id) = records
            .into_iter()
            .flatten()
            .find_map(|record| record.health_check)
        else {
            return;
        };
        let Some(config) = self
            .ask(
                &["route53:GetHealthCheck"],
                at,
                None,
                route53.health_check(&id),
            )
            .await
        else {
            return;
        };
        // Checkers vote on endpoints only; a calculated check's children may be some.
        if let CheckKind::Calculated { children, .. } = config.kind {
            let Some(child) = children.into_iter().next() else {
                return;
            };
            id = child;
        }
        self.ask(
            &["route53:GetHealthCheckStatus"],
            at,
            None,
            route53.votes(&id),
        )
        .await;
        if !self.spec.accounts.is_one() {
            // The checks' figures and the switches' alarms are in their account.
            self.metrics(at, &Subject::HealthCheck { id }).await;
            let cloudwatch = self.session.in_account(Account::Dns).cloudwatch(at);
            let alarms = cloudwatch.alarms_in_alarm();
            self.ask(&["cloudwatch:DescribeAlarms"], at, None, alarms)
                .await;
        }
    }
}
