//! ARC Region switch, long because each end of an execution is a story of its own: what would work against a plan says
//! so, and a plan that is asked for by name is followed to its end, whatever that is.

use std::time::Duration;

use gwctl::actions::guided::{Drain, Drill, Evacuate, Promote, Restore};
use gwctl::actions::{
    Check, Finding, Intent, Mechanism, Mode, Order, Phase, Plan, Refused, RunState, Running, plan,
};
use gwctl::sim::world::{Mutation, SwitchOrder};
use gwctl::sim::{Scenario, Sim, SimOptions};

use super::stand::{Stage, region, story};
use crate::observe::stand::REPLY;

const STEP: &str = "evacuate";

/// A fleet of three Regions, with a plan between the first two that is as `setup` says.
fn world(setup: &str) -> Sim {
    let text = format!("title = \"Region switch\"\n[region-switch]\n{setup}");
    Sim::new(SimOptions {
        scenario: Scenario::parse("region-switch", &text).unwrap(),
        regions: ["us-east-1", "eu-west-1", "ap-southeast-1"]
            .map(region)
            .to_vec(),
        api_latency: Some(REPLY),
        start: Some("2026-11-22T03:00:20Z".parse().unwrap()),
        ..SimOptions::default()
    })
    .unwrap()
}

async fn stage(setup: &str) -> Stage {
    Stage::over(world(setup)).await
}

fn evacuate(mechanism: Option<Mechanism>) -> Intent {
    Intent::Evacuate(Evacuate {
        region: region("eu-west-1"),
        mechanism,
    })
}

fn by_plan() -> Intent {
    evacuate(Some(Mechanism::RegionSwitch))
}

fn planned(stage: &Stage, intent: &Intent) -> Result<Plan, Refused> {
    plan("orders", &stage.spec, &stage.snapshot(), intent)
}

fn check<'p>(plan: &'p Plan, name: &str) -> &'p Check {
    let found = plan.checks.iter().find(|check| check.name == name);
    found.unwrap_or_else(|| panic!("no check {name}: {:#?}", plan.checks))
}

/// Every execution that was asked for: where, and of what.
fn started(sim: &Sim) -> Vec<Mutation> {
    let state = sim.state();
    let all = state.control.mutations.iter();
    let of = |one: &&Mutation| one.operation == "StartPlanExecution" && one.accepted;
    all.filter(of).cloned().collect()
}

/// The id of the newest execution, and its state.
fn newest(sim: &Sim) -> (String, &'static str) {
    let state = sim.state();
    let plan = state.resources.region_switch.as_ref().unwrap();
    let run = plan.executions.last().expect("an execution");
    (run.id.clone(), run.state)
}

/// What the journal says was seen at the step, in order.
fn seen(stage: &Stage, id: &str) -> Vec<String> {
    use gwctl::actions::Entry;
    let records = stage.folder.records(id).unwrap();
    let told = records.into_iter().filter_map(|record| match record.entry {
        Entry::Saw { step, text } | Entry::Done { step, text } if step == STEP => Some(text),
        _ => None,
    });
    told.collect()
}

/// Somebody else's execution: eu-west-1 is deactivated.
fn somebody_starts(sim: &Sim) -> String {
    let mut state = sim.state();
    let arn = state.resources.region_switch.as_ref().unwrap().arn.clone();
    let order = SwitchOrder {
        home: region("us-east-1"),
        plan: arn,
        action: "deactivate".into(),
        target: region("eu-west-1"),
        mode: "graceful".into(),
        comment: None,
        token: None,
    };
    state.start_switch(&order).unwrap().id
}

/// Whether the step fails that shifts the traffic.
fn fails(sim: &Sim, fails: bool) {
    let mut state = sim.state();
    state.resources.region_switch.as_mut().unwrap().fails = fails;
}

async fn picture_with(stage: &Stage, wanted: impl Fn(&gwctl::fleet::RegionSwitchPlan) -> bool) {
    let limit = Duration::from_mins(3);
    let shows = |picture: &std::sync::Arc<gwctl::fleet::Snapshot>| {
        picture.region_switch_plans().into_iter().any(&wanted)
    };
    stage.stand.until(limit, shows).await;
}

/// Begins an evacuation by the plan, and waits until `until` is seen of its execution.
async fn begun(stage: &Stage, until: &str) -> Running {
    let running = stage.start(&planned(stage, &by_plan()).unwrap());
    for _ in 0..600 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let state = running.state.borrow().clone();
        let saw = state.steps[STEP].saw.clone().unwrap_or_default();
        if saw.contains(until) {
            return running;
        }
    }
    panic!("{until}: {}", story(&running.state.borrow()));
}

async fn ordered(stage: &Stage, running: &mut Running, order: Order) -> std::sync::Arc<RunState> {
    stage.order(running, order).await
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_exists_is_named_by_all_that_changes_the_same_and_never_chosen_by_itself() {
    let stage = stage("database = \"failover\"\ntrigger = true").await;
    let there = region("eu-west-1");
    let all = [
        evacuate(None),
        Intent::Drain(Drain {
            region: there.clone(),
            to: gwctl::actions::arguments::Share::NONE,
            over_s: 240,
        }),
        Intent::Drill(Drill {
            region: region("us-east-1"),
            to: there.clone(),
            hold_s: Some(60),
        }),
        Intent::Promote(Promote {
            target: there.clone(),
            mode: Some(Mode::Switchover),
            force: false,
        }),
    ];
    for intent in all {
        let plan = planned(&stage, &intent).unwrap();
        let check = check(&plan, "region-switch");
        assert_eq!(check.finding, Finding::Warn, "{intent:?}");
        for words in [
            "plan orders",
            "us-east-1 and eu-west-1",
            "--mechanism region-switch",
            "may start by itself: deactivate us-east-1 when orders-errors red",
        ] {
            assert!(check.text.contains(words), "{words}: {}", check.text);
        }
        if let Some(choice) = &plan.mechanism {
            assert_ne!(choice.mechanism, Mechanism::RegionSwitch, "{intent:?}");
        }
    }
    let elsewhere = Intent::Evacuate(Evacuate {
        region: region("ap-southeast-1"),
        mechanism: None,
    });
    let plan = planned(&stage, &elsewhere).unwrap();
    let names = |check: &Check| check.name.starts_with("region-switch");
    assert!(!plan.checks.iter().any(names), "the plan is not about it");
}

#[tokio::test(start_paused = true)]
async fn while_a_plan_runs_everything_else_must_be_waived_by_name() {
    let stage = stage("approval = true").await;
    let id = somebody_starts(stage.sim());
    picture_with(&stage, |plan| {
        let execution = plan.execution.current();
        execution.is_some_and(|one| one.state == "pendingManualApproval")
    })
    .await;
    let plan = planned(&stage, &evacuate(None)).unwrap();
    let found = check(&plan, "region-switch");
    assert_eq!(found.finding, Finding::Waivable);
    for words in [
        id.as_str(),
        "runs now",
        "deactivate eu-west-1",
        "waits for approval: Approve",
    ] {
        assert!(found.text.contains(words), "{words}: {}", found.text);
    }
    let plan = planned(&stage, &by_plan()).unwrap();
    let idle = check(&plan, "region-switch-idle");
    assert_eq!(idle.finding, Finding::Fail);
    assert!(idle.text.contains(&id), "{}", idle.text);
}

#[tokio::test(start_paused = true)]
async fn an_execution_that_begins_after_the_plan_was_confirmed_stops_the_run() {
    let stage = stage("approval = true").await;
    let mut plan = planned(&stage, &evacuate(None)).unwrap();
    // Nothing is waived: the plan saw no execution.
    plan.checks.retain(|check| check.name != "region-switch");
    somebody_starts(stage.sim());
    picture_with(&stage, gwctl::fleet::RegionSwitchPlan::is_running).await;
    let mut running = stage.start(&plan);
    let state = stage.settle(&mut running).await;
    assert_eq!(state.phase(), Phase::Held, "{}", story(&state));
    let held = state.steps[STEP].held.clone().unwrap();
    assert!(
        held.contains("execution of Region switch plan orders runs"),
        "{held}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_evacuation_runs_the_plan_in_the_region_that_takes_the_traffic_and_follows_it() {
    let stage = stage("").await;
    let plan = planned(&stage, &by_plan()).unwrap();
    assert_eq!(
        check(&plan, "region-switch-evaluation").finding,
        Finding::Pass
    );
    assert!(
        plan.notes
            .iter()
            .any(|note| note.contains("Traffic (Route53HealthCheck)"))
    );
    assert!(plan.step(STEP).unwrap().no_return);
    let mut running = stage.start(&plan);
    let id = running.id.clone();
    let state = stage.settle(&mut running).await;
    assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
    let [start] = started(stage.sim()).try_into().unwrap();
    assert_eq!(start.region, region("us-east-1"));
    assert!(
        start.target.contains("eu-west-1 deactivate"),
        "{}",
        start.target
    );
    assert!(!stage.sim().state().in_service(&region("eu-west-1")));
    let told = seen(&stage, &id).join("\n");
    for words in [
        "pending",
        "inProgress",
        "running: Traffic",
        ", completed: 1 of 1 steps completed",
    ] {
        assert!(told.contains(words), "{words}:\n{told}");
    }
    // The way back is the other workflow.
    picture_with(&stage, |plan| {
        let checks = plan.checks.current().into_iter().flatten();
        checks
            .into_iter()
            .any(|check| check.status.as_deref() == Some("unhealthy"))
    })
    .await;
    let back = Intent::Restore(Restore {
        region: region("eu-west-1"),
        hold_down_s: Some(60),
    });
    let plan = planned(&stage, &back).unwrap();
    assert_eq!(
        plan.mechanism.as_ref().unwrap().mechanism,
        Mechanism::RegionSwitch
    );
    stage.carry_out(&back).await;
    let starts = started(stage.sim());
    assert_eq!(starts.len(), 2);
    assert_eq!(starts[1].region, region("eu-west-1"));
    assert!(stage.sim().state().in_service(&region("eu-west-1")));
}

#[tokio::test(start_paused = true)]
async fn of_an_active_passive_plan_the_other_region_is_activated_and_the_writer_moves() {
    let stage = stage("passive = true\ndatabase = \"failover\"").await;
    let leave = Intent::Evacuate(Evacuate {
        region: region("us-east-1"),
        mechanism: Some(Mechanism::RegionSwitch),
    });
    let plan = planned(&stage, &leave).unwrap();
    let writer = check(&plan, "region-switch-writer");
    assert_eq!(writer.finding, Finding::Waivable);
    assert!(writer.text.contains("`failover`"), "{}", writer.text);
    assert!(
        plan.data_loss.is_some(),
        "it may lose what is not replicated"
    );
    assert!(
        plan.notes
            .iter()
            .any(|note| note.contains("active/passive"))
    );
    let mut running = stage.start(&plan);
    let state = stage.settle(&mut running).await;
    assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
    let [start] = started(stage.sim()).try_into().unwrap();
    assert_eq!(start.region, region("eu-west-1"));
    assert!(
        start.target.contains("eu-west-1 activate"),
        "{}",
        start.target
    );
    let state = stage.sim().state();
    let members = &state.resources.global_clusters[0].members;
    let writer = members.iter().find(|member| member.writer).unwrap();
    assert_eq!(writer.region, region("eu-west-1"));
    assert!(state.in_service(&region("eu-west-1")) && !state.in_service(&region("us-east-1")));
}

#[tokio::test(start_paused = true)]
async fn an_approval_is_waited_for_and_given_by_somebody_else() {
    let stage = stage("approval = true").await;
    let mut running = begun(&stage, "pendingManualApproval").await;
    let saw = running.state.borrow().steps[STEP].saw.clone().unwrap();
    assert!(
        saw.contains("approves it in the ARC console") && saw.contains("gwctl does not"),
        "{saw}"
    );
    let (id, _) = newest(stage.sim());
    stage.sim().state().approve_switch(&id, true).unwrap();
    let state = stage.settle(&mut running).await;
    assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
    assert_eq!(started(stage.sim()).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failed_step_holds_and_the_same_execution_is_followed_once_it_was_repaired() {
    let stage = stage("").await;
    fails(stage.sim(), true);
    let mut running = stage.start(&planned(&stage, &by_plan()).unwrap());
    let state = stage.settle(&mut running).await;
    let held = state.steps[STEP].held.clone().unwrap();
    for words in [
        "pausedByFailedStep",
        "failed: Traffic",
        "The health check could not be set",
        "resume",
        "skip",
    ] {
        assert!(held.contains(words), "{words}: {held}");
    }
    fails(stage.sim(), false);
    let (id, _) = newest(stage.sim());
    stage.sim().state().update_switch(&id, "resume").unwrap();
    let retry = Order::Retry { step: STEP.into() };
    let state = ordered(&stage, &mut running, retry).await;
    assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
    assert_eq!(started(stage.sim()).len(), 1, "it is the same execution");
}

#[tokio::test(start_paused = true)]
async fn an_execution_with_a_skipped_step_asks_before_it_counts_as_done() {
    let stage = stage("database = \"failover\"").await;
    let plan = planned(&stage, &by_plan()).unwrap();
    assert!(plan.data_loss.is_none(), "the writer is there already");
    fails(stage.sim(), true);
    let mut running = stage.start(&plan);
    stage.settle(&mut running).await;
    let (id, _) = newest(stage.sim());
    let skipped = stage.sim().state().skip_switch_step(&id, "Traffic");
    skipped.unwrap();
    let retry = Order::Retry { step: STEP.into() };
    let state = ordered(&stage, &mut running, retry).await;
    assert_eq!(newest(stage.sim()).1, "completedWithExceptions");
    assert_eq!(state.phase(), Phase::Held, "{}", story(&state));
    let held = state.steps[STEP].held.clone().unwrap();
    assert!(
        held.contains("completedWithExceptions") && held.contains("skipped: Traffic"),
        "{held}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_execution_that_ended_badly_holds_and_a_retry_starts_another_one() {
    type End = fn(&Sim, &str);
    let ends: [(&str, End); 2] = [
        ("canceled", |sim, id| sim.state().cancel_switch(id).unwrap()),
        ("failed", |sim, id| {
            sim.state().approve_switch(id, false).unwrap();
        }),
    ];
    for (word, end) in ends {
        let stage = stage("approval = true").await;
        let mut running = begun(&stage, "pendingManualApproval").await;
        end(stage.sim(), &newest(stage.sim()).0);
        let state = stage.settle(&mut running).await;
        let held = state.steps[STEP].held.clone().unwrap();
        assert!(
            held.contains(word) && held.contains("takes nothing back"),
            "{held}"
        );
        running.control.order(Order::Retry { step: STEP.into() });
        for _ in 0..60 {
            tokio::time::sleep(Duration::from_secs(1)).await;
            if newest(stage.sim()).1 == "pendingManualApproval" {
                break;
            }
        }
        let (id, _) = newest(stage.sim());
        stage.sim().state().approve_switch(&id, true).unwrap();
        let state = stage.settle(&mut running).await;
        assert_eq!(state.phase(), Phase::Done, "{word}: {}", story(&state));
        assert_eq!(started(stage.sim()).len(), 2, "{word}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_somebody_changed_meanwhile_is_not_executed() {
    let stage = stage("").await;
    let plan = planned(&stage, &by_plan()).unwrap();
    stage
        .sim()
        .state()
        .resources
        .region_switch
        .as_mut()
        .unwrap()
        .version += 1;
    let mut running = stage.start(&plan);
    let state = stage.settle(&mut running).await;
    let held = state.steps[STEP].held.clone().unwrap();
    assert!(held.contains("version 4 instead of 3"), "{held}");
    assert!(started(stage.sim()).is_empty());
}

#[tokio::test(start_paused = true)]
async fn undo_waits_for_the_end_of_the_execution_and_starts_the_way_back() {
    let stage = stage("approval = true").await;
    let mut running = begun(&stage, "pendingManualApproval").await;
    running.control.order(Order::Undo);
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!(started(stage.sim()).len(), 1);
    let (id, _) = newest(stage.sim());
    stage.sim().state().approve_switch(&id, true).unwrap();
    for _ in 0..120 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let (second, state) = newest(stage.sim());
        if second != id && state == "pendingManualApproval" {
            stage.sim().state().approve_switch(&second, true).unwrap();
            break;
        }
    }
    let state = stage.settle(&mut running).await;
    assert_eq!(state.phase(), Phase::Undone, "{}", story(&state));
    let starts = started(stage.sim());
    assert_eq!(starts.len(), 2, "{}", story(&state));
    assert!(
        starts[1].target.contains("eu-west-1 activate"),
        "{}",
        starts[1].target
    );
    assert!(stage.sim().state().in_service(&region("eu-west-1")));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_known_of_plans_is_no_word_that_there_is_none() {
    let text = "title = \"t\"\n[region-switch]\n[[event]]\nat = \"0s\"\nstart = \"access-denied\"\naction = \"arc-region-switch:ListPlansInRegion\"";
    let sim = Sim::new(SimOptions {
        scenario: Scenario::parse("denied", text).unwrap(),
        regions: ["us-east-1", "eu-west-1"].map(region).to_vec(),
        api_latency: Some(REPLY),
        ..SimOptions::default()
    });
    let stage = Stage::over(sim.unwrap()).await;
    let plan = planned(&stage, &evacuate(None)).unwrap();
    let found = check(&plan, "region-switch");
    assert_eq!(found.finding, Finding::Warn);
    assert!(
        found
            .text
            .contains("not allowed: arc-region-switch:ListPlansInRegion"),
        "{}",
        found.text
    );
    let refused = planned(&stage, &by_plan()).unwrap_err();
    assert!(refused.why.contains("is not known"), "{refused:?}");
}

#[tokio::test(start_paused = true)]
async fn an_evaluation_that_found_something_must_be_waived() {
    let stage = stage("warning = true").await;
    let plan = planned(&stage, &by_plan()).unwrap();
    let found = check(&plan, "region-switch-evaluation");
    assert_eq!(found.finding, Finding::Waivable);
    assert!(
        found
            .text
            .contains("actionRequired: step Traffic: The execution role"),
        "{}",
        found.text
    );
}

#[tokio::test(start_paused = true)]
async fn a_plan_whose_checks_are_on_no_record_would_shift_nothing() {
    let sim = world("");
    {
        let mut state = sim.state();
        let checks = state
            .resources
            .region_switch
            .as_ref()
            .unwrap()
            .checks
            .clone();
        for check in &mut state.resources.health_checks {
            if let gwctl::sim::world::model::CheckKind::Calculated {
                children,
                threshold,
            } = &mut check.kind
            {
                children.retain(|id| checks.iter().all(|one| one.id != *id));
                *threshold = i32::try_from(children.len()).unwrap();
            }
        }
    }
    let stage = Stage::over(sim).await;
    let plan = planned(&stage, &by_plan()).unwrap();
    let found = check(&plan, "region-switch-traffic");
    assert_eq!(found.finding, Finding::Waivable);
    assert!(
        found.text.contains("no record of us-east-1 and eu-west-1"),
        "{}",
        found.text
    );
}
