//! Pictures of a fleet made by hand: no simulator, no clock, the same every time.

mod database;
mod days;
mod edge;
mod other_databases;
pub mod run;

use std::sync::Arc;
use std::time::Duration;

use gwctl::console::app::{Connection, Keymap, Mode, Msg, Start, State, ThemeEntry, update};
use gwctl::fleet::{
    AccountsSpec, ApiDetail, ApiKind, Call, Certificate, Change, Concurrency, EdgeSpec, EventKind,
    FleetSpec, FunctionDetail, Identity, Metric, Metrics, Missing, Observed, Outcome, Point,
    ProbeReport, Reachability, Region, Series, Sign, SiteSpec, Snapshot, Source, Stack, Thresholds,
    Throttle, judge,
};
use jiff::{SignedDuration, Timestamp};

pub use days::{bad_day, writer_gone};
pub use other_databases::other_databases;

const CLOUDWATCH: &str = "cloudwatch:GetMetricData";

/// The moment of every sample.
pub fn now() -> Timestamp {
    "2026-11-23T12:04:35Z".parse().unwrap()
}

pub fn ago(seconds: i64) -> Timestamp {
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

pub fn known<T>(value: T, seconds: i64, api: &'static str, region: &Region) -> Observed<T> {
    Observed::known(value, ago(seconds), source(api, region))
}

pub const THREE: [&str; 3] = ["us-east-1", "eu-west-1", "ap-southeast-1"];

pub fn spec(regions: &[&str]) -> FleetSpec {
    FleetSpec {
        domain: "api.orders.example.com".into(),
        global_cluster: "orders".into(),
        read_only: false,
        profile: None,
        accounts: AccountsSpec::default(),
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
        sites: regions
            .iter()
            .map(|code| SiteSpec {
                region: region(code),
                api: format!("api{}", code.replace('-', "")),
                stage: None,
                functions: vec!["orders-read".into(), "orders-write".into()],
                endpoint: Some(format!("{code}.api.orders.example.com")),
                stack: Some(format!("orders-{code}")),
                switch: None,
                probe_url: None,
            })
            .collect(),
        thresholds: Thresholds {
            max_connections: Some(1_700.0),
            ..Thresholds::default()
        },
        rules: gwctl::fleet::Rules::default(),
        build: gwctl::fleet::BuildSpec::default(),
        drill: gwctl::fleet::DrillSpec::default(),
        shared: None,
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
            endpoint: None,
        },
        40,
        "sts:GetCallerIdentity",
        &home,
    );
    for index in 0..snapshot.sites.len() {
        site(&mut snapshot, index);
    }
    edge::edge(&mut snapshot);
    database::database(&mut snapshot);
    ledger(&mut snapshot);
    let change = |seconds, region: Option<&str>, what: &str| Change {
        at: ago(seconds),
        region: region.map(self::region),
        kind: EventKind::Other,
        about: String::new(),
        sign: Sign::Dated,
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
    let throttle = Throttle {
        stage: None,
        account: Some(10_000.0),
    };
    api.throttle = known(throttle, 300, "apigateway:GET", &here);
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
                code_sha256: None,
                needs: Vec::new(),
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
        certificate(&here, 212 - 10 * i64::try_from(index).unwrap()),
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
        names: vec!["*.api.orders.example.com".into()],
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
        own: None,
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
                    account: None,
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

/// A console that shows `snapshot`.
pub fn state(snapshot: Snapshot, size: (u16, u16)) -> State {
    let spec = spec(&THREE);
    let mut state = State::new(Start {
        columns: None,
        marks: gwctl::fleet::Marks::UNICODE,
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
    update(&mut state, Msg::Spec(0, Arc::new(spec)));
    update(&mut state, Msg::Snapshot(0, Arc::new(snapshot)));
    state
}

/// Shows `screen`, with what follows from that.
pub fn go(state: &mut State, screen: gwctl::console::app::Screen) {
    state.history.go(screen);
    let (columns, rows) = state.size;
    update(state, Msg::Resize(columns, rows));
}
