//! A fleet to test with: three Regions, the second one with an alarm.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::{Key, Keymap, Mode, Msg, Start, State, ThemeEntry, update};
use gwctl_fleet::{
    AccountsSpec, Alarm, Call, Change, CheckConfig, CheckKind, Cluster, DbEvent, DnsAnswer,
    EdgeSpec, Engine, EventKind, FleetSpec, HealthCheck, Member, Metrics, Observed, Outcome,
    Region, Routing, RoutingRecord, Sign, SiteSpec, Snapshot, Source, Thresholds, Topology,
};

pub(super) const REGIONS: [&str; 3] = ["us-east-1", "eu-west-1", "ap-southeast-1"];

pub(super) fn region(code: &str) -> Region {
    Region::new(code).unwrap()
}

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

pub(super) fn known<T>(value: T) -> Observed<T> {
    Observed::known(
        value,
        at(0),
        Source {
            api: "test",
            region: None,
        },
    )
}

fn spec() -> FleetSpec {
    let site = |code: &str| SiteSpec {
        region: region(code),
        api: format!("api-{code}"),
        stage: None,
        functions: vec!["orders-read".into(), "orders-write".into()],
        endpoint: None,
        stack: None,
        switch: None,
        probe_url: None,
    };
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
            hosted_zone: "Z0".into(),
            latency_record: "latency.orders.example.com".into(),
            router: None,
            routing_endpoints: Vec::new(),
        },
        sites: REGIONS.into_iter().map(site).collect(),
        thresholds: Thresholds {
            max_connections: Some(1_700.0),
            ..Thresholds::default()
        },
        rules: gwctl_fleet::Rules::default(),
        build: gwctl_fleet::BuildSpec::default(),
        drill: gwctl_fleet::DrillSpec::default(),
        shared: None,
    }
}

pub(super) fn blank(name: &str) -> Arc<Snapshot> {
    Arc::new(Snapshot::blank(name, &spec(), at(0)))
}

fn check(id: &str, kind: CheckKind) -> (String, HealthCheck) {
    let config = CheckConfig {
        kind,
        interval_s: 10,
        failure_threshold: 3,
        inverted: false,
        disabled: false,
        version: 1,
        linked_service: None,
        insufficient_data: None,
        checker_regions: 0,
    };
    (
        id.into(),
        HealthCheck {
            id: id.into(),
            config: known(config),
            metrics: Metrics::default(),
        },
    )
}

fn record(code: &str, health_check: Option<&str>) -> RoutingRecord {
    RoutingRecord {
        name: "latency.orders.example.com".into(),
        kind: "CNAME".into(),
        set_identifier: code.into(),
        region: Some(region(code)),
        routing: Routing::Latency(region(code)),
        target: format!("{code}.api.orders.example.com"),
        values: vec![format!("{code}.api.orders.example.com")],
        ttl: Some(60),
        health_check: health_check.map(Into::into),
        evaluate_target_health: false,
        alias_zone: None,
        group: Vec::new(),
    }
}

pub(super) fn alarm(name: &str) -> Alarm {
    Alarm {
        name: name.into(),
        reason: "threshold crossed".into(),
        since: Some(at(0)),
        watches: None,
        measured: None,
    }
}

/// A picture at `second` with generation `second + 1`.
pub(super) fn picture(second: i64) -> Snapshot {
    let mut picture = Snapshot::clone(&blank("orders"));
    picture.generation = u64::try_from(second + 1).unwrap();
    picture.at = at(second);
    for site in &mut picture.sites {
        site.alarms = known(vec![]);
    }
    picture.sites[1].alarms = known(vec![alarm("p99-high")]);
    picture.changes = vec![
        Change {
            at: at(0),
            region: Some(region("eu-west-1")),
            kind: EventKind::Database,
            about: "orders-eu-west-1".into(),
            sign: Sign::Effect,
            what: "writer moved".into(),
        },
        Change {
            at: at(-5),
            region: None,
            kind: EventKind::Edge,
            about: "E2ORDERS".into(),
            sign: Sign::Effect,
            what: "distribution deployed".into(),
        },
    ];
    let endpoint = |target: &str| CheckKind::Endpoint {
        protocol: "HTTPS".into(),
        target: target.into(),
    };
    picture.edge.checks = BTreeMap::from([
        check(
            "calc",
            CheckKind::Calculated {
                children: vec!["switch".into(), "end".into()],
                threshold: 2,
            },
        ),
        check("end", endpoint("us-east-1.api.orders.example.com/health")),
        check(
            "switch",
            CheckKind::Alarm {
                name: "evacuate".into(),
                region: "eu-west-1".into(),
            },
        ),
    ]);
    picture.edge.records = known(vec![
        record("us-east-1", Some("calc")),
        record("eu-west-1", Some("switch")),
        record("ap-southeast-1", None),
    ]);
    picture.edge.answers = known(vec![DnsAnswer {
        vantage: "here".into(),
        value: "eu-west-1.api.orders.example.com".into(),
        region: Some(region("eu-west-1")),
        ttl_s: Some(60),
        at: None,
    }]);
    database(&mut picture);
    picture.ledger.enter(Call {
        at: at(0),
        service: "rds",
        operation: "DescribeDBClusters".into(),
        account: None,
        region: region("us-east-1"),
        took: Duration::from_millis(40),
        outcome: Outcome::Refused,
        request_id: None,
        error: Some("AccessDenied \x1b[31mred".into()),
        dollars: 0.0,
    });
    picture
}

fn database(picture: &mut Snapshot) {
    let member = |code: &str| Member {
        arn: format!("arn:aws:rds:{code}:123456789012:cluster:orders-{code}"),
        region: region(code),
        cluster: format!("orders-{code}"),
        writer: code == "us-east-1",
        write_forwarding: None,
        synchronization: None,
    };
    picture.database.topology = known(Topology {
        status: "available".into(),
        engine: Engine {
            name: "aurora-postgresql".into(),
            version: "16.8".into(),
        },
        endpoint: None,
        failover: None,
        members: REGIONS.into_iter().map(member).collect(),
        deletion_protection: true,
    });
    for (index, code) in REGIONS.into_iter().enumerate() {
        let event = DbEvent {
            at: at(i64::try_from(index).unwrap()),
            region: region(code),
            source: format!("orders-{code}"),
            categories: vec!["global failover".into()],
            message: "moved".into(),
        };
        let cluster = Cluster {
            id: format!("orders-{code}"),
            events: known(vec![event]),
            ..Cluster::default()
        };
        picture.database.clusters.insert(region(code), cluster);
    }
}

/// A console that shows [`picture`] of second 0.
pub(super) fn console() -> State {
    let mut state = unopened();
    update(&mut state, Msg::Start);
    update(&mut state, Msg::Opened(0, Ok(())));
    update(&mut state, Msg::Snapshot(0, Arc::new(picture(0))));
    state
}

/// A console that has just begun.
pub(super) fn unopened() -> State {
    let theme = |name: &str| ThemeEntry {
        name: name.into(),
        origin: "built in".into(),
    };
    State::new(Start {
        columns: None,
        marks: gwctl_fleet::Marks::UNICODE,
        blank: blank("orders"),
        fleets: vec!["orders".into(), "billing".into()],
        mode: Mode::Live,
        read_only: true,
        themes: vec![theme("dark"), theme("light"), theme("mono")],
        theme: "dark".into(),
        has_faults: true,
        keymap: Keymap::default(),
        wall: at(0),
        size: (80, 24),
    })
}

/// Presses keys by name: `keys(&mut state, "j j enter")`; returns the effects of all.
pub(super) fn keys(state: &mut State, keys: &str) -> Vec<super::Effect> {
    let pressed = keys
        .split_whitespace()
        .map(|key| key.parse::<Key>().unwrap());
    // That the journals are read for two of the screens is a test of its own.
    pressed
        .flat_map(|key| update(state, Msg::Key(key)))
        .filter(|effect| !matches!(effect, super::Effect::ReadTried(..)))
        .collect()
}

/// Types a line, character by character.
pub(super) fn typed(state: &mut State, text: &str) {
    for c in text.chars() {
        update(state, Msg::Key(Key::char(c)));
    }
}
