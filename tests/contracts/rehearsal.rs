//! Changes to the simulated AWS, through the real SDK: what is rehearsed on it must behave as AWS does.

use std::time::Duration;

use gwctl::aws::{AwsError, ErrorKind, Session};
use gwctl::fleet::{RecordAction, RecordChange, RecordSet, Routing, Switch, Topology};
use gwctl::observe::VANTAGES;
use gwctl::sim::world::{How, Tamper};
use gwctl::sim::{Sim, SimOptions, wire};

use super::stage::{ireland, region};
use crate::observe::stand::answered_by;

/// A calm world in three Regions and a way to it, in virtual time.
async fn rehearsal() -> (Sim, Session) {
    let regions = ["us-east-1", "eu-west-1", "ap-southeast-1"].map(region);
    let sim = Sim::new(SimOptions {
        regions: regions.into(),
        start: Some("2026-11-22T12:00:00Z".parse().unwrap()),
        ..SimOptions::default()
    })
    .unwrap();
    let session = answered_by(wire::handler(sim.clone()), &sim).await;
    (sim, session)
}

async fn minutes(n: u64) {
    tokio::time::sleep(Duration::from_mins(n)).await;
}

/// Regions whose endpoint authoritative DNS answers, from all around the world.
fn answered(sim: &Sim) -> Vec<String> {
    let name = sim.spec().edge.latency_record;
    let mut found: Vec<String> = VANTAGES
        .iter()
        .flat_map(|point| sim.answer(&name, point.network).unwrap().values)
        .map(|value| value.split('.').next().unwrap().to_owned())
        .collect();
    found.sort();
    found.dedup();
    found
}

async fn topology(session: &Session) -> Topology {
    session.rds(&ireland()).topology("orders").await.unwrap()
}

async fn switchover(session: &Session) -> Result<(), AwsError> {
    let target = topology(session)
        .await
        .member(&ireland())
        .unwrap()
        .arn
        .clone();
    let rds = session.one_attempt().rds(&region("us-east-1"));
    rds.switchover("orders", &target).await.map(|_| ())
}

#[tokio::test(start_paused = true)]
async fn whatever_goes_wrong_with_a_switchover_the_failure_says_what_is_known() {
    let cases = [
        (
            How::Fail("InvalidGlobalClusterStateFault".into()),
            false,
            false,
        ),
        (How::Throttle, false, false),
        (How::ServerError, true, false),
        (How::Hang, true, false),
        (How::LoseReply, true, true),
        (How::BreakReply, true, true),
    ];
    for (how, open, made) in cases {
        let (sim, session) = rehearsal().await;
        sim.tamper(Tamper {
            service: "rds".into(),
            operation: "SwitchoverGlobalCluster".into(),
            region: None,
            nth: 1,
            how: how.clone(),
        });
        let error = switchover(&session).await.unwrap_err();
        assert_eq!(error.outcome_unknown(), open, "{how:?}: {error}");
        minutes(5).await;
        let writer = topology(&session).await.writer().unwrap().region.clone();
        assert_eq!(writer == ireland(), made, "{how:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_evacuation_switch_takes_a_region_out_of_dns_and_back() {
    let (sim, session) = rehearsal().await;
    minutes(5).await;
    let before = answered(&sim);
    assert!(before.contains(&"eu-west-1".into()), "{before:?}");
    let named = sim.spec().sites[1].switch.clone().unwrap();
    let cloudwatch = session.one_attempt().cloudwatch(&named.region);
    let switch = cloudwatch.alarm_switch(&named.alarm).await.unwrap();
    let put = async |value: f64| {
        let Switch {
            namespace,
            metric,
            dimensions,
            ..
        } = &switch;
        let put = cloudwatch.put_metric(namespace, metric, dimensions, value, sim.clock().now());
        put.await.unwrap();
    };
    put(switch.evacuated_value()).await;
    minutes(3).await;
    assert!(!answered(&sim).contains(&"eu-west-1".into()));
    minutes(60).await;
    assert!(
        !answered(&sim).contains(&"eu-west-1".into()),
        "and stays out"
    );
    put(switch.normal_value()).await;
    minutes(5).await;
    assert_eq!(answered(&sim), before);
}

#[tokio::test(start_paused = true)]
async fn an_inverted_check_evacuates_and_an_old_version_is_refused() {
    let (sim, session) = rehearsal().await;
    minutes(5).await;
    let route53 = session.one_attempt().route53();
    let edge = sim.spec().edge;
    let records = route53
        .records(&edge.hosted_zone, &edge.latency_record)
        .await
        .unwrap();
    let ours = records.iter().find(|record| record.is_of(&ireland()));
    let id = ours.unwrap().check().unwrap();
    let version = route53.health_check(id).await.unwrap().version;
    route53
        .update_check(id, version, true, false)
        .await
        .unwrap();
    minutes(3).await;
    assert!(!answered(&sim).contains(&"eu-west-1".into()));
    let late = route53.update_check(id, version, false, false).await;
    assert_eq!(late.unwrap_err().kind, ErrorKind::Conflict);
    let now = route53.health_check(id).await.unwrap();
    assert!(now.inverted && now.version > version);
}

#[tokio::test(start_paused = true)]
async fn a_record_change_is_pending_first_and_a_stale_one_is_refused() {
    let (sim, session) = rehearsal().await;
    let route53 = session.one_attempt().route53();
    let edge = sim.spec().edge;
    let (zone, name) = (&edge.hosted_zone, &edge.latency_record);
    let before = route53.record_sets(zone, name).await.unwrap();
    let ours = before
        .iter()
        .find(|set| set.routing == Routing::Latency(ireland()))
        .unwrap();
    let change = |action, set: &RecordSet| {
        [RecordChange {
            action,
            set: set.clone(),
        }]
    };
    let away = change(RecordAction::Delete, ours);
    let receipt = route53.change_records(zone, &away).await.unwrap();
    assert!(receipt.request_id.is_some());
    assert_eq!(route53.change_status(&receipt.id).await.unwrap(), "PENDING");
    minutes(2).await;
    assert_eq!(route53.change_status(&receipt.id).await.unwrap(), "INSYNC");
    assert!(!answered(&sim).contains(&"eu-west-1".into()));
    let again = route53.change_records(zone, &away).await.unwrap_err();
    assert_eq!(again.kind, ErrorKind::Conflict, "{again}");
    let back = change(RecordAction::Create, ours);
    route53.change_records(zone, &back).await.unwrap();
    let mut after = route53.record_sets(zone, name).await.unwrap();
    after.sort_by_key(|set| before.iter().position(|one| one == set));
    assert_eq!(after, before);
}

#[tokio::test(start_paused = true)]
async fn a_failover_leaves_a_snapshot_of_the_old_primary_that_can_be_kept() {
    let (_sim, session) = rehearsal().await;
    let changes = session.one_attempt();
    let before = topology(&session).await;
    let old = before.writer().unwrap().clone();
    let target = before.member(&ireland()).unwrap().arn.clone();
    changes
        .rds(&ireland())
        .failover("orders", &target)
        .await
        .unwrap();
    minutes(30).await;
    assert_eq!(topology(&session).await.writer().unwrap().region, ireland());
    let rds = changes.rds(&old.region);
    let found = rds.snapshots(&old.cluster).await.unwrap();
    let saved = found
        .iter()
        .find(|one| one.id.starts_with("rds:unplanned-global-failover-"))
        .unwrap();
    rds.copy_snapshot(&saved.id, "kept").await.unwrap();
    minutes(30).await;
    let found = rds.snapshots(&old.cluster).await.unwrap();
    let kept = found.iter().find(|one| one.id == "kept").unwrap();
    assert_eq!(
        (kept.status.as_str(), kept.kind.as_str()),
        ("available", "manual")
    );
}

#[tokio::test(start_paused = true)]
async fn the_edge_takes_an_invalidation_and_follows_it_to_its_end() {
    let (sim, session) = rehearsal().await;
    let cloudfront = session.one_attempt().cloudfront();
    let id = sim.spec().edge.distribution;
    let paths = ["/*".to_owned()];
    let taken = cloudfront.invalidate(&id, &paths, "run-1").await.unwrap();
    let again = cloudfront.invalidate(&id, &paths, "run-1").await.unwrap();
    assert_eq!(
        again.id, taken.id,
        "the same reference is the same invalidation"
    );
    let status = cloudfront.invalidation_status(&id, &taken.id).await;
    assert_eq!(status.unwrap(), "InProgress");
    minutes(30).await;
    let status = cloudfront.invalidation_status(&id, &taken.id).await;
    assert_eq!(status.unwrap(), "Completed");
}
