//! What is told of two pictures in a row.

use super::*;
use gwctl_fleet::{
    AccountsSpec, Certificate, CheckKind, Cluster, ClusterState, Distribution, EdgeSpec, Engine,
    FleetSpec, Instance, Member, Metrics, Missing, Source, Thresholds, Topology,
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
        drill: gwctl_fleet::DrillSpec::default(),
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

fn certificate(days: i64, renewal: &str) -> Observed<Certificate> {
    known(Certificate {
        arn: "arn:aws:acm:us-east-1:123456789012:certificate/1".into(),
        domain: "api.orders.example.com".into(),
        names: Vec::new(),
        status: "ISSUED".into(),
        not_after: Some(now() + SignedDuration::from_hours(24 * days)),
        renewal: Some(renewal.into()),
    })
}

#[test]
fn a_renewed_certificate_is_told_with_its_old_and_new_end() {
    let (mut before, mut after) = (blank(), blank());
    before.edge.certificate = certificate(40, "PENDING_VALIDATION");
    after.edge.certificate = certificate(198, "SUCCESS");
    let expected = [
        "the certificate for api.orders.example.com was renewed: it ends on 2027-06-08 instead of 2027-01-01",
        "renewal of the certificate for api.orders.example.com: PENDING_VALIDATION → SUCCESS",
    ];
    assert_eq!(said(&before, &after), expected);
    // Another certificate is the distribution's change, and an earlier end is no renewal.
    assert!(said(&after, &after).is_empty());
    assert_eq!(said(&after, &before).len(), 1);
    if let Some(other) = after.edge.certificate.last() {
        let other = Certificate {
            arn: "other".into(),
            ..other.clone()
        };
        after.edge.certificate = known(other);
    }
    assert!(said(&before, &after).is_empty());
}

#[test]
fn an_instance_that_waits_for_a_reboot_is_told_and_when_it_has_taken_its_parameters() {
    let state = |pending: &[&str]| {
        let mut picture = blank();
        let region = Region::new("eu-west-1").unwrap();
        let instance = Instance {
            id: "orders-euw1-1".into(),
            class: "db.r6g.large".into(),
            status: "available".into(),
            zone: None,
            writer: true,
        };
        let cluster = Cluster {
            id: "orders-euw1".into(),
            state: known(ClusterState {
                status: "available".into(),
                engine: Engine {
                    name: "aurora-postgresql".into(),
                    version: "16.8".into(),
                },
                instances: vec![instance],
                endpoint: None,
                reader_endpoint: None,
                write_forwarding: None,
                backup_days: None,
                port: None,
                capacity: None,
                managed_password: false,
                pending_reboot: pending.iter().map(|name| (*name).to_owned()).collect(),
                needs: Vec::new(),
            }),
            ..Cluster::default()
        };
        picture.database.clusters.insert(region, cluster);
        picture
    };
    let (synced, waiting) = (state(&[]), state(&["orders-euw1-1"]));
    assert_eq!(
        said(&synced, &waiting),
        [
            "orders-euw1-1 waits for a reboot: the cluster's parameter group changed a parameter that is taken then"
        ]
    );
    assert_eq!(
        said(&waiting, &synced),
        ["orders-euw1-1 has taken all parameters of the cluster's parameter group"]
    );
    assert!(said(&waiting, &waiting).is_empty());
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
