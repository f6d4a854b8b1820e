//! A stack as it is built, changed or deleted: one bar a resource, from its beginning to its end.

use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::freshness::cells;
use super::lanes::{Lane, bar};
use super::paint;
use super::scene::Scene;
use super::theme::Role;
use crate::app::Panel;
use gwctl_actions::{RunState, StackPart, Step, StepStatus};
use gwctl_fleet::format;

/// The step whose resources are shown: the one under the cursor, or the stack that moved last.
pub fn shown<'r>(scene: &Scene<'_>, run: &'r RunState) -> Option<&'r Step> {
    let has = |step: &&Step| {
        run.steps
            .get(&step.id)
            .is_some_and(|now| !now.parts.is_empty())
    };
    let active: Vec<&Step> = run.active().collect();
    let chosen = active.get(scene.state.cursor(Panel::Steps)).copied();
    chosen.filter(has).or_else(|| {
        active
            .into_iter()
            .filter(has)
            .filter(|step| run.status(&step.id) != StepStatus::Done)
            .max_by_key(|step| newest(run, step))
    })
}

fn newest(run: &RunState, step: &Step) -> Option<Timestamp> {
    let parts = run.steps.get(&step.id)?.parts.values();
    parts.map(|part| part.ended.unwrap_or(part.began)).max()
}

/// One line a resource, what moves first, then in the order they began.
pub fn draw(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer, run: &RunState, step: &Step) {
    let Some(now) = run.steps.get(&step.id) else {
        return;
    };
    let mut parts: Vec<(&String, &StackPart)> = now.parts.iter().collect();
    parts.sort_by_key(|(id, part)| (part.ended.is_some(), part.began, *id));
    let over = parts
        .iter()
        .filter(|(_, part)| part.ended.is_some())
        .count();
    let title = Line::from(scene.heading("Resources", false));
    let aside = Line::from(scene.span(format!("{over} of {} finished", parts.len()), Role::Muted));
    let inner = scene.frame(area, buf, &title, Some(&aside), false);
    let Some(zero) = parts.iter().map(|(_, part)| part.began).min() else {
        return;
    };
    let until = if over == parts.len() {
        newest(run, step).unwrap_or(scene.now)
    } else {
        scene.now
    };
    let total = seconds(zero, until).max(1);
    let widest = parts.iter().map(|(id, _)| cells(id)).max().unwrap_or(0);
    let name = widest.clamp(8, 24);
    let room = usize::from(inner.width).saturating_sub(name + 14);
    for ((id, part), y) in parts.into_iter().zip(inner.y..inner.bottom()) {
        let (mark, role) = look(scene, &part.status);
        let lane = Lane {
            begins: seconds(zero, part.began),
            ends: seconds(zero, part.ended.unwrap_or(until)),
        };
        let mut spans = vec![
            scene.span(format!(" {mark} "), role),
            scene.span(paint::fitted(id, name), Role::Text),
            scene.span(format!("{:>8} ", took(part, until)), Role::Muted),
        ];
        match &part.reason {
            Some(why) => spans.push(scene.span(paint::cut(why, room).to_owned(), role)),
            None => spans.extend(bar(scene, lane, total, room.min(40), true, role)),
        }
        paint::line(buf, inner.x, y, inner.width, &Line::from(spans));
    }
}

fn took(part: &StackPart, until: Timestamp) -> String {
    let end = part.ended.unwrap_or(until);
    format::steady_stopwatch(end.duration_since(part.began).max(SignedDuration::ZERO))
}

fn seconds(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.duration_since(from).as_secs()).unwrap_or(0)
}

/// Mark and role of a resource's status: told apart without colour as well.
fn look(scene: &Scene<'_>, status: &str) -> (&'static str, Role) {
    let glyphs = scene.theme.glyphs;
    match status {
        failed if failed.ends_with("_FAILED") => (glyphs.down, Role::Down),
        rollback if rollback.contains("ROLLBACK") => (glyphs.degraded, Role::Degraded),
        moving if moving.ends_with("_IN_PROGRESS") => (glyphs.cursor, Role::Accent),
        "DELETE_SKIPPED" => (glyphs.unknown, Role::Unknown),
        _ => (glyphs.healthy, Role::Healthy),
    }
}
