//! Plans of ARC Region switch, as the last lines of the edge's flow.

use ratatui::text::{Line, Span};

use super::edge_chain::missing;
use super::freshness::Show;
use super::scene::Scene;
use super::theme::Role;
use gwctl_fleet::{Progress, RegionSwitchPlan, SwitchExecution, clean};

/// What stands in front of every line.
const HEAD: &str = "Region switch";

/// A line a plan, what went wrong and what AWS found about it, and why there may be plans that are not known.
pub fn lines(scene: &Scene<'_>, width: u16) -> Vec<Line<'static>> {
    let plans = scene.snapshot.region_switch_plans();
    let mut lines = Vec::new();
    for plan in &plans {
        lines.push(line(scene, plan, width));
        lines.extend(trouble(scene, plan, width));
        lines.extend(warnings(scene, plan, width));
    }
    lines.extend(unknown(scene));
    lines
}

fn head(scene: &Scene<'_>) -> Span<'static> {
    scene.span(format!("{HEAD} "), Role::Muted)
}

fn line(scene: &Scene<'_>, plan: &RegionSwitchPlan, width: u16) -> Line<'static> {
    let name = scene.span(clean(&plan.name, 32), Role::Title);
    let mut parts = execution(scene, plan);
    parts.push(evaluation(scene, plan));
    parts.push(vec![
        scene.span(format!("  {}", plan.between()), Role::Text),
    ]);
    parts.push(vec![
        scene.span(format!("  {}", clean(&plan.approach, 20)), Role::Muted),
    ]);
    let triggers = plan.detail.last().map_or(0, |detail| detail.triggers.len());
    if triggers > 0 {
        parts.push(vec![scene.span("  may start by itself", Role::Degraded)]);
    }
    scene.fitting(vec![head(scene), name], parts, width)
}

/// What runs now, part by part.
fn execution(scene: &Scene<'_>, plan: &RegionSwitchPlan) -> Vec<Vec<Span<'static>>> {
    let Some(id) = &plan.active else {
        return Vec::new();
    };
    let known = scene.known(&plan.execution);
    let Some(execution) = known.value else {
        let running = scene.span(format!("  runs {} ", clean(id, 40)), Role::Accent);
        return vec![vec![
            running,
            missing(scene, known, plan.execution.why_missing()),
        ]];
    };
    let role = match execution.progress() {
        Progress::Underway | Progress::Completed => Role::Accent,
        Progress::Approval | Progress::Paused | Progress::Unknown => Role::Degraded,
        Progress::FailedStep | Progress::Exceptions | Progress::Ended => Role::Down,
    };
    let (action, region) = (&execution.action, &execution.region);
    let mut parts = vec![
        vec![scene.span(
            format!("  runs: {} {}", clean(action, 16), clean(region, 16)),
            role,
        )],
        vec![scene.span(format!(", {}", clean(&execution.state, 40)), role)],
    ];
    if let Some(at) = execution.started {
        parts.push(vec![
            scene.span(format!(", began {}", scene.ago(at)), Role::Muted),
        ]);
    }
    if let Some(step) = step(execution) {
        parts.push(vec![scene.span(format!(", {step}"), Role::Text)]);
    }
    parts
}

/// The step that matters now: `step 2 of 3 Traffic`.
fn step(execution: &SwitchExecution) -> Option<String> {
    let now = |status: &str| matches!(status, "running" | "failed" | "pendingApproval");
    let index = execution.steps.iter().position(|step| now(&step.status))?;
    let (step, all) = (&execution.steps[index], execution.steps.len());
    Some(format!(
        "step {} of {all} {}",
        index + 1,
        clean(&step.name, 32)
    ))
}

fn evaluation(scene: &Scene<'_>, plan: &RegionSwitchPlan) -> Vec<Span<'static>> {
    let known = scene.lasting(&plan.evaluation);
    let Some(evaluation) = known.value else {
        let why = missing(scene, known, plan.evaluation.why_missing());
        return vec![scene.span("  evaluation ", Role::Muted), why];
    };
    let role = match evaluation.state.as_str() {
        "passed" => Role::Healthy,
        "actionRequired" => Role::Degraded,
        _ => Role::Unknown,
    };
    let word = known.show(scene.theme, role, usize::MAX, |one| clean(&one.state, 24));
    let ago = evaluation
        .at
        .map_or_else(String::new, |at| format!(" {}", scene.ago(at)));
    vec![
        scene.span("  evaluation ", Role::Muted),
        word.span(),
        scene.span(ago, Role::Muted),
    ]
}

/// AWS's words on why the execution does not go on.
fn trouble(scene: &Scene<'_>, plan: &RegionSwitchPlan, width: u16) -> Option<Line<'static>> {
    let text = plan.execution.last()?.trouble.as_deref()?;
    let text = format!("  {}", clean(text, usize::from(width)));
    Some(Line::from(scene.span(text, Role::Down)))
}

/// What AWS found, where it found something.
fn warnings(scene: &Scene<'_>, plan: &RegionSwitchPlan, width: u16) -> Option<Line<'static>> {
    let evaluation = plan.evaluation.last()?;
    let first = evaluation.warnings.first()?;
    let step = first
        .step
        .as_deref()
        .map_or_else(String::new, |step| format!("step {}: ", clean(step, 32)));
    let more = match evaluation.warnings.len() {
        1 => String::new(),
        n => format!(" (and {} more)", n - 1),
    };
    let text = format!(
        "  evaluation: {step}{}{more}",
        clean(&first.text, usize::from(width))
    );
    Some(Line::from(scene.span(text, Role::Degraded)))
}

/// Why there may be a plan that nobody told.
fn unknown(scene: &Scene<'_>) -> Option<Line<'static>> {
    let snapshot = scene.snapshot;
    let mut sites = snapshot.sites.iter().map(|site| &site.region);
    let region = sites.find(|region| snapshot.unknown_region_switch(region).is_some())?;
    let told = snapshot.edge.region_switch.get(region)?;
    let why = missing(scene, scene.known(told), told.why_missing());
    Some(Line::from(vec![head(scene), why]))
}
