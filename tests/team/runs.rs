//! Runs of a team: one acts, everybody sees it, and whoever goes on has the whole journal.

use gwctl::actions::guided::Evacuate;
use gwctl::actions::{Folder, Intent, NotStarted, Order, Phase, Running, resume, start};
use gwctl::sim::Sim;
use gwctl::sim::world::TableKind;
use gwctl::store::Team;

use super::stand::{TABLE, replicas, seconds, shared, world_with};
use crate::actions::stand::{Stage, confirmation, in_virtual_time, operator, region, story};
use gwctl::fleet::Pace;
use std::sync::Arc;

/// A machine of its own: its folder, its observer, and its way to AWS.
pub async fn machine(sim: &Sim) -> Stage {
    let dir = Arc::new(tempfile::tempdir().unwrap());
    let spec = shared(sim, replicas());
    Stage::configured(sim.clone(), dir, Pace::Incident, spec).await
}

pub fn evacuate() -> Intent {
    Intent::Evacuate(Evacuate {
        region: region("eu-west-1"),
        mechanism: None,
    })
}

pub async fn begin(stage: &Stage) -> Result<Running, NotStarted> {
    let plan = stage.plan(&evacuate());
    let (confirmed, context) = (confirmation(&plan), stage.run_context());
    Box::pin(start(
        &plan,
        &confirmed,
        context,
        &stage.folder,
        &operator(),
    ))
    .await
}

pub async fn go_on(stage: &Stage, id: &str, orders: &[Order]) -> Result<Running, NotStarted> {
    let context = stage.run_context();
    Box::pin(resume(id, orders, context, &stage.folder, &operator())).await
}

/// What AWS was asked to change.
pub fn sent(sim: &Sim) -> usize {
    sim.state().control.mutations.len()
}

pub fn lines(folder: &Folder, id: &str) -> usize {
    folder.records(id).map_or(0, |records| records.len())
}

#[test]
fn two_machines_do_not_act_on_one_fleet() {
    in_virtual_time(async {
        let sim = world_with(TableKind::Strong);
        let (one, other) = (machine(&sim).await, machine(&sim).await);
        let of_before = other.plan(&evacuate());
        let mut running = begin(&one).await.unwrap();
        let refused = begin(&other).await.unwrap_err().to_string();
        assert!(
            refused.contains("is already changing this fleet"),
            "{refused}"
        );
        let state = one.settle(&mut running).await;
        assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
        running.task.await.unwrap().unwrap();
        // It is over: the other machine has its journal, and may act.
        let (confirmed, operator) = (confirmation(&of_before), operator());
        let context = other.run_context();
        let late = start(&of_before, &confirmed, context, &other.folder, &operator);
        let refused = Box::pin(late).await.unwrap_err();
        assert!(
            matches!(&refused, NotStarted::ChangedBy(run) if *run == running.id),
            "{refused}"
        );
        assert_eq!(
            lines(&other.folder, &running.id),
            lines(&one.folder, &running.id)
        );
        // The lease of a run that does not begin is given back at once.
        let team = Team::of(&other.session, &other.spec, sim.clock()).unwrap();
        let leases = team.leases().await.unwrap();
        assert!(leases.iter().all(|lease| lease.free), "{leases:?}");
    });
}

#[test]
fn a_run_goes_on_from_another_machine_and_the_first_can_no_longer_send() {
    in_virtual_time(async {
        let sim = world_with(TableKind::Strong);
        let (one, other) = (machine(&sim).await, machine(&sim).await);
        let plan = one.plan(&evacuate());
        let mut running = begin(&one).await.unwrap();
        let id = running.id.clone();
        let told = running
            .state
            .wait_for(|state| state.first_change().is_some());
        told.await.unwrap();
        seconds(2).await;
        // The machine is gone, with everything in it.
        running.task.abort();
        let _ = (&mut running.task).await;
        let before = sent(&sim);
        let mut gone_on = go_on(&other, &id, &[]).await.unwrap();
        let state = other.settle(&mut gone_on).await;
        assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
        gone_on.task.await.unwrap().unwrap();
        assert_eq!(state.plan.fingerprint(), plan.fingerprint());
        assert_eq!(sent(&sim), before, "what was sent is not sent again");
        // The first machine comes back, with a journal that is shorter.
        let refused = go_on(&one, &id, &[]).await.unwrap_err();
        assert!(matches!(refused, NotStarted::Over { .. }), "{refused}");
        assert_eq!(lines(&one.folder, &id), lines(&other.folder, &id));
    });
}

#[test]
fn without_the_table_nothing_is_sent_and_the_run_is_held() {
    in_virtual_time(async {
        let sim = world_with(TableKind::Strong);
        let one = machine(&sim).await;
        let plan = one.plan(&evacuate());
        let mut running = {
            let (confirmed, context) = (confirmation(&plan), one.run_context());
            Box::pin(start(&plan, &confirmed, context, &one.folder, &operator()))
                .await
                .unwrap()
        };
        for region in replicas() {
            let mut state = sim.state();
            state.tables.named(TABLE).unwrap().isolate(&region, true);
        }
        let before = sent(&sim);
        let state = one.settle(&mut running).await;
        assert_eq!(state.phase(), Phase::Held, "{}", story(&state));
        let held = state
            .steps
            .values()
            .find_map(|step| step.held.clone())
            .unwrap();
        assert!(held.contains("the shared table is not available"), "{held}");
        assert_eq!(sent(&sim), before);
        for region in replicas() {
            let mut state = sim.state();
            state.tables.named(TABLE).unwrap().isolate(&region, false);
        }
        let step = state
            .plan
            .steps
            .iter()
            .find(|step| state.steps[&step.id].held.is_some());
        let step = step.unwrap().id.clone();
        let state = one.order(&mut running, Order::Retry { step }).await;
        assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
    });
}

#[test]
fn a_team_calls_of_its_table_what_the_policies_allow() {
    use std::collections::BTreeSet;

    use gwctl::actions::policy::{Known, ON_THE_SHARED_TABLE, action, policy};

    let called = in_virtual_time(async {
        let sim = world_with(TableKind::Strong);
        let one = machine(&sim).await;
        let mut running = begin(&one).await.unwrap();
        one.settle(&mut running).await;
        running.task.await.unwrap().unwrap();
        one.folder.bring_team(&one.run_context()).await.unwrap();
        let ledger = one.session.ledger();
        let keys = ledger.stats().map(|(key, _)| key);
        let of_table = keys.filter(|key| key.service == "dynamodb");
        of_table
            .map(|key| action(key.service, &key.operation))
            .collect::<BTreeSet<String>>()
    });
    assert_eq!(called, ON_THE_SHARED_TABLE.map(ToOwned::to_owned).into());
    let sim = world_with(TableKind::Strong);
    let spec = shared(&sim, replicas());
    let made = policy("orders", &spec, &Known::default(), &BTreeSet::new(), None);
    let statements = serde_json::to_string(made.statements()).unwrap();
    assert!(statements.contains("table/gwctl-team"), "{statements}");
    assert!(
        called.iter().all(|action| made.allows(action)),
        "{statements}"
    );
}
