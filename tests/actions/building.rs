//! Building and taking down, as planned: traffic comes last and goes first.

use std::collections::BTreeMap;

use gwctl::actions::{Becomes, Finding, Intent, Order, Phase, Plan, Refused, Room, Survey, plan};
use gwctl::fleet::{FleetSpec, Quota, Snapshot};

use super::stand::{Stage, described, in_virtual_time, region, story};
use super::world::founded;

fn planned(spec: &FleetSpec, picture: &Snapshot, intent: &Intent) -> Result<Plan, Refused> {
    plan("orders", spec, picture, intent)
}

/// The founded fleet's picture and configuration.
fn founded_fleet() -> (Snapshot, FleetSpec) {
    in_virtual_time(async {
        let stage = Stage::calmly(founded("calm")).await;
        ((*stage.snapshot()).clone(), stage.spec.clone())
    })
}

fn provision(code: &str, found: Survey) -> Intent {
    Intent::Provision {
        region: region(code),
        code_from: None,
        over_s: None,
        found: Some(found),
    }
}

/// A Region with room for two more instances, and for nothing else.
fn tight() -> Room {
    let quota = |used, most| Quota { used, most };
    Room {
        quotas: BTreeMap::from([
            ("DBClusters".into(), quota(40, 40)),
            ("DBInstances".into(), quota(38, 40)),
        ]),
        executions: Some(10),
        requests: Some(5.0),
        unknown: Vec::new(),
    }
}

/// Every step that must be over before `id` begins.
fn before(plan: &Plan, id: &str) -> Vec<String> {
    let step = plan.steps.iter().find(|step| step.id == id).unwrap();
    let mut all = step.after.clone();
    for earlier in &step.after {
        all.extend(before(plan, earlier));
    }
    all
}

#[test]
fn a_new_region_takes_traffic_after_everything_else() {
    let (picture, spec) = founded_fleet();
    let plan = planned(
        &spec,
        &picture,
        &provision("eu-central-1", Survey::default()),
    )
    .unwrap();
    let first = before(&plan, "admitted.eu-central-1");
    for step in ["switch", "region", "member", "serving", "checked", "green"] {
        assert!(
            first.contains(&format!("{step}.eu-central-1")),
            "{step}: {first:?}"
        );
    }
    let record = plan.step("admitted.eu-central-1").unwrap();
    let parts = record.parts();
    assert!(
        matches!(parts, [one] if one.id == "LatencyRecord" && one.action == Becomes::Add),
        "{parts:?}"
    );
    // The switch is built beside the Region: neither waits for the other.
    assert!(plan.step("switch.eu-central-1").unwrap().after.is_empty());
    assert!(plan.step("region.eu-central-1").unwrap().after.is_empty());
    let home = plan.step("switch.eu-central-1").unwrap().calls[0]
        .region
        .clone();
    assert_ne!(
        home,
        region("eu-central-1"),
        "the switch must survive the Region"
    );
    assert!(
        plan.notes
            .iter()
            .any(|note| note.contains("no outage action"))
    );
}

#[test]
fn what_stands_in_the_way_of_building_is_said_before_anything_is_built() {
    let (picture, spec) = founded_fleet();
    let why = |found: Survey, check: &str| {
        let plan = planned(&spec, &picture, &provision("eu-central-1", found)).unwrap();
        let check = plan
            .checks
            .into_iter()
            .find(|one| one.name == check)
            .unwrap();
        (check.finding, check.text)
    };
    let closed = Survey {
        closed: BTreeMap::from([(region("eu-central-1"), "must be enabled first".into())]),
        ..Survey::default()
    };
    assert_eq!(why(closed, "open").0, Finding::Fail);
    let small = Survey {
        room: BTreeMap::from([(region("eu-central-1"), tight())]),
        ..Survey::default()
    };
    let (finding, text) = why(small.clone(), "quota");
    assert_eq!(finding, Finding::Waivable, "{text}");
    let (finding, text) = why(small.clone(), "rate");
    assert_eq!(finding, Finding::Waivable, "{text}");
    let (finding, text) = why(small, "room:eu-central-1");
    assert_eq!(finding, Finding::Waivable, "{text}");
    assert!(
        text.contains("DB clusters 40 + 1 of 40") && !text.contains("DB instances"),
        "{text}"
    );
    let again = planned(&spec, &picture, &provision("eu-west-1", Survey::default()));
    assert!(again.unwrap_err().why.contains("already"));
    let unseen = Intent::provision(region("eu-central-1"));
    assert!(
        planned(&spec, &picture, &unseen).is_err(),
        "nothing is guessed"
    );
}

#[test]
fn building_is_refused_while_the_control_planes_it_needs_are_down() {
    in_virtual_time(async {
        let stage = Stage::calmly(founded("control-planes-down")).await;
        let intent = provision("eu-central-1", Survey::default());
        let plan = planned(&stage.spec, &stage.snapshot(), &intent).unwrap();
        let red = plan
            .checks
            .iter()
            .find(|check| check.finding == Finding::Fail);
        assert!(
            red.is_some_and(|check| check.text.contains("route53 control plane")),
            "{red:?}"
        );
    });
}

#[test]
fn what_others_built_is_not_taken_down() {
    in_virtual_time(async {
        let stage = Stage::calmly(founded("calm")).await;
        let intent = Intent::Retire {
            region: region("eu-west-1"),
            found: None,
        };
        let intent = stage.looked_up(&intent).await;
        let refused = planned(&stage.spec, &stage.snapshot(), &intent).unwrap_err();
        assert!(refused.why.contains("not gwctl's"), "{refused}");
    });
}

/// Every resource when `GWCTL_THOROUGH` is set; otherwise one early, one slow and one late.
fn failing(plan: &Plan) -> Vec<String> {
    let parts = plan.step("region.eu-central-1").unwrap().parts();
    let some = ["Certificate", "Cluster", "HealthRoute"];
    parts
        .iter()
        .map(|part| part.id.clone())
        .filter(|id| std::env::var_os("GWCTL_THOROUGH").is_some() || some.contains(&id.as_str()))
        .collect()
}

#[test]
fn a_resource_that_fails_holds_the_run_with_its_own_reason_and_a_retry_builds_it() {
    let (picture, spec) = founded_fleet();
    let plan = planned(
        &spec,
        &picture,
        &provision("eu-central-1", Survey::default()),
    )
    .unwrap();
    for part in failing(&plan) {
        in_virtual_time(Box::pin(async {
            let stage = Box::pin(Stage::calmly(founded("calm"))).await;
            let intent = Intent::provision(region("eu-central-1"));
            let intent = Box::pin(stage.looked_up(&intent)).await;
            let plan = stage.plan(&intent);
            stage
                .sim()
                .fail_resource("orders-eu-central-1", &part, "there is none left");
            let mut running = stage.start(&plan);
            let state = stage.settle(&mut running).await;
            assert_eq!(state.phase(), Phase::Held, "{part}: {}", story(&state));
            let step = "region.eu-central-1".to_owned();
            let why = state.steps[&step].held.clone().unwrap_or_default();
            assert!(
                why.contains("ROLLBACK_COMPLETE")
                    && why.contains(&part)
                    && why.contains("there is none left"),
                "{part}: {why}"
            );
            let failed = &state.steps[&step].parts[&part];
            assert!(
                failed.status.contains("DELETE") || failed.reason.is_some(),
                "{failed:?}"
            );
            let state = stage.order(&mut running, Order::Retry { step }).await;
            assert_eq!(state.phase(), Phase::Done, "{part}: {}", story(&state));
        }));
    }
}

#[test]
fn a_first_fleet_needs_a_secret_and_a_second_region() {
    in_virtual_time(async {
        let stage = Stage::unbuilt().await;
        let intent = stage.looked_up(&Intent::Up { found: None }).await;
        let picture = stage.snapshot();
        let plan = planned(&stage.spec, &picture, &intent).unwrap();
        assert_eq!(plan.confirm, "orders");
        let edge = before(&plan, "edge");
        assert!(edge.contains(&"admitted.us-east-1".to_owned()), "{edge:?}");
        let second = before(&plan, "region.eu-west-1");
        assert!(
            second.contains(&"member.us-east-1".to_owned()),
            "{second:?}"
        );
        let mut poor = described();
        poor.build.region.clear();
        let plan = planned(&poor, &picture, &intent).unwrap();
        let secret = plan
            .checks
            .iter()
            .find(|check| check.name == "secret")
            .unwrap();
        assert_eq!(secret.finding, Finding::Fail);
        poor.sites.truncate(1);
        let refused = planned(&poor, &picture, &intent).unwrap_err();
        assert!(refused.why.contains("two Regions"), "{refused}");
    });
}
