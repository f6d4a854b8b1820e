//! What gwctl takes AWS to do: named in plans, held against pictures.

use gwctl::actions::guided::{ACTIONS, Evacuate, Promote};
use gwctl::actions::{Intent, plan};
use gwctl::fleet::assumptions::{ASSUMPTIONS, Shown};
use gwctl::fleet::{Missing, Snapshot, Source};

use super::stand::{Stage, in_virtual_time, region};
use super::world::places;
use crate::observe::stand::world;

fn calm() -> Snapshot {
    in_virtual_time(async { Stage::over(world("calm", 3)).await.snapshot() })
        .as_ref()
        .clone()
}

fn shown(id: &str, picture: &Snapshot) -> Shown {
    let row = ASSUMPTIONS.iter().find(|row| row.id == id).unwrap();
    (row.check.unwrap())(picture)
}

#[test]
fn a_plan_names_what_it_relies_on_and_nobody_verified() {
    let picture = calm();
    let spec = world("calm", 3).spec();
    let named = |intent: &Intent| {
        let plan = plan("orders", &spec, &picture, intent).unwrap();
        let note = plan
            .notes
            .into_iter()
            .find(|note| note.contains("gwctl doctor --assumptions"));
        note.unwrap_or_else(|| panic!("{intent:?} names none"))
    };
    let evacuate = named(&Intent::Evacuate(Evacuate {
        region: region("eu-west-1"),
        mechanism: None,
    }));
    assert!(evacuate.contains("switch-follows-data"), "{evacuate}");
    assert!(!evacuate.contains("lost-reply-read-back"), "{evacuate}");
    let promote = named(&Intent::Promote(Promote {
        target: region("eu-west-1"),
        mode: None,
        force: false,
    }));
    assert!(promote.contains("lost-reply-read-back"), "{promote}");
    assert!(!promote.contains("switch-follows-data"), "{promote}");
}

#[test]
fn an_account_that_contradicts_a_row_is_told() {
    let mut picture = calm();
    assert!(matches!(
        shown("global-statuses", &picture),
        Shown::Holds(_)
    ));
    let source = Source {
        api: "rds:DescribeGlobalClusters",
        region: None,
    };
    let mut topology = picture.database.topology.current().unwrap().clone();
    let metric = topology.engine.lag_metric().metric();
    topology.status = "rebalancing".into();
    let at = picture.at;
    picture
        .database
        .topology
        .renew(Ok(topology), at, source.clone());
    assert!(
        matches!(shown("global-statuses", &picture), Shown::Differs(why) if why.contains("rebalancing"))
    );
    let cluster = picture
        .database
        .clusters
        .get_mut(&region("eu-west-1"))
        .unwrap();
    let none = Err(Missing::NoData);
    cluster
        .metrics
        .entry(metric)
        .renew(none, at, source.clone());
    assert!(
        matches!(shown("lag-series", &picture), Shown::Differs(why) if why.contains("eu-west-1"))
    );
    let refused = Err(Missing::CouldNotAsk {
        why: "time-out".into(),
    });
    picture.database.topology.renew(refused, at, source);
    assert!(matches!(
        shown("global-statuses", &picture),
        Shown::Silent(_)
    ));
}

#[test]
fn an_action_says_of_every_means_of_its_plans_that_it_relies_on_it() {
    let picture = calm();
    let spec = world("calm", 3).spec();
    let mut seen = 0;
    let mut unsaid = Vec::new();
    for action in ACTIONS {
        for rehearsal in (action.rehearsals)(&places()) {
            let intent = rehearsal.intent.on_bare_ground();
            let Ok(plan) = plan("orders", &spec, &picture, &intent) else {
                continue;
            };
            for step in plan.steps.iter().chain(&plan.inverse) {
                let Some(means) = step.task.means() else {
                    continue;
                };
                seen += 1;
                if !action.relies_on(means) {
                    unsaid.push((action.name, means));
                }
            }
        }
    }
    assert!(unsaid.is_empty(), "{unsaid:?}");
    assert!(seen > 30, "{seen}");
}
