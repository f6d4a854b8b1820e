//! The steps in the wizard: each with its bar in time, what it calls, needs, and makes of a stack's resources.

use ratatui::text::Line;

use super::freshness::cells;
use super::lanes;
use super::paint;
use super::prose::Prose;
use super::scene::Scene;
use super::theme::Role;
use gwctl_actions::{Becomes, Plan, Standing, Step};

/// Each step with its bar in time, and below it what it calls and what it needs.
pub fn graph(
    scene: &Scene<'_>,
    prose: &mut Prose<'_, '_>,
    plan: &Plan,
    steps: &[&Step],
    width: u16,
) {
    let lanes = lanes::planned(steps);
    let total = lanes::total(&lanes);
    let width = usize::from(width);
    let bar = (width * 3 / 10).clamp(12, 60);
    let room = width.saturating_sub(bar + 21);
    for (index, (step, lane)) in steps.iter().zip(&lanes).enumerate() {
        let role = if step.mutates() {
            Role::Text
        } else {
            Role::Muted
        };
        let title = paint::fitted(&step.title, room);
        let mut spans = vec![
            scene.span(format!("{:>2} ", index + 1), Role::Accent),
            scene.span(title, role),
            scene.span(format!(" {:<14}  ", step.expected().short()), Role::Text),
        ];
        let bar_role = if step.no_return {
            Role::Degraded
        } else {
            Role::Traffic
        };
        spans.extend(lanes::bar(
            scene,
            *lane,
            total,
            bar,
            step.mutates(),
            bar_role,
        ));
        prose.lines.push(Line::from(spans));
        if cells(&step.title) > room {
            prose.say(5, &step.title, Role::Muted);
        }
        under(scene, prose, plan, steps, step);
    }
}

/// What a step waits for, calls and needs.
fn under(scene: &Scene<'_>, prose: &mut Prose<'_, '_>, plan: &Plan, steps: &[&Step], step: &Step) {
    if step.no_return {
        let mark = format!("{} point of no return: ", scene.theme.glyphs.degraded);
        let mark = scene.span(mark, Role::Degraded);
        prose.marked(
            5,
            &mark,
            "after it is sent, undo must first complete it",
            Role::Degraded,
        );
    }
    let mut calls: Vec<String> = step
        .calls
        .iter()
        .filter(|call| call.mutates)
        .map(|call| format!("calls {call}"))
        .collect();
    let reads: Vec<String> = step
        .calls
        .iter()
        .filter(|call| !call.mutates)
        .map(ToString::to_string)
        .collect();
    if !reads.is_empty() {
        calls.push(format!("reads {}", reads.join(", ")));
    }
    if let Some(after) = lanes::after(steps, step) {
        calls.insert(0, format!("after {after}"));
    }
    calls.extend(plan.accounts_of(step).map(|all| format!("account {all}")));
    prose.say(5, &calls.join("; "), Role::Muted);
    resources(scene, prose, step);
    for need in &step.needs {
        let glyphs = scene.theme.glyphs;
        let (mark, word, role, why) = match &need.standing {
            Standing::Stands => (glyphs.healthy, "works", Role::Healthy, None),
            Standing::Unproven(why) => (glyphs.unknown, "untested", Role::Unknown, Some(why)),
            Standing::Broken(why) => (glyphs.down, "broken", Role::Down, Some(why)),
        };
        let text = match why {
            Some(why) => format!("{}: {why}", need.on),
            None => need.on.to_string(),
        };
        let mark = scene.span(format!("{mark} {word:<9}"), role);
        prose.marked(5, &mark, &text, Role::Muted);
    }
}

/// What becomes of each resource of a stack, a word of them a line.
fn resources(scene: &Scene<'_>, prose: &mut Prose<'_, '_>, step: &Step) {
    for (action, sign, word, role) in [
        (Becomes::Add, "+", "add", Role::Healthy),
        (Becomes::Modify, "~", "modify", Role::Degraded),
        (Becomes::Remove, "-", "remove", Role::Down),
    ] {
        let ids: Vec<&str> = step
            .parts()
            .iter()
            .filter(|part| part.action == action)
            .map(|part| part.id.as_str())
            .collect();
        if !ids.is_empty() {
            let mark = scene.span(format!("{sign} {word:<9}"), role);
            let text = format!("{}: {}", ids.len(), ids.join(", "));
            prose.marked(5, &mark, &text, Role::Text);
        }
    }
}
