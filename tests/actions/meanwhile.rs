//! What changed since a plan was made is noticed before anything is sent, by looking and in the journals: long because each
//! kind of change is a story of its own.

use std::sync::Arc;
use std::time::Duration;

use gwctl::actions::guided::{Evacuate, Promote};
use gwctl::actions::{
    DiskFault, Finding, Folder, Intent, Lately, NotStarted, Order, Phase, Plan, RunContext,
    Running, Status, Tried,
};
use gwctl::console::app::{Code, Effect, Key, Msg, Overlay, update};
use gwctl::fleet::{FleetSpec, Observed, Verdict};

use super::stand::{Stage, confirmation, in_virtual_time, operator, region, resume, start, story};
use super::traffic::limit;
use super::world;
use crate::screens::sample;

async fn over(scenario: &str) -> Stage {
    Stage::over(world::founded(scenario)).await
}

fn evacuate(code: &str) -> Intent {
    Intent::Evacuate(Evacuate {
        region: region(code),
        mechanism: None,
    })
}

fn promote(code: &str) -> Intent {
    Intent::Promote(Promote {
        target: region(code),
        mode: None,
        force: false,
    })
}

fn begin(stage: &Stage, folder: &Folder, plan: &Plan) -> Result<Running, NotStarted> {
    start(
        plan,
        &confirmation(plan),
        stage.run_context(),
        folder,
        &operator(),
    )
}

/// Leaves `code`, and the run as soon as AWS took the change.
async fn sent_and_left(stage: &Stage, folder: &Folder, code: &str) {
    let running = begin(stage, folder, &stage.plan(&evacuate(code))).unwrap();
    leave_once_sent(running).await;
}

async fn leave_once_sent(mut running: Running) {
    let sent = running.state.wait_for(|state| {
        let calls = &state.steps["evacuate"].calls;
        calls.iter().any(|call| call.reply.is_some()) || state.phase() == Phase::Held
    });
    let state = sent.await.unwrap().clone();
    assert!(state.first_change().is_some(), "{}", story(&state));
    running.control.leave();
    running.task.await.unwrap().unwrap();
    // Until a picture is newer than that; it shows nothing of it.
    tokio::time::sleep(Duration::from_secs(6)).await;
}

fn sent(stage: &Stage) -> usize {
    stage.sim().state().control.mutations.len()
}

/// Begins `intent` and dies before anything is sent.
async fn killed_before_its_change(stage: &Stage, intent: &Intent) -> String {
    let plan = stage.plan(intent);
    let running = begin(stage, &stage.folder.failing(DiskFault::Before(2)), &plan).unwrap();
    assert!(running.task.await.unwrap().is_err(), "it dies");
    running.id
}

#[test]
fn regions_left_a_moment_ago_do_not_count_as_such_that_serve() {
    in_virtual_time(async {
        let stage = over("calm").await;
        for code in ["eu-west-1", "ap-southeast-1"] {
            sent_and_left(&stage, &stage.folder, code).await;
        }
        let before = sent(&stage);
        // The picture shows nothing of it yet.
        let mut plan = stage.plan(&evacuate("us-east-1"));
        assert!(plan.confirmed(&confirmation(&plan)).is_ok());
        let refused = begin(&stage, &stage.folder, &plan).unwrap_err().to_string();
        assert!(
            refused.contains("no Region would be left") && refused.contains("traffic of eu-west-1"),
            "{refused}"
        );
        let lately = Lately::of(&stage.folder, &plan.binding, "", stage.snapshot().at);
        lately.weigh(&mut plan, &stage.snapshot());
        let shown = plan
            .confirmed(&confirmation(&plan))
            .unwrap_err()
            .to_string();
        assert!(shown.contains("not-the-last"), "{shown}");
        the_console_shows_it(&stage);
        assert_eq!(sent(&stage), before);
    });
}

/// A fleet that clients reach otherwise, whose cluster is called the same.
fn another(fleet: &FleetSpec) -> FleetSpec {
    let mut another = fleet.clone();
    another.domain = "another.example.com".into();
    another.edge.distribution = "E9".into();
    another.edge.latency_record = "latency.another.example.com".into();
    another
}

#[test]
fn a_fleet_that_is_called_otherwise_still_sees_its_open_runs() {
    in_virtual_time(async {
        let stage = over("calm").await;
        let mut plan = stage.plan(&evacuate("eu-west-1"));
        plan.fleet = "its-name-of-before".into();
        let running = stage.start(&plan);
        let open = |fleet: &FleetSpec| -> Vec<String> {
            let runs = stage.folder.open_runs(fleet).into_iter();
            runs.map(|run| run.id).collect()
        };
        assert_eq!(open(&stage.spec), std::slice::from_ref(&running.id));
        assert_eq!(open(&another(&stage.spec)), [""; 0]);
        let begun = plan.made_at;
        assert!(!stage.folder.events(&stage.spec, begun).is_empty());
        assert!(stage.folder.events(&another(&stage.spec), begun).is_empty());
    });
}

#[test]
fn a_run_goes_on_as_another_role_of_its_account_and_in_no_other_partition() {
    in_virtual_time(async {
        let stage = over("calm").await;
        let id = killed_before_its_change(&stage, &evacuate("eu-west-1")).await;
        let before = sent(&stage);
        let gov = "arn:aws-us-gov:sts::123456789012:assumed-role/OnCall/ada";
        stage.sim().state().resources.caller.arn = gov.into();
        tokio::time::sleep(Duration::from_secs(30)).await;
        let resumed = || resume(&id, &[], stage.run_context(), &stage.folder, &operator());
        let refused = resumed().unwrap_err().to_string();
        assert_eq!(
            refused,
            "the run was confirmed for other resources: the partition was aws and is aws-us-gov; nothing was sent"
        );
        assert_eq!(sent(&stage), before);
        let admin = "arn:aws:sts::123456789012:assumed-role/Admin/ada";
        stage.sim().state().resources.caller.arn = admin.into();
        tokio::time::sleep(Duration::from_secs(30)).await;
        let mut running = resumed().unwrap();
        let state = stage.settle(&mut running).await;
        assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
    });
}

#[test]
fn what_was_tried_and_what_is_open_is_read_from_the_journals() {
    in_virtual_time(async {
        let stage = over("calm").await;
        let fleet = stage.spec.clone();
        let none = Tried::of(&stage.folder, &fleet);
        assert_eq!(none.left(&region("eu-west-1")), None);
        stage.carry_out(&evacuate("eu-west-1")).await;
        sent_and_left(&stage, &stage.folder, "ap-southeast-1").await;
        let tried = Tried::of(&stage.folder, &fleet);
        assert!(tried.left(&region("eu-west-1")).is_some());
        // It is not done: nothing shows that it works.
        assert_eq!(tried.left(&region("ap-southeast-1")), None);
        assert_eq!(tried.promoted(&region("eu-west-1")), None);
        let [(title, None)] = tried.open.as_slice() else {
            panic!("{:?}", tried.open);
        };
        assert!(title.contains("ap-southeast-1"), "{title}");
        let mut renamed = fleet.clone();
        renamed.edge.distribution = "E9".into();
        assert_eq!(Tried::of(&stage.folder, &renamed), tried);
        let another = Tried::of(&stage.folder, &another(&fleet));
        assert_eq!(another, Tried::default());
    });
}

/// A run that saw DNS answer without the Region leaves no doubt about what DNS shows.
#[test]
fn dns_that_a_run_saw_is_not_said_to_be_late() {
    in_virtual_time(async {
        let stage = over("calm").await;
        stage.carry_out(&evacuate("eu-west-1")).await;
        let told = |stage: &Stage| {
            let mut plan = stage.plan(&evacuate("ap-southeast-1"));
            let lately = Lately::of(&stage.folder, &plan.binding, "", stage.snapshot().at);
            lately.weigh(&mut plan, &stage.snapshot());
            let check = plan.checks.iter().find(|one| one.name == "left-lately");
            check.map(|check| check.text.clone()).unwrap_or_default()
        };
        let seen = told(&stage);
        assert!(
            seen.contains("which saw DNS answer without it") && !seen.contains("may not show"),
            "{seen}"
        );
        let other = over("calm").await;
        sent_and_left(&other, &other.folder, "eu-west-1").await;
        assert!(told(&other).contains("DNS may not show it yet"));
    });
}

#[test]
fn the_clients_of_a_region_left_a_moment_ago_count_for_what_the_others_must_bear() {
    in_virtual_time(async {
        let calm = over("calm").await.snapshot();
        let clients = |code: &str| calm.clients_last(&region(code)).unwrap() / 60.0;
        // Four fifths of the limit are enough for two of the three, and not for all.
        let others = clients("us-east-1") + clients("ap-southeast-1");
        let enough = others + clients("eu-west-1") / 2.0;
        let sim = world::founded("calm");
        limit(&sim, "us-east-1", 1.25 * enough);
        let stage = Stage::over(sim).await;
        let rate = |plan: &Plan| {
            let mut checks = plan.checks.iter();
            checks
                .find(|check| check.name == "rate:us-east-1")
                .unwrap()
                .clone()
        };
        let alone = stage.plan(&evacuate("ap-southeast-1"));
        assert_eq!(rate(&alone).finding, Finding::Pass, "{:?}", rate(&alone));
        sent_and_left(&stage, &stage.folder, "eu-west-1").await;
        let mut plan = stage.plan(&evacuate("ap-southeast-1"));
        let lately = Lately::of(&stage.folder, &plan.binding, "", stage.snapshot().at);
        lately.weigh(&mut plan, &stage.snapshot());
        let both = rate(&plan);
        assert_eq!(both.finding, Finding::Waivable, "{both:?}");
        let gone = plan
            .checks
            .iter()
            .any(|check| check.name.ends_with(":eu-west-1"));
        assert!(!gone, "eu-west-1 receives nothing: {:#?}", plan.checks);
    });
}

/// Where it is not known whether anybody else serves, the operator decides: when confirming, or by a retry.
#[test]
fn whether_anybody_else_serves_is_the_operators_word_where_it_is_not_known() {
    in_virtual_time(async {
        for waived in [true, false] {
            let stage = over("calm").await;
            let known = stage.snapshot();
            let mut unknown = (*known).clone();
            let others = unknown.sites.iter_mut();
            for site in others.filter(|site| site.region != region("us-east-1")) {
                site.judgement.verdict = Verdict::Unknown;
                site.probe = Observed::default();
            }
            let unknown = Arc::new(unknown);
            let seen = if waived { &unknown } else { &known };
            let intent = evacuate("us-east-1");
            let plan = gwctl::actions::plan("orders", &stage.spec, seen, &intent).unwrap();
            let mut checks = plan.checks.iter();
            let last = checks.find(|check| check.name == "not-the-last").unwrap();
            assert_eq!(last.finding == Finding::Waivable, waived, "{last:?}");
            let (_keep, picture) = tokio::sync::watch::channel(unknown);
            let run_context = RunContext {
                picture,
                ..stage.run_context()
            };
            let confirmed = confirmation(&plan);
            let mut running =
                start(&plan, &confirmed, run_context, &stage.folder, &operator()).unwrap();
            let told = running
                .state
                .wait_for(|state| state.first_change().is_some() || state.phase() == Phase::Held);
            let state = told.await.unwrap().clone();
            assert_eq!(state.first_change().is_some(), waived, "{}", story(&state));
            if !waived {
                let why = state.steps["evacuate"].held.clone().unwrap();
                assert!(
                    why.contains("whether eu-west-1 serves is not known"),
                    "{why}"
                );
                assert_eq!(sent(&stage), 0);
            }
            running.control.leave();
            running.task.await.unwrap().unwrap();
        }
    });
}

/// The wizard asks the journals when it opens, and its checks say what they tell.
fn the_console_shows_it(stage: &Stage) {
    let mut state = sample::run::writing((*stage.snapshot()).clone(), (120, 40));
    update(&mut state, Msg::Spec(0, Arc::new(stage.spec.clone())));
    let keys = ":evacuate us-east-1".chars().map(Key::char);
    let keys = keys.chain([Key::plain(Code::Enter)]);
    let mut effects = keys.flat_map(|key| update(&mut state, Msg::Key(key)));
    let binding = effects.find_map(|effect| match effect {
        Effect::ReadLately(binding) => Some(binding),
        _ => None,
    });
    drop(effects);
    let lately = Lately::of(&stage.folder, &binding.unwrap(), "", stage.snapshot().at);
    update(&mut state, Msg::Lately(lately));
    let Some(Overlay::Wizard(wizard)) = &state.overlay else {
        panic!("no wizard")
    };
    let mut checks = wizard.plan.checks.iter();
    let last = checks.find(|check| check.name == "not-the-last").unwrap();
    assert_eq!(last.finding, Finding::Fail, "{}", last.text);
}

#[test]
fn what_another_machine_left_a_moment_ago_is_seen_by_looking() {
    for mechanism in [
        gwctl::actions::Mechanism::Switch,
        gwctl::actions::Mechanism::HealthCheck,
        gwctl::actions::Mechanism::Records,
    ] {
        in_virtual_time(async {
            let stage = over("calm").await;
            let elsewhere = Folder::new(stage.folder.path().with_file_name("elsewhere"));
            let plan = stage.plan(&evacuate("us-east-1"));
            let running =
                begin(&stage, &stage.folder.failing(DiskFault::Before(2)), &plan).unwrap();
            assert!(running.task.await.unwrap().is_err(), "it dies");
            for code in ["eu-west-1", "ap-southeast-1"] {
                let intent = Intent::Evacuate(Evacuate {
                    region: region(code),
                    mechanism: Some(mechanism),
                });
                leave_once_sent(begin(&stage, &elsewhere, &stage.plan(&intent)).unwrap()).await;
            }
            // CloudWatch shows it to those who ask after a while.
            tokio::time::sleep(Duration::from_mins(1)).await;
            let before = sent(&stage);
            let mut again = resume(
                &running.id,
                &[],
                stage.run_context(),
                &stage.folder,
                &operator(),
            )
            .unwrap();
            let state = stage.settle(&mut again).await;
            let why = state.steps["evacuate"].held.clone().unwrap_or_default();
            assert!(
                why.contains("no Region would be left to serve after us-east-1"),
                "{mechanism}: {}",
                story(&state)
            );
            assert_eq!(sent(&stage), before, "{mechanism}");
        });
    }
}

#[test]
fn a_region_that_was_to_take_traffic_and_takes_none_holds_the_run_until_it_is_told_to_go_on() {
    in_virtual_time(async {
        let stage = over("calm").await;
        let elsewhere = Folder::new(stage.folder.path().with_file_name("elsewhere"));
        let id = killed_before_its_change(&stage, &evacuate("us-east-1")).await;
        sent_and_left(&stage, &elsewhere, "eu-west-1").await;
        // What another machine puts shows once CloudWatch has made it visible.
        tokio::time::sleep(Duration::from_mins(1)).await;
        let mut running =
            resume(&id, &[], stage.run_context(), &stage.folder, &operator()).unwrap();
        let state = stage.settle(&mut running).await;
        let why = state.steps["evacuate"].held.clone().unwrap_or_default();
        assert!(why.contains("eu-west-1: its switch"), "{}", story(&state));
        let retry = Order::Retry {
            step: "evacuate".into(),
        };
        let state = stage.order(&mut running, retry).await;
        assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
    });
}

#[test]
fn a_writer_that_somebody_else_moved_is_not_moved_from_where_it_was() {
    in_virtual_time(async {
        let stage = over("calm").await;
        let switchover = Intent::Promote(Promote {
            target: region("eu-west-1"),
            mode: Some(gwctl::actions::Mode::Switchover),
            force: false,
        });
        let id = killed_before_its_change(&stage, &switchover).await;
        let rds = stage.session.one_attempt().rds(&region("us-east-1"));
        let topology = rds.topology("orders").await.unwrap();
        let third = &topology.member(&region("ap-southeast-1")).unwrap().arn;
        rds.switchover("orders", third).await.unwrap();
        tokio::time::sleep(Duration::from_mins(5)).await;
        let mut running =
            resume(&id, &[], stage.run_context(), &stage.folder, &operator()).unwrap();
        let state = stage.settle(&mut running).await;
        let why = state.steps["switchover"].held.clone().unwrap_or_default();
        assert!(
            why.contains("ap-southeast-1 is the writer"),
            "{}",
            story(&state)
        );
    });
}

#[test]
fn a_failover_is_not_sent_any_more_once_the_primary_answers_again() {
    in_virtual_time(async {
        let stage = over("primary-dark").await;
        tokio::time::sleep(Duration::from_mins(6)).await;
        let id = killed_before_its_change(&stage, &promote("eu-west-1")).await;
        let state = stage.folder.state(&id).unwrap();
        assert!(state.steps.contains_key("failover"), "{}", story(&state));
        // What goes wrong there ends after twelve minutes.
        tokio::time::sleep(Duration::from_mins(12)).await;
        let mut running =
            resume(&id, &[], stage.run_context(), &stage.folder, &operator()).unwrap();
        let state = stage.settle(&mut running).await;
        let why = state.steps["failover"].held.clone().unwrap_or_default();
        assert!(why.contains("not needed any more"), "{}", story(&state));
        assert!(state.first_change().is_none());
    });
}

#[test]
fn a_run_does_not_go_on_in_another_account() {
    in_virtual_time(async {
        let stage = over("calm").await;
        let id = killed_before_its_change(&stage, &evacuate("eu-west-1")).await;
        let before = sent(&stage);
        let other = "999999999999";
        stage.sim().state().resources.caller.account = other.into();
        // The picture still shows the account of a moment ago: looking does not.
        let mut running =
            resume(&id, &[], stage.run_context(), &stage.folder, &operator()).unwrap();
        let state = stage.settle(&mut running).await;
        let why = state.steps["evacuate"].held.clone().unwrap_or_default();
        assert!(why.contains(other), "{}", story(&state));
        running.control.leave();
        running.task.await.unwrap().unwrap();
        tokio::time::sleep(Duration::from_secs(30)).await;
        let retry = Order::Retry {
            step: "evacuate".into(),
        };
        for orders in [&[][..], &[retry], &[Order::Undo]] {
            let refused = resume(&id, orders, stage.run_context(), &stage.folder, &operator());
            let Err(NotStarted::Elsewhere(differences)) = refused else {
                panic!("{orders:?} goes on");
            };
            assert_eq!(
                differences,
                [format!("the account was 123456789012 and is {other}")]
            );
        }
        assert_eq!(sent(&stage), before);
    });
}

#[test]
fn a_run_does_not_go_on_with_another_configuration_of_its_fleet() {
    in_virtual_time(async {
        let stage = over("calm").await;
        let id = killed_before_its_change(&stage, &evacuate("eu-west-1")).await;
        let mut run_context = stage.run_context();
        run_context.spec.edge.distribution = "E0STAGING".into();
        let refused = resume(&id, &[], run_context, &stage.folder, &operator()).unwrap_err();
        let why = refused.to_string();
        assert!(
            why.contains("distribution") && why.contains("E0STAGING"),
            "{why}"
        );
    });
}

#[test]
fn a_run_that_was_given_up_has_no_step_under_way() {
    in_virtual_time(async {
        let stage = over("calm").await;
        let id = killed_before_its_change(&stage, &evacuate("eu-west-1")).await;
        let at = stage.snapshot().at;
        let (by, why) = (operator(), "a rehearsal");
        let files = stage.folder.files();
        let abandoned = gwctl::actions::abandon(&stage.folder, &files, &id, why, &by, at);
        abandoned.await.unwrap();
        let state = stage.folder.state(&id).unwrap();
        assert_eq!(state.phase(), Phase::Abandoned);
        assert_eq!(state.status("evacuate"), Status::Left);
    });
}

#[test]
fn a_switchover_leaves_write_forwarding_as_the_fleet_has_it() {
    // Which members forward before, and which must after: the old primary takes the target's part.
    for (off, changed) in [
        (&["us-east-1", "eu-west-1", "ap-southeast-1"][..], false),
        (&["us-east-1", "ap-southeast-1"], true),
    ] {
        in_virtual_time(async {
            let sim = world::founded("calm");
            for code in off {
                sim.state().rds().set_write_forwarding(&region(code), false);
            }
            sim.advance(Duration::from_mins(2));
            let stage = Stage::over(sim).await;
            let switchover = Intent::Promote(Promote {
                target: region("eu-west-1"),
                mode: Some(gwctl::actions::Mode::Switchover),
                force: false,
            });
            let before = sent(&stage);
            let notes = stage.plan(&switchover).notes.join("\n");
            let again = notes.contains("the call is sent again, which changes nothing");
            assert_eq!(again, changed, "{notes}");
            stage.carry_out(&switchover).await;
            let made = world::made(stage.sim(), before);
            let modified: Vec<&String> = made
                .keys()
                .filter(|change| change.contains("ModifyDBCluster"))
                .collect();
            assert_eq!(!modified.is_empty(), changed, "{off:?}: {made:?}");
            assert!(
                modified.iter().all(|change| change.contains("us-east-1")),
                "{modified:?}"
            );
            let rds = stage.session.rds(&region("us-east-1"));
            let topology = rds.topology("orders").await.unwrap();
            let now = |code: &str| {
                topology
                    .member(&region(code))
                    .unwrap()
                    .write_forwarding
                    .clone()
            };
            let wanted = if changed { "enabled" } else { "disabled" };
            assert_eq!(now("us-east-1").as_deref(), Some(wanted));
            assert_eq!(now("ap-southeast-1").as_deref(), Some("disabled"));
        });
    }
}

#[test]
fn what_was_confirmed_in_no_known_account_is_planned_again_before_anything_is_sent() {
    in_virtual_time(async {
        let stage = over("calm").await;
        let mut plan = stage.plan(&evacuate("eu-west-1"));
        plan.binding.place = None;
        let before = sent(&stage);
        let dies = stage.folder.failing(DiskFault::Before(2));
        let running = begin(&stage, &dies, &plan).unwrap();
        assert!(running.task.await.unwrap().is_err(), "it dies");
        let again = resume(
            &running.id,
            &[],
            stage.run_context(),
            &stage.folder,
            &operator(),
        );
        let why = again.unwrap_err().to_string();
        assert!(why.contains("plan it again"), "{why}");
        assert_eq!(sent(&stage), before);
    });
}
