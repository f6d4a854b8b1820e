//! What is told of the database's connections before a Region is left or promoted.

use gwctl::actions::guided::{Evacuate, Promote};
use gwctl::actions::{Finding, Intent, Mode, readiness};

use super::stand::{Stage, in_virtual_time, region};
use super::world;

/// The checks that are about connections of evacuating and promoting eu-west-1, where each instance is told to take so
/// many at most; and what is told of whether the Region could be evacuated.
fn told(most: Option<f64>) -> (Vec<(String, Finding, String)>, Vec<String>) {
    in_virtual_time(async {
        let sim = world::founded("calm");
        let mut spec = sim.spec();
        spec.thresholds.max_connections = most;
        let dir = std::sync::Arc::new(tempfile::tempdir().unwrap());
        let stage = Stage::configured(sim, dir, gwctl::fleet::Pace::Incident, spec).await;
        let to = region("eu-west-1");
        let evacuate = Intent::Evacuate(Evacuate {
            region: to.clone(),
            mechanism: None,
        });
        let promote = Intent::Promote(Promote {
            target: to.clone(),
            mode: Some(Mode::Switchover),
            force: false,
        });
        let plans = [evacuate, promote].map(|intent| stage.plan(&intent));
        let checks = plans.iter().flat_map(|plan| &plan.checks);
        let checks = checks.filter(|check| check.name.starts_with("connections"));
        let checks = checks.map(|one| (one.name.clone(), one.finding, one.text.clone()));
        let all = readiness("orders", &stage.spec, &stage.snapshot());
        let ready = all.into_iter().find(|one| one.region == to).unwrap();
        (checks.collect(), ready.evacuation.facts)
    })
}

#[test]
fn a_limit_of_connections_that_is_not_known_is_never_taken_for_enough() {
    let (checks, facts) = told(None);
    let names: Vec<&str> = checks.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "connections:us-east-1",
            "connections:ap-southeast-1",
            "connections"
        ]
    );
    for (name, finding, text) in &checks {
        assert_eq!(*finding, Finding::Warn, "{name}");
        assert!(text.contains("its limit is not known"), "{text}");
    }
    let told = facts.iter().find(|fact| fact.starts_with("connections "));
    assert!(told.unwrap().contains(", limit not known"), "{facts:?}");
}

#[test]
fn connections_after_a_shift_are_compared_with_what_the_database_takes() {
    let (checks, facts) = told(Some(1_700.0));
    assert!(
        checks
            .iter()
            .all(|(_, finding, _)| *finding == Finding::Pass)
    );
    let told = facts.iter().find(|fact| fact.starts_with("connections "));
    assert!(told.unwrap().contains(" %"), "{facts:?}");
    let (checks, _) = told_of_twenty();
    for (name, finding, text) in &checks {
        assert_eq!(*finding, Finding::Waivable, "{name}");
        assert!(text.ends_with("the database refuses new ones"), "{text}");
    }
}

fn told_of_twenty() -> (Vec<(String, Finding, String)>, Vec<String>) {
    told(Some(20.0))
}
