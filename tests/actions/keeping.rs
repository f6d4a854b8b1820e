//! An evacuation by the switch lasts, whichever way Route 53 follows the switch (aws-facts §20.1).

use std::time::Duration;

use gwctl::actions::guided::{Evacuate, Restore};
use gwctl::actions::{Intent, Mechanism, keep_switches};
use gwctl::fleet::Position;
use gwctl::sim::world::MetricCheckFollows;

use super::stand::{Stage, region};
use crate::observe::stand::world;

const IRELAND: &str = "eu-west-1";

/// A stage where what follows the alarm goes by `follows`, and the alarm of Ireland's switch treats missing
/// points as `missing`; Ireland is evacuated by it.
async fn evacuated(follows: MetricCheckFollows, missing: &str) -> Stage {
    let sim = world("calm", 3);
    {
        let mut state = sim.state();
        state.physics.metric_check_follows = follows;
        let mut alarms = state.resources.alarms.iter_mut();
        let alarm = alarms.find(|one| one.name == format!("orders-evacuate-{IRELAND}"));
        alarm.unwrap().treat_missing = missing.into();
    }
    let stage = Stage::calmly(sim).await;
    let evacuate = Intent::Evacuate(Evacuate {
        region: region(IRELAND),
        mechanism: Some(Mechanism::Switch),
    });
    stage.carry_out(&evacuate).await;
    assert!(!in_service(&stage));
    stage
}

fn in_service(stage: &Stage) -> bool {
    stage.sim().state().in_service(&region(IRELAND))
}

/// Longer than anything remembers a point.
async fn a_while() {
    tokio::time::sleep(Duration::from_mins(12)).await;
}

#[tokio::test(start_paused = true)]
async fn the_alarms_own_setting_keeps_it_by_either_reading() {
    for follows in [
        MetricCheckFollows::DataStream,
        MetricCheckFollows::AlarmState,
    ] {
        let stage = evacuated(follows, "ignore").await;
        a_while().await;
        assert!(!in_service(&stage), "{follows:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_switch_that_forgets_lapses_by_one_reading() {
    let stage = evacuated(MetricCheckFollows::AlarmState, "notBreaching").await;
    a_while().await;
    assert!(in_service(&stage), "nobody put its position again");
}

#[tokio::test(start_paused = true)]
async fn a_switch_that_forgets_is_kept_by_whoever_watches_until_somebody_restores() {
    let stage = evacuated(MetricCheckFollows::AlarmState, "notBreaching").await;
    let keeper = tokio::spawn(keep_switches(stage.run_context()));
    a_while().await;
    assert!(!in_service(&stage));
    let snapshot = stage.snapshot();
    let (_, switch) = snapshot.edge.switch(&region(IRELAND)).unwrap();
    let Position::Put { at, value } = switch.current().unwrap().position else {
        panic!("{switch:?}")
    };
    let age = snapshot.at.duration_since(at).as_secs();
    assert!((0..300).contains(&age) && value > 0.5, "{age} s, {value}");
    let restore = Intent::Restore(Restore {
        region: region(IRELAND),
        hold_down_s: Some(5),
    });
    stage.carry_out(&restore).await;
    a_while().await;
    assert!(
        in_service(&stage),
        "what was restored is not evacuated again"
    );
    keeper.abort();
}
