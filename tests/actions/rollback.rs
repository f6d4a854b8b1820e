//! A function goes back to its earlier version, and forward again: long because alias, code, stage and router each go back
//! in their own way, and each way has its refusals.

use std::collections::BTreeMap;

use gwctl::actions::guided::Rollback;
use gwctl::actions::{Finding, Intent, Order, Phase, Plan, Refused, RunState, Running, plan};
use gwctl::aws::{Code, ErrorKind};
use gwctl::sim::world::model::{Alias, Function};

use super::stand::{Stage, in_virtual_time, region, story};
use super::trial::{Trouble, changes, rehearsals, tamper, tried, undisturbed};
use crate::observe::stand::world;

/// Where everything here goes wrong.
const HERE: &str = "eu-west-1";

fn write_back(to: Option<&str>) -> Intent {
    Intent::Rollback(Rollback {
        to: to.map(Into::into),
        ..Rollback::of("orders-write", region(HERE))
    })
}

async fn stage(scenario: &str) -> Stage {
    Stage::calmly(world(scenario, 2)).await
}

fn change(stage: &Stage, change: impl FnOnce(&mut Function)) {
    let mut state = stage.sim().state();
    let mut all = state.resources.functions.iter_mut();
    let here = region(HERE);
    let one = all.find(|one| one.region == here && one.name == "orders-write");
    change(one.unwrap());
}

fn now(stage: &Stage) -> Function {
    let mut copy = None;
    change(stage, |one| copy = Some(one.clone()));
    copy.unwrap()
}

fn checksum(function: &Function, version: u32) -> String {
    function.at(version).unwrap().code_sha256.clone()
}

/// Somebody deploys by hand.
fn deploy(stage: &Stage, package: &[u8], publish: bool) {
    let mut state = stage.sim().state();
    state.update_function_code(&region(HERE), "orders-write", package.to_vec(), publish);
}

async fn planned(stage: &Stage, intent: &Intent) -> Result<Plan, Refused> {
    let intent = stage.looked_up(intent).await;
    plan("orders", &stage.spec, &stage.snapshot(), &intent)
}

async fn refused(stage: &Stage, intent: &Intent) -> Refused {
    planned(stage, intent).await.unwrap_err()
}

async fn ended(stage: &Stage, running: &mut Running, phase: Phase) -> std::sync::Arc<RunState> {
    let state = stage.settle(running).await;
    assert_eq!(state.phase(), phase, "{}", story(&state));
    state
}

fn said(plan: &Plan) -> String {
    plan.notes.join("\n")
}

fn finding(plan: &Plan, name: &str) -> (Finding, String) {
    let check = plan.checks.iter().find(|check| check.name == name);
    let check = check.unwrap_or_else(|| panic!("no check {name}: {:?}", plan.checks));
    (check.finding, check.text.clone())
}

#[test]
fn the_plan_says_which_version_and_why_who_deployed_and_what_the_others_run() {
    in_virtual_time(Box::pin(async {
        let stage = stage("calm").await;
        let plan = planned(&stage, &write_back(None)).await.unwrap();
        assert_eq!(plan.confirm, "eu-west-1/orders-write");
        assert_eq!(plan.finding(), Finding::Warn, "{:?}", plan.checks);
        let notes = said(&plan);
        for told in [
            "), the newest published before what runs, with other code",
            "Now it runs $LATEST, published as version 41",
            "UpdateFunctionCode by pipeline through cloudformation",
            "Stop your pipeline first",
        ] {
            assert!(notes.contains(told), "{told}: {notes}");
        }
        let (others, text) = finding(&plan, "elsewhere");
        assert_eq!(others, Finding::Warn);
        assert!(text.contains("us-east-1 runs the same code"), "{text}");
        let change = plan.steps[0].change.as_ref().unwrap();
        assert!(
            change.after.starts_with("version 40, checksum "),
            "{change:?}"
        );
    }));
}

#[test]
fn a_version_with_the_code_that_runs_is_passed_over() {
    in_virtual_time(Box::pin(async {
        let stage = stage("calm").await;
        // Only its configuration changed from 40 to 41.
        change(&stage, |one| {
            let same = one.code_sha256.clone();
            one.published[1].code_sha256 = same;
        });
        let plan = planned(&stage, &write_back(None)).await.unwrap();
        assert!(plan.title.ends_with("back to version 39"), "{}", plan.title);
        assert!(
            said(&plan).contains("40 has the same code"),
            "{}",
            said(&plan)
        );
    }));
}

/// The next version has the same code: only its configuration is another.
fn publish_same_code(stage: &Stage) {
    change(stage, |one| {
        one.publish_as(42);
        one.aliases.insert("live".into(), 42.into());
    });
}

#[test]
fn an_alias_goes_back_by_one_version_whatever_code_that_has() {
    in_virtual_time(Box::pin(async {
        let stage = stage("releases").await;
        publish_same_code(&stage);
        let plan = planned(&stage, &write_back(None)).await.unwrap();
        assert!(plan.title.ends_with("back to version 41"), "{}", plan.title);
        assert!(said(&plan).contains("the same code"), "{}", said(&plan));
        let mut running = stage.start(&plan);
        ended(&stage, &mut running, Phase::Done).await;
        assert_eq!(now(&stage).aliases["live"].version, 41);
    }));
}

#[test]
fn the_state_of_what_is_not_published_forbids_no_alias() {
    in_virtual_time(Box::pin(async {
        for (state, update) in [("Active", "InProgress"), ("Failed", "Failed")] {
            let stage = stage("releases").await;
            change(&stage, |one| {
                one.state = state.into();
                one.last_update_status = update.into();
            });
            let plan = planned(&stage, &write_back(None)).await.unwrap();
            let (found, text) = finding(&plan, "active");
            assert_eq!(found, Finding::Warn, "{text}");
            assert!(text.contains("alias live"), "{text}");
            let code = Intent::Rollback(Rollback::of("orders-write:$LATEST", region(HERE)));
            let plan = planned(&stage, &code).await.unwrap();
            assert_eq!(finding(&plan, "active").0, Finding::Fail);
        }
    }));
}

#[test]
fn a_version_that_is_inactive_is_called_before_clients_call_it() {
    in_virtual_time(Box::pin(async {
        let stage = stage("releases").await;
        change(&stage, |one| one.published[1].state = "Inactive".into());
        let plan = planned(&stage, &write_back(None)).await.unwrap();
        let (found, text) = finding(&plan, "earlier-code");
        assert_eq!(found, Finding::Waivable);
        assert!(text.contains("--qualifier 40"), "{text}");
        assert!(said(&plan).contains("provisioned concurrency"));
        // The code alone is put into what is Active.
        let code = Intent::Rollback(Rollback::of("orders-write:$LATEST", region(HERE)));
        let plan = planned(&stage, &code).await.unwrap();
        assert_eq!(finding(&plan, "earlier-code").0, Finding::Pass);
        {
            let mut state = stage.sim().state();
            let mut all = state.resources.functions.iter_mut();
            let one = all.find(|one| one.name == "orders-router").unwrap();
            let earlier = one.published.iter_mut().find(|one| one.version == 6);
            earlier.unwrap().state = "Inactive".into();
        }
        let plan = planned(&stage, &router(None)).await.unwrap();
        let (found, text) = finding(&plan, "earlier-code");
        assert_eq!(found, Finding::Waivable, "{text}");
    }));
}

#[test]
fn what_is_not_published_is_newer_than_every_version_and_cannot_be_brought_back() {
    in_virtual_time(Box::pin(async {
        let stage = stage("calm").await;
        deploy(&stage, b"by hand", false);
        stage.sim().advance(std::time::Duration::from_secs(60));
        let plan = planned(&stage, &write_back(None)).await.unwrap();
        assert!(plan.title.ends_with("back to version 41"), "{}", plan.title);
        let (undo, text) = finding(&plan, "undo");
        assert_eq!(undo, Finding::Waivable);
        assert!(text.contains("aws lambda publish-version"), "{text}");
        assert!(plan.inverse.is_empty());
    }));
}

#[test]
fn without_an_earlier_version_it_is_refused_with_what_to_do() {
    in_virtual_time(Box::pin(async {
        let stage = stage("calm").await;
        let known = now(&stage).published;
        change(&stage, |one| one.published.clear());
        let none = refused(&stage, &write_back(None)).await;
        assert!(none.why.contains("keeps no earlier code"), "{none:?}");
        assert!(none.instead.unwrap().contains("Publish"));
        // The only version is what runs.
        change(&stage, |one| one.published = known[2..].to_vec());
        let none = refused(&stage, &write_back(None)).await;
        assert!(none.why.contains("there are 41"), "{none:?}");
        assert!(none.instead.unwrap().contains("--to"));
    }));
}

#[test]
fn a_version_that_is_named_must_exist_and_change_something() {
    in_virtual_time(Box::pin(async {
        let stage = stage("calm").await;
        let unknown = refused(&stage, &write_back(Some("12"))).await;
        assert!(
            unknown.why.contains("no published version `12`"),
            "{unknown:?}"
        );
        assert!(unknown.instead.unwrap().contains("41, 40, 39"));
        let same = refused(&stage, &write_back(Some("41"))).await;
        assert!(same.why.contains("already"), "{same:?}");
        let plan = planned(&stage, &write_back(Some("39"))).await.unwrap();
        assert!(said(&plan).contains("), you named it"), "{}", said(&plan));
    }));
}

#[test]
fn what_serves_must_be_known() {
    in_virtual_time(Box::pin(async {
        let stage = stage("calm").await;
        {
            let mut state = stage.sim().state();
            let mut apis = state.resources.apis.iter_mut();
            let here = region(HERE);
            let api = apis.find(|one| one.region == here).unwrap();
            api.alias = Some("${stageVariables.alias}".into());
        }
        let variable = refused(&stage, &write_back(None)).await;
        assert!(variable.why.contains("a stage variable"), "{variable:?}");
        assert!(variable.instead.unwrap().contains("orders-write:ALIAS"));
        // Named, it is known.
        let named = Intent::Rollback(Rollback::of("orders-write:$LATEST", region(HERE)));
        planned(&stage, &named).await.unwrap();
        let gone = Intent::Rollback(Rollback::of("orders-delete", region(HERE)));
        let gone = refused(&stage, &gone).await;
        assert!(
            gone.instead
                .unwrap()
                .contains("orders-read, orders-write, api")
        );
    }));
}

#[test]
fn the_code_of_the_earlier_version_runs_and_undo_brings_the_later_back() {
    in_virtual_time(Box::pin(async {
        let stage = stage("calm").await;
        let before = now(&stage);
        let plan = planned(&stage, &write_back(None)).await.unwrap();
        let mut running = stage.start(&plan);
        let state = ended(&stage, &mut running, Phase::Done).await;
        let after = now(&stage);
        assert_eq!(after.code_sha256, checksum(&before, 40));
        assert_eq!(after.package, before.at(40).unwrap().package);
        assert_eq!(after.memory_mb, before.memory_mb);
        let saw = state.steps["rollback"].saw.clone().unwrap_or_default();
        assert!(saw.contains("checksum was read back"), "{saw}");
        let errors = state.steps["errors"].saw.clone().unwrap_or_default();
        assert!(errors.contains("of orders-write failed"), "{errors}");
        running.task.await.unwrap().unwrap();
        let id = state.id.clone();
        let mut running = super::stand::resume(
            &id,
            &[Order::Undo],
            stage.run_context(),
            &stage.folder,
            &super::stand::operator(),
        )
        .unwrap();
        ended(&stage, &mut running, Phase::Undone).await;
        assert_eq!(now(&stage).code_sha256, before.code_sha256);
    }));
}

#[test]
fn the_alias_that_the_api_calls_is_led_back_with_its_configuration() {
    in_virtual_time(Box::pin(async {
        let stage = stage("releases").await;
        let before = now(&stage);
        let plan = planned(&stage, &write_back(None)).await.unwrap();
        let change = plan.steps[0].change.as_ref().unwrap();
        assert_eq!(change.what, "alias live of orders-write in eu-west-1");
        let mut running = stage.start(&plan);
        ended(&stage, &mut running, Phase::Done).await;
        let after = now(&stage);
        assert_eq!(after.aliases["live"].version, 40);
        assert_eq!(after.code_sha256, before.code_sha256, "$LATEST stays");
    }));
}

#[test]
fn a_second_version_of_the_alias_is_what_was_deployed_last() {
    in_virtual_time(Box::pin(async {
        let stage = stage("releases").await;
        let canary = Alias {
            version: 40,
            shared: BTreeMap::from([(41, 0.1)]),
            revision: 3,
        };
        change(&stage, |one| {
            one.aliases.insert("live".into(), canary.clone());
        });
        let plan = planned(&stage, &write_back(None)).await.unwrap();
        let change = plan.steps[0].change.as_ref().unwrap();
        assert_eq!(change.before, "version 40 and 10 % to version 41");
        assert_eq!(change.after, "version 40");
        assert!(said(&plan).contains("afterwards all of them go to version 40"));
        let mut running = stage.start(&plan);
        let state = ended(&stage, &mut running, Phase::Done).await;
        assert!(now(&stage).aliases["live"].shared.is_empty());
        running.task.await.unwrap().unwrap();
        let mut running = super::stand::resume(
            &state.id,
            &[Order::Undo],
            stage.run_context(),
            &stage.folder,
            &super::stand::operator(),
        )
        .unwrap();
        ended(&stage, &mut running, Phase::Undone).await;
        assert_eq!(now(&stage).aliases["live"].shared, canary.shared);
    }));
}

#[test]
fn whoever_deploys_meanwhile_is_not_overwritten() {
    for (scenario, tells) in [("calm", "other code"), ("releases", "to version 42")] {
        in_virtual_time(Box::pin(async {
            let stage = stage(scenario).await;
            let plan = planned(&stage, &write_back(None)).await.unwrap();
            deploy(&stage, b"newer", true);
            change(&stage, |one| {
                for alias in one.aliases.values_mut() {
                    *alias = 42.into();
                }
            });
            let newer = now(&stage);
            let mut running = stage.start(&plan);
            let state = ended(&stage, &mut running, Phase::Held).await;
            let why = state.steps["rollback"].held.clone().unwrap();
            assert!(why.contains(tells) && why.contains("plan again"), "{why}");
            let left = now(&stage);
            assert_eq!(left.code_sha256, newer.code_sha256);
            assert_eq!(left.aliases, newer.aliases);
        }));
    }
}

#[test]
fn a_change_of_its_configuration_meanwhile_stops_it_too() {
    in_virtual_time(Box::pin(async {
        let stage = stage("calm").await;
        let plan = planned(&stage, &write_back(None)).await.unwrap();
        change(&stage, |one| one.revision += 1);
        let mut running = stage.start(&plan);
        let state = ended(&stage, &mut running, Phase::Held).await;
        let why = state.steps["rollback"].held.clone().unwrap();
        assert!(why.contains("RevisionId is another"), "{why}");
    }));
}

#[test]
fn lambda_refuses_what_is_sent_with_a_stale_revision() {
    in_virtual_time(Box::pin(async {
        let stage = stage("releases").await;
        let lambda = stage.session.one_attempt().lambda(&region(HERE));
        let before = now(&stage);
        let sent = lambda.restore_code("orders-write", Code::Package(b"x"), "arm64", "stale");
        assert_eq!(sent.await.unwrap_err().kind, ErrorKind::Conflict);
        let mut alias = lambda.alias("orders-write", "live").await.unwrap();
        let revision = alias.revision.take().unwrap();
        alias.version = "40".into();
        let sent = lambda.point_alias("orders-write", "live", &alias, "stale");
        assert_eq!(sent.await.unwrap_err().kind, ErrorKind::Conflict);
        let after = now(&stage);
        assert_eq!(
            (after.code_sha256, after.aliases),
            (before.code_sha256, before.aliases)
        );
        let sent = lambda.point_alias("orders-write", "live", &alias, &revision);
        sent.await.unwrap();
        assert_eq!(now(&stage).aliases["live"].version, 40);
    }));
}

#[test]
fn a_bad_deployment_is_over_once_the_earlier_code_serves() {
    in_virtual_time(Box::pin(async {
        let stage = stage("bad-deploy").await;
        let plan = planned(&stage, &write_back(None)).await.unwrap();
        assert!(plan.title.ends_with("back to version 41"), "{}", plan.title);
        let (_, others) = finding(&plan, "elsewhere");
        assert!(
            others.contains("us-east-1 runs the code of version 41"),
            "{others}"
        );
        let mut running = stage.start(&plan);
        let state = ended(&stage, &mut running, Phase::Done).await;
        let errors = state.steps["errors"].saw.clone().unwrap();
        assert!(errors.contains("% before"), "{errors}");
    }));
}

/// New code of `orders-write`, whose handler answers 500 itself.
fn caught() -> gwctl::sim::Sim {
    let text = "title = \"Caught\"\n[[event]]\nat = \"-8m\"\nstart = \"bad-deploy\"\nregion = \"eu-west-1\"\nanswers = 500";
    of(gwctl::sim::Scenario::parse("caught.toml", text).unwrap())
}

fn of(scenario: gwctl::sim::Scenario) -> gwctl::sim::Sim {
    gwctl::sim::Sim::new(gwctl::sim::SimOptions {
        scenario,
        regions: ["us-east-1", HERE].map(region).to_vec(),
        api_latency: Some(crate::observe::stand::REPLY),
        start: Some("2026-11-22T03:00:20Z".parse().unwrap()),
        ..gwctl::sim::SimOptions::default()
    })
    .unwrap()
}

#[test]
fn a_handler_that_answers_500_is_judged_by_what_its_api_answers() {
    in_virtual_time(Box::pin(async {
        let stage = Stage::calmly(caught()).await;
        let plan = planned(&stage, &write_back(None)).await.unwrap();
        assert!(plan.title.ends_with("back to version 41"), "{}", plan.title);
        let mut running = stage.start(&plan);
        let state = ended(&stage, &mut running, Phase::Done).await;
        let errors = state.steps["errors"].saw.clone().unwrap();
        assert!(errors.contains("the API in eu-west-1 got 5xx"), "{errors}");
        running.task.await.unwrap().unwrap();
        // The version before the bad one is as bad: Lambda's errors say nothing of it.
        let stage = Stage::calmly(caught()).await;
        let bad = now(&stage).package;
        change(&stage, |one| {
            let mut published = one.published.iter_mut();
            let before = published.find(|one| one.version == 41).unwrap();
            before.load(bad.clone(), None);
            let later = [&bad[..], b"\n// later"].concat();
            one.load(later, None);
            one.published.last_mut().unwrap().code_sha256 = one.code_sha256.clone();
        });
        let plan = planned(&stage, &write_back(None)).await.unwrap();
        assert!(plan.title.ends_with("back to version 41"), "{}", plan.title);
        let mut running = stage.start(&plan);
        let state = ended(&stage, &mut running, Phase::Held).await;
        let why = state.steps["errors"].held.clone().unwrap();
        assert!(why.contains("of orders-write failed"), "{why}");
        assert!(why.contains("the API in eu-west-1 got 5xx"), "{why}");
        assert!(why.contains("may not be what is wrong"), "{why}");
    }));
}

#[test]
fn where_the_code_was_not_the_cause_the_run_says_so_and_holds() {
    in_virtual_time(Box::pin(async {
        let stage = stage("lambda-errors").await;
        let plan = planned(&stage, &write_back(None)).await.unwrap();
        let mut running = stage.start(&plan);
        let state = ended(&stage, &mut running, Phase::Held).await;
        let why = state.steps["errors"].held.clone().unwrap();
        assert!(why.contains("may not be what is wrong"), "{why}");
    }));
}

fn router(to: Option<&str>) -> Intent {
    Intent::Rollback(Rollback {
        to: to.map(Into::into),
        ..Rollback::of("orders-router", region("us-east-1"))
    })
}

#[test]
fn the_router_goes_back_with_the_distribution() {
    in_virtual_time(Box::pin(async {
        let stage = stage("calm").await;
        let plan = planned(&stage, &router(None)).await.unwrap();
        assert_eq!(plan.confirm, "E2ORDERS0EDGE1");
        assert!(plan.title.ends_with("back to version 6"), "{}", plan.title);
        assert!(said(&plan).contains("five minutes"), "{}", said(&plan));
        let runs = |stage: &Stage| {
            let state = stage.sim().state();
            let one = &state.resources.distributions[0];
            one.origin_request_function.clone().unwrap()
        };
        let mut running = stage.start(&plan);
        ended(&stage, &mut running, Phase::Done).await;
        assert!(
            runs(&stage).ends_with(":orders-router:6"),
            "{}",
            runs(&stage)
        );
        let older = planned(&stage, &router(Some("5"))).await.unwrap();
        assert!(older.title.ends_with("version 5"));
    }));
}

/// A release of the router whose replies CloudFront does not take, which the seed decides.
fn invalid_router() -> gwctl::sim::Sim {
    let of = |seed| {
        gwctl::sim::Sim::new(gwctl::sim::SimOptions {
            seed,
            scenario: gwctl::sim::Scenario::load("router-release").unwrap(),
            regions: ["us-east-1", HERE].map(region).to_vec(),
            api_latency: Some(crate::observe::stand::REPLY),
            start: Some("2026-11-22T03:00:20Z".parse().unwrap()),
            ..gwctl::sim::SimOptions::default()
        })
        .unwrap()
    };
    let is_invalid = |sim: &gwctl::sim::Sim| {
        let now = sim.clock().now();
        let state = sim.state();
        let points = state.metrics.query(
            "us-east-1",
            "AWS/CloudFront",
            "LambdaValidationError",
            &[("DistributionId", "E2ORDERS0EDGE1"), ("Region", "Global")],
            "Sum",
            60,
            now - jiff::SignedDuration::from_mins(8),
            now,
        );
        points.iter().any(|(_, sum)| *sum > 100.0)
    };
    (1..20).map(of).find(is_invalid).unwrap()
}

#[test]
fn the_router_is_well_once_its_replies_are_valid_and_the_edge_answers() {
    in_virtual_time(Box::pin(async {
        for (earlier_is_bad, phase, tells) in [
            (false, Phase::Done, "calls of orders-router failed"),
            (true, Phase::Held, "may not be what is wrong"),
        ] {
            let stage = Stage::calmly(invalid_router()).await;
            if earlier_is_bad {
                let mut state = stage.sim().state();
                let mut all = state.resources.functions.iter_mut();
                let one = all.find(|one| one.name == "orders-router").unwrap();
                let bad = [&one.package[..], b"\n// earlier"].concat();
                let earlier = one.published.iter_mut().find(|one| one.version == 7);
                earlier.unwrap().load(bad, None);
            }
            let plan = planned(&stage, &router(None)).await.unwrap();
            assert!(plan.title.ends_with("back to version 7"), "{}", plan.title);
            let mut running = stage.start(&plan);
            let state = ended(&stage, &mut running, phase).await;
            let step = &state.steps["errors"];
            let said = step.held.clone().or(step.saw.clone()).unwrap();
            assert!(said.contains(tells), "{said}");
            assert!(said.contains("of the distribution got 5xx"), "{said}");
        }
    }));
}

#[test]
fn the_router_goes_back_by_one_version_whatever_code_that_has() {
    in_virtual_time(Box::pin(async {
        let stage = stage("calm").await;
        {
            let mut state = stage.sim().state();
            let mut all = state.resources.functions.iter_mut();
            let one = all.find(|one| one.name == "orders-router").unwrap();
            let same = one.at(7).unwrap().code_sha256.clone();
            let one = one.published.iter_mut().find(|one| one.version == 6);
            one.unwrap().code_sha256 = same;
        }
        let plan = planned(&stage, &router(None)).await.unwrap();
        assert!(plan.title.ends_with("back to version 6"), "{}", plan.title);
    }));
}

fn rest() -> gwctl::sim::Sim {
    gwctl::sim::Sim::new(gwctl::sim::SimOptions {
        rest: true,
        regions: ["us-east-1", HERE].map(region).to_vec(),
        api_latency: Some(crate::observe::stand::REPLY),
        start: Some("2026-11-22T03:00:20Z".parse().unwrap()),
        ..gwctl::sim::SimOptions::default()
    })
    .unwrap()
}

fn change_api(stage: &Stage, change: impl FnOnce(&mut gwctl::sim::world::model::Api)) {
    let mut state = stage.sim().state();
    let mut apis = state.resources.apis.iter_mut();
    change(apis.find(|one| one.region.as_str() == HERE).unwrap());
}

#[test]
fn of_several_stages_nobody_knows_which_deployment_was_whose() {
    in_virtual_time(Box::pin(async {
        let stage = Stage::calmly(rest()).await;
        let back = |to: Option<&str>| {
            Intent::Rollback(Rollback {
                to: to.map(Into::into),
                ..Rollback::of("api", region(HERE))
            })
        };
        let mut older = String::new();
        change_api(&stage, |api| {
            let dev = gwctl::sim::world::model::Stage {
                name: "dev".into(),
                ..api.stages[0].clone()
            };
            older.clone_from(&api.deployments[0].id);
            api.stages.push(dev);
        });
        let several = refused(&stage, &back(None)).await;
        assert!(several.why.contains("live, dev"), "{several:?}");
        let instead = several.instead.unwrap();
        for told in ["--to", &older, "release 13", "2026-"] {
            assert!(instead.contains(told), "{told}: {instead}");
        }
        let named = planned(&stage, &back(Some(&older))).await.unwrap();
        assert!(named.title.contains("stage live"), "{}", named.title);
        // Another than the one that the configuration names.
        change_api(&stage, |api| {
            api.stages.remove(0);
        });
        let other = refused(&stage, &back(Some(&older))).await;
        assert!(other.why.contains("no stage live"), "{other:?}");
        assert!(other.why.contains("dev"), "{other:?}");
    }));
}

#[test]
fn a_canary_is_taken_away_instead() {
    in_virtual_time(Box::pin(async {
        let stage = Stage::calmly(rest()).await;
        let back = Intent::Rollback(Rollback::of("api", region(HERE)));
        let canary = |percent| {
            change_api(&stage, |api| {
                api.stages[0].canary = Some(gwctl::sim::world::model::Canary {
                    deployment: api.deployments[2].id.clone(),
                    percent,
                });
            });
        };
        canary(10.0);
        let none = refused(&stage, &back).await;
        assert!(none.why.contains("canary"), "{none:?}");
        assert!(none.instead.unwrap().contains("/canarySettings"));
        // It gets nothing any longer: it was promoted.
        canary(0.0);
        planned(&stage, &back).await.unwrap();
    }));
}

fn api(stage: &Stage) -> String {
    let sites = stage.spec.sites.iter();
    sites
        .clone()
        .find(|one| one.region.as_str() == HERE)
        .unwrap()
        .api
        .clone()
}

fn served(stage: &Stage) -> String {
    let state = stage.sim().state();
    let mut apis = state.resources.apis.iter();
    let api = apis.find(|one| one.region.as_str() == HERE).unwrap();
    let serves = &api.stages[0].deployment;
    let one = api.deployments.iter().find(|one| &one.id == serves);
    one.unwrap().description.clone()
}

#[test]
fn a_stage_of_either_kind_of_api_serves_its_earlier_deployment() {
    for sim in [rest as fn() -> gwctl::sim::Sim, || world("releases", 2)] {
        in_virtual_time(Box::pin(async {
            let stage = Stage::calmly(sim()).await;
            let back = Intent::Rollback(Rollback::of("api", region(HERE)));
            let plan = planned(&stage, &back).await.unwrap();
            assert!(said(&plan).contains("release 13"), "{}", said(&plan));
            let mut running = stage.start(&plan);
            ended(&stage, &mut running, Phase::Done).await;
            assert_eq!(served(&stage), "release 13");
        }));
    }
}

#[test]
fn a_stage_that_deploys_by_itself_is_refused() {
    in_virtual_time(Box::pin(async {
        let stage = stage("calm").await;
        let back = Intent::Rollback(Rollback::of(api(&stage), region(HERE)));
        let none = refused(&stage, &back).await;
        assert!(none.why.contains("AutoDeploy"), "{none:?}");
    }));
}

#[test]
fn a_reply_that_is_lost_is_read_back_and_nothing_is_sent_twice() {
    let ours = rehearsals();
    let ours = ours.iter().filter(|one| one.name.starts_with("rollback"));
    let mut seen = 0;
    for rehearsal in ours {
        for change in changes(&undisturbed(rehearsal)) {
            let trouble = Trouble {
                tampers: vec![tamper(&change, gwctl::sim::world::How::LoseReply)],
                ..Trouble::default()
            };
            let tried = tried(rehearsal, &trouble);
            assert_eq!(tried.state.phase(), Phase::Done, "{}", story(&tried.state));
            assert!(tried.held.is_empty() && tried.unused.is_empty());
            assert!(
                tried.made.values().all(|times| *times == 1),
                "{:?}",
                tried.made
            );
            seen += 1;
        }
    }
    assert!(seen >= 4, "{seen}");
}
