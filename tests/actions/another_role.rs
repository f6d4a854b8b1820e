//! Credentials that turn into another role's in the middle of a run.

use std::time::Duration;

use gwctl::actions::Intent;
use gwctl::actions::Phase;
use gwctl::actions::arguments::Share;
use gwctl::actions::guided::Drain;

use super::stand::{Stage, in_virtual_time, region, story};
use crate::observe::stand::world;

fn drain() -> Intent {
    Intent::Drain(Drain {
        region: region("eu-west-1"),
        to: Share::try_from(10).unwrap(),
        over_s: 900,
    })
}

fn act_as(stage: &Stage, role: &str, session: &str) {
    let caller = &mut stage.sim().state().resources.caller;
    caller.arn = format!(
        "arn:aws:sts::{}:assumed-role/{role}/{session}",
        caller.account
    );
}

#[test]
fn credentials_of_another_role_hold_the_run_and_nothing_more_is_sent() {
    in_virtual_time(async {
        let stage = Stage::over(world("calm", 3)).await;
        act_as(&stage, "operators", "ada");
        let mut running = stage.start(&stage.plan(&drain()));
        tokio::time::sleep(Duration::from_mins(4)).await;
        act_as(&stage, "readers", "ada");
        let state = stage.settle(&mut running).await;
        assert_eq!(state.phase(), Phase::Held, "{}", story(&state));
        let told = story(&state);
        assert!(
            told.contains("are now those of arn:aws:sts::123456789012:assumed-role/readers")
                && told.contains("acted as arn:aws:sts::123456789012:assumed-role/operators"),
            "{told}"
        );
    });
}

#[test]
fn a_new_session_of_the_same_role_goes_on() {
    in_virtual_time(async {
        let stage = Stage::over(world("calm", 3)).await;
        act_as(&stage, "operators", "ada");
        let mut running = stage.start(&stage.plan(&drain()));
        tokio::time::sleep(Duration::from_mins(4)).await;
        act_as(&stage, "operators", "renewed");
        let state = stage.settle(&mut running).await;
        assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
    });
}
