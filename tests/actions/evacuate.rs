//! A Region is left and returns.

use gwctl::actions::guided::{Drill, Evacuate};
use gwctl::actions::{Intent, Phase};

use super::stand::{Stage, region, story};
use crate::observe::stand::world;

#[tokio::test(start_paused = true)]
async fn evacuation_is_done_when_dns_and_the_regions_own_count_show_it() {
    let stage = Stage::over(world("calm", 3)).await;
    let plan = stage.plan(&Intent::Evacuate(Evacuate {
        region: region("eu-west-1"),
        mechanism: None,
    }));
    let mut running = stage.start(&plan);
    let state = stage.settle(&mut running).await;
    assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
}

#[tokio::test(start_paused = true)]
async fn a_drill_goes_there_and_back() {
    let stage = Stage::over(world("calm", 3)).await;
    let intent = Intent::Drill(Drill {
        region: region("us-east-1"),
        to: region("eu-west-1"),
        hold_s: Some(60),
    });
    let plan = stage.plan(&intent);
    let mut running = stage.start(&plan);
    let state = stage.settle(&mut running).await;
    assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
}
