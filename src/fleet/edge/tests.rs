//! Which checks decide over a Region.

use super::*;
use crate::{FleetSpec, Missing, Snapshot, Source};

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

fn record(check: Option<&str>) -> RoutingRecord {
    RoutingRecord {
        name: "latency.example.com".into(),
        kind: "CNAME".into(),
        set_identifier: "eu".into(),
        region: Some(ireland()),
        routing: Routing::Latency(ireland()),
        target: "eu.latency.example.com".into(),
        values: Vec::new(),
        ttl: None,
        health_check: check.map(Into::into),
        evaluate_target_health: true,
        alias_zone: Some("Z1".into()),
        group: Vec::new(),
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
    let member = |check: Option<&str>| GroupMember {
        set_identifier: "x".into(),
        target: "eu.api.example.com".into(),
        values: vec!["eu.api.example.com".into()],
        routing: Routing::Weighted(255),
        ttl: Some(60),
        health_check: check.map(Into::into),
        alias: None,
    };
    let mut behind = |group: Vec<GroupMember>| {
        let alias = RoutingRecord {
            group,
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

/// A second record of the Region, Routing, of another type.
fn second(edge: &mut Edge, check: Option<&str>) {
    let mut records = edge.records.last().unwrap().clone();
    let aaaa = RoutingRecord {
        kind: "AAAA".into(),
        ..record(check)
    };
    records.push(aaaa);
    edge.records = known(records);
}

fn add(edge: &mut Edge, id: &str, config: CheckConfig) {
    let check = HealthCheck {
        id: id.into(),
        config: known(config),
        metrics: Metrics::default(),
    };
    edge.checks.insert(id.into(), check);
}

fn by_check(edge: &Edge) -> Result<&str, NoLever> {
    edge.find_check(&ireland()).map(|(id, _)| id)
}

#[test]
fn a_record_without_a_check_is_out_of_reach_of_switch_control_and_check() {
    let mut edge = edge(calculated(3), children());
    edge.records = known(vec![record(None)]);
    assert_eq!(
        found(&edge),
        (None, None),
        "the configured switch moves nothing"
    );
    for why in [
        edge.find_switch(&ireland()).map(|_| ()).unwrap_err(),
        edge.find_control(&ireland()).map(|_| ()).unwrap_err(),
        by_check(&edge).unwrap_err(),
    ] {
        assert_eq!(why, NoLever::Unchecked("CNAME".into()));
    }
}

#[test]
fn what_decides_on_one_of_two_records_decides_on_none() {
    let mut edge = edge(calculated(3), children());
    second(&mut edge, None);
    assert_eq!(found(&edge), (None, None));
    assert_eq!(by_check(&edge), Err(NoLever::Unchecked("AAAA".into())));
    // One check on both.
    let mut edge = self::edge(calculated(3), children());
    second(&mut edge, Some("root"));
    assert_eq!(found(&edge), (Some("switch"), Some("arn:control")));
    assert_eq!(by_check(&edge), Ok("root"));
}

#[test]
fn two_checks_that_follow_one_alarm_are_one_switch_and_two_to_force() {
    let mut edge = edge(calculated(3), children());
    let other = config(CheckKind::Alarm {
        name: "evacuate".into(),
        region: "us-east-1".into(),
    });
    add(&mut edge, "other", other.clone());
    second(&mut edge, Some("other"));
    assert_eq!(
        found(&edge),
        (Some("switch"), None),
        "the control is on one only"
    );
    let several = NoLever::Several(vec!["root".into(), "other".into()]);
    assert_eq!(by_check(&edge), Err(several));
    // Where one of them is inverted, one position cannot take out both.
    let inverted = CheckConfig {
        inverted: true,
        ..other
    };
    add(&mut edge, "other", inverted);
    assert_eq!(found(&edge), (None, None));
}

#[test]
fn what_counts_for_another_region_is_not_offered() {
    let mut edge = edge(calculated(3), children());
    let virginia = RoutingRecord {
        region: Some(Region::global()),
        ..record(Some("theirs"))
    };
    edge.records = known(vec![record(Some("root")), virginia]);
    // A check of their own that follows the same alarm, and below it the same routing control.
    let theirs = CheckKind::Calculated {
        children: vec!["their-alarm".into(), "arc".into()],
        threshold: 1,
    };
    add(&mut edge, "theirs", config(theirs));
    let [_, (_, alarm), _] = children();
    add(&mut edge, "their-alarm", alarm);
    let why = edge.find_switch(&ireland()).map(|_| ()).unwrap_err();
    assert_eq!(why, NoLever::Shared(Region::global().to_string()));
    assert!(edge.find_control(&ireland()).is_err());
    assert_eq!(by_check(&edge), Ok("root"), "that one is Ireland's alone");
    let shared = RoutingRecord {
        region: Some(Region::global()),
        ..record(Some("root"))
    };
    edge.records = known(vec![record(Some("root")), shared]);
    let shared = NoLever::CheckShared {
        id: "root".into(),
        other: Region::global().to_string(),
    };
    assert_eq!(by_check(&edge), Err(shared));
}

#[test]
fn an_inverted_way_is_no_way_for_a_routing_control() {
    let root = CheckConfig {
        inverted: true,
        ..calculated(1)
    };
    let edge = edge(root, children());
    assert_eq!(found(&edge).1, None, "on and off would be swapped");
    assert_eq!(
        found(&edge).0,
        Some("switch"),
        "a switch has its own two values"
    );
}

#[test]
fn what_was_never_read_is_not_told_as_absent() {
    let mut edge = edge(calculated(3), children());
    edge.records = Observed::default();
    let why = by_check(&edge).unwrap_err();
    assert_eq!(
        why.to_string(),
        "its routing records are not known (not asked yet)"
    );
    assert_eq!(
        found(&edge),
        (Some("evacuate"), None),
        "the configuration is believed"
    );
    edge.records = known(Vec::new());
    assert_eq!(by_check(&edge), Err(NoRecords::Absent.into()));
    assert_eq!(found(&edge), (None, None));
}

#[test]
fn a_region_is_out_once_all_of_its_records_are() {
    let pinned = |inverted| CheckConfig {
        disabled: true,
        inverted,
        ..calculated(3)
    };
    let mut edge = edge(pinned(true), children());
    let now = Timestamp::UNIX_EPOCH;
    let said = |edge: &Edge| edge.admission(&ireland(), now);
    assert_eq!(said(&edge), Some(CheckVerdict::DisabledUnhealthy));
    second(&mut edge, None);
    assert_eq!(said(&edge), Some(CheckVerdict::Partly));
    assert_eq!(CheckVerdict::Partly.in_service(), Some(true));
    let mut edge = self::edge(pinned(false), children());
    second(&mut edge, None);
    assert_eq!(
        said(&edge),
        Some(CheckVerdict::Unchecked),
        "one that nothing takes out"
    );
}

#[test]
fn a_check_that_is_gone_takes_nothing_out() {
    let mut edge = edge(calculated(3), children());
    let now = Timestamp::UNIX_EPOCH;
    let gone = edge.checks.get_mut("root").unwrap();
    gone.config = Observed::default();
    gone.config.renew(
        Err(Missing::NoData),
        now,
        Source {
            api: "test",
            region: None,
        },
    );
    assert_eq!(by_check(&edge), Err(NoLever::CheckGone("root".into())));
    assert_eq!(
        edge.admission(&ireland(), now),
        Some(CheckVerdict::Unchecked)
    );
    assert_eq!(found(&edge), (None, None));
}
