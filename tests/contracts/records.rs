//! Routing changed in somebody else's Route 53.
//!
//! Moto deletes by set identifier alone, whatever the name: no two tests share one. It refuses to
//! create what was once created and deleted, so what is put back is upserted; and an update empties
//! a calculated check's list of children. AWS does none of this.

use gwctl::aws::{ErrorKind, Route53};
use gwctl::fleet::{AliasTarget, CheckKind, RecordAction, RecordChange, RecordSet, Routing};

use super::stage::region;
use super::stand::{Stand, changing};

async fn route53(stand: &Stand) -> Route53 {
    stand.session().await.one_attempt().route53()
}

fn weighted(name: &str, of: &str, weight: i64) -> RecordSet {
    RecordSet {
        name: name.into(),
        kind: "CNAME".into(),
        set_identifier: Some(of.into()),
        routing: Routing::Weighted(weight),
        ttl: Some(60),
        values: vec![format!("{of}.api.orders.example.com")],
        alias: None,
        health_check: None,
    }
}

fn change(action: RecordAction, set: &RecordSet) -> RecordChange {
    RecordChange {
        action,
        set: set.clone(),
    }
}

/// Deleting what was there and creating what is wanted, in one batch.
fn replaced(before: &RecordSet, after: &RecordSet) -> [RecordChange; 2] {
    [
        change(RecordAction::Delete, before),
        change(RecordAction::Create, after),
    ]
}

#[tokio::test]
async fn a_check_is_inverted_and_put_back_at_the_version_that_was_read() {
    let stand = changing();
    let route53 = route53(stand).await;
    for id in [
        &stand.fleet.sites["eu-west-1"].check,
        &stand.fleet.calculated,
    ] {
        let before = route53.health_check(id).await.unwrap();
        let flipped = !before.inverted;
        let taken = route53
            .update_check(id, before.version, flipped, before.disabled)
            .await;
        taken.unwrap();
        let after = route53.health_check(id).await.unwrap();
        assert_eq!((after.inverted, after.disabled), (flipped, false), "{id}");
        if !matches!(before.kind, CheckKind::Calculated { .. }) {
            assert_eq!(after.kind, before.kind, "nothing else changed");
        }
        // Moto counts no versions up and refuses none: that is asked of a written reply.
        route53
            .update_check(id, after.version, flipped, true)
            .await
            .unwrap();
        let pinned = route53.health_check(id).await.unwrap();
        assert!(pinned.disabled, "{id}");
        assert_eq!(pinned.inverted, flipped);
        route53
            .update_check(id, pinned.version, before.inverted, false)
            .await
            .unwrap();
        let again = route53.health_check(id).await.unwrap();
        assert_eq!((again.inverted, again.disabled), (before.inverted, false));
    }
}

#[tokio::test]
async fn the_latency_set_is_read_whole_and_written_back_as_it_was() {
    let stand = changing();
    let route53 = route53(stand).await;
    let (zone, name) = (&stand.fleet.zone, "latency.orders.example.com");
    let before = route53.record_sets(zone, name).await.unwrap();
    assert_eq!(before.len(), 3, "and none of the neighbours");
    for set in &before {
        let code = set.set_identifier.clone().unwrap();
        assert_eq!(set.routing, Routing::Latency(region(&code)));
        assert_eq!(set.values, [stand.fleet.sites[&code].domain.clone()]);
        assert_eq!(
            set.health_check.as_ref(),
            Some(&stand.fleet.sites[&code].check)
        );
        assert_eq!((set.ttl, &set.alias), (Some(60), &None));
    }
    let json = serde_json::to_string(&before).unwrap();
    let kept: Vec<RecordSet> = serde_json::from_str(&json).unwrap();
    assert_eq!(kept, before, "a journal holds it without loss");

    let gone = &before[0];
    let evacuation = [change(RecordAction::Delete, gone)];
    let receipt = route53.change_records(zone, &evacuation).await.unwrap();
    assert!(
        !receipt.id.is_empty() && !receipt.id.contains('/'),
        "{receipt:?}"
    );
    assert_eq!(route53.change_status(&receipt.id).await.unwrap(), "INSYNC");
    let now = route53.record_sets(zone, name).await.unwrap();
    assert_eq!(now, before[1..]);

    let restoration = [change(RecordAction::Upsert, gone)];
    route53.change_records(zone, &restoration).await.unwrap();
    let mut again = route53.record_sets(zone, name).await.unwrap();
    again.sort_by_key(|set| before.iter().position(|one| one == set));
    assert_eq!(again, before);
}

#[tokio::test]
async fn weights_behind_a_latency_alias_are_drained_in_one_batch() {
    let stand = changing();
    let route53 = route53(stand).await;
    let zone = &stand.fleet.zone;
    let (group, name) = ("group.orders.example.com", "aliased.orders.example.com");
    let (near, far) = (
        weighted(group, "eu-west-1", 255),
        weighted(group, "us-east-1", 0),
    );
    let alias = RecordSet {
        name: name.into(),
        set_identifier: Some("aliased".into()),
        routing: Routing::Latency(region("eu-west-1")),
        ttl: None,
        values: Vec::new(),
        alias: Some(AliasTarget {
            zone: zone.clone(),
            name: group.into(),
            evaluate_target_health: true,
        }),
        ..near.clone()
    };
    let founding = [&near, &far, &alias].map(|set| change(RecordAction::Create, set));
    route53.change_records(zone, &founding).await.unwrap();
    assert_eq!(route53.record_sets(zone, name).await.unwrap(), [alias]);
    let latency = route53.records(zone, name).await.unwrap();
    assert_eq!(latency[0].alias_zone.as_ref(), Some(zone));
    assert_eq!(latency[0].target, group);

    let half = weighted(group, "near", 128);
    let other = weighted(group, "far", 127);
    let drain = [replaced(&near, &half), replaced(&far, &other)].concat();
    route53.change_records(zone, &drain).await.unwrap();
    let drained = route53.with_group(zone, latency[0].clone()).await.unwrap();
    let mut weights: Vec<_> = drained
        .group
        .into_iter()
        .map(|one| {
            (
                one.set_identifier,
                one.routing.weight().unwrap(),
                one.target,
            )
        })
        .collect();
    weights.sort();
    let domain = |code: &str| format!("{code}.api.orders.example.com");
    assert_eq!(
        weights,
        [
            ("far".into(), 127, domain("far")),
            ("near".into(), 128, domain("near"))
        ]
    );
}

#[tokio::test]
async fn a_batch_that_cannot_be_made_whole_changes_nothing() {
    let stand = changing();
    let route53 = route53(stand).await;
    let (zone, name) = (&stand.fleet.zone, "contested.orders.example.com");
    let (ours, theirs) = (
        weighted(name, "eu-west-1", 10),
        weighted(name, "us-east-1", 20),
    );
    let founding = [&ours, &theirs].map(|set| change(RecordAction::Create, set));
    route53.change_records(zone, &founding).await.unwrap();
    let stored = route53.record_sets(zone, name).await.unwrap();

    // Creates what is there already, behind a change that would do.
    let mut batch = replaced(&ours, &weighted(name, "ours", 0)).to_vec();
    batch.push(change(RecordAction::Create, &theirs));
    let error = route53.change_records(zone, &batch).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Conflict, "{error}");
    assert!(!error.outcome_unknown());
    assert_eq!(route53.record_sets(zone, name).await.unwrap(), stored);
}
