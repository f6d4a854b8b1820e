//! Four eyes: a plan begins once another person approved exactly it.

use std::collections::BTreeSet;

use gwctl::actions::{
    Approval, Confirmation, NotApproved, NotStarted, Operator, Plan, Running, approve,
    approve_here, ask_approval, start, waiting,
};
use gwctl::notify::{RunTold, Severity};
use gwctl::sim::Sim;
use gwctl::sim::world::TableKind;
use std::sync::Arc;

use gwctl::store::Store;

use super::runs::{evacuate, machine, sent};
use super::stand::{claim, seconds, take, team_of, world_with};
use crate::actions::stand::{Stage, confirmation, in_virtual_time, operator};
use crate::observe::stand::world;

const ADA: &str = "arn:aws:sts::123456789012:assumed-role/OrdersOnCall/ada";
const BOB: &str = "arn:aws:sts::123456789012:assumed-role/OrdersOnCall/bob";

fn person(name: &str) -> Operator {
    Operator {
        name: name.into(),
        host: "desk".into(),
    }
}

/// A plan that needs `count` approvals.
fn plan(stage: &Stage, count: u32) -> Plan {
    let mut plan = stage.plan(&evacuate());
    plan.rules.approvals.insert("evacuate".into(), count);
    plan
}

fn store(stage: &Stage) -> Arc<dyn Store> {
    stage.folder.store(&stage.run_context())
}

async fn begin(
    stage: &Stage,
    plan: &Plan,
    confirmed: &Confirmation,
) -> Result<Running, NotStarted> {
    let context = stage.run_context();
    Box::pin(start(plan, confirmed, context, &stage.folder, &operator())).await
}

async fn refused(stage: &Stage, plan: &Plan) -> String {
    let refused = begin(stage, plan, &confirmation(plan)).await.unwrap_err();
    assert!(matches!(refused, NotStarted::NotApproved(_)), "{refused}");
    refused.to_string()
}

/// What must hold on one machine and on two.
async fn holds(sim: &Sim, one: &Stage, other: &Stage) {
    let (here, there) = (store(one), store(other));
    let plan = plan(one, 2);
    let told = refused(one, &plan).await;
    assert!(
        told.contains("needs the approval of 2 other persons"),
        "{told}"
    );
    let now = || sim.clock().now();
    let ada = (&operator(), Some(ADA));
    let asked = ask_approval(&plan, &*here, ada, now()).await.unwrap();
    let brought = other.folder.bring_asked(&*there, &asked.domain).await;
    brought.unwrap();
    let seen = other.folder.asked().remove(0);
    assert_eq!(seen.plan().unwrap().fingerprint(), plan.fingerprint());
    let says = async |name: &str, arn: &str| {
        let by = person(name);
        approve(&seen, &*there, (&by, arn), now()).await
    };
    let own = says("ada", ADA).await;
    assert!(matches!(own, Err(NotApproved::Own { .. })), "{own:?}");
    // The same person twice is one.
    says("bob", BOB).await.unwrap();
    says("bob", BOB).await.unwrap();
    let told = refused(one, &plan).await;
    assert!(told.contains("by 1 of 2 other persons"), "{told}");
    says("eve", &BOB.replace("bob", "eve")).await.unwrap();
    // Another plan is not approved with it.
    let mut changed = plan.clone();
    changed.notes.push("and something else".into());
    refused(one, &changed).await;
    let before = sent(sim);
    let running = begin(one, &plan, &confirmation(&plan)).await.unwrap();
    assert_eq!(running.id, asked.id);
    let state = running.state.borrow().clone();
    assert_eq!(
        state.approved.as_deref(),
        Some("approved by bob@desk, eve@desk")
    );
    assert_eq!(sent(sim), before, "nothing was sent while it waited");
    assert_eq!(one.folder.asked(), [], "it waits no longer");
}

#[test]
fn a_plan_begins_once_two_others_approved_exactly_it_on_another_machine() {
    in_virtual_time(async {
        let sim = world_with(TableKind::Strong);
        let (one, other) = (machine(&sim).await, machine(&sim).await);
        holds(&sim, &one, &other).await;
        let there = store(&other);
        other
            .folder
            .bring_asked(&*there, "api.orders.example.com")
            .await
            .unwrap();
        assert_eq!(other.folder.asked(), [], "the other machine knows");
    });
}

#[test]
fn who_approves_or_watches_calls_of_the_table_what_their_policies_allow() {
    use gwctl::actions::policy::{Known, Purpose, Table, action, actions, policy_with};

    in_virtual_time(async {
        let sim = world_with(TableKind::Strong);
        let (one, other) = (machine(&sim).await, machine(&sim).await);
        let watching = machine(&sim).await;
        let called = |by: &Stage| -> BTreeSet<String> {
            let ledger = by.session.ledger();
            let of_table = ledger.stats().filter(|(key, _)| key.service == "dynamodb");
            of_table
                .map(|(key, _)| action(key.service, &key.operation))
                .collect()
        };
        let allowed = |purpose: Purpose| -> BTreeSet<String> {
            let needed = actions(purpose, &BTreeSet::new());
            let with = (None, Table::from(purpose));
            let made = policy_with("orders", &other.spec, &Known::default(), &needed, with);
            let all = made.statements().iter().flat_map(|one| one.action.clone());
            all.filter(|action| action.starts_with("dynamodb:"))
                .collect()
        };
        let plan = plan(&one, 1);
        let (here, there) = (store(&one), store(&other));
        let (at, ada) = (sim.clock().now(), (&operator(), Some(ADA)));
        let asked = ask_approval(&plan, &*here, ada, at).await.unwrap();
        for stage in [&other, &watching] {
            let store = store(stage);
            stage.folder.bring(&*store, &asked.domain).await.unwrap();
            let brought = stage.folder.bring_asked(&*store, &asked.domain).await;
            brought.unwrap();
        }
        let telling = team_of(&watching).for_telling();
        let tells = take(&telling, claim(&sim, "eve", &asked.domain)).await;
        telling.note_told(&asked.domain, "down").await.unwrap();
        drop(tells.unwrap());
        assert_eq!(called(&watching), allowed(Purpose::Watch));
        let bob = (&person("bob"), BOB);
        approve(&asked, &*there, bob, at).await.unwrap();
        assert_eq!(called(&other), allowed(Purpose::Approve));
        assert!(actions(Purpose::Approve, &BTreeSet::new()).contains("sts:GetCallerIdentity"));
    });
}

#[test]
fn what_waits_is_seen_on_the_other_machine_and_approved_there_as_who_aws_says() {
    in_virtual_time(async {
        let sim = world_with(TableKind::Strong);
        let (one, other) = (machine(&sim).await, machine(&sim).await);
        let plan = plan(&one, 2);
        let (here, at) = (store(&one), sim.clock().now());
        let ada = (&operator(), Some(ADA));
        let asked = ask_approval(&plan, &*here, ada, at);
        let asked = asked.await.unwrap();
        let mut there = other.run_context();
        there.spec.rules.approvals = plan.rules.approvals.clone();
        other.folder.bring_team(&there).await.unwrap();
        let seen = waiting(&other.folder, &there).await.remove(0);
        assert_eq!(seen.plan, Ok(Box::new(plan)));
        assert_eq!(seen.approvals, Some(Vec::new()));
        let eve = person("eve");
        approve_here(&seen.asked, &other.folder, &there, &eve)
            .await
            .unwrap();
        let seen = waiting(&one.folder, &one.run_context()).await.remove(0);
        let me = other.snapshot().identity.last().unwrap().arn.clone();
        assert!(seen.is_approved_by(&me) && !seen.is_approved_by(BOB));
        let mut own = seen.asked;
        own.arn = me;
        let own = approve_here(&own, &other.folder, &there, &eve).await;
        assert!(matches!(own, Err(NotApproved::Own { .. })), "{own:?}");
        here.end_asking(&asked.id).await.unwrap();
        other.folder.bring_team(&there).await.unwrap();
        assert_eq!(waiting(&other.folder, &there).await, []);
    });
}

#[test]
fn without_a_table_the_folder_of_the_machine_keeps_who_approved() {
    in_virtual_time(async {
        let sim = world("calm", 3);
        let one = Stage::over(sim.clone()).await;
        holds(&sim, &one, &one).await;
    });
}

#[test]
fn an_approval_expires_and_what_is_withdrawn_cannot_begin() {
    in_virtual_time(async {
        let sim = world("calm", 3);
        let one = Stage::over(sim.clone()).await;
        let (mut plan, store) = (plan(&one, 1), store(&one));
        plan.rules.approval_lasts_s = 60;
        for withdrawn in [false, true] {
            let ada = (&operator(), Some(ADA));
            let at = sim.clock().now();
            let asked = ask_approval(&plan, &*store, ada, at).await.unwrap();
            let bob = person("bob");
            approve(&asked, &*store, (&bob, BOB), at).await.unwrap();
            if withdrawn {
                store.end_asking(&asked.id).await.unwrap();
                refused(&one, &plan).await;
            } else {
                seconds(61).await;
                let told = refused(&one, &plan).await;
                assert!(told.contains("too long ago"), "{told}");
                let late = sim.clock().now();
                let late = approve(&asked, &*store, (&bob, BOB), late).await;
                assert!(matches!(late, Err(NotApproved::Expired(_))), "{late:?}");
                store.end_asking(&asked.id).await.unwrap();
            }
        }
    });
}

#[test]
fn break_glass_begins_without_approval_and_is_told_everywhere() {
    in_virtual_time(async {
        let sim = world("calm", 3);
        let one = Stage::over(sim.clone()).await;
        let plan = plan(&one, 1);
        let confirmed = Confirmation {
            break_glass: Some("nobody answers the phone".into()),
            ..confirmation(&plan)
        };
        let running = begin(&one, &plan, &confirmed).await.unwrap();
        let state = running.state.borrow().clone();
        assert!(state.break_glass);
        let records = one.folder.records(&running.id).unwrap();
        let report = gwctl::actions::report::report(&records, &state, true);
        let told = gwctl::actions::report::markdown(&report);
        let reason = "WITHOUT APPROVAL (break-glass): nobody answers the phone";
        assert!(told.contains(reason), "{told}");
        let notice = RunTold::new("orders").take(&state).remove(0);
        assert_eq!(notice.severity, Severity::Error);
        assert!(notice.lines[0].contains(reason), "{:?}", notice.lines);
        assert!(
            report
                .deviations
                .iter()
                .any(|one| one.kind == "break-glass")
        );
        let approvals: &[Approval] = &confirmed.approvals;
        assert!(approvals.is_empty());
    });
}
