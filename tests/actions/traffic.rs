//! A Region's clients are told from Route 53's health checkers, and those that receive must bear what comes.

use std::time::Duration;

use gwctl::actions::guided::{Drill, Evacuate, Promote, Restore};
use gwctl::actions::{Check, Finding, Intent, Order, Phase, Plan, RunState, StepStatus};
use gwctl::fleet::Snapshot;
use gwctl::sim::world::model::Throttle;
use gwctl::sim::{Scenario, Sim, SimOptions};

use super::stand::{Stage, region, story};
use crate::observe::stand::{REPLY, world};

/// A fleet of three Regions with so many requests a second at the peak, whose health checkers count or not.
fn small(clients: f64, checkers_are_counted: bool) -> Sim {
    let mut scenario = Scenario::calm();
    scenario.clients = clients;
    scenario.physics.checkers_are_counted = checkers_are_counted;
    Sim::new(SimOptions {
        scenario,
        regions: ["us-east-1", "eu-west-1", "ap-southeast-1"]
            .map(region)
            .to_vec(),
        api_latency: Some(REPLY),
        start: Some("2026-11-22T03:00:20Z".parse().unwrap()),
        ..SimOptions::default()
    })
    .unwrap()
}

fn evacuate(code: &str) -> Intent {
    Intent::Evacuate(Evacuate {
        region: region(code),
        mechanism: None,
    })
}

fn restore(code: &str) -> Intent {
    Intent::Restore(Restore {
        region: region(code),
        hold_down_s: Some(60),
    })
}

async fn carried_out(stage: &Stage, intent: &Intent) -> std::sync::Arc<RunState> {
    let mut running = stage.start(&stage.plan(intent));
    let state = stage.settle(&mut running).await;
    assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
    running.task.await.unwrap().unwrap();
    state
}

fn saw(state: &RunState, step: &str) -> String {
    state.steps[step].saw.clone().unwrap_or_default()
}

fn served(sim: &Sim, code: &str) -> f64 {
    sim.state().requests_served(&region(code)).unwrap()
}

fn check<'a>(plan: &'a Plan, name: &str) -> &'a Check {
    let found = plan.checks.iter().find(|check| check.name == name);
    found.unwrap_or_else(|| panic!("no check {name}: {:#?}", plan.checks))
}

async fn requests(stage: &Stage, code: &str) -> Option<f64> {
    // Until figures of now are there.
    tokio::time::sleep(Duration::from_mins(5)).await;
    let seen = stage.snapshot().served(&region(code))?;
    Some(seen.requests)
}

#[tokio::test(start_paused = true)]
async fn a_region_is_left_and_returns_although_health_checkers_go_on() {
    let stage = Stage::over(world("calm", 3)).await;
    let gone = carried_out(&stage, &evacuate("eu-west-1")).await;
    assert!(
        served(stage.sim(), "eu-west-1") < 60.0,
        "some resolvers at most"
    );
    let said = saw(&gone, "traffic");
    assert!(said.contains("of its clients are left"), "{said}");
    let left = requests(&stage, "eu-west-1").await;
    assert!(
        left.is_some_and(|left| (80.0..140.0).contains(&left)),
        "its health checkers are what is left: {left:?}"
    );
    assert_eq!(
        stage
            .snapshot()
            .traffic_share(&region("eu-west-1"))
            .map(|share| share.percent.round()),
        Ok(0.0)
    );
    carried_out(&stage, &restore("eu-west-1")).await;
    assert!(served(stage.sim(), "eu-west-1") > 1_000.0);
}

#[tokio::test(start_paused = true)]
async fn where_clients_are_too_few_to_be_told_from_checkers_dns_decides() {
    for counted in [true, false] {
        let stage = Stage::over(small(0.5, counted)).await;
        let gone = carried_out(&stage, &evacuate("eu-west-1")).await;
        let said = saw(&gone, "traffic");
        if counted {
            assert!(said.contains("Route 53's health checks"), "{said}");
            assert!(said.contains("DNS answers leads to"), "{said}");
        }
        assert!(served(stage.sim(), "eu-west-1") < 1.0, "{counted}");
        let back = carried_out(&stage, &restore("eu-west-1")).await;
        let said = saw(&back, "traffic");
        assert!(!said.is_empty(), "{said}");
    }
}

#[tokio::test(start_paused = true)]
async fn health_checkers_alone_bring_no_region_back() {
    let stage = Stage::over(world("calm", 3)).await;
    carried_out(&stage, &evacuate("eu-west-1")).await;
    let plan = stage.plan(&restore("eu-west-1"));
    pin_unhealthy(stage.sim(), "orders eu-west-1 site");
    let mut running = stage.start(&plan);
    let held = stage.settle(&mut running).await;
    assert_eq!(
        held.steps["dns"].status,
        StepStatus::Held,
        "{}",
        story(&held)
    );
    let skip = Order::Skip {
        step: "dns".into(),
        reason: "to see what the count says".into(),
    };
    running.control.order(skip);
    tokio::time::sleep(Duration::from_mins(10)).await;
    let state = running.state.borrow().clone();
    assert!(
        state.steps["traffic"].started.is_some() && state.steps["traffic"].ended.is_none(),
        "{}",
        story(&state)
    );
    running.task.abort();
    let _ = (&mut running.task).await;
}

/// As somebody may do in Route 53's console: no DNS answer names the Region.
fn pin_unhealthy(sim: &Sim, name: &str) {
    let mut state = sim.state();
    let checks = state.resources.health_checks.iter_mut();
    for check in checks.filter(|check| check.tags.iter().any(|tag| tag.value == name)) {
        (check.disabled, check.inverted) = (true, true);
    }
}

pub fn limit(sim: &Sim, code: &str, rate: f64) {
    let mut state = sim.state();
    let apis = state.resources.apis.iter_mut();
    for api in apis.filter(|api| api.region == region(code)) {
        for stage in &mut api.stages {
            stage.throttle = Some(Throttle { rate, burst: 10 });
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_region_that_cannot_bear_what_comes_is_red_with_its_limit() {
    let sim = world("calm", 3);
    limit(&sim, "eu-west-1", 900.0);
    let stage = Stage::over(sim).await;
    let plan = stage.plan(&evacuate("us-east-1"));
    let rate = check(&plan, "rate:eu-west-1");
    assert_eq!(rate.finding, Finding::Waivable, "{rate:?}");
    assert!(rate.text.contains("its limit is 900"), "{rate:?}");
    let rate = check(&plan, "rate:ap-southeast-1");
    assert_eq!(rate.finding, Finding::Pass, "{rate:?}");
}

/// What other teams reserved for their functions is no room for the fleet's.
#[tokio::test(start_paused = true)]
async fn concurrency_that_is_reserved_for_others_does_not_count_as_room() {
    let sim = world("calm", 3);
    let eu = region("eu-west-1");
    let mut state = sim.state();
    state
        .resources
        .lambda_limits
        .get_mut(&eu)
        .unwrap()
        .unreserved = 30;
    drop(state);
    let stage = Stage::over(sim).await;
    let plan = stage.plan(&evacuate("us-east-1"));
    let capacity = check(&plan, "capacity:eu-west-1");
    assert_eq!(capacity.finding, Finding::Waivable, "{capacity:?}");
    assert!(capacity.text.contains("share 30 of"), "{capacity:?}");
}

#[tokio::test(start_paused = true)]
async fn too_many_requests_are_seen_where_429_counts() {
    let sim = world("calm", 3);
    limit(&sim, "eu-west-1", 700.0);
    let stage = Stage::over(sim).await;
    let plan = stage.plan(&evacuate("us-east-1"));
    let mut running = stage.start(&plan);
    let state = stage.settle(&mut running).await;
    assert_eq!(state.phase(), Phase::Held, "{}", story(&state));
    let text = story(&state);
    assert!(text.contains("429"), "{text}");
    let site = stage.snapshot();
    let site = site.site(&region("eu-west-1")).unwrap();
    assert!(
        site.judgement
            .reasons
            .iter()
            .any(|reason| reason.about == "throttling"),
        "{:?}",
        site.judgement
    );
    running.task.abort();
    let _ = (&mut running.task).await;
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_into_a_sick_region_unless_it_is_waived() {
    let sim = world("calm", 3);
    sim.start_fault("lambda-errors:eu-west-1").unwrap();
    sim.advance(Duration::from_mins(6));
    let stage = Stage::over(sim).await;
    let promote = Intent::Promote(Promote {
        target: region("eu-west-1"),
        mode: Some(gwctl::actions::Mode::Switchover),
        force: false,
    });
    let drill = Intent::Drill(Drill {
        region: region("us-east-1"),
        to: region("eu-west-1"),
        hold_s: None,
    });
    for intent in [evacuate("us-east-1"), promote, drill] {
        let plan = stage.plan(&intent);
        let well = check(&plan, "well:eu-west-1");
        assert_eq!(well.finding, Finding::Waivable, "{intent:?}: {well:?}");
        assert!(well.text.contains("5xx"), "{well:?}");
    }
    let plan = stage.plan(&evacuate("eu-west-1"));
    let well = check(&plan, "well:us-east-1");
    assert_eq!(well.finding, Finding::Pass, "{well:?}");
}

#[tokio::test(start_paused = true)]
async fn a_receiver_without_figures_is_not_taken_for_well() {
    let stage = Stage::over(world("calm", 3)).await;
    let mut picture: Snapshot = (*stage.snapshot()).clone();
    let site = picture
        .sites
        .iter_mut()
        .find(|site| site.region == region("eu-west-1"))
        .unwrap();
    let source = site.api.detail.source().unwrap().clone();
    let denied = gwctl::fleet::Missing::NotAllowed {
        action: "cloudwatch:GetMetricData".into(),
    };
    for metric in [
        gwctl::fleet::Metric::ApiRequests,
        gwctl::fleet::Metric::Api5xx,
    ] {
        let at = picture.at;
        let series = site.api.metrics.entry(metric);
        series.renew(Err(denied.clone()), at, source.clone());
    }
    let plan =
        gwctl::actions::plan("orders", &stage.spec, &picture, &evacuate("us-east-1")).unwrap();
    let well = check(&plan, "well:eu-west-1");
    assert_eq!(well.finding, Finding::Waivable, "{well:?}");
    assert!(well.text.contains("not allowed"), "{well:?}");
}
