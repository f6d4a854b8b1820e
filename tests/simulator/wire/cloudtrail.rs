//! What calls leave in `CloudTrail`, as gwctl's own adapter reads it; boto3 reads it too (`clients.rs`).

use std::time::Duration;

use aws_sdk_route53::Client as Route53;
use aws_sdk_route53::types::{Change, ChangeAction, ChangeBatch, ResourceRecordSet};
use gwctl::aws::{ErrorKind, Session, SessionOptions, Timeouts, in_process};
use gwctl::fleet::{Actor, EventOutcome, Region, TrailRecord};
use gwctl::sim::Sim;
use gwctl::sim::wire::handler;
use jiff::SignedDuration;

use super::{DISTRIBUTION, ZONE, sdk, world};

async fn session(sim: &Sim) -> Session {
    let options = SessionOptions {
        profile: None,
        http_client: Some(in_process(handler(sim.clone()))),
        timeouts: Timeouts::default(),
        clock: sim.clock(),
    };
    Session::connect_fleet(options, &sim.spec()).await
}

/// Everything of the last `minutes` that can be read in `region`, newest first.
async fn records(sim: &Sim, region: &str, minutes: i64) -> Vec<TrailRecord> {
    let now = sim.clock().now();
    let window = (now - SignedDuration::from_mins(minutes), now);
    let trail = session(sim).await.cloudtrail(&Region::new(region).unwrap());
    let mut all = Vec::new();
    let mut next = None;
    loop {
        let page = trail.changes(window, next.as_deref()).await.unwrap();
        assert_eq!(page.unreadable, 0);
        all.extend(page.records);
        next = page.next;
        if next.is_none() {
            return all;
        }
        sim.advance(Duration::from_secs(1));
    }
}

fn named<'r>(records: &'r [TrailRecord], operation: &str) -> Vec<&'r TrailRecord> {
    records
        .iter()
        .filter(|one| one.operation() == operation)
        .collect()
}

async fn change_record(sim: &Sim, value: &str) -> bool {
    let set = ResourceRecordSet::builder()
        .name("new.orders.example.com")
        .r#type("TXT".into())
        .ttl(60)
        .resource_records(
            aws_sdk_route53::types::ResourceRecord::builder()
                .value(value)
                .build()
                .unwrap(),
        );
    let change = Change::builder()
        .action(ChangeAction::Create)
        .resource_record_set(set.build().unwrap());
    let batch = ChangeBatch::builder().changes(change.build().unwrap());
    let call = Route53::new(&sdk(sim, "eu-west-1")).change_resource_record_sets();
    let call = call
        .hosted_zone_id(ZONE)
        .change_batch(batch.build().unwrap());
    call.send().await.is_ok()
}

#[tokio::test(start_paused = true)]
async fn a_change_is_recorded_where_it_belongs_with_who_and_what_and_minutes_late() {
    let sim = world("calm");
    assert!(change_record(&sim, "\"a\"").await);
    assert!(!change_record(&sim, "\"b\"").await, "it is there already");
    assert_eq!(
        named(
            &records(&sim, "us-east-1", 5).await,
            "ChangeResourceRecordSets"
        )
        .len(),
        0
    );
    sim.advance(Duration::from_mins(10));
    let all = records(&sim, "us-east-1", 30).await;
    let [refused, done] = named(&all, "ChangeResourceRecordSets")[..] else {
        panic!("{all:#?}")
    };
    assert_eq!(done.outcome, EventOutcome::Done);
    assert!(
        matches!(&refused.outcome, EventOutcome::Refused { code, .. } if code == "InvalidChangeBatch")
    );
    assert_eq!(done.values("hostedZoneId"), [ZONE]);
    assert_eq!(
        done.values("changes.0.resourceRecordSet.name"),
        ["new.orders.example.com"]
    );
    assert_eq!(
        done.actor.as_ref().map(Actor::said).as_deref(),
        Some("robin")
    );
    assert_eq!(done.region.as_str(), "us-east-1");
    assert!(
        done.agent
            .as_deref()
            .is_some_and(|agent| agent.contains("aws-sdk-rust")),
        "{done:?}"
    );
    let elsewhere = records(&sim, "eu-west-1", 30).await;
    assert!(named(&elsewhere, "ChangeResourceRecordSets").is_empty());
}

#[tokio::test(start_paused = true)]
async fn calls_of_the_data_plane_and_those_that_look_leave_nothing() {
    let sim = world("calm");
    super::publish(&sim, "eu-west-1", "Errors", &[1.0]);
    let cloudwatch = aws_sdk_cloudwatch::Client::new(&sdk(&sim, "eu-west-1"));
    cloudwatch
        .put_metric_data()
        .namespace("Test")
        .metric_data(
            aws_sdk_cloudwatch::types::MetricDatum::builder()
                .metric_name("Errors")
                .value(1.0)
                .build(),
        )
        .send()
        .await
        .unwrap();
    cloudwatch.describe_alarms().send().await.unwrap();
    sim.advance(Duration::from_mins(10));
    assert_eq!(records(&sim, "eu-west-1", 30).await, []);
}

#[tokio::test(start_paused = true)]
async fn what_other_people_did_is_recorded_too() {
    let sim = world("switched-over");
    let all = records(&sim, "us-east-1", 240).await;
    let moved = named(&all, "SwitchoverGlobalCluster");
    assert_eq!(moved.len(), 1, "{all:#?}");
    assert_eq!(moved[0].actor.as_ref().unwrap().name, "carol@example.com");
    let refused = named(&all, "UpdateDistribution")[0];
    assert_eq!(refused.values("id"), [DISTRIBUTION]);
    assert!(matches!(refused.outcome, EventOutcome::Refused { .. }));
    let deployed = records(&sim, "eu-west-1", 60 * 24 * 10).await;
    let function = named(&deployed, "UpdateFunctionCode")[0];
    assert_eq!(function.name, "UpdateFunctionCode20150331v2");
    let by = function.actor.as_ref().unwrap();
    assert_eq!(by.said(), "pipeline through cloudformation");
}

#[tokio::test(start_paused = true)]
async fn two_calls_a_second_are_answered_and_the_third_is_not() {
    let sim = world("calm");
    let session = session(&sim).await.one_attempt();
    let trail = session.cloudtrail(&Region::new("eu-west-1").unwrap());
    let now = sim.clock().now();
    let window = (now - SignedDuration::from_mins(5), now);
    for _ in 0..2 {
        trail.changes(window, None).await.unwrap();
    }
    let third = trail.changes(window, None).await.unwrap_err();
    assert_eq!(third.kind, ErrorKind::Throttled, "{third}");
}

#[tokio::test(start_paused = true)]
async fn an_alarm_that_turned_is_in_its_history_by_the_sdk_and_by_gwctl() {
    let sim = world("lambda-errors");
    sim.advance(Duration::from_mins(15));
    let now = sim.clock().now();
    let window = (now - SignedDuration::from_hours(2), now);
    let region = Region::new("eu-west-1").unwrap();
    let cloudwatch = session(&sim).await.cloudwatch(&region);
    let turns = cloudwatch.alarm_turns(window).await.unwrap();
    let turned = turns.iter().find(|turn| turn.what == "OK → ALARM").unwrap();
    assert!(turned.reason.starts_with("Threshold Crossed"), "{turned:?}");
    let client = aws_sdk_cloudwatch::Client::new(&sdk(&sim, "eu-west-1"));
    let history = client
        .describe_alarm_history()
        .alarm_name(&turned.alarm)
        .send();
    let items = history.await.unwrap().alarm_history_items.unwrap();
    assert!(
        items
            .iter()
            .any(|item| { item.history_summary() == Some("Alarm updated from OK to ALARM") })
    );
    assert!(
        turns.windows(2).all(|two| two[0].at >= two[1].at),
        "newest first"
    );
}
