//! What is told of a run, by the process that drives it.

use std::sync::{Arc, Mutex};

use gwctl::actions::guided::{Drill, Evacuate};
use gwctl::actions::{Follower, Intent, Phase};
use gwctl::notify::{Alert, Event, Notice, RunTold};
use gwctl::sim::world::{How, Tamper};

use crate::actions::stand::{Stage, operator, region, resume, story};
use crate::observe::stand::world;

/// What is told of the runs of `stage` from now on.
fn listened(stage: Stage) -> (Stage, Arc<Mutex<Vec<Notice>>>) {
    let told: Arc<Mutex<Vec<Notice>>> = Arc::default();
    let into = told.clone();
    let follower = Follower::new(move |run_context, mut state| {
        let (mut run, into) = (RunTold::new(&run_context.fleet), into.clone());
        tokio::spawn(async move {
            loop {
                let seen = state.borrow_and_update().clone();
                into.lock().unwrap().extend(run.take(&seen));
                if state.changed().await.is_err() {
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
    let (stage, told) = listened(Stage::over(world("calm", 3)).await);
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
    let (stage, told) = listened(Stage::over(world("calm", 3)).await);
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
