//! Plans of ARC Region switch on the Edge screen.

use gwctl::console::app::Screen;
use gwctl::console::view::picture::text;
use gwctl::console::view::{Depth, Theme};
use gwctl::fleet::{
    Evaluation, EvaluationWarning, ExecutionStep, Missing, Observed, PlanDetail, RegionSwitchPlan,
    Snapshot, SwitchExecution, Trigger,
};

use super::looks::drawn;
use super::sample::{self, ago, known, region, source};
use super::snapshots::keep;

const LISTS: &str = "arc-region-switch:ListPlansInRegion";

fn shown(snapshot: Snapshot, size: (u16, u16)) -> String {
    let theme = Theme::load("dark", None, Depth::True, false).unwrap();
    let mut state = sample::state(snapshot, size);
    state.history.go(Screen::Edge);
    text(&drawn(&state, &theme))
}

/// A calm fleet with a plan between its first two Regions.
fn with_plan(change: impl FnOnce(&mut RegionSwitchPlan)) -> Snapshot {
    let mut snapshot = sample::fleet(&sample::THREE);
    let home = region("eu-west-1");
    let said = |evaluation| {
        known(
            evaluation,
            40,
            "arc-region-switch:GetPlanEvaluationStatus",
            &home,
        )
    };
    let mut plan = RegionSwitchPlan {
        arn: "arn:aws:arc-region-switch::123456789012:plan/orders:a1b2c3".into(),
        name: "orders".into(),
        owner: "123456789012".into(),
        regions: vec![region("us-east-1"), home.clone()],
        approach: "activeActive".into(),
        primary: None,
        version: Some("7".into()),
        updated: Some(ago(400_000)),
        objective_minutes: Some(10),
        told_by: home.clone(),
        detail: known(
            PlanDetail {
                workflows: Vec::new(),
                triggers: vec![Trigger {
                    action: "deactivate".into(),
                    region: "us-east-1".into(),
                    conditions: vec!["orders-errors red".into()],
                }],
            },
            40,
            "arc-region-switch:GetPlanInRegion",
            &home,
        ),
        evaluation: said(Evaluation {
            state: "passed".into(),
            at: Some(ago(720)),
            version: Some("7".into()),
            warnings: Vec::new(),
        }),
        checks: Observed::default(),
        active: None,
        execution: Observed::default(),
    };
    change(&mut plan);
    let plans = known(vec![plan], 40, LISTS, &home);
    snapshot.edge.region_switch.insert(home, plans);
    snapshot
}

fn failed(plan: &mut RegionSwitchPlan) {
    let step = |name: &str, status: &str| ExecutionStep {
        name: name.into(),
        status: status.into(),
    };
    let id = "us-east-1/0011223344556677";
    plan.active = Some(id.into());
    let execution = SwitchExecution {
        id: id.into(),
        state: "pausedByFailedStep".into(),
        action: "deactivate".into(),
        region: "eu-west-1".into(),
        mode: "graceful".into(),
        version: Some("7".into()),
        started: Some(ago(130)),
        ended: None,
        comment: None,
        steps: vec![step("Database", "completed"), step("Traffic", "failed")],
        trouble: Some("step Traffic: not allowed".into()),
    };
    let home = region("eu-west-1");
    plan.execution = known(execution, 5, "arc-region-switch:GetPlanExecution", &home);
    let evaluation = Evaluation {
        state: "actionRequired".into(),
        at: Some(ago(720)),
        version: Some("7".into()),
        warnings: vec![EvaluationWarning {
            step: Some("Traffic".into()),
            resource: None,
            text: "The execution role is not allowed to call route53:ListResourceRecordSets."
                .into(),
        }],
    };
    plan.evaluation = known(
        evaluation,
        40,
        "arc-region-switch:GetPlanEvaluationStatus",
        &home,
    );
}

#[test]
fn a_plan_stands_under_the_flow_with_its_evaluation() {
    for size in [(80, 24), (120, 40)] {
        let shown = shown(with_plan(|_| {}), size);
        assert!(
            shown.contains("Region switch orders  evaluation passed 12m ago"),
            "{shown}"
        );
        keep(&format!("region-switch-idle-{}x{}", size.0, size.1), &shown);
    }
}

#[test]
fn a_running_execution_comes_first_with_its_step_and_what_aws_found() {
    for size in [(80, 24), (120, 40)] {
        let shown = shown(with_plan(failed), size);
        assert!(
            shown.contains("runs: deactivate eu-west-1, pausedByFailedStep"),
            "{shown}"
        );
        keep(
            &format!("region-switch-failed-{}x{}", size.0, size.1),
            &shown,
        );
    }
}

#[test]
fn plans_that_may_not_be_asked_for_are_not_none() {
    let mut snapshot = sample::fleet(&sample::THREE);
    let why = Missing::NotAllowed {
        action: LISTS.into(),
    };
    for (region, told) in &mut snapshot.edge.region_switch {
        *told = Observed::missing(why.clone(), source(LISTS, region));
    }
    for size in [(80, 24), (120, 40), (200, 60)] {
        let shown = shown(snapshot.clone(), size);
        assert!(shown.contains(&format!("not allowed: {LISTS}")), "{shown}");
    }
    let calm = shown(sample::fleet(&sample::THREE), (120, 40));
    assert!(!calm.contains("Region switch"), "{calm}");
}
