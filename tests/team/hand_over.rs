//! A run that goes from one person to another, on two machines.

use gwctl::actions::{HandOver, NotStarted, Operator, Order, Phase, Running, accept, offer, start};
use gwctl::sim::Sim;
use gwctl::sim::world::TableKind;

use super::runs::{evacuate, machine, sent};
use super::stand::{seconds, world_with};
use crate::actions::stand::{Stage, confirmation, in_virtual_time, operator, story};
use crate::observe::stand::world;

fn bob() -> Operator {
    Operator {
        name: "bob".into(),
        host: "desk".into(),
    }
}

/// Ada begins to evacuate, and offers the run to `to` once AWS took the change.
async fn offered(stage: &Stage, to: &str) -> Running {
    let plan = stage.plan(&evacuate());
    let (confirmed, context) = (confirmation(&plan), stage.run_context());
    let mut running = Box::pin(start(
        &plan,
        &confirmed,
        context,
        &stage.folder,
        &operator(),
    ))
    .await
    .unwrap();
    let told = running
        .state
        .wait_for(|state| state.first_change().is_some());
    told.await.unwrap();
    running.control.order(Order::HandOver { to: to.into() });
    let told = running.state.wait_for(|state| state.offered.is_some());
    told.await.unwrap();
    running
}

/// Bob accepts on `other` what ada drives on `one`, and drives it to its end.
async fn accepted(sim: &Sim, one: &Stage, other: &Stage, running: Running) {
    let id = running.id.clone();
    seconds(2).await;
    let before = sent(sim);
    let run_context = other.run_context();
    let mut gone_on = Box::pin(accept(&id, run_context, &other.folder, &bob()))
        .await
        .unwrap();
    // Ada's process let go by itself, and can no longer send.
    running.task.await.unwrap().unwrap();
    if one.spec.shared.is_some() {
        let state = other.settle(&mut gone_on).await;
        assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
        gone_on.task.await.unwrap().unwrap();
    } else {
        seconds(5).await;
    }
    assert_eq!(sent(sim), before, "what was sent is not sent again");
    one.folder.bring_team(&one.run_context()).await.unwrap();
    let records = one.folder.records(&id).unwrap();
    let said: Vec<String> = records
        .iter()
        .map(|record| serde_json::to_value(&record.entry).unwrap()["event"].clone())
        .map(|event| event.as_str().unwrap().to_owned())
        .collect();
    let at = |wanted: &str| said.iter().position(|event| event == wanted).unwrap();
    let (offer, handed) = (at("offered"), at("handed-over"));
    assert!(offer < handed, "{said:?}");
    assert_eq!(said[handed + 1], "resumed", "nothing came in between");
    let writers = |from: usize| records[from..].iter().map(|record| record.by.as_str());
    assert!(writers(handed + 1).all(|by| by == "bob@desk"));
    assert!(
        records[..=handed]
            .iter()
            .all(|record| record.by == "ada@laptop")
    );
}

#[test]
fn an_offer_that_is_accepted_moves_the_run_and_its_only_writer_to_the_other_machine() {
    in_virtual_time(async {
        let sim = world_with(TableKind::Strong);
        let (one, other) = (machine(&sim).await, machine(&sim).await);
        let running = offered(&one, "Bob").await;
        let offer = running.state.borrow().offered.clone().unwrap();
        let HandOver {
            observed,
            next,
            journal,
            ..
        } = &offer.what;
        assert!(!observed.is_empty() && !next.is_empty(), "{offer:?}");
        let records = one.folder.records(&running.id).unwrap();
        let before = records.iter().find(|record| record.hash == *journal);
        assert!(before.is_some(), "the offer names the journal up to it");
        accepted(&sim, &one, &other, running).await;
    });
}

#[test]
fn an_offer_is_accepted_between_two_processes_of_one_machine() {
    in_virtual_time(async {
        let sim = world("calm", 3);
        let one = Stage::over(sim.clone()).await;
        let other = Stage::beside(sim.clone(), one.dir.clone(), gwctl::fleet::Pace::Incident).await;
        let running = offered(&one, "bob@desk").await;
        accepted(&sim, &one, &other, running).await;
    });
}

#[test]
fn who_was_not_named_cannot_accept_and_an_offer_ends_when_its_holder_goes_on() {
    in_virtual_time(async {
        let sim = world_with(TableKind::Strong);
        let (one, other) = (machine(&sim).await, machine(&sim).await);
        let mut running = offered(&one, "eve").await;
        seconds(2).await;
        let id = running.id.clone();
        let bob = bob();
        let to_bob = || accept(&id, other.run_context(), &other.folder, &bob);
        let refused = Box::pin(to_bob()).await.unwrap_err();
        assert!(matches!(refused, NotStarted::OfferedTo { .. }), "{refused}");
        for order in [Order::Withdraw, Order::Go] {
            let to = "bob".to_owned();
            running.control.order(Order::HandOver { to });
            running.control.order(order);
            let ended = running
                .state
                .wait_for(|state| state.offered.is_none() && !state.paused);
            ended.await.unwrap();
            seconds(2).await;
            let refused = Box::pin(to_bob()).await.unwrap_err();
            assert!(matches!(refused, NotStarted::NotOffered(_)), "{refused}");
        }
        // Nobody accepted: it stayed with its holder.
        assert!(one.folder.is_held_here(&id));
        assert!(!running.task.is_finished());
    });
}

#[test]
fn another_process_offers_the_run_that_one_drives_and_one_that_no_process_drives() {
    in_virtual_time(async {
        let one = Stage::over(world("calm", 3)).await;
        let mut running = offered(&one, "eve").await;
        let (id, at) = (running.id.clone(), one.snapshot().at);
        let (ada, files) = (operator(), one.folder.files());
        let say = |to| offer(&one.folder, &files, &id, to, &ada, at);
        assert!(say(Some("bob")).await.unwrap());
        let heard = |to: &'static str| {
            move |state: &std::sync::Arc<gwctl::actions::RunState>| {
                let offered = state.offered.as_ref();
                offered.map_or("", |offered| &offered.what.to) == to
            }
        };
        running.state.wait_for(heard("bob")).await.unwrap();
        assert!(say(None).await.unwrap());
        running.state.wait_for(heard("")).await.unwrap();
        running.control.leave();
        running.task.await.unwrap().unwrap();
        assert!(!say(Some("bob")).await.unwrap());
        let left = one.folder.state(&id).unwrap();
        assert!(left.offered.is_some_and(|offered| offered.what.to == "bob"));
        let run_context = one.run_context();
        let gone_on = Box::pin(accept(&id, run_context, &one.folder, &bob())).await;
        let state = gone_on.unwrap().state.borrow().clone();
        assert_eq!((state.resumed, state.offered.clone()), (2, None));
    });
}
