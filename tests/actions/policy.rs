//! What runs really call is what their policies allow, and nothing besides.

use std::collections::BTreeSet;

use gwctl::actions::policy::{DEPENDENTS, Known, Purpose, action, actions, planned, policy};
use gwctl::actions::registry::ACTIONS;
use gwctl::actions::{Phase, Rehearsal};
use gwctl::aws::{Session, SessionOptions, Timeouts, in_process};
use gwctl::sim::wire;

use super::stand::{Stage, in_virtual_time, story};
use super::trial::ready;
use super::world;
use crate::observe::stand::world as calm;

const PURPOSES: [Purpose; 4] = [
    Purpose::Promote,
    Purpose::Shift,
    Purpose::Drill,
    Purpose::Provision,
];

/// What a purpose's policy allows, by the plans on the fleet as it was founded.
pub fn allowed(purpose: Purpose) -> BTreeSet<String> {
    in_virtual_time(async {
        let stage = Stage::calmly(calm("calm", 3)).await;
        let spec = stage.stand.sim.spec();
        let calls = planned(purpose, "orders", &spec, &stage.snapshot());
        actions(purpose, &calls)
    })
}

fn rehearsals(purpose: Purpose) -> Vec<Rehearsal> {
    let places = world::places();
    let ours = ACTIONS
        .iter()
        .filter(|one| purpose.actions().contains(&one.name));
    ours.flat_map(|one| (one.rehearsals)(&places)).collect()
}

/// What the run alone calls: the observer has a session of its own.
fn called(rehearsal: &Rehearsal) -> BTreeSet<String> {
    in_virtual_time(async {
        let mut stage = ready(rehearsal).await;
        stage.session = Session::connect(SessionOptions {
            profile: None,
            http_client: Some(in_process(wire::handler(stage.sim().clone()))),
            timeouts: Timeouts::default(),
            clock: stage.sim().clock(),
        })
        .await;
        let intent = stage.looked_up(&rehearsal.intent).await;
        let mut running = stage.start(&stage.plan(&intent));
        let state = stage.settle(&mut running).await;
        assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
        let ledger = stage.session.ledger();
        let keys = ledger.stats().map(|(key, _)| key);
        keys.map(|key| action(key.service, &key.operation))
            .collect()
    })
}

fn holds(purpose: Purpose) {
    let allowed = allowed(purpose);
    let mut all = BTreeSet::new();
    for rehearsal in rehearsals(purpose) {
        let called = called(&rehearsal);
        let missing: Vec<_> = called.difference(&allowed).collect();
        assert!(missing.is_empty(), "{}: {missing:?}", rehearsal.name);
        all.extend(called);
    }
    let besides: Vec<&str> = DEPENDENTS
        .iter()
        .flat_map(|(_, all)| *all)
        .copied()
        .collect();
    let looking = if purpose == Purpose::Drill {
        actions(Purpose::Dashboard, &BTreeSet::new())
    } else {
        BTreeSet::new()
    };
    let idle: Vec<_> = allowed
        .difference(&all)
        .filter(|one| !besides.contains(&one.as_str()) && !looking.contains(*one))
        .collect();
    assert!(idle.is_empty(), "allowed and never called: {idle:?}");
}

#[test]
fn promotions_call_what_their_policy_allows() {
    holds(Purpose::Promote);
}

#[test]
fn shifts_call_what_their_policy_allows() {
    holds(Purpose::Shift);
}

#[test]
fn a_drill_calls_what_its_policy_allows_and_may_lose_no_data() {
    holds(Purpose::Drill);
    assert!(!allowed(Purpose::Drill).contains("rds:FailoverGlobalCluster"));
}

#[test]
fn building_calls_what_its_policy_allows() {
    let allowed = allowed(Purpose::Provision);
    for rehearsal in rehearsals(Purpose::Provision) {
        let called = called(&rehearsal);
        let missing: Vec<_> = called.difference(&allowed).collect();
        assert!(missing.is_empty(), "{}: {missing:?}", rehearsal.name);
    }
}

#[test]
fn every_action_is_for_some_purpose() {
    for one in &ACTIONS {
        let covered = PURPOSES
            .iter()
            .any(|purpose| purpose.actions().contains(&one.name));
        assert!(covered, "no policy covers {}", one.name);
    }
}

#[test]
fn resources_are_as_narrow_as_what_is_known() {
    let (spec, known) = in_virtual_time(async {
        let stage = Stage::calmly(calm("calm", 3)).await;
        (stage.stand.sim.spec(), Known::seen(&stage.snapshot()))
    });
    assert_eq!(known.missing(&spec), [""; 0]);
    let made = |known: &Known| {
        let all: BTreeSet<String> = [Purpose::Promote, Purpose::Shift]
            .into_iter()
            .flat_map(allowed)
            .collect();
        serde_json::to_value(policy("orders", &spec, known, &all)).unwrap()
    };
    let statement = |document: &serde_json::Value, sid: &str| {
        let mut all = document["Statement"].as_array().unwrap().iter();
        all.find(|one| one["Sid"] == sid).unwrap().clone()
    };
    let known = made(&known);
    // Either of the two alone is refused (aws-facts §9.2).
    let database = statement(&known, "GlobalDatabase");
    let resources = database["Resource"].to_string();
    assert!(resources.contains("arn:aws:rds::123456789012:global-cluster:orders"));
    assert!(resources.contains("arn:aws:rds:eu-west-1:123456789012:cluster:orders-euw1"));
    let switch = &statement(&known, "SwitchMetric")["Condition"];
    assert_eq!(
        switch["StringEquals"]["cloudwatch:namespace"],
        serde_json::json!(["Orders/Evacuation"])
    );
    let records = statement(&known, "Records");
    assert!(
        records["Condition"]
            .to_string()
            .contains("latency.orders.example.com")
    );
    assert_eq!(
        records["Resource"],
        serde_json::json!(["arn:aws:route53:::hostedzone/Z0ORDERS0EXAMPLE1"])
    );
    let checks = statement(&known, "Checks")["Resource"].to_string();
    assert!(!checks.contains('*'), "{checks}");
    // No change is ever allowed on everything.
    for document in [&known, &made(&Known::default())] {
        for one in document["Statement"].as_array().unwrap() {
            let reads = |action: &str| {
                let name = action.split(':').nth(1).unwrap();
                ["Describe", "Get", "List", "Test", "Simulate"]
                    .iter()
                    .any(|verb| name.starts_with(verb))
            };
            let mut actions = one["Action"].as_array().unwrap().iter();
            let everything = one["Resource"] == serde_json::json!(["*"]);
            assert!(
                !everything
                    || one.get("Condition").is_some()
                    || actions.all(|action| reads(action.as_str().unwrap())),
                "{one}"
            );
        }
    }
}
