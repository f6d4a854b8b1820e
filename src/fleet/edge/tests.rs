//! Which checks decide over a Region.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;
use crate::fleet::{FleetSpec, Snapshot, Source};

const SPEC: &str = r#"
    domain = "api.example.com"
    global_cluster = "orders"
    [edge]
    distribution = "E1"
    hosted_zone = "Z1"
    latency_record = "latency.example.com"
    [[sites]]
    region = "eu-west-1"
    api = "a"
    switch = { alarm = "evacuate", region = "us-east-1" }
"#;

fn known<T>(value: T) -> Observed<T> {
    let api = "test";
    Observed::known(value, Timestamp::UNIX_EPOCH, Source { api, region: None })
}

fn ireland() -> Region {
    Region::new("eu-west-1").unwrap()
}

fn config(kind: CheckKind) -> CheckConfig {
    CheckConfig {
        kind,
        interval_s: 30,
        failure_threshold: 3,
        inverted: false,
        disabled: false,
        version: 1,
        linked_service: None,
        insufficient_data: None,
        checker_regions: 0,
    }
}

fn calculated(threshold: i32) -> CheckConfig {
    config(CheckKind::Calculated {
        children: vec!["endpoint".into(), "switch".into(), "arc".into()],
        threshold,
    })
}

fn children() -> [(&'static str, CheckConfig); 3] {
    let endpoint = CheckKind::Endpoint {
        protocol: "HTTPS".into(),
        target: "eu".into(),
    };
    let alarm = CheckKind::Alarm {
        name: "evacuate".into(),
        region: "us-east-1".into(),
    };
    let control = CheckKind::RecoveryControl {
        control: "arn:control".into(),
    };
    [
        ("endpoint", config(endpoint)),
        ("switch", config(alarm)),
        ("arc", config(control)),
    ]
}

/// An edge whose record in Ireland has the check `root`, over `children`.
fn edge(root: CheckConfig, children: [(&str, CheckConfig); 3]) -> Edge {
    let spec: FleetSpec = toml::from_str(SPEC).unwrap();
    let mut edge = Snapshot::blank("orders", &spec, Timestamp::UNIX_EPOCH).edge;
    edge.records = known(vec![record(Some("root"))]);
    for (id, config) in [("root", root)].into_iter().chain(children) {
        let check = HealthCheck {
            id: id.into(),
            config: known(config),
            metrics: Metrics::default(),
        };
        edge.checks.insert(id.into(), check);
    }
    edge.switches.insert("switch".into(), Observed::default());
    edge
}

fn record(check: Option<&str>) -> LatencyRecord {
    LatencyRecord {
        name: "latency.example.com".into(),
        kind: "CNAME".into(),
        set_identifier: "eu".into(),
        region: ireland(),
        target: "eu.latency.example.com".into(),
        ttl: None,
        health_check: check.map(Into::into),
        evaluate_target_health: true,
        alias_zone: Some("Z1".into()),
        weights: Vec::new(),
    }
}

/// Ids of the switch's check and of the routing control found.
fn found(edge: &Edge) -> (Option<&str>, Option<&str>) {
    let switch = edge.switch(&ireland()).map(|(id, _)| id);
    (switch, edge.routing_control(&ireland()))
}

#[test]
fn a_child_decides_only_where_all_children_are_needed() {
    let all = edge(calculated(3), children());
    assert_eq!(found(&all), (Some("switch"), Some("arn:control")));
    for threshold in [0, 2, 4] {
        let some = edge(calculated(threshold), children());
        assert_eq!(found(&some), (None, None), "{threshold} of 3");
    }
}

#[test]
fn a_disabled_check_decides_nothing() {
    let mut with = children();
    with[1].1.disabled = true;
    assert_eq!(
        found(&edge(calculated(3), with)),
        (None, Some("arn:control"))
    );
    let root = CheckConfig {
        disabled: true,
        ..calculated(3)
    };
    assert_eq!(found(&edge(root, children())), (None, None));
}

#[test]
fn the_check_of_a_weighted_group_counts_where_the_whole_group_has_it() {
    let mut edge = edge(calculated(3), children());
    let member = |check: Option<&str>| WeightedRecord {
        set_identifier: "x".into(),
        target: "eu.api.example.com".into(),
        weight: 255,
        ttl: Some(60),
        health_check: check.map(Into::into),
    };
    let mut behind = |weights: Vec<WeightedRecord>| {
        let alias = LatencyRecord {
            weights,
            ..record(None)
        };
        edge.records = known(vec![alias]);
        edge.check(&ireland()).map(|check| check.id.clone())
    };
    let same = vec![member(Some("root")), member(Some("root"))];
    assert_eq!(behind(same).as_deref(), Some("root"));
    assert_eq!(behind(vec![member(Some("root")), member(None)]), None);
    assert_eq!(behind(Vec::new()), None);
}

#[test]
fn the_configured_name_stands_in_while_the_checks_are_not_known() {
    let mut edge = edge(calculated(3), children());
    edge.checks.clear();
    assert_eq!(found(&edge), (Some("evacuate"), None));
    edge = self::edge(calculated(2), children());
    assert_eq!(found(&edge), (None, None), "known to decide nothing");
}
