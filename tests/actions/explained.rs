//! What gwctl itself did to a Region is the first that is told of why the Region is out of service.

use std::time::Duration;

use gwctl::actions::Intent;
use gwctl::actions::guided::Evacuate;
use gwctl::explain::{Evidence, Explanation, Sureness, explain};
use gwctl::fleet::Event;

use super::stand::{Stage, in_virtual_time, region};
use super::world;

/// What is reasoned of the fleet now, where the journals of this machine tell `runs`.
fn explained(stage: &Stage, runs: &[Event]) -> Explanation {
    explain(&Evidence::new(&stage.snapshot(), None, None).with_runs(runs))
}

#[test]
fn a_region_that_a_run_of_this_machine_left_is_explained_by_who_ran_it() {
    in_virtual_time(async {
        let stage = Stage::over(world::founded("calm")).await;
        let begun = stage.snapshot().at;
        let evacuate = Intent::Evacuate(Evacuate {
            region: region("eu-west-1"),
            mechanism: None,
        });
        stage.carry_out(&evacuate).await;
        tokio::time::sleep(Duration::from_mins(10)).await;
        let runs = stage.folder.events(&stage.spec, begun);
        let told = explained(&stage, &runs);
        let [first, ..] = told.hypotheses.as_slice() else {
            panic!("nothing is explained: {told:?}")
        };
        assert_eq!((first.cause, first.sure), ("drill", Sureness::High));
        let id = &stage.folder.runs()[0].id;
        let beginning =
            format!("ada took eu-west-1 out of service on purpose, by gwctl's run {id}");
        assert!(first.sentence.starts_with(&beginning), "{}", first.sentence);
        // Where this machine has no such run, gwctl does not know that it was meant.
        let told = explained(&stage, &[]);
        let drills = told.hypotheses.iter().filter(|one| one.cause == "drill");
        assert_eq!(drills.count(), 0, "{told:?}");
        // Nor does a run on another Region tell it.
        let other = runs.into_iter().map(|mut event| {
            for (name, text) in &mut event.fields {
                if *name == "leaves" {
                    *text = "ap-southeast-1".into();
                }
            }
            event
        });
        let told = explained(&stage, &other.collect::<Vec<_>>());
        assert!(told.hypotheses.iter().all(|one| one.cause != "drill"));
    });
}
