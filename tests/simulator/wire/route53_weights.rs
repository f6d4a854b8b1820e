//! A latency record that becomes an alias to a weighted set, in one batch, through the SDK.

use std::time::Duration;

use aws_sdk_route53::Client;
use aws_sdk_route53::types::{
    AliasTarget, Change, ChangeAction, ChangeBatch, ResourceRecord, ResourceRecordSet,
    ResourceRecordSetRegion, RrType,
};
use gwctl::sim::world::model::Protection;

use super::{ZONE, code, sdk, world};

const LATENCY: &str = "latency.orders.example.com.";
const GROUP: &str = "eu-west-1.latency.orders.example.com.";

fn member(identifier: &str, region: &str, weight: i64) -> ResourceRecordSet {
    let value = format!("{region}.api.orders.example.com");
    ResourceRecordSet::builder()
        .name(GROUP)
        .r#type(RrType::Cname)
        .set_identifier(identifier)
        .weight(weight)
        .ttl(60)
        .resource_records(ResourceRecord::builder().value(value).build().unwrap())
        .build()
        .unwrap()
}

fn latency() -> ResourceRecordSet {
    let group = AliasTarget::builder()
        .hosted_zone_id(ZONE)
        .dns_name(GROUP)
        .evaluate_target_health(true)
        .build()
        .unwrap();
    ResourceRecordSet::builder()
        .name(LATENCY)
        .r#type(RrType::Cname)
        .set_identifier("eu-west-1")
        .region(ResourceRecordSetRegion::EuWest1)
        .alias_target(group)
        .build()
        .unwrap()
}

type Refused = aws_sdk_route53::error::SdkError<
    aws_sdk_route53::operation::change_resource_record_sets::ChangeResourceRecordSetsError,
>;

async fn upsert(client: &Client, sets: &[ResourceRecordSet]) -> Result<(), Refused> {
    let changes = sets.iter().map(|set| {
        let change = Change::builder().action(ChangeAction::Upsert);
        change.resource_record_set(set.clone()).build().unwrap()
    });
    let batch = ChangeBatch::builder().set_changes(Some(changes.collect()));
    client
        .change_resource_record_sets()
        .hosted_zone_id(ZONE)
        .change_batch(batch.build().unwrap())
        .send()
        .await
        .map(|_| ())
}

#[tokio::test(start_paused = true)]
async fn a_latency_record_becomes_an_alias_to_a_weighted_set_in_one_batch() {
    let sim = world("calm");
    let client = Client::new(&sdk(&sim, "us-east-1"));
    let batch = [
        member("here", "eu-west-1", 0),
        member("away", "us-east-1", 100),
        latency(),
    ];
    upsert(&client, &batch).await.unwrap();
    let listed = client
        .list_resource_record_sets()
        .hosted_zone_id(ZONE)
        .start_record_name(GROUP)
        .send()
        .await
        .unwrap();
    let named = |name: &'static str| {
        let sets = listed.resource_record_sets().iter();
        sets.filter(move |set| set.name() == name)
    };
    let weights: Vec<_> = named(GROUP)
        .map(|set| (set.set_identifier().unwrap(), set.weight().unwrap()))
        .collect();
    assert_eq!(weights, [("away", 100), ("here", 0)]);
    let all = client
        .list_resource_record_sets()
        .hosted_zone_id(ZONE)
        .start_record_name(LATENCY)
        .start_record_type(RrType::Cname)
        .start_record_identifier("eu-west-1");
    let all = all.send().await.unwrap();
    let alias = all.resource_record_sets()[0].alias_target().unwrap();
    assert_eq!((alias.dns_name(), alias.hosted_zone_id()), (GROUP, ZONE));
    assert!(alias.evaluate_target_health());
    let answer = async || {
        let call = client.test_dns_answer().hosted_zone_id(ZONE);
        let call = call.record_name(LATENCY).record_type(RrType::Cname);
        let call = call.edns0_client_subnet_ip("193.0.0.0");
        call.send().await.unwrap().record_data().join(" ")
    };
    assert_eq!(answer().await, "eu-west-1.api.orders.example.com");
    sim.advance(Duration::from_secs(61));
    assert_eq!(answer().await, "us-east-1.api.orders.example.com");
    let europe: std::net::IpAddr = "193.0.0.0".parse().unwrap();
    sim.start_fault("control-planes-down").unwrap();
    assert_eq!(
        sim.answer(LATENCY, europe).unwrap().values,
        ["us-east-1.api.orders.example.com"],
        "the data plane answers without the control plane"
    );
}

#[tokio::test(start_paused = true)]
async fn what_does_not_fit_the_other_records_is_refused_with_its_reason() {
    let sim = world("calm");
    let client = Client::new(&sdk(&sim, "us-east-1"));
    let refused = async |sets: &[ResourceRecordSet]| {
        let error = upsert(&client, sets).await.unwrap_err();
        assert_eq!(code(&error), "InvalidChangeBatch");
        format!("{error:?}")
    };
    assert!(
        refused(&[latency()])
            .await
            .contains("target name was not found")
    );
    let mut mixed = member("odd", "eu-west-1", 1);
    mixed.name = LATENCY.into();
    assert!(refused(&[mixed]).await.contains("cannot be mixed"));
    assert!(
        refused(&[member("heavy", "eu-west-1", 256)])
            .await
            .contains("between 0 and 255")
    );
    let mut second = latency();
    second.set_identifier = Some("ireland".into());
    let group = member("here", "eu-west-1", 1);
    assert!(
        refused(&[group.clone(), second])
            .await
            .contains("for this Region already")
    );
    let mut slow = member("slow", "us-east-1", 1);
    slow.ttl = Some(300);
    assert!(refused(&[group, slow]).await.contains("same TTL"));
    sim.state().resources.protections.push(Protection {
        zone: ZONE.into(),
        name: LATENCY.into(),
        kind: "CNAME".into(),
        comment: "ask the edge team".into(),
    });
    let sets = [member("here", "eu-west-1", 1), latency()];
    assert!(refused(&sets).await.contains("ask the edge team"));
    let state = sim.state();
    assert!(state.control.mutations.iter().all(|one| !one.accepted));
    assert!(
        state.control.mutations[0]
            .target
            .contains("UPSERT latency.orders.example.com. CNAME eu-west-1"),
        "{:?}",
        state.control.mutations[0]
    );
}
