//! What is told of a run, by the process that drives it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use gwctl::actions::guided::{Drill, Evacuate};
use gwctl::actions::{Asking, Followed, Follower, Intent, Order, Phase};
use gwctl::notify::{Alert, Event, Notice, RunTold, approval_wanted};
use gwctl::sim::world::{How, Tamper};

use crate::actions::stand::{Stage, operator, region, resume, story};
use crate::observe::stand::world;

/// What is told of the runs of `stage` from now on.
fn listened(stage: Stage) -> (Stage, Arc<Mutex<Vec<Notice>>>) {
    let told: Arc<Mutex<Vec<Notice>>> = Arc::default();
    let into = told.clone();
    let follower = Follower::new(move |run_context, what| {
        let Followed::Run(mut run_states) = what else {
            let Followed::Waits(asked) = what else { return };
            return into.lock().unwrap().push(approval_wanted(&asked));
        };
        let (mut run, into) = (RunTold::new(&run_context.fleet), into.clone());
        tokio::spawn(async move {
            loop {
                let seen = run_states.borrow_and_update().clone();
                into.lock().unwrap().extend(run.take(&seen));
                if run_states.changed().await.is_err() {
                    return;
                }
            }
        });
    });
    let folder = stage.folder.clone().followed_by(Some(follower));
    (Stage { folder, ..stage }, told)
}

fn events(told: &[Notice]) -> Vec<(Event, Alert)> {
    told.iter().map(|one| (one.event, one.alert)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_drill_pages_nobody_and_tells_each_step_and_its_end_by_one_key() {
    let (stage, told) = listened(Stage::calmly(world("calm", 3)).await);
    let plan = stage.plan(&Intent::Drill(Drill {
        region: region("us-east-1"),
        to: region("eu-west-1"),
        hold_s: Some(60),
    }));
    let mut running = stage.start(&plan);
    let at_rest = stage.settle(&mut running).await;
    assert_eq!(at_rest.phase(), Phase::Done, "{}", story(&at_rest));
    running.task.await.unwrap().unwrap();
    tokio::task::yield_now().await;
    let told = told.lock().unwrap();
    let seen = events(&told);
    assert_eq!(seen[0], (Event::Started, Alert::None));
    assert_eq!(seen.last(), Some(&(Event::Done, Alert::Resolve)));
    let steps = told.iter().filter(|one| one.event == Event::Step);
    assert_eq!(steps.count(), plan.steps.len());
    assert!(
        seen.iter().all(|(_, alert)| *alert != Alert::Trigger),
        "{seen:?}"
    );
    let key = format!("gwctl/orders/{}", running.id);
    assert!(
        told.iter()
            .all(|one| one.key == key && one.lines[0] == plan.title)
    );
    let mut ids: Vec<&str> = told.iter().map(|one| one.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), told.len());
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_held_pages_and_what_resumes_it_acknowledges() {
    let (stage, told) = listened(Stage::calmly(world("calm", 3)).await);
    let plan = stage.plan(&Intent::Evacuate(Evacuate {
        region: region("eu-west-1"),
        mechanism: None,
    }));
    let mut calls = plan.steps.iter().flat_map(|step| &step.calls);
    let change = calls.find(|call| call.mutates).unwrap();
    stage.sim().tamper(Tamper {
        service: change.service.clone(),
        operation: change.operation.clone(),
        region: None,
        nth: 1,
        how: How::Fail("AccessDenied".into()),
    });
    let mut running = stage.start(&plan);
    let at_rest = stage.settle(&mut running).await;
    assert_eq!(at_rest.phase(), Phase::Held, "{}", story(&at_rest));
    running.control.leave();
    running.task.await.unwrap().unwrap();
    tokio::task::yield_now().await;
    let seen = events(&told.lock().unwrap());
    assert_eq!(
        seen,
        [(Event::Started, Alert::None), (Event::Held, Alert::Trigger)]
    );
    let held = told.lock().unwrap().pop().unwrap();
    let command = held.command.unwrap();
    assert_eq!(command, format!("gwctl --write runs resume {}", running.id));
    let (id, context) = (running.id, stage.run_context());
    let mut running = resume(&id, &[], context, &stage.folder, &operator()).unwrap();
    let at_rest = stage.settle(&mut running).await;
    assert_eq!(at_rest.phase(), Phase::Done, "{}", story(&at_rest));
    running.task.await.unwrap().unwrap();
    tokio::task::yield_now().await;
    let seen = events(&told.lock().unwrap());
    assert_eq!(seen[1], (Event::Started, Alert::Acknowledge));
    assert_eq!(seen.last(), Some(&(Event::Done, Alert::Resolve)));
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_waits_and_an_offered_run_are_told_with_the_command_that_answers_them() {
    let (stage, told) = listened(Stage::calmly(world("calm", 3)).await);
    let mut plan = stage.plan(&Intent::Evacuate(Evacuate {
        region: region("eu-west-1"),
        mechanism: None,
    }));
    plan.rules.approvals.insert("evacuate".into(), 1);
    let asking = Asking::of(&stage.run_context(), stage.folder.clone());
    let ada = operator();
    let waiting = asking.wait(&plan, &ada, |_, _| {});
    let waited = tokio::time::timeout(Duration::from_secs(5), waiting).await;
    assert!(waited.is_err(), "nobody approved it: {waited:?}");
    let notice = told.lock().unwrap().pop().unwrap();
    assert_eq!(notice.event, Event::Approval);
    let id = notice.run.unwrap();
    let command = notice.command.unwrap();
    assert_eq!(command, format!("gwctl runs approve {id}"));
    assert!(notice.title.contains("ada@laptop"), "{}", notice.title);
    asking.end().await;

    plan.rules.approvals.clear();
    let mut running = stage.start(&plan);
    let to = "bob".to_owned();
    running.control.order(Order::HandOver { to });
    let offered = running.state.wait_for(|state| state.offered.is_some());
    offered.await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let offers = told.lock().unwrap().clone();
    let mut offers = offers.iter().filter(|one| one.event == Event::Handover);
    let offer = offers.next().unwrap();
    assert!(
        offer.title.contains("offered this run to bob"),
        "{}",
        offer.title
    );
    let command = format!("gwctl --write runs accept {}", running.id);
    assert_eq!(offer.command.as_deref(), Some(command.as_str()));
    assert!(offer.lines[1].starts_with("journal: "), "{:?}", offer.lines);
    assert_eq!(offer.lines.len(), 5, "{:?}", offer.lines);
    assert!(offers.next().is_none(), "one offer is told once");
}
