//! Latency records that are aliases to weighted groups: the groups are seen, within Route 53's limit.

use std::time::Duration;

use gwctl::fleet::{
    AliasTarget, Change, Pace, RecordAction, RecordChange, RecordSet, Routing, Snapshot,
};

use super::stand::{Stand, region, world};

fn change(action: RecordAction, set: RecordSet) -> RecordChange {
    RecordChange { action, set }
}

/// Puts a weighted group behind every latency record: its own endpoint at 255, the next at 0.
async fn put_groups_behind(stand: &Stand, below: &str) {
    let edge = stand.sim.spec().edge;
    let route53 = stand.session.one_attempt().route53();
    let (zone, name) = (&edge.hosted_zone, &edge.latency_record);
    let before = route53.record_sets(zone, name).await.unwrap();
    let mut batch = Vec::new();
    for (n, set) in before.iter().enumerate() {
        let code = set.set_identifier.clone().unwrap();
        let group = format!("{code}.{below}");
        let neighbour = &before[(n + 1) % before.len()];
        for (weight, of) in [(255, set), (0, neighbour)] {
            batch.push(change(
                RecordAction::Create,
                RecordSet {
                    name: group.clone(),
                    set_identifier: of.set_identifier.clone(),
                    routing: Routing::Weighted(weight),
                    health_check: None,
                    ..of.clone()
                },
            ));
        }
        batch.push(change(RecordAction::Delete, set.clone()));
        batch.push(change(
            RecordAction::Create,
            RecordSet {
                ttl: None,
                values: Vec::new(),
                alias: Some(AliasTarget {
                    zone: zone.clone(),
                    name: group,
                    evaluate_target_health: true,
                }),
                ..set.clone()
            },
        ));
    }
    route53.change_records(zone, &batch).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_groups_behind_latency_aliases_are_seen_with_their_weights() {
    let stand = Stand::over(world("calm", 3), Pace::Incident).await;
    let (picture, _) = stand.first().await;
    let records = picture.edge.records.current().unwrap();
    assert!(records.iter().all(|record| record.group.is_empty()));
    put_groups_behind(&stand, "latency.orders.example.com").await;
    let picture = stand
        .until(Duration::from_mins(3), |picture| {
            let records = picture.edge.records.current();
            records.is_some_and(|all| all.iter().all(|record| record.group.len() == 2))
        })
        .await;
    for record in picture.edge.records.current().unwrap() {
        let region = record.region.as_ref().unwrap();
        let own = format!("{region}.api.orders.example.com");
        for one in &record.group {
            let expected = if one.target == own { 255 } else { 0 };
            assert_eq!(one.routing, Routing::Weighted(expected));
        }
        let (check, _) = picture.edge.switch(region).unwrap();
        assert!(picture.edge.checks.contains_key(check));
    }
    let asked = || stand.calls("ListResourceRecordSets", "us-east-1");
    let before = asked();
    tokio::time::sleep(Duration::from_mins(1)).await;
    let calls = asked() - before;
    assert!(calls <= 13, "one call tells names that follow: {calls}");
    let told = |change: &Change| change.what.contains("record of eu-west-1 changed");
    assert!(picture.changes.iter().any(told), "{:#?}", picture.changes);
}

#[tokio::test(start_paused = true)]
async fn a_drain_by_somebody_else_is_told_with_its_weights() {
    let stand = Stand::over(world("calm", 3), Pace::Incident).await;
    stand.first().await;
    put_groups_behind(&stand, "latency.orders.example.com").await;
    let weights = |picture: &Snapshot| -> Vec<i64> {
        let record = picture.edge.record(&region("eu-west-1"));
        let weights = record.into_iter().flat_map(|record| &record.group);
        weights.filter_map(|one| one.routing.weight()).collect()
    };
    stand
        .until(Duration::from_mins(3), |picture| {
            weights(picture).len() == 2
        })
        .await;
    let zone = stand.sim.spec().edge.hosted_zone;
    let route53 = stand.session.one_attempt().route53();
    let group = "eu-west-1.latency.orders.example.com";
    let batch: Vec<_> = route53
        .record_sets(&zone, group)
        .await
        .unwrap()
        .into_iter()
        .map(|set| {
            let weight = set.routing.weight().unwrap();
            let routing = Routing::Weighted((weight - 100).abs());
            change(RecordAction::Upsert, RecordSet { routing, ..set })
        })
        .collect();
    route53.change_records(&zone, &batch).await.unwrap();
    let picture = stand
        .until(Duration::from_mins(3), |picture| {
            weights(picture).contains(&155)
        })
        .await;
    let told = |change: &Change| {
        change.what.starts_with("weights behind eu-west-1: ") && change.what.contains("255 → 155")
    };
    assert!(picture.changes.iter().any(told), "{:#?}", picture.changes);
}

#[tokio::test(start_paused = true)]
async fn groups_are_asked_within_route_53s_limit_and_answers_keep_their_regions() {
    let stand = Stand::over(world("calm", 3), Pace::Incident).await;
    stand.first().await;
    // Sorted before the latency record: these come with no other reply.
    put_groups_behind(&stand, "a.orders.example.com").await;
    tokio::time::sleep(Duration::from_mins(2)).await;
    for _ in 0..30 {
        let before = stand.calls_to("route53");
        tokio::time::sleep(Duration::from_secs(1)).await;
        let calls = stand.calls_to("route53") - before;
        assert!(calls <= 5, "{calls} in a second");
    }
    let picture = stand.observer.watch().borrow().clone();
    let records = picture.edge.records.current().unwrap();
    assert!(records.iter().all(|record| record.group.len() == 2));
    let answers = picture.edge.answers.current().unwrap();
    assert!(answers.len() > 1, "{answers:?}");
    for answer in answers {
        let near = answer.value.split('.').next().unwrap();
        assert_eq!(answer.region, Some(region(near)), "{answer:?}");
    }
}
