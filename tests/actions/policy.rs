//! What runs really call is what their policies allow, and nothing besides.

use std::collections::{BTreeMap, BTreeSet};

use gwctl::actions::guided::{ACTIONS, Provision};
use gwctl::actions::policy::{
    DEPENDENTS, Known, Purpose, action, actions, guided, in_account, planned, policy,
};
use gwctl::actions::{Intent, Order, Phase};
use gwctl::aws::{Session, SessionOptions, Timeouts, in_process};
use gwctl::fleet::Account;
use gwctl::observe::{Asker, read_permissions_of};
use gwctl::sim::wire;

use super::stand::{Stage, in_virtual_time, region, story};
use super::trial::{Rehearsal, ready};
use super::world::{self, founded};
use crate::observe::stand::world as calm;

const PURPOSES: [Purpose; 5] = [
    Purpose::Promote,
    Purpose::Shift,
    Purpose::Rollback,
    Purpose::Drill,
    Purpose::Provision,
];

/// What a purpose's policy allows, by the plans on the fleet as it was founded, without and with a plan of Region
/// switch.
pub fn allowed(purpose: Purpose) -> BTreeSet<String> {
    let by = |scenario: &str| {
        in_virtual_time(async {
            let stage = Stage::calmly(calm(scenario, 3)).await;
            let spec = stage.stand.sim.spec();
            let calls = planned(purpose, "orders", &spec, &stage.snapshot());
            actions(purpose, &calls)
        })
    };
    ["calm", "region-switch"].into_iter().flat_map(by).collect()
}

fn rehearsals(purpose: Purpose) -> Vec<Rehearsal> {
    let places = world::places();
    guided(purpose)
        .flat_map(|one| (one.rehearsals)(&places))
        .collect()
}

/// A session of the runs' own: the observer's questions are not theirs.
async fn own_session(stage: &Stage) -> Session {
    let options = SessionOptions {
        profile: None,
        http_client: Some(in_process(wire::handler(stage.sim().clone()))),
        timeouts: Timeouts::default(),
        clock: stage.sim().clock(),
    };
    Session::connect_fleet(options, &stage.sim().spec()).await
}

fn asked_for(session: &Session) -> BTreeSet<String> {
    let ledger = session.ledger();
    let keys = ledger.stats().map(|(key, _)| key);
    keys.map(|key| action(key.service, &key.operation))
        .collect()
}

/// What the run alone calls.
fn called(rehearsal: &Rehearsal) -> BTreeSet<String> {
    in_virtual_time(async { asked_for(&run(rehearsal).await) })
}

async fn run(rehearsal: &Rehearsal) -> Session {
    let mut stage = ready(rehearsal).await;
    stage.session = own_session(&stage).await;
    let intent = stage.looked_up(&rehearsal.intent).await;
    let mut running = stage.start(&stage.plan(&intent));
    let state = stage.settle(&mut running).await;
    assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
    stage.session.clone()
}

/// What it calls in the account of each part, where these are several.
fn called_by_account(rehearsal: &Rehearsal) -> BTreeMap<Option<Account>, BTreeSet<String>> {
    let session = in_virtual_time(run(rehearsal));
    let mut all: BTreeMap<Option<Account>, BTreeSet<String>> = BTreeMap::new();
    for (key, _) in session.ledger().stats() {
        all.entry(key.account.clone())
            .or_default()
            .insert(action(key.service, &key.operation));
    }
    all
}

fn holds_by_account(purpose: Purpose) {
    let spec = founded("several-accounts").spec();
    let allowed = allowed(purpose);
    let mut all: BTreeMap<Account, BTreeSet<String>> = BTreeMap::new();
    for mut rehearsal in rehearsals(purpose) {
        // What strikes and what is built belongs to a fleet in one account.
        if rehearsal.scenario != "calm" || rehearsal.empty {
            continue;
        }
        rehearsal.scenario = "several-accounts";
        for (account, called) in called_by_account(&rehearsal) {
            match account {
                // The operators' own credentials assume the roles, and do nothing else.
                None => assert_eq!(called, ["sts:AssumeRole".to_owned()].into()),
                Some(account) => all.entry(account).or_default().extend(called),
            }
        }
    }
    assert!(!all.is_empty());
    for (account, called) in all {
        let allowed = in_account(allowed.clone(), &spec, &account);
        let missing: Vec<_> = called.difference(&allowed).collect();
        assert!(missing.is_empty(), "{account}: {missing:?}");
    }
}

#[test]
fn what_is_called_in_each_account_its_policy_allows() {
    for purpose in [
        Purpose::Promote,
        Purpose::Shift,
        Purpose::Rollback,
        Purpose::Drill,
    ] {
        holds_by_account(purpose);
    }
}

/// What a run calls whose change of a stack fails at first: it discards the change set that is spent.
fn called_again() -> BTreeSet<String> {
    in_virtual_time(Box::pin(async {
        let mut stage = Box::pin(Stage::calmly(founded("calm"))).await;
        stage.session = own_session(&stage).await;
        let new = Intent::Provision(Provision::of(region("eu-central-1")));
        let intent = Box::pin(stage.looked_up(&new)).await;
        let record = ("orders-eu-central-1", "LatencyRecord");
        stage
            .sim()
            .fail_resource(record.0, record.1, "not this time");
        let mut running = stage.start(&stage.plan(&intent));
        let state = stage.settle(&mut running).await;
        assert_eq!(state.phase(), Phase::Held, "{}", story(&state));
        let step = "admitted.eu-central-1".to_owned();
        running.control.order(Order::Retry { step });
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        let state = stage.settle(&mut running).await;
        assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
        asked_for(&stage.session)
    }))
}

fn holds(purpose: Purpose) {
    let allowed = allowed(purpose);
    let mut all = BTreeSet::new();
    let mut runs: Vec<(String, BTreeSet<String>)> = rehearsals(purpose)
        .iter()
        .map(|rehearsal| (rehearsal.name.to_string(), called(rehearsal)))
        .collect();
    if purpose == Purpose::Provision {
        runs.push(("another try".into(), called_again()));
    }
    for (name, called) in runs {
        let missing: Vec<_> = called.difference(&allowed).collect();
        assert!(missing.is_empty(), "{name}: {missing:?}");
        all.extend(called);
    }
    let besides: Vec<&str> = DEPENDENTS
        .iter()
        .flat_map(|(_, all)| *all)
        .copied()
        .collect();
    // What those ask that only look is held against their policy where they are.
    let looking: BTreeSet<String> = match purpose {
        Purpose::Drill => actions(Purpose::Dashboard, &BTreeSet::new()),
        Purpose::Provision => read_permissions_of(&[Asker::Drift, Asker::Terraform])
            .map(Into::into)
            .collect(),
        _ => BTreeSet::new(),
    };
    let idle: Vec<_> = allowed
        .difference(&all)
        .filter(|one| !besides.contains(&one.as_str()) && !looking.contains(*one))
        // Asked where an execution went wrong.
        .filter(|one| *one != "arc-region-switch:ListPlanExecutionEvents")
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
fn rolling_back_calls_what_its_policy_allows() {
    holds(Purpose::Rollback);
}

#[test]
fn a_drill_calls_what_its_policy_allows_and_may_lose_no_data() {
    holds(Purpose::Drill);
    assert!(!allowed(Purpose::Drill).contains("rds:FailoverGlobalCluster"));
}

#[test]
fn building_calls_what_its_policy_allows() {
    holds(Purpose::Provision);
}

#[test]
fn every_action_is_for_some_purpose() {
    for one in ACTIONS {
        let covered = PURPOSES.contains(&one.purpose);
        assert!(covered, "no policy covers {}", one.name);
    }
}

#[test]
fn resources_are_as_narrow_as_what_is_known() {
    let (spec, known) = in_virtual_time(async {
        let stage = Stage::calmly(calm("calm", 3)).await;
        (stage.stand.sim.spec(), Known::seen(&stage.snapshot(), None))
    });
    assert_eq!(known.missing(&spec), [""; 0]);
    let made = |known: &Known| {
        let all: BTreeSet<String> = [Purpose::Promote, Purpose::Shift]
            .into_iter()
            .flat_map(allowed)
            .collect();
        serde_json::to_value(policy("orders", &spec, known, &all, None)).unwrap()
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

/// IAM refuses a document with such a statement. A fleet without a secret of the database's first user has nothing that
/// could be named.
#[test]
fn no_statement_is_about_nothing() {
    let (spec, known) = in_virtual_time(async {
        let stage = Stage::calmly(calm("calm", 3)).await;
        (stage.stand.sim.spec(), Known::seen(&stage.snapshot(), None))
    });
    for purpose in PURPOSES {
        let made = policy("orders", &spec, &known, &allowed(purpose), None);
        let made = serde_json::to_value(made).unwrap();
        for one in made["Statement"].as_array().unwrap() {
            assert_ne!(one["Resource"], serde_json::json!([]), "{purpose:?}: {one}");
        }
    }
}
