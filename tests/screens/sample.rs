//! Pictures of a fleet made by hand: no simulator, no clock, the same every time.

use std::sync::Arc;
use std::time::Duration;

use gwctl::console::app::{Connection, Keymap, Mode, Start, State, ThemeEntry};
use gwctl::fleet::{
    Alarm, Answer, ApiDetail, ApiKind, Call, Certificate, Change, CheckConfig, CheckKind, Cluster,
    ClusterState, Concurrency, DbEvent, Distribution, EdgeSpec, Engine, FleetSpec, FunctionDetail,
    HealthCheck, Identity, Instance, LatencyRecord, Member, Metric, Metrics, Missing, Observed,
    Outcome, Point, ProbeReport, Reachability, Region, Series, SiteSpec, Snapshot, Source, Stack,
    Thresholds, Topology, judge,
};
use jiff::{SignedDuration, Timestamp};

const CLOUDWATCH: &str = "cloudwatch:GetMetricData";

/// The moment of every sample.
pub fn now() -> Timestamp {
    "2026-11-23T12:04:35Z".parse().unwrap()
}

fn ago(seconds: i64) -> Timestamp {
    now() - SignedDuration::from_secs(seconds)
}

pub fn region(code: &str) -> Region {
    Region::new(code).unwrap()
}

pub fn source(api: &'static str, region: &Region) -> Source {
    Source {
        api,
        region: Some(region.clone()),
    }
}

fn known<T>(value: T, seconds: i64, api: &'static str, region: &Region) -> Observed<T> {
    Observed::known(value, ago(seconds), source(api, region))
}

pub const THREE: [&str; 3] = ["us-east-1", "eu-west-1", "ap-southeast-1"];

fn spec(regions: &[&str]) -> FleetSpec {
    FleetSpec {
        domain: "api.orders.example.com".into(),
        global_cluster: "orders".into(),
        read_only: false,
        profile: None,
        probe_path: "/health".into(),
        probe_url: None,
        edge: EdgeSpec {
            distribution: "E2ORDERS0EDGE1".into(),
            hosted_zone: "Z0ORDERS0EXAMPLE1".into(),
            latency_record: "latency.orders.example.com".into(),
            router: Some("orders-router".into()),
        },
        sites: regions
            .iter()
            .map(|code| SiteSpec {
                region: region(code),
                api: format!("api{}", code.replace('-', "")),
                stage: None,
                functions: vec!["orders-read".into(), "orders-write".into()],
                endpoint: Some(format!("{code}.api.orders.example.com")),
                stack: Some(format!("orders-{code}")),
                probe_url: None,
            })
            .collect(),
        thresholds: Thresholds::default(),
    }
}

/// An hour of minutes around `level`: a slow wave and a little noise, both the same every time.
pub fn wave(level: f64, swing: f64, phase: f64) -> Arc<Series> {
    let points = (2..62).map(|minute| {
        let x = f64::from(minute);
        let noise = ((x * 12.9898 + phase * 78.233).sin() * 43_758.547).fract() - 0.5;
        let value = level * (1.0 + swing * ((x / 9.0 + phase).sin() + 0.7 * noise));
        let at = ago(i64::from(minute) * 60 + 35);
        Point {
            at,
            value: value.max(0.0),
        }
    });
    Arc::new(Series::new(Duration::from_mins(1), points))
}

fn put(metrics: &mut Metrics, metric: Metric, series: Arc<Series>, region: &Region) {
    *metrics.entry(metric) = known(series, 20, CLOUDWATCH, region);
}

fn none(metrics: &mut Metrics, metric: Metric, region: &Region) {
    *metrics.entry(metric) = Observed::missing(Missing::NoData, source(CLOUDWATCH, region));
}

/// A healthy fleet over `regions`, the first the writer.
pub fn fleet(regions: &[&str]) -> Snapshot {
    let mut snapshot = Snapshot::blank("orders", &spec(regions), now());
    snapshot.generation = 12;
    snapshot.complete = true;
    snapshot.dollars_per_hour = 0.118;
    let home = Region::global();
    snapshot.identity = known(
        Identity {
            account: "123456789012".into(),
            arn: "arn:aws:sts::123456789012:assumed-role/Operator/alice".into(),
        },
        40,
        "sts:GetCallerIdentity",
        &home,
    );
    for index in 0..snapshot.sites.len() {
        site(&mut snapshot, index);
    }
    edge(&mut snapshot);
    database(&mut snapshot);
    ledger(&mut snapshot);
    let change = |seconds, region: Option<&str>, what: &str| Change {
        at: ago(seconds),
        region: region.map(self::region),
        what: what.into(),
    };
    snapshot.changes = vec![
        change(340, None, "distribution E2ORDERS0EDGE1 deployed"),
        change(
            4_200,
            Some(regions[0]),
            "function orders-write version 42 published",
        ),
        change(
            86_000,
            Some(regions[regions.len() - 1]),
            "stack orders updated",
        ),
    ];
    judge(&mut snapshot);
    snapshot
}

fn site(snapshot: &mut Snapshot, index: usize) {
    let phase = index as f64;
    let site = &mut snapshot.sites[index];
    let here = site.region.clone();
    let api = &mut site.api;
    api.detail = known(
        ApiDetail {
            kind: ApiKind::Http,
            name: "orders".into(),
            endpoint: None,
        },
        300,
        "apigateway:GET",
        &here,
    );
    let load = 72_000.0 / (phase + 1.0);
    for (metric, level, swing) in [
        (Metric::ApiLatencyP50, 24.0 + phase, 0.05),
        (Metric::ApiLatencyP90, 61.0 + 3.0 * phase, 0.08),
        (Metric::ApiLatencyP99, 148.0 + 9.0 * phase, 0.15),
        (Metric::ApiIntegrationLatencyP50, 19.0 + phase, 0.05),
        (Metric::ApiRequests, load, 0.12),
        (Metric::Api4xx, load * 0.004, 0.2),
    ] {
        put(&mut api.metrics, metric, wave(level, swing, phase), &here);
    }
    none(&mut api.metrics, Metric::Api5xx, &here);
    for (order, function) in site.functions.iter_mut().enumerate() {
        let part = if order == 0 { 0.8 } else { 0.2 };
        function.detail = known(
            FunctionDetail {
                runtime: "nodejs22.x".into(),
                state: "Active".into(),
                memory_mb: 512,
                timeout_s: 10,
                last_modified: Some(ago(4_200)),
                version: "42".into(),
            },
            300,
            "lambda:GetFunctionConfiguration",
            &here,
        );
        let metrics = &mut function.metrics;
        for (metric, level, swing) in [
            (Metric::FunctionInvocations, load * part, 0.12),
            (Metric::FunctionErrors, load * part * 0.0003, 0.5),
            (Metric::FunctionThrottles, 0.0, 0.0),
            (Metric::FunctionDurationP95, 38.0 + 22.0 * order as f64, 0.1),
            (Metric::FunctionConcurrency, 42.0 * part, 0.2),
        ] {
            put(
                metrics,
                metric,
                wave(level, swing, phase + order as f64),
                &here,
            );
        }
    }
    site.concurrency = known(
        Concurrency {
            limit: 1_000,
            unreserved: 900,
        },
        300,
        "lambda:GetAccountSettings",
        &here,
    );
    site.alarms = known(Vec::new(), 12, "cloudwatch:DescribeAlarms", &here);
    site.certificate = known(
        certificate(&here, 212 - 10 * index as i64),
        600,
        "acm:DescribeCertificate",
        &here,
    );
    site.stack = Some(known(
        Stack {
            name: format!("orders-{here}"),
            status: "UPDATE_COMPLETE".into(),
            status_reason: None,
            drift: "IN_SYNC".into(),
            changed: Some(ago(86_000)),
        },
        60,
        "cloudformation:DescribeStacks",
        &here,
    ));
    site.probe = known(probe(&here, index as u64), 9, "probe", &here);
    site.reach = Reachability {
        round_trip: Some(Duration::from_millis(18 + 61 * index as u64)),
        last_answer: Some(ago(4)),
        clock_skew_ms: Some(12),
        ..Reachability::default()
    };
}

fn certificate(here: &Region, days: i64) -> Certificate {
    Certificate {
        arn: format!("arn:aws:acm:{here}:123456789012:certificate/0f1e"),
        domain: "*.api.orders.example.com".into(),
        status: "ISSUED".into(),
        not_after: Some(now() + SignedDuration::from_hours(24 * days + 5)),
        renewal: None,
    }
}

fn probe(here: &Region, index: u64) -> ProbeReport {
    ProbeReport {
        dns: Duration::from_millis(4),
        connect: Duration::from_millis(9 + 14 * index),
        tls: Some(Duration::from_millis(21 + 22 * index)),
        first_byte: Duration::from_millis(41 + 27 * index),
        status: 200,
        served_by: Some(here.to_string()),
    }
}

fn edge(snapshot: &mut Snapshot) {
    let home = Region::global();
    let sites: Vec<Region> = snapshot
        .sites
        .iter()
        .map(|site| site.region.clone())
        .collect();
    let edge = &mut snapshot.edge;
    edge.distribution = known(
        Distribution {
            domain: "d111111abcdef8.cloudfront.net".into(),
            status: "Deployed".into(),
            enabled: true,
            aliases: vec!["api.orders.example.com".into()],
            origins: vec!["latency.orders.example.com".into()],
            changed: Some(ago(340)),
            certificate_arn: None,
            router_arn: Some(
                "arn:aws:lambda:us-east-1:123456789012:function:orders-router:7".into(),
            ),
        },
        60,
        "cloudfront:GetDistribution",
        &home,
    );
    for (metric, level, swing) in [
        (Metric::EdgeRequests, 160_000.0, 0.1),
        (Metric::Edge4xxRate, 0.42, 0.2),
        (Metric::Edge5xxRate, 0.02, 0.5),
        (Metric::EdgeOriginLatencyP90, 88.0, 0.1),
    ] {
        put(&mut edge.metrics, metric, wave(level, swing, 0.3), &home);
    }
    for metric in [
        Metric::EdgeFunctionErrors,
        Metric::EdgeFunctionInvalid,
        Metric::EdgeFunctionLimited,
    ] {
        none(&mut edge.metrics, metric, &home);
    }
    if let Some(router) = &mut edge.router {
        router.detail = known(
            FunctionDetail {
                runtime: "nodejs22.x".into(),
                state: "Active".into(),
                memory_mb: 128,
                timeout_s: 5,
                last_modified: Some(ago(800_000)),
                version: "7".into(),
            },
            300,
            "lambda:GetFunctionConfiguration",
            &home,
        );
    }
    edge.certificate = known(
        certificate(&home, 301),
        600,
        "acm:DescribeCertificate",
        &home,
    );
    let record = |region: &Region| LatencyRecord {
        name: "latency.orders.example.com".into(),
        kind: "CNAME".into(),
        set_identifier: region.to_string(),
        region: region.clone(),
        target: format!("{region}.api.orders.example.com"),
        ttl: Some(60),
        health_check: Some(format!("hc-{region}")),
        evaluate_target_health: false,
    };
    edge.records = known(
        sites.iter().map(record).collect(),
        30,
        "route53:ListResourceRecordSets",
        &home,
    );
    for here in &sites {
        checks(edge, here);
    }
    let answer = |vantage: &str, region: &Region, ttl| Answer {
        vantage: vantage.into(),
        value: format!("{region}.api.orders.example.com"),
        region: Some(region.clone()),
        ttl_s: Some(ttl),
    };
    let at = |index: usize| &sites[index % sites.len()];
    edge.answers = known(
        vec![
            answer("here", at(1), 41),
            answer("Frankfurt", at(1), 60),
            answer("Virginia", at(0), 60),
            answer("Singapore", at(2), 60),
        ],
        11,
        "route53:TestDNSAnswer",
        &home,
    );
    edge.probe = known(
        ProbeReport {
            dns: Duration::from_millis(7),
            connect: Duration::from_millis(6),
            tls: Some(Duration::from_millis(14)),
            first_byte: Duration::from_millis(69),
            status: 200,
            served_by: Some(at(1).to_string()),
        },
        9,
        "probe",
        &home,
    );
}

fn checks(edge: &mut gwctl::fleet::Edge, here: &Region) {
    let home = Region::global();
    let endpoint = format!("hc-{here}-endpoint");
    let switch = format!("hc-{here}-switch");
    let kinds = [
        (
            format!("hc-{here}"),
            CheckKind::Calculated {
                children: vec![endpoint.clone(), switch.clone()],
                threshold: 2,
            },
        ),
        (
            endpoint,
            CheckKind::Endpoint {
                protocol: "HTTPS".into(),
                target: format!("{here}.api.orders.example.com/health"),
            },
        ),
        (
            switch,
            CheckKind::Alarm {
                name: format!("orders-evacuate-{here}"),
                region: "eu-west-1".into(),
            },
        ),
    ];
    for (id, kind) in kinds {
        let mut metrics = Metrics::default();
        put(
            &mut metrics,
            Metric::CheckStatus,
            wave(1.0, 0.0, 0.0),
            &home,
        );
        put(
            &mut metrics,
            Metric::CheckPercentHealthy,
            wave(100.0, 0.0, 0.0),
            &home,
        );
        let config = CheckConfig {
            kind,
            interval_s: 10,
            failure_threshold: 3,
            inverted: false,
            disabled: false,
            version: 1,
            linked_service: None,
        };
        let config = known(config, 60, "route53:GetHealthCheck", &home);
        edge.checks.insert(
            id.clone(),
            HealthCheck {
                id,
                config,
                metrics,
            },
        );
    }
}

fn cluster_name(here: &Region) -> String {
    format!(
        "orders-{}",
        here.as_str()
            .replace("us-east-1", "use1")
            .replace("eu-west-1", "euw1")
            .replace("ap-southeast-1", "apse1")
    )
}

fn database(snapshot: &mut Snapshot) {
    let home = snapshot.sites[0].region.clone();
    let engine = Engine {
        name: "aurora-postgresql".into(),
        version: "16.8".into(),
    };
    let member = |(index, region): (usize, &Region)| Member {
        arn: format!(
            "arn:aws:rds:{region}:123456789012:cluster:{}",
            cluster_name(region)
        ),
        region: region.clone(),
        cluster: cluster_name(region),
        writer: index == 0,
        write_forwarding: (index > 0).then(|| "enabled".into()),
        synchronization: Some("connected".into()),
    };
    let regions: Vec<Region> = snapshot
        .sites
        .iter()
        .map(|site| site.region.clone())
        .collect();
    let topology = Topology {
        status: "available".into(),
        engine: engine.clone(),
        endpoint: Some("orders.global-abc.global.rds.amazonaws.com".into()),
        failover: None,
        members: regions.iter().enumerate().map(member).collect(),
        deletion_protection: true,
    };
    snapshot.database.topology = known(topology, 14, "rds:DescribeGlobalClusters", &home);
    for (index, here) in regions.iter().enumerate() {
        let mut metrics = Metrics::default();
        let phase = index as f64;
        if index > 0 {
            put(
                &mut metrics,
                Metric::RpoLag,
                wave(70.0 + 55.0 * phase.min(4.0), 0.2, phase),
                here,
            );
        }
        put(
            &mut metrics,
            Metric::DbCpu,
            wave(if index == 0 { 34.0 } else { 12.0 }, 0.15, phase),
            here,
        );
        put(
            &mut metrics,
            Metric::DbConnections,
            wave(48.0 - 6.0 * phase.min(5.0), 0.1, phase),
            here,
        );
        put(
            &mut metrics,
            Metric::DbWriteThroughput,
            wave(if index == 0 { 410.0 } else { 0.0 }, 0.1, phase),
            here,
        );
        let id = cluster_name(here);
        let instance = |number: u32| Instance {
            id: format!("{id}-{number}"),
            class: "db.r6g.large".into(),
            status: "available".into(),
            zone: Some(format!("{here}{}", if number == 1 { 'a' } else { 'b' })),
            writer: number == 1,
        };
        let state = ClusterState {
            status: "available".into(),
            engine: engine.clone(),
            instances: vec![instance(1), instance(2)],
            endpoint: Some(format!("{id}.cluster-abc.{here}.rds.amazonaws.com")),
            reader_endpoint: None,
            write_forwarding: (index > 0).then(|| "enabled".into()),
            backup_days: Some(7),
        };
        let events = if index == 1 {
            vec![DbEvent {
                at: ago(1_900),
                region: here.clone(),
                source: format!("{id}-2"),
                categories: vec!["maintenance".into()],
                message: "DB instance restarted".into(),
            }]
        } else {
            Vec::new()
        };
        let cluster = Cluster {
            id,
            state: known(state, 14, "rds:DescribeDBClusters", here),
            metrics,
            events: known(events, 30, "rds:DescribeEvents", here),
        };
        snapshot.database.clusters.insert(here.clone(), cluster);
    }
}

fn ledger(snapshot: &mut Snapshot) {
    let regions: Vec<Region> = snapshot
        .sites
        .iter()
        .map(|site| site.region.clone())
        .collect();
    for round in 0..12i64 {
        for (index, here) in regions.iter().enumerate() {
            for (service, operation, dollars) in [
                ("cloudwatch", "GetMetricData", 0.000_21),
                ("rds", "DescribeDBClusters", 0.0),
                ("cloudwatch", "DescribeAlarms", 0.0),
            ] {
                snapshot.ledger.enter(Call {
                    at: ago(600 - round * 50),
                    service,
                    operation: operation.into(),
                    region: here.clone(),
                    took: Duration::from_millis(18 + 61 * index as u64 + round as u64),
                    outcome: Outcome::Ok,
                    request_id: Some("6f1c".into()),
                    error: None,
                    dollars,
                });
            }
        }
    }
}

/// The first moment: the configuration is known, and nothing else.
pub fn nothing_yet() -> Snapshot {
    let mut snapshot = Snapshot::blank("orders", &spec(&THREE), now());
    judge(&mut snapshot);
    snapshot
}

/// A bad day: eu-west-1 silent, ap-southeast-1 lagging and slow, us-east-1's certificate not
/// allowed to be seen, a probe that never ended.
pub fn bad_day() -> Snapshot {
    let mut snapshot = fleet(&THREE);
    let silent = region("eu-west-1");
    let why = || Missing::CouldNotAsk {
        why: "timed out after 5 s".into(),
    };
    let from = |api| source(api, &region("eu-west-1"));
    let site = &mut snapshot.sites[1];
    let metrics: Vec<Metric> = site.api.metrics.iter().map(|(metric, _)| metric).collect();
    for metric in metrics {
        site.api
            .metrics
            .entry(metric)
            .renew(Err(why()), ago(20), from(CLOUDWATCH));
    }
    for function in &mut site.functions {
        let metrics: Vec<Metric> = function.metrics.iter().map(|(metric, _)| metric).collect();
        for metric in metrics {
            function
                .metrics
                .entry(metric)
                .renew(Err(why()), ago(20), from(CLOUDWATCH));
        }
    }
    site.alarms
        .renew(Err(why()), ago(20), from("cloudwatch:DescribeAlarms"));
    site.probe.renew(
        Err(Missing::CouldNotAsk {
            why: "connect: timed out".into(),
        }),
        ago(9),
        from("probe"),
    );
    site.reach = Reachability {
        round_trip: None,
        last_answer: Some(ago(250)),
        last_silence: Some(ago(3)),
        silent_calls: 14,
        last_error: Some("dispatch failure: connect timed out".into()),
        clock_skew_ms: None,
    };
    if let Some(cluster) = snapshot.database.clusters.get_mut(&silent) {
        cluster
            .state
            .renew(Err(why()), ago(20), from("rds:DescribeDBClusters"));
        cluster
            .events
            .renew(Err(why()), ago(20), from("rds:DescribeEvents"));
        let metrics: Vec<Metric> = cluster.metrics.iter().map(|(metric, _)| metric).collect();
        for metric in metrics {
            cluster
                .metrics
                .entry(metric)
                .renew(Err(why()), ago(20), from(CLOUDWATCH));
        }
    }
    let far = region("ap-southeast-1");
    let site = &mut snapshot.sites[2];
    put(
        &mut site.api.metrics,
        Metric::ApiLatencyP99,
        wave(1_840.0, 0.2, 0.4),
        &far,
    );
    put(
        &mut site.api.metrics,
        Metric::Api5xx,
        wave(600.0, 0.2, 0.4),
        &far,
    );
    site.alarms = known(
        vec![Alarm {
            name: "orders-p99-latency".into(),
            reason: "Threshold Crossed: 3 datapoints were greater than the threshold (1000.0)"
                .into(),
            since: Some(ago(420)),
        }],
        12,
        "cloudwatch:DescribeAlarms",
        &far,
    );
    if let Some(cluster) = snapshot.database.clusters.get_mut(&far) {
        put(
            &mut cluster.metrics,
            Metric::RpoLag,
            wave(48_000.0, 0.1, 0.2),
            &far,
        );
    }
    let home = region("us-east-1");
    snapshot.sites[0].certificate = Observed::missing(
        Missing::NotAllowed {
            action: "acm:DescribeCertificate".into(),
        },
        source("acm:DescribeCertificate", &home),
    );
    unhealthy(&mut snapshot, "hc-eu-west-1");
    unhealthy(&mut snapshot, "hc-eu-west-1-endpoint");
    for attempt in 0..3 {
        snapshot.ledger.enter(Call {
            at: ago(60 - 20 * attempt),
            service: "rds",
            operation: "DescribeDBClusters".into(),
            region: silent.clone(),
            took: Duration::from_secs(5),
            outcome: Outcome::TimedOut,
            request_id: None,
            error: Some("no answer within 5 s".into()),
            dollars: 0.0,
        });
    }
    judge(&mut snapshot);
    snapshot
}

fn unhealthy(snapshot: &mut Snapshot, id: &str) {
    let home = Region::global();
    if let Some(check) = snapshot.edge.checks.get_mut(id) {
        put(
            &mut check.metrics,
            Metric::CheckStatus,
            wave(0.0, 0.0, 0.0),
            &home,
        );
        put(
            &mut check.metrics,
            Metric::CheckPercentHealthy,
            wave(0.0, 0.0, 0.0),
            &home,
        );
    }
}

/// A console that shows `snapshot`.
pub fn state(snapshot: Snapshot, size: (u16, u16)) -> State {
    let spec = spec(&THREE);
    let mut state = State::new(Start {
        blank: Arc::new(Snapshot::blank("orders", &spec, now())),
        fleets: vec!["orders".into()],
        mode: Mode::Demo {
            scenario: "calm".into(),
        },
        read_only: true,
        themes: gwctl::console::view::names(None)
            .into_iter()
            .map(|name| ThemeEntry {
                name,
                origin: "built in".into(),
            })
            .collect(),
        theme: "dark".into(),
        has_faults: true,
        keymap: Keymap::default(),
        wall: now(),
        size,
    });
    state.connection = Connection::Open;
    state.now = snapshot.at;
    state.shown = Arc::new(snapshot);
    state.live = Arc::clone(&state.shown);
    state
}
