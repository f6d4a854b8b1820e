//! Weighted sets: what DNS answers, and where the clients go.

use super::*;
use crate::world::model::{AliasTarget, RecordSet};
use crate::world::names::{LATENCY_RECORD, ZONE};
use gwctl_fleet::Routing;

const GROUP: &str = "eu-west-1.latency.orders.example.com.";

fn member(identifier: &str, target: &str, weight: i64) -> RecordSet {
    RecordSet {
        name: GROUP.into(),
        kind: "CNAME".into(),
        ttl: Some(60),
        values: vec![format!("{target}.api.orders.example.com")],
        set_identifier: Some(identifier.into()),
        routing: Routing::Weighted(weight),
        health_check: None,
        alias: None,
    }
}

/// The latency record of Ireland becomes an alias to a weighted set: Ireland, and Virginia.
fn weigh(sim: &Sim, ireland: i64, virginia: i64) {
    {
        let mut state = sim.state();
        let records = &mut state.resources.hosted_zones[0].records;
        records.retain(|record| record.name != GROUP);
        records.push(member("here", IRELAND, ireland));
        records.push(member("away", VIRGINIA, virginia));
        let name = format!("{LATENCY_RECORD}.");
        let latency = records.iter_mut().find(|record| {
            record.name == name && record.set_identifier.as_deref() == Some(IRELAND)
        });
        let latency = latency.unwrap();
        latency.values.clear();
        latency.ttl = None;
        latency.alias = Some(AliasTarget {
            zone: ZONE.into(),
            name: GROUP.into(),
            evaluate_target_health: true,
        });
        state.account().submit_dns_change(ZONE, None);
    }
    pass(sim, 61);
}

const FRANKFURT: (f64, f64) = (50.1, 8.7);

/// The share of so many answers to Europe that name Ireland, a second apart.
fn share_of_ireland(sim: &Sim, answers: u32) -> f64 {
    let mut here = 0;
    for _ in 0..answers {
        pass(sim, 1);
        let answer = sim.answer(LATENCY_RECORD, FRANKFURT).unwrap();
        assert_eq!(answer.ttl_s, 60);
        here += u32::from(answer.values[0].starts_with(IRELAND));
    }
    f64::from(here) / f64::from(answers)
}

fn set_health(sim: &Sim, identifier: &str, healthy: bool) {
    let mut state = sim.state();
    // A check that nobody changes meanwhile: it is disabled, and perhaps inverted.
    let mut check = state.resources.health_checks[0].clone();
    check.id = format!("check {identifier}");
    check.disabled = true;
    check.inverted = !healthy;
    check.healthy = healthy;
    state
        .resources
        .health_checks
        .retain(|one| one.id != check.id);
    let id = check.id.clone();
    state.resources.health_checks.push(check);
    let records = &mut state.resources.hosted_zones[0].records;
    let record = records
        .iter_mut()
        .find(|one| one.set_identifier.as_deref() == Some(identifier));
    record.unwrap().health_check = Some(id);
    state.account().submit_dns_change(ZONE, None);
    drop(state);
    pass(sim, 61);
}

#[test]
fn answers_are_drawn_by_weight_and_the_same_seed_draws_the_same() {
    let run = || {
        let sim = world("calm");
        weigh(&sim, 75, 25);
        share_of_ireland(&sim, 400)
    };
    let share = run();
    assert!((share - 0.75).abs() < 0.07, "{share}");
    assert_eq!(share, run());
}

#[test]
fn weight_zero_is_never_answered_unless_there_is_nothing_else() {
    let sim = world("calm");
    weigh(&sim, 0, 100);
    assert_eq!(share_of_ireland(&sim, 120), 0.0);
    set_health(&sim, "away", false);
    assert_eq!(share_of_ireland(&sim, 60), 1.0, "the only healthy one");
    set_health(&sim, "here", false);
    let answer = sim.answer(LATENCY_RECORD, FRANKFURT).unwrap();
    assert!(
        !answer.values[0].starts_with(IRELAND) && !answer.values.is_empty(),
        "none of the set is healthy: the next Region answers"
    );
    weigh(&sim, 0, 0);
    let share = share_of_ireland(&sim, 200);
    assert!((share - 0.5).abs() < 0.15, "all weigh nothing: {share}");
}

#[test]
fn clients_follow_the_weights_as_their_answers_expire() {
    let sim = world("calm");
    let served = |code: &str| sim.state().requests_served(&region(code)).unwrap();
    let before = served(IRELAND);
    assert!(before > 10_000.0);
    let follow = |ireland: i64, virginia: i64| {
        weigh(&sim, ireland, virginia);
        pass(&sim, 150);
        served(IRELAND) / before
    };
    let (half, little, none) = (follow(50, 50), follow(10, 90), follow(0, 100));
    assert!((half - 0.5).abs() < 0.08, "{half}");
    assert!((little - 0.1).abs() < 0.05, "{little}");
    assert_eq!(none, 0.0);
    let back = follow(100, 0);
    assert!((back - 1.0).abs() < 0.1, "{back}");
}

#[test]
fn a_change_reaches_the_servers_within_a_minute_and_later_ones_not_before() {
    let sim = world("calm");
    let answered = || {
        let answer = sim
            .state()
            .dns_answer("x.orders.example.com", "CNAME", None);
        answer.values.join(" ")
    };
    let put = |value: &str| {
        let mut state = sim.state();
        let record = RecordSet {
            name: "x.orders.example.com.".into(),
            values: vec![value.into()],
            set_identifier: None,
            routing: Routing::Simple,
            ..member("x", IRELAND, 0)
        };
        let records = &mut state.resources.hosted_zones[0].records;
        records.retain(|one| one.name != record.name);
        records.push(record);
        state.account().submit_dns_change(ZONE, None)
    };
    let first = put("first");
    pass(&sim, 5);
    let second = put("second");
    let wait =
        |change: &model::DnsChange| change.insync_at.duration_since(sim.state().now()).as_secs();
    assert!((10..=60).contains(&wait(&first)) && second.insync_at >= first.insync_at);
    assert_eq!(answered(), "");
    let mut seen = Vec::new();
    for _ in 0..70 {
        pass(&sim, 1);
        if seen.last() != Some(&answered()) {
            seen.push(answered());
        }
    }
    seen.retain(|value| !value.is_empty());
    assert_eq!(seen.last().unwrap(), "second");
    assert_eq!(
        seen,
        if second.insync_at > first.insync_at {
            vec!["first", "second"]
        } else {
            vec!["second"]
        }
    );
}
