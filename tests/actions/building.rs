//! Building and taking down, as planned: traffic comes last and goes first.

use std::collections::BTreeMap;

use gwctl::actions::guided::{Invalidate, Provision, Retire, Up};
use gwctl::actions::{
    Becomes, Finding, Intent, NotStarted, Offers, Order, Phase, Plan, Refused, Room, Survey, Task,
    Unlearned, plan,
};
use gwctl::fleet::{FleetSpec, Offer, Quota, Snapshot};
use gwctl::sim::world::{How, Tamper};

use super::stand::{Stage, described, in_virtual_time, operator, region, resume, story};
use super::trial::thorough;
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
    Intent::Provision(Provision {
        region: region(code),
        code_from: None,
        over_s: None,
        found: Some(found),
    })
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
            .any(|note| note.contains("during an outage"))
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
    let unseen = Intent::Provision(Provision::of(region("eu-central-1")));
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
        let intent = Intent::Retire(Retire {
            region: region("eu-west-1"),
            found: None,
        });
        let intent = stage.looked_up(&intent).await;
        let refused = planned(&stage.spec, &stage.snapshot(), &intent).unwrap_err();
        assert!(refused.why.contains("gwctl did not build"), "{refused}");
    });
}

/// Every resource when `GWCTL_THOROUGH` is set; otherwise one early, one slow and one late.
fn failing(plan: &Plan) -> Vec<String> {
    let parts = plan.step("region.eu-central-1").unwrap().parts();
    let some = ["Certificate", "Cluster", "HealthRoute"];
    parts
        .iter()
        .map(|part| part.id.clone())
        .filter(|id| thorough() || some.contains(&id.as_str()))
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
            let intent = Intent::Provision(Provision::of(region("eu-central-1")));
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
        let intent = stage.looked_up(&Intent::Up(Up { found: None })).await;
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

/// Fails the edge's distribution once; what was made before it in the same stack is rolled back.
#[test]
fn a_first_fleet_whose_edge_fails_is_built_by_a_retry() {
    in_virtual_time(Box::pin(async {
        let stage = Box::pin(Stage::unbuilt()).await;
        let intent = Box::pin(stage.looked_up(&Intent::Up(Up { found: None }))).await;
        let plan = stage.plan(&intent);
        // After the distribution: by then CloudFront has copies of the router, which cannot be deleted.
        let broken = "the record already exists";
        stage
            .sim()
            .fail_resource("orders-edge", "AliasRecordIPv4", broken);
        let mut running = stage.start(&plan);
        let state = stage.settle(&mut running).await;
        assert_eq!(state.phase(), Phase::Held, "{}", story(&state));
        let step = "edge".to_owned();
        let why = state.steps[&step].held.clone().unwrap_or_default();
        assert!(
            why.contains("ROLLBACK_COMPLETE") && why.contains(broken),
            "{why}"
        );
        let state = stage.order(&mut running, Order::Retry { step }).await;
        assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
        // What the template says, and not what AWS makes of a missing port.
        let world = stage.sim().state();
        assert_eq!(world.physics.unset_port, 3306);
        let ports: Vec<i32> = world
            .resources
            .clusters
            .iter()
            .map(|one| one.port)
            .collect();
        assert_eq!(ports, [5432, 5432]);
        let versions = world.resources.clusters.iter();
        let versions: Vec<&str> = versions.map(|one| one.engine_version.as_str()).collect();
        assert_eq!(
            versions,
            ["16.9", "16.9"],
            "the newest minor version on offer"
        );
    }));
}

#[test]
fn a_change_set_that_would_replace_the_database_is_held() {
    in_virtual_time(Box::pin(async {
        let stage = Box::pin(Stage::calmly(founded("calm"))).await;
        let provision = Intent::Provision(Provision::of(region("eu-central-1")));
        Box::pin(stage.carry_out(&provision)).await;
        let stage = Box::pin(stage.rebuilt(&provision)).await;
        let retire = Intent::Retire(Retire {
            region: region("eu-central-1"),
            found: None,
        });
        let retire = Box::pin(stage.looked_up(&retire)).await;
        let mut plan = stage.plan(&retire);
        let mut steps = plan.steps.iter_mut();
        let detach = steps.find(|step| step.id == "detach.eu-central-1").unwrap();
        let Task::BuildStack(task) = &mut detach.task else {
            panic!("{:?}", detach.task);
        };
        assert!(
            task.parts
                .iter()
                .any(|part| part.id == "Cluster" && part.action == Becomes::Modify)
        );
        task.parameters
            .insert("Engine".into(), "aurora-mysql".into());
        let mut running = stage.start(&plan);
        let state = stage.settle(&mut running).await;
        let why = state.steps["detach.eu-central-1"].held.clone();
        let why = why.unwrap_or_else(|| panic!("{}", story(&state)));
        assert!(
            why.contains("differs from the plan: replace") && why.contains("AWS::RDS::DB"),
            "{why}"
        );
    }));
}

#[test]
fn what_rds_does_not_offer_is_said_before_anything_is_built() {
    let (picture, spec) = founded_fleet();
    let frankfurt = region("eu-central-1");
    let offer = |version: &str, zones: &[&str], global: bool| Offer {
        version: version.into(),
        zones: zones.iter().map(ToString::to_string).collect(),
        global,
    };
    let found = |versions: Result<Vec<Offer>, Unlearned>| {
        let offers = Offers {
            engine: "aurora-postgresql".into(),
            class: "db.r6g.large".into(),
            versions,
        };
        Survey {
            offers: BTreeMap::from([(frankfurt.clone(), offers)]),
            ..Survey::default()
        }
    };
    let check = |found: Survey| {
        let plan = planned(&spec, &picture, &provision("eu-central-1", found)).unwrap();
        let mut checks = plan.checks.into_iter();
        let check = checks.find(|one| one.name == "orderable").unwrap();
        (check.finding, check.text)
    };
    let two = ["eu-central-1b", "eu-central-1c"];
    let good = found(Ok(vec![offer("16.8", &two, true)]));
    assert_eq!(check(good.clone()).0, Finding::Pass, "{:?}", check(good));
    let old = check(found(Ok(vec![offer("15.12", &two, true)])));
    assert!(old.0 == Finding::Fail && old.1.contains("15.12"), "{old:?}");
    let small = check(found(Ok(vec![offer("16.8", &two, false)])));
    assert!(
        small.0 == Finding::Fail && small.1.contains("global"),
        "{small:?}"
    );
    let narrow = check(found(Ok(vec![offer("16.8", &two[..1], true)])));
    assert!(
        narrow.0 == Finding::Fail && narrow.1.contains("zones"),
        "{narrow:?}"
    );
    let mute = check(found(Err(Unlearned::Said("no answer in time".into()))));
    assert!(
        mute.0 == Finding::Waivable && mute.1.contains("no answer in time"),
        "{mute:?}"
    );
    assert_eq!(check(Survey::default()).0, Finding::Waivable);
}

#[test]
fn the_subnets_are_in_zones_that_the_database_is_offered_in() {
    in_virtual_time(Box::pin(async {
        let stage = Box::pin(Stage::calmly(founded("calm"))).await;
        let intent = Intent::Provision(Provision::of(region("eu-central-1")));
        let intent = Box::pin(stage.looked_up(&intent)).await;
        let zones = |stage: &Stage| {
            let plan = stage.plan(&intent);
            let step = plan.step("region.eu-central-1").unwrap().clone();
            let Task::BuildStack(task) = step.task else {
                panic!("{step:?}");
            };
            ["ZoneA", "ZoneB"].map(|name| task.parameters.get(name).cloned())
        };
        // Zone a of this Region takes no subnets, and CloudFormation would choose it.
        let chosen = ["eu-central-1b", "eu-central-1c"].map(|zone| Some(zone.to_owned()));
        assert_eq!(zones(&stage), chosen);
        let mut own = stage;
        let given = own.spec.build.regions.entry(region("eu-central-1"));
        let given = given.or_default();
        given.insert("ZoneA".into(), "eu-central-1c".into());
        given.insert("ZoneB".into(), "eu-central-1b".into());
        let named = ["eu-central-1c", "eu-central-1b"].map(|zone| Some(zone.to_owned()));
        assert_eq!(zones(&own), named, "the operator's choice stands");
    }));
}

#[test]
fn an_order_to_undo_is_refused_where_the_plan_has_no_way_back() {
    in_virtual_time(async {
        let stage = Stage::calmly(founded("calm")).await;
        let intent = Intent::Invalidate(Invalidate {
            paths: vec!["/*".into()],
        });
        let plan = stage.plan(&intent);
        assert!(plan.inverse.is_empty());
        stage.sim().tamper(Tamper {
            service: "cloudfront".into(),
            operation: "CreateInvalidation".into(),
            region: None,
            nth: 1,
            how: How::Fail("AccessDenied".into()),
        });
        let mut running = stage.start(&plan);
        let state = stage.settle(&mut running).await;
        assert_eq!(state.phase(), Phase::Held, "{}", story(&state));
        running.control.order(Order::Undo);
        running.complaints.changed().await.unwrap();
        let why = running.complaints.borrow().clone().unwrap();
        assert!(why.contains("cannot be undone"), "{why}");
        let state = running.state.borrow().clone();
        assert!(state.phase() == Phase::Held && !state.undoing);
        // The same for a process that takes the run up.
        running.control.leave();
        running.task.await.unwrap().unwrap();
        let undo = [Order::Undo];
        let again = resume(
            &state.id,
            &undo,
            stage.run_context(),
            &stage.folder,
            &operator(),
        );
        assert!(
            matches!(again, Err(NotStarted::NoWayBack { .. })),
            "{again:?}"
        );
    });
}

/// What `up` plans in an account without a fleet, with a configuration that was changed.
fn up_with(configure: impl FnOnce(&mut FleetSpec)) -> Plan {
    in_virtual_time(async {
        let stage = Stage::unbuilt().await;
        let mut spec = stage.spec.clone();
        configure(&mut spec);
        let up = stage.looked_up(&Intent::Up(Up { found: None })).await;
        planned(&spec, &stage.snapshot(), &up).unwrap()
    })
}

#[test]
fn the_handlers_user_is_made_on_the_writer_or_by_somebody_who_is_shown_the_sql() {
    let secret = "MasterUserSecretArn";
    let made = up_with(|_| {});
    let step = made.step("database-user.us-east-1").unwrap();
    assert!(
        step.after.contains(&"member.us-east-1".to_owned()),
        "{:?}",
        step.after
    );
    let sql = made
        .notes
        .iter()
        .find(|note| note.contains(&step.id))
        .unwrap();
    for part in [
        "CREATE USER handler;",
        "GRANT rds_iam TO handler;",
        "CREATE TABLE",
        "GRANT SELECT, INSERT",
    ] {
        assert!(sql.contains(part), "{part}: {sql}");
    }
    let check = |plan: &Plan| {
        let mut all = plan.checks.iter();
        all.find(|one| one.name == "database-user")
            .cloned()
            .unwrap()
    };
    assert_eq!(check(&made).finding, Finding::Pass);
    let elsewhere = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-AbCdEf";
    let by_hand: [&dyn Fn(&mut FleetSpec); 3] = [
        &|spec| spec.build.database_user_by_hand = true,
        &|spec| {
            spec.build.region.insert(secret.into(), elsewhere.into());
        },
        &|spec| {
            let class = "db.t4g.medium";
            spec.build
                .region
                .insert("DBInstanceClass".into(), class.into());
        },
    ];
    for configure in by_hand {
        let plan = up_with(configure);
        assert!(plan.step("database-user.us-east-1").is_none());
        let check = check(&plan);
        assert_eq!(check.finding, Finding::Waivable);
        assert!(
            check.text.contains("CREATE USER handler;"),
            "{}",
            check.text
        );
    }
    let named = up_with(|spec| {
        let name = "x; DROP TABLE orders";
        spec.build.region.insert("DatabaseUser".into(), name.into());
    });
    assert_eq!(check(&named).finding, Finding::Fail);
}

#[test]
fn who_may_not_use_the_data_api_is_told_what_to_run() {
    in_virtual_time(Box::pin(async {
        let stage = Box::pin(Stage::unbuilt()).await;
        let up = Box::pin(stage.looked_up(&Intent::Up(Up { found: None }))).await;
        let plan = stage.plan(&up);
        stage.sim().tamper(Tamper {
            service: "rds-data".into(),
            operation: "ExecuteStatement".into(),
            region: None,
            nth: 1,
            how: How::Fail("AccessDeniedException".into()),
        });
        // As a database that sleeps says for a while: it is waited for.
        stage.sim().tamper(Tamper {
            service: "rds-data".into(),
            operation: "ExecuteStatement".into(),
            region: None,
            nth: 2,
            how: How::Fail("DatabaseResumingException".into()),
        });
        let mut running = stage.start(&plan);
        let state = stage.settle(&mut running).await;
        assert_eq!(state.phase(), Phase::Held, "{}", story(&state));
        assert!(
            story(&state).contains("CREATE USER handler;"),
            "{}",
            story(&state)
        );
        let retry = Order::Retry {
            step: "database-user.us-east-1".into(),
        };
        let state = stage.order(&mut running, retry).await;
        assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
    }));
}
