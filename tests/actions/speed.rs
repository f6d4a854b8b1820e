//! gwctl adds little to what the world takes by itself.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gwctl::sim::Sim;
use jiff::{SignedDuration, Timestamp};

use super::stand::{Stage, in_virtual_time, region, story};
use super::trial::{rehearsals, undisturbed};
use crate::observe::stand::world;

#[test]
fn the_first_change_is_sent_within_two_seconds_of_the_confirmation() {
    for rehearsal in rehearsals() {
        let calm = undisturbed(&rehearsal);
        let first = calm.state.first_change().unwrap();
        let mut took = first.duration_since(calm.state.begun);
        if rehearsal.name.starts_with("restore") {
            // Its hold-down comes first.
            took -= SignedDuration::from_mins(1);
        }
        assert!(
            took <= SignedDuration::from_secs(2),
            "{}: {took:?}",
            rehearsal.name
        );
    }
}

/// When each thing that a drill waits for happened in the world.
type Milestones = Arc<Mutex<BTreeMap<&'static str, Timestamp>>>;

/// Looks at the world four times a second, as nobody outside can.
async fn watch(sim: Sim, milestones: Milestones) {
    let away = |state: &gwctl::sim::world::State, writer: &str| {
        let global = &state.resources.global_clusters[0];
        let moved = global
            .members
            .iter()
            .any(|one| one.writer && one.region.as_str() == writer);
        moved && global.status == "available" && global.failover.is_none()
    };
    let gone = |state: &gwctl::sim::world::State| !state.in_service(&region("us-east-1"));
    let note = |what, at| {
        milestones.lock().unwrap().entry(what).or_insert(at);
    };
    loop {
        let now = sim.clock().now();
        {
            let state = sim.state();
            let left = milestones.lock().unwrap().contains_key("switchover");
            if away(&state, "eu-west-1") {
                note("switchover", now);
            }
            if left && away(&state, "us-east-1") {
                note("back.switchover", now);
            }
            if gone(&state) {
                note("dns", now);
            } else if milestones.lock().unwrap().contains_key("dns") {
                note("back.dns", now);
            }
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

#[test]
fn what_is_done_is_noticed_within_two_seconds_and_gwctl_adds_little_to_a_drill() {
    in_virtual_time(async {
        let stage = Stage::over(world("calm", 3)).await;
        let rehearsals = rehearsals();
        let drill = rehearsals.iter().find(|one| one.name == "drill").unwrap();
        let milestones = Milestones::default();
        let watching = tokio::spawn(watch(stage.sim().clone(), milestones.clone()));
        let mut running = stage.start(&stage.plan(&drill.intent));
        let state = stage.settle(&mut running).await;
        watching.abort();
        let milestones = milestones.lock().unwrap().clone();
        assert_eq!(milestones.len(), 4, "{milestones:?}\n{}", story(&state));
        let mut late = SignedDuration::ZERO;
        for (step, at) in milestones {
            let noticed = state.steps[step].ended.unwrap().duration_since(at);
            assert!(
                noticed <= SignedDuration::from_secs(2),
                "{step}: {noticed:?}\n{}",
                story(&state)
            );
            late += noticed.max(SignedDuration::ZERO);
        }
        let took = state.ended.unwrap().duration_since(state.begun);
        let share = 100.0 * late.as_secs_f64() / took.as_secs_f64();
        assert!(share <= 5.0, "{share:.1} % of {took:?}");
        for ((action, _), calls) in stage.sim().state().control.calls() {
            assert_eq!(calls.throttled, 0, "{action} beyond its rate");
            if action == "route53:GetHealthCheckStatus" {
                assert!(calls.busiest_second <= 1, "{action}");
            }
        }
    });
}
