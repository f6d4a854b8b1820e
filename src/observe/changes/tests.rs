//! What is told of two pictures in a row.

use super::*;
use gwctl_fleet::{
    AccountsSpec, CheckKind, Distribution, EdgeSpec, Engine, FleetSpec, Member, Metrics, Missing,
    Source, Thresholds, Topology,
};

fn now() -> Timestamp {
    "2026-11-22T03:00:00Z".parse().unwrap()
}

fn blank() -> Snapshot {
    let spec = FleetSpec {
        domain: "api.orders.example.com".into(),
        global_cluster: "orders".into(),
        read_only: false,
        profile: None,
        accounts: AccountsSpec::default(),
        probe_path: "/".into(),
        probe_url: None,
        edge: EdgeSpec {
            cloudfront: true,
            distribution: "E1".into(),
            hosted_zone: "Z1".into(),
            latency_record: "latency.orders.example.com".into(),
            router: None,
            routing_endpoints: Vec::new(),
        },
        sites: Vec::new(),
        thresholds: Thresholds::default(),
        rules: gwctl_fleet::Rules::default(),
        build: gwctl_fleet::BuildSpec::default(),
        shared: None,
    };
    Snapshot::blank("orders", &spec, now())
}

fn source() -> Source {
    Source {
        api: "rds:DescribeGlobalClusters",
        region: None,
    }
}

fn known<T>(value: T) -> Observed<T> {
    Observed::known(value, now(), source())
}

fn topology(writer: &str) -> Observed<Topology> {
    let member = |code: &str| Member {
        arn: format!("arn:aws:rds:{code}:123456789012:cluster:orders-{code}"),
        region: Region::new(code).unwrap(),
        cluster: format!("orders-{code}"),
        writer: code == writer,
        write_forwarding: None,
        synchronization: None,
    };
    known(Topology {
        status: "available".into(),
        engine: Engine {
            name: "aurora-postgresql".into(),
            version: "16.8".into(),
        },
        endpoint: None,
        failover: None,
        members: vec![member("us-east-1"), member("eu-west-1")],
        deletion_protection: true,
    })
}

fn distribution(status: &str) -> Observed<Distribution> {
    known(Distribution {
        domain: "d1.cloudfront.net".into(),
        status: status.into(),
        enabled: true,
        aliases: Vec::new(),
        origins: Vec::new(),
        changed: Some(now() - SignedDuration::from_mins(3)),
        certificate_arn: None,
        router_arn: None,
    })
}

fn check(inverted: bool, disabled: bool) -> HealthCheck {
    let kind = CheckKind::Calculated {
        children: Vec::new(),
        threshold: 1,
    };
    let config = CheckConfig {
        kind,
        interval_s: 30,
        failure_threshold: 3,
        inverted,
        disabled,
        version: 1,
        linked_service: None,
        insufficient_data: None,
        checker_regions: 0,
    };
    HealthCheck {
        id: "hc".into(),
        config: known(config),
        metrics: Metrics::default(),
    }
}

fn said(before: &Snapshot, now: &Snapshot) -> Vec<String> {
    between(before, now)
        .into_iter()
        .map(|change| change.what)
        .collect()
}

#[test]
fn a_writer_that_moves_and_a_distribution_that_deploys_are_told() {
    let (mut before, mut after) = (blank(), blank());
    before.database.topology = topology("us-east-1");
    after.database.topology = topology("eu-west-1");
    before.edge.distribution = distribution("InProgress");
    after.edge.distribution = distribution("Deployed");
    let expected = [
        "writer moved from us-east-1 to eu-west-1",
        "distribution E1: InProgress → Deployed",
    ];
    assert_eq!(said(&before, &after), expected);
    assert!(said(&after, &after).is_empty());
}

#[test]
fn switches_of_a_health_check_are_told() {
    let (mut before, mut after) = (blank(), blank());
    before.edge.checks.insert("hc".into(), check(false, false));
    after.edge.checks.insert("hc".into(), check(true, true));
    let expected = ["health check hc inverted", "health check hc disabled"];
    assert_eq!(said(&before, &after), expected);
}

#[test]
fn the_first_answer_and_a_failure_to_ask_are_no_changes() {
    let (before, mut after) = (blank(), blank());
    after.database.topology = topology("us-east-1");
    assert!(said(&before, &after).is_empty(), "nothing was known before");
    let mut lost = after.clone();
    let dead = Missing::CouldNotAsk {
        why: "no answer in time".into(),
    };
    lost.database.topology.renew(Err(dead), now(), source());
    assert!(said(&after, &lost).is_empty());
    assert!(said(&lost, &after).is_empty());
}

#[test]
fn the_newest_come_first_each_once_and_none_from_long_ago() {
    let mut picture = blank();
    picture.edge.distribution = distribution("Deployed");
    let at = |minutes: i64, what: &str| Change {
        at: now() - SignedDuration::from_mins(minutes),
        region: None,
        kind: EventKind::Other,
        about: String::new(),
        sign: Sign::Effect,
        what: what.into(),
    };
    let ancient = 60 * 24 * 30;
    let seen = [at(1, "b"), at(9, "a"), at(1, "b"), at(ancient, "x")];
    let told = newest(&seen, &picture);
    let told: Vec<&str> = told.iter().map(|change| change.what.as_str()).collect();
    assert_eq!(told, ["b", "distribution E1 changed", "a"]);
    let many: Vec<Change> = (0..300).map(|n| at(n, &n.to_string())).collect();
    assert_eq!(newest(&many, &picture).len(), SHOWN);
}
