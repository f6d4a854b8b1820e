//! A new Region with another one's code, and a new Region that is let in step by step.

use gwctl::actions::guided::Provision;
use gwctl::actions::{Finding, Intent, Order, Phase, StepStatus, Task, plan as planned};
use gwctl::fleet::{FleetSpec, Observed, Routing, Snapshot, Verdict};
use gwctl::sim::world::{How, Tamper};
use gwctl::stacks::handler;

use super::stand::{Stage, in_virtual_time, region, story};
use crate::observe::stand::world;

const NEW: &str = "eu-central-1";

fn provision(code_from: Option<&str>, over_s: Option<u64>) -> Intent {
    Intent::Provision(Provision {
        region: region(NEW),
        code_from: code_from.map(|from| from.parse().unwrap()),
        over_s,
        found: None,
    })
}

/// The package that a function runs in the simulated world.
fn package(stage: &Stage, at: &str, name: &str) -> Vec<u8> {
    let state = stage.sim().state();
    let mut functions = state.resources.functions.iter();
    let found = functions.find(|one| one.region.as_str() == at && one.name == name);
    found.unwrap().package.clone()
}

#[test]
fn a_new_region_answers_with_the_code_that_a_healthy_one_runs() {
    in_virtual_time(Box::pin(async {
        let stage = Stage::calmly(world("calm", 2)).await;
        let intent = provision(Some("us-east-1/orders-read"), None);
        let intent = stage.looked_up(&intent).await;
        let plan = stage.plan(&intent);
        let serving = plan.step("serving.eu-central-1").unwrap();
        assert!(serving.after.contains(&"code.eu-central-1".to_owned()));
        let mut running = stage.start(&plan);
        let state = stage.settle(&mut running).await;
        assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
        let copied = package(&stage, NEW, "orders-handler");
        assert_eq!(copied, package(&stage, "us-east-1", "orders-read"));
        assert_ne!(copied, package(&stage, "us-east-1", "orders-write"));
    }));
}

#[test]
fn code_that_changed_after_planning_is_not_copied() {
    in_virtual_time(Box::pin(async {
        let stage = Stage::calmly(world("calm", 2)).await;
        let intent = provision(Some("us-east-1/orders-read"), None);
        let intent = stage.looked_up(&intent).await;
        let plan = stage.plan(&intent);
        let home = region("us-east-1");
        stage
            .sim()
            .state()
            .update_function_code(&home, "orders-read", b"new".to_vec(), false);
        let mut running = stage.start(&plan);
        let state = stage.settle(&mut running).await;
        assert_eq!(state.phase(), Phase::Held, "{}", story(&state));
        let why = state.steps["code.eu-central-1"].held.clone().unwrap();
        assert!(why.contains("the plan is based on"), "{why}");
        assert!(package(&stage, NEW, "orders-handler").starts_with(b"// Waits"));
    }));
}

#[test]
fn what_a_copy_would_miss_is_said_before() {
    in_virtual_time(async {
        let stage = Stage::calmly(world("calm", 2)).await;
        let refused = async |from: &str| {
            let intent = stage.looked_up(&provision(Some(from), None)).await;
            planned("orders", &stage.spec, &stage.snapshot(), &intent).unwrap_err()
        };
        let which = refused("us-east-1").await;
        assert!(which.why.contains("us-east-1/orders-read"), "{which}");
        let nowhere = refused("sa-east-1").await;
        assert!(nowhere.why.contains("not in sa-east-1"), "{nowhere}");
        let nothing = refused("us-east-1/nothing").await;
        assert!(nothing.why.contains("nothing"), "{nothing}");
        let intent = provision(Some("us-east-1/orders-read"), None);
        let mut intent = stage.looked_up(&intent).await;
        let Intent::Provision(Provision { found, .. }) = &mut intent else {
            unreachable!()
        };
        let code = found.as_mut().unwrap().code.as_mut().unwrap();
        let deployed = code.deployed.as_mut().unwrap();
        deployed.runtime = "java21".into();
        deployed.variables = vec!["DATABASE_NAME".into(), "PAYMENTS_URL".into()];
        let plan = planned("orders", &stage.spec, &stage.snapshot(), &intent).unwrap();
        let check = |name: &str| plan.checks.iter().find(|one| one.name == name).unwrap();
        assert_eq!(check("code").finding, Finding::Fail);
        let setting = check("code-setting");
        assert_eq!(setting.finding, Finding::Waivable);
        assert!(setting.text.contains("PAYMENTS_URL") && !setting.text.contains("DATABASE_NAME"));
    });
}

/// The latency record of the new Region: whether it is an alias, and the weights behind it.
fn routing(stage: &Stage) -> (bool, Vec<(String, i64)>) {
    let state = stage.sim().state();
    let zone = &state.resources.hosted_zones[0];
    let mut records = zone.records.iter();
    let set = records.find(|one| one.routing == Routing::Latency(region(NEW)));
    let records = zone.records.iter();
    let weights =
        records.filter_map(|one| Some((one.values.first()?.clone(), one.routing.weight()?)));
    (
        set.is_some_and(|one| one.alias.is_some()),
        weights.collect(),
    )
}

#[test]
fn a_region_let_in_step_by_step_has_its_share_before_it_has_all() {
    in_virtual_time(Box::pin(async {
        let stage = Stage::calmly(world("calm", 2)).await;
        let intent = stage.looked_up(&provision(None, Some(240))).await;
        let plan = stage.plan(&intent);
        let Task::AwaitWell(_) = &plan.step("well-50.eu-central-1").unwrap().task else {
            panic!("no gate")
        };
        let mut running = stage.start(&plan);
        let mut states = running.state.clone();
        let half = |state: &std::sync::Arc<gwctl::actions::RunState>| {
            state.steps["share-50.eu-central-1"].status == StepStatus::Done
        };
        drop(states.wait_for(half).await.unwrap());
        let (alias, mut weights) = routing(&stage);
        weights.sort();
        // The rest goes to the Region that is nearest to the new one.
        let expected = [
            ("eu-central-1.api.orders.example.com".to_owned(), 50),
            ("eu-west-1.api.orders.example.com".to_owned(), 50),
        ];
        assert!(alias && weights == expected, "{weights:?}");
        let state = stage.settle(&mut running).await;
        assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
        assert_eq!(routing(&stage), (false, Vec::new()));
        let saw = state.steps["well-50.eu-central-1"].saw.clone().unwrap();
        assert!(saw.contains("requests a minute"), "{saw}");
    }));
}

#[test]
fn a_region_that_is_not_well_with_its_share_gets_no_more_and_can_be_taken_away() {
    in_virtual_time(Box::pin(async {
        let mut stage = Stage::calmly(world("calm", 2)).await;
        let intent = stage.looked_up(&provision(None, Some(240))).await;
        // Nothing serves as fast as that.
        stage.spec.rules.abort_p99_ms = 1.0;
        let plan = stage.plan(&intent);
        let mut running = stage.start(&plan);
        let state = stage.settle(&mut running).await;
        assert_eq!(state.phase(), Phase::Held, "{}", story(&state));
        let why = state.steps["well-50.eu-central-1"]
            .held
            .clone()
            .unwrap_or_else(|| panic!("{}", story(&state)));
        assert!(why.contains("p99 of eu-central-1"), "{why}");
        assert_eq!(routing(&stage).1.len(), 2);
        let state = stage.order(&mut running, Order::Undo).await;
        assert_eq!(state.phase(), Phase::Undone, "{}", story(&state));
        assert_eq!(routing(&stage), (false, Vec::new()));
        let left = stage.sim().state();
        let left = left.resources.stacks.iter();
        let left: Vec<_> = left.filter(|one| one.region.as_str() == NEW).collect();
        assert!(
            left.iter().all(|one| one.status == "DELETE_COMPLETE"),
            "{left:?}"
        );
    }));
}

#[test]
fn a_region_takes_a_write_before_it_takes_traffic() {
    in_virtual_time(Box::pin(async {
        let stage = Stage::calmly(world("calm", 2)).await;
        let intent = stage.looked_up(&provision(None, None)).await;
        let plan = stage.plan(&intent);
        let admitted = plan.step("admitted.eu-central-1").unwrap();
        assert!(admitted.after.contains(&"written.eu-central-1".to_owned()));
        let mut running = stage.start(&plan);
        let state = stage.settle(&mut running).await;
        assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
        let written = &state.steps["written.eu-central-1"];
        assert!(written.saw.as_deref().unwrap().ends_with("answered 201"));
        let world = stage.sim().state();
        let sent = world
            .control
            .mutations
            .iter()
            .filter(|one| one.service == "execute-api");
        let sent: Vec<_> = sent
            .map(|one| (one.region.as_str(), &*one.target, one.accepted))
            .collect();
        assert_eq!(sent, [(NEW, "/smoke", true)]);
    }));
}

#[test]
fn a_new_region_runs_the_reference_handler_where_no_code_is_named() {
    in_virtual_time(Box::pin(async {
        let mut stage = Stage::calmly(world("calm", 2)).await;
        let intent = stage.looked_up(&provision(None, None)).await;
        let check = |spec: &FleetSpec, seen: &Snapshot, name: &str| {
            let plan = planned("orders", spec, seen, &intent).unwrap();
            plan.checks.into_iter().find(|one| one.name == name)
        };
        let seen = (*stage.snapshot()).clone();
        let named = check(&stage.spec, &seen, "code");
        assert_eq!(named, None, "it is in a bucket");
        stage.spec.build.region.clear();
        let arm = ("HandlerArchitecture".to_owned(), "arm64".to_owned());
        stage.spec.build.region.extend([arm]);
        // The other Regions run another API.
        let code = check(&stage.spec, &seen, "code").unwrap();
        assert_eq!(code.finding, Finding::Waivable);
        assert!(code.text.contains("--code-from us-east-1"), "{}", code.text);
        let write = check(&stage.spec, &seen, "smoke-write").unwrap();
        assert_eq!(write.finding, Finding::Fail, "it has no such path");
        stage.spec.build.smoke_write = Some("/orders".into());
        assert_eq!(check(&stage.spec, &seen, "smoke-write"), None);

        let mut mysql = seen.clone();
        let mut topology = seen.database.topology.last().unwrap().clone();
        topology.engine.name = "aurora-mysql".into();
        let source = seen.database.topology.source().unwrap().clone();
        mysql.database.topology = Observed::known(topology, seen.at, source);
        let engine = check(&stage.spec, &mysql, "code").unwrap();
        assert_eq!(engine.finding, Finding::Fail);
        assert!(
            engine.text.contains("aurora-postgresql only"),
            "{}",
            engine.text
        );

        let plan = stage.plan(&intent);
        let mut running = stage.start(&plan);
        let state = stage.settle(&mut running).await;
        assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
        let given = package(&stage, NEW, "orders-handler");
        assert_eq!(given, handler::package().bytes);
        let sim = stage.sim();
        let state = sim.state();
        let mut all = state.resources.functions.iter();
        let function = all.find(|one| one.region.as_str() == NEW && one.name == "orders-handler");
        assert_eq!(function.unwrap().architecture, "arm64", "as it was made");
    }));
}

#[test]
fn a_plan_made_by_a_gwctl_with_another_reference_handler_is_not_run() {
    in_virtual_time(Box::pin(async {
        let mut stage = Stage::calmly(world("calm", 2)).await;
        stage.spec.build.region.clear();
        stage.spec.build.smoke_write = None;
        let intent = stage.looked_up(&provision(None, None)).await;
        let mut plan = stage.plan(&intent);
        let step = plan
            .steps
            .iter_mut()
            .find(|one| one.id == "code.eu-central-1");
        let Task::DeliverCode(task) = &mut step.unwrap().task else {
            unreachable!()
        };
        task.sha256 = "another".into();
        let mut running = stage.start(&plan);
        let state = stage.settle(&mut running).await;
        assert_eq!(state.phase(), Phase::Held, "{}", story(&state));
        assert!(story(&state).contains("plan again"), "{}", story(&state));
    }));
}

#[test]
fn what_a_new_region_does_not_take_yet_goes_where_it_is_served() {
    in_virtual_time(async {
        let stage = Stage::calmly(world("calm", 3)).await;
        let intent = stage.looked_up(&provision(None, Some(60))).await;
        let other = |snapshot: &Snapshot| {
            let plan = planned("orders", &stage.spec, snapshot, &intent).unwrap();
            let Task::BuildStack(stack) = &plan.step("share-50.eu-central-1").unwrap().task else {
                unreachable!()
            };
            stack.parameters["OtherEndpoint"].clone()
        };
        let mut seen = (*stage.snapshot()).clone();
        assert_eq!(other(&seen), "eu-west-1.api.orders.example.com");
        let nearest = seen
            .sites
            .iter_mut()
            .find(|site| site.region == region("eu-west-1"));
        nearest.unwrap().judgement.verdict = Verdict::Down;
        assert_eq!(other(&seen), "us-east-1.api.orders.example.com");
        for site in &mut seen.sites {
            site.judgement.verdict = Verdict::Down;
        }
        let refused = planned("orders", &stage.spec, &seen, &intent).unwrap_err();
        assert!(refused.why.contains("no other Region"), "{refused}");
    });
}

#[test]
fn records_of_an_earlier_drain_are_in_the_way_of_shares() {
    in_virtual_time(async {
        let stage = Stage::calmly(world("calm", 3)).await;
        let mut state = stage.sim().state();
        let zone = &mut state.resources.hosted_zones[0];
        let mut records = zone.records.iter();
        let of_ireland = records.find(|one| one.routing == Routing::Latency(region("eu-west-1")));
        let mut left = of_ireland.unwrap().clone();
        left.name = format!("{NEW}.{}", left.name);
        left.set_identifier = Some(NEW.into());
        left.routing = Routing::Weighted(50);
        zone.records.push(left);
        drop(state);
        let plan = stage.plan(&stage.looked_up(&provision(None, Some(240))).await);
        let check = plan.checks.iter().find(|one| one.name == "shares").unwrap();
        assert_eq!(check.finding, Finding::Fail, "{}", check.text);
        let plan = stage.plan(&stage.looked_up(&provision(None, None)).await);
        assert!(plan.checks.iter().all(|one| one.name != "shares"));
    });
}

/// The database user is made by hand: the first write of a new fleet may well find none.
#[test]
fn a_write_that_is_refused_holds_with_the_answer() {
    in_virtual_time(Box::pin(async {
        let stage = Stage::calmly(world("calm", 2)).await;
        let intent = stage.looked_up(&provision(None, None)).await;
        let plan = stage.plan(&intent);
        stage.sim().state().control.tamper(Tamper {
            service: "execute-api".into(),
            operation: "Invoke".into(),
            region: None,
            nth: 1,
            how: How::ServerError,
        });
        let mut running = stage.start(&plan);
        let state = stage.settle(&mut running).await;
        let step = "written.eu-central-1".to_owned();
        let why = state.steps[&step].held.clone().unwrap_or_default();
        assert!(why.contains("answered 500"), "{}", story(&state));
        let state = stage.order(&mut running, Order::Retry { step }).await;
        assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
    }));
}

#[test]
fn an_image_comes_from_the_new_regions_own_registry() {
    in_virtual_time(async {
        let stage = Stage::calmly(world("calm", 2)).await;
        let intent = provision(Some("us-east-1/orders-read"), None);
        let mut intent = stage.looked_up(&intent).await;
        let Intent::Provision(Provision { found, .. }) = &mut intent else {
            unreachable!()
        };
        let code = found.as_mut().unwrap().code.as_mut().unwrap();
        let image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/orders@sha256:0f1e";
        code.deployed.as_mut().unwrap().image = Some(image.into());
        let plan = stage.plan(&intent);
        assert!(
            plan.step("code.eu-central-1").is_none(),
            "the stack names it"
        );
        let Task::BuildStack(stack) = &plan.step("region.eu-central-1").unwrap().task else {
            unreachable!()
        };
        let there = image.replace("us-east-1", NEW);
        assert_eq!(stack.parameters.get("CodeImageUri"), Some(&there));
        let check = plan.checks.iter().find(|one| one.name == "code").unwrap();
        assert_eq!(check.finding, Finding::Warn);
        assert!(
            check.text.contains("registry in eu-central-1"),
            "{}",
            check.text
        );
    });
}
