//! A healthy three-Region picture for the tests of judgement, and ways to spoil it.
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::{
    Certificate, CheckConfig, CheckKind, Cluster, ClusterState, Distribution, DnsAnswer, EdgeSpec,
    Engine, FleetSpec, HealthCheck, Identity, Instance, Judgement, Member, Metric, Metrics,
    Missing, Observed, Point, ProbeReport, Region, Routing, RoutingRecord, Series, Site, SiteSpec,
    Snapshot, Source, Thresholds, Topology, Verdict,
};

pub(super) const REGIONS: [&str; 3] = ["us-east-1", "eu-west-1", "ap-southeast-1"];

pub(super) fn region(code: &str) -> Region {
    Region::new(code).unwrap()
}

/// The verdict and its first reason.
pub(super) fn headline(judgement: &Judgement) -> (Verdict, String) {
    let first = judgement.reasons.first();
    let text = first.map(|reason| reason.text.clone());
    (judgement.verdict, text.unwrap_or_default())
}

/// The newest question about it got no answer.
pub(super) fn ask_failed<T>(observed: &mut Observed<T>, why: &str) {
    let source = observed
        .source()
        .cloned()
        .unwrap_or_else(|| Fixture::source("cloudwatch:GetMetricData"));
    observed.renew(
        Err(Missing::CouldNotAsk { why: why.into() }),
        Fixture::now(),
        source,
    );
}

#[derive(Clone)]
pub(super) struct Fixture(pub Snapshot);

impl Fixture {
    pub(super) fn now() -> Timestamp {
        "2026-11-22T03:00:30Z".parse().unwrap()
    }

    pub(super) fn source(api: &'static str) -> Source {
        Source {
            api,
            region: Some(region("eu-west-1")),
        }
    }

    pub(super) fn blank() -> Self {
        let site = |code: &&str| SiteSpec {
            region: region(code),
            api: "a1b2c3".into(),
            stage: None,
            functions: vec!["orders-read".into()],
            endpoint: Some(format!("{code}.api.orders.example.com")),
            stack: None,
            switch: None,
            probe_url: None,
        };
        let spec = FleetSpec {
            domain: "api.orders.example.com".into(),
            global_cluster: "orders".into(),
            read_only: false,
            profile: None,
            accounts: crate::AccountsSpec::default(),
            probe_path: "/health".into(),
            probe_url: None,
            edge: EdgeSpec {
                cloudfront: true,
                distribution: "E2ORDERS0EDGE1".into(),
                hosted_zone: "Z0ORDERS0EXAMPLE1".into(),
                latency_record: "latency.orders.example.com".into(),
                router: Some("orders-router".into()),
                routing_endpoints: Vec::new(),
            },
            sites: REGIONS.iter().map(site).collect(),
            thresholds: Thresholds::default(),
            rules: crate::Rules::default(),
            build: crate::BuildSpec::default(),
            drill: crate::DrillSpec::default(),
            shared: None,
        };
        Self(Snapshot::blank("orders", &spec, Self::now()))
    }

    pub(super) fn healthy() -> Self {
        let mut fixture = Self::blank();
        fixture.fill_edge();
        fixture.fill_database();
        for code in REGIONS {
            fixture.fill_site(code);
        }
        fixture.0.complete = true;
        fixture
    }

    pub(super) fn judged(mut self) -> Snapshot {
        super::judge(&mut self.0);
        self.0
    }

    pub(super) fn known<T>(value: T) -> Observed<T> {
        Observed::known(
            value,
            Self::now(),
            Self::source("rds:DescribeGlobalClusters"),
        )
    }

    pub(super) fn certificate() -> Certificate {
        Certificate {
            arn: "arn:aws:acm:us-east-1:123456789012:certificate/1".into(),
            domain: "api.orders.example.com".into(),
            names: vec!["api.orders.example.com".into()],
            status: "ISSUED".into(),
            not_after: Some(Self::now() + SignedDuration::from_hours(24 * 200)),
            renewal: None,
        }
    }

    fn fill_site(&mut self, code: &str) {
        for (metric, value) in [
            (Metric::ApiLatencyP99, 240.0),
            (Metric::ApiRequests, 1_000.0),
            (Metric::Api5xx, 1.0),
        ] {
            self.api(code, metric, value);
        }
        for (metric, value) in [
            (Metric::FunctionInvocations, 1_000.0),
            (Metric::FunctionErrors, 1.0),
        ] {
            self.function(code, metric, value);
        }
        let (probe, alarms) = (Self::known(Self::report(200)), Self::known(Vec::new()));
        let certificate = Self::known(Self::certificate());
        let site = self.site(code);
        site.probe = probe;
        site.alarms = alarms;
        site.certificate = certificate;
        site.reach.last_answer = Some(Self::now());
        site.reach.round_trip = Some(Duration::from_millis(80));
    }

    fn report(status: u16) -> ProbeReport {
        let ms = Duration::from_millis;
        ProbeReport {
            dns: ms(5),
            connect: ms(20),
            tls: Some(ms(30)),
            first_byte: ms(60),
            status,
            served_by: None,
            own: None,
        }
    }

    fn fill_edge(&mut self) {
        let record = |code: &&str| RoutingRecord {
            name: "latency.orders.example.com".into(),
            kind: "CNAME".into(),
            set_identifier: (*code).into(),
            region: Some(region(code)),
            routing: Routing::Latency(region(code)),
            target: format!("{code}.api.orders.example.com"),
            values: vec![format!("{code}.api.orders.example.com")],
            ttl: Some(60),
            health_check: Some(format!("hc-{code}")),
            evaluate_target_health: false,
            alias_zone: None,
            group: Vec::new(),
        };
        let answer = |code: &str| DnsAnswer {
            vantage: "here".into(),
            value: format!("{code}.api.orders.example.com"),
            region: Some(region(code)),
            ttl_s: Some(60),
            at: None,
        };
        self.0.identity = Self::known(Identity {
            account: "123456789012".into(),
            arn: "arn:aws:sts::123456789012:assumed-role/ops/mia".into(),
            endpoint: None,
        });
        self.0.edge.endpoint_checks = Self::known(std::sync::Arc::from([]));
        self.0.edge.distribution = Self::known(Distribution {
            domain: "d111.cloudfront.net".into(),
            status: "Deployed".into(),
            enabled: true,
            aliases: vec!["api.orders.example.com".into()],
            origins: vec!["latency.orders.example.com".into()],
            changed: None,
            certificate_arn: None,
            router_arn: None,
        });
        self.0.edge.certificate = Self::known(Self::certificate());
        self.0.edge.probe = Self::known(Self::report(200));
        self.0.edge.records = Self::known(REGIONS.iter().map(record).collect());
        self.0.edge.answers = Self::known(vec![answer("eu-west-1")]);
        self.edge(Metric::EdgeRequests, 3_000.0);
        self.edge(Metric::Edge5xxRate, 0.1);
        for code in REGIONS {
            let kind = CheckKind::Calculated {
                children: vec![],
                threshold: 1,
            };
            self.check(code, kind, false, false);
            self.check_status(code, 1.0);
        }
    }

    fn fill_database(&mut self) {
        let member = |code: &&str| Member {
            arn: format!("arn:aws:rds:{code}:123456789012:cluster:orders-{code}"),
            region: region(code),
            cluster: format!("orders-{code}"),
            writer: *code == "us-east-1",
            write_forwarding: None,
            synchronization: Some("connected".into()),
        };
        let engine = Engine {
            name: "aurora-postgresql".into(),
            version: "16.8".into(),
        };
        self.0.database.topology = Self::known(Topology {
            status: "available".into(),
            engine: engine.clone(),
            endpoint: None,
            failover: None,
            members: REGIONS.iter().map(member).collect(),
            deletion_protection: true,
        });
        for code in REGIONS {
            let instance = |n: usize| Instance {
                id: format!("orders-{code}-{n}"),
                class: "db.r6g.large".into(),
                status: "available".into(),
                zone: None,
                writer: n == 0 && code == "us-east-1",
            };
            let state = Self::known(ClusterState {
                status: "available".into(),
                engine: engine.clone(),
                instances: vec![instance(0), instance(1)],
                endpoint: None,
                reader_endpoint: None,
                write_forwarding: None,
                backup_days: Some(7),
                port: Some(5432),
                capacity: None,
                managed_password: false,
                pending_reboot: Vec::new(),
                needs: Vec::new(),
            });
            let mut cluster = Cluster {
                id: format!("orders-{code}"),
                state,
                ..Cluster::default()
            };
            Self::put(&mut cluster.metrics, Metric::DbCpu, Self::minute(), 30.0);
            self.0.database.clusters.insert(region(code), cluster);
            if code != "us-east-1" {
                self.lag(code, 300.0);
            }
        }
    }

    /// A series of one point whose minute starts at `at`.
    pub(super) fn put(metrics: &mut Metrics, metric: Metric, at: Timestamp, value: f64) {
        let series = Series::new(Duration::from_mins(1), [Point { at, value }]);
        let source = Self::source("cloudwatch:GetMetricData");
        metrics
            .entry(metric)
            .renew(Ok(Arc::new(series)), at, source);
    }

    pub(super) fn no_data(metrics: &mut Metrics, metric: Metric) {
        let source = Self::source("cloudwatch:GetMetricData");
        metrics
            .entry(metric)
            .renew(Err(Missing::NoData), Self::now(), source);
    }

    fn minute() -> Timestamp {
        Self::now() - SignedDuration::from_secs(90)
    }

    pub(super) fn site(&mut self, code: &str) -> &mut Site {
        self.0
            .sites
            .iter_mut()
            .find(|site| site.region.as_str() == code)
            .unwrap()
    }

    pub(super) fn api(&mut self, code: &str, metric: Metric, value: f64) {
        Self::put(
            &mut self.site(code).api.metrics,
            metric,
            Self::minute(),
            value,
        );
    }

    pub(super) fn function(&mut self, code: &str, metric: Metric, value: f64) {
        Self::put(
            &mut self.site(code).functions[0].metrics,
            metric,
            Self::minute(),
            value,
        );
    }

    pub(super) fn function_silent(&mut self, code: &str, metric: Metric) {
        Self::no_data(&mut self.site(code).functions[0].metrics, metric);
    }

    pub(super) fn edge(&mut self, metric: Metric, value: f64) {
        Self::put(&mut self.0.edge.metrics, metric, Self::minute(), value);
    }

    pub(super) fn lag(&mut self, code: &str, ms: f64) {
        let cluster = self.0.database.clusters.get_mut(&region(code)).unwrap();
        Self::put(&mut cluster.metrics, Metric::RpoLag, Self::minute(), ms);
    }

    /// The secondary has heard nothing of the writer for so many minutes; its lag was 180 ms before.
    pub(super) fn silence(&mut self, code: &str, minutes: i64) {
        let newest = Self::minute();
        let since = Self::now() - SignedDuration::from_mins(minutes);
        let points = (0..60).map(|back| {
            let at = newest - SignedDuration::from_mins(back);
            let grown = (at + SignedDuration::from_mins(1)).duration_since(since);
            let value = grown.as_secs_f64() * 1_000.0;
            Point {
                at,
                value: value.max(180.0),
            }
        });
        let series = Series::new(Duration::from_mins(1), points);
        let cluster = self.0.database.clusters.get_mut(&region(code)).unwrap();
        let source = Self::source("cloudwatch:GetMetricData");
        let lag = cluster.metrics.entry(Metric::RpoLag);
        lag.renew(Ok(Arc::new(series)), newest, source);
    }

    pub(super) fn no_traffic(&mut self, code: &str) {
        let site = self.site(code);
        for metric in [Metric::ApiLatencyP99, Metric::ApiRequests, Metric::Api5xx] {
            Self::no_data(&mut site.api.metrics, metric);
        }
        for metric in [Metric::FunctionInvocations, Metric::FunctionErrors] {
            Self::no_data(&mut site.functions[0].metrics, metric);
        }
    }

    pub(super) fn probe_status(&mut self, code: &str, status: u16) {
        self.site(code).probe = Self::known(Self::report(status));
    }

    fn check(&mut self, code: &str, kind: CheckKind, disabled: bool, inverted: bool) {
        let config = CheckConfig {
            kind,
            interval_s: 10,
            failure_threshold: 3,
            inverted,
            disabled,
            version: 1,
            linked_service: None,
            insufficient_data: None,
            checker_regions: 0,
        };
        let (id, config) = (format!("hc-{code}"), Self::known(config));
        let check = HealthCheck {
            id: id.clone(),
            config,
            metrics: Metrics::default(),
        };
        self.0.edge.checks.insert(id, check);
    }

    fn check_status(&mut self, code: &str, value: f64) {
        let check = self.0.edge.checks.get_mut(&format!("hc-{code}")).unwrap();
        Self::put(
            &mut check.metrics,
            Metric::CheckStatus,
            Self::minute(),
            value,
        );
    }

    pub(super) fn unhealthy_check(&mut self, code: &str) {
        self.check_status(code, 0.0);
    }

    pub(super) fn no_check(&mut self, code: &str) {
        self.0.edge.checks.remove(&format!("hc-{code}"));
    }

    pub(super) fn pin_check(&mut self, code: &str, inverted: bool) {
        self.check(
            code,
            CheckKind::Calculated {
                children: vec![],
                threshold: 1,
            },
            true,
            inverted,
        );
    }

    /// A switch holds the Region out of service; the endpoint below it was not looked at lately.
    pub(super) fn evacuated(&mut self, code: &str) {
        self.switch("orders-evacuate", code);
        let children = vec!["hc-switch".to_owned()];
        let kind = CheckKind::Calculated {
            children,
            threshold: 1,
        };
        self.check(code, kind, false, false);
        self.unhealthy_check(code);
    }

    /// A health check that follows the alarm `name` of the Region `code`.
    pub(super) fn switch(&mut self, name: &str, code: &str) {
        self.check(
            "switch",
            CheckKind::Alarm {
                name: name.into(),
                region: code.into(),
            },
            false,
            false,
        );
    }

    pub(super) fn remove_record(&mut self, code: &str) {
        let records = self.0.edge.records.current().unwrap().clone();
        let kept = records
            .into_iter()
            .filter(|record| record.whose() != code)
            .collect();
        self.0.edge.records = Self::known(kept);
    }

    /// Nothing asked in the Region is answered.
    pub(super) fn silent(&mut self, code: &str) {
        let site = self.site(code);
        site.reach.silent_calls = 4;
        site.reach.last_answer = Some(Self::now() - SignedDuration::from_secs(30));
        site.reach.last_error = Some("time-out after 5 s".into());
        for metric in [Metric::ApiLatencyP99, Metric::ApiRequests, Metric::Api5xx] {
            ask_failed(site.api.metrics.entry(metric), "time-out after 5 s");
        }
        for metric in [Metric::FunctionInvocations, Metric::FunctionErrors] {
            ask_failed(
                site.functions[0].metrics.entry(metric),
                "time-out after 5 s",
            );
        }
        ask_failed(&mut site.alarms, "time-out after 5 s");
    }

    /// As [`Self::silent`], and probe and checkers see it too.
    pub(super) fn region_dark(&mut self, code: &str) {
        self.silent(code);
        ask_failed(&mut self.site(code).probe, "time-out after 5 s");
        self.unhealthy_check(code);
    }

    /// Every AWS call fails with `why`; probes work.
    pub(super) fn nothing_asked_answers(&mut self, why: &str) {
        ask_failed(&mut self.0.identity, why);
        ask_failed(&mut self.0.database.topology, why);
        ask_failed(&mut self.0.edge.records, why);
        ask_failed(&mut self.0.edge.distribution, why);
        for metric in [Metric::EdgeRequests, Metric::Edge5xxRate] {
            ask_failed(self.0.edge.metrics.entry(metric), why);
        }
        for check in self.0.edge.checks.values_mut() {
            ask_failed(check.metrics.entry(Metric::CheckStatus), why);
        }
        for code in REGIONS {
            let site = self.site(code);
            for metric in [Metric::ApiLatencyP99, Metric::ApiRequests, Metric::Api5xx] {
                ask_failed(site.api.metrics.entry(metric), why);
            }
            for metric in [Metric::FunctionInvocations, Metric::FunctionErrors] {
                ask_failed(site.functions[0].metrics.entry(metric), why);
            }
            ask_failed(&mut site.alarms, why);
        }
    }
}
