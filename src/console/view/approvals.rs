//! Plans that wait for approval: the line above the screens, the list, and what stands beside one that is approved here.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::paint;
use super::popup::{list, window};
use super::prose::Prose;
use super::scene::{Scene, area_of};
use super::theme::Role;
use crate::app::{Action, Target, Wizard};
use gwctl_actions::{Approval, Asked, Waiting};
use gwctl_fleet::format;

/// A line above the screen while plans wait for who sits here.
pub fn banner(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) -> Rect {
    let mut waiting = scene.state.to_approve();
    let Some(first) = waiting.next() else {
        return area;
    };
    let (count, them) = match 1 + waiting.count() {
        1 => ("1 plan waits for approval".to_owned(), "it"),
        more => (format!("{more} plans wait for approval"), "them"),
    };
    let (key, asked) = (scene.key(Action::Approvals), &first.asked);
    let text = format!(
        " {} {count} \u{b7} {key} shows {them} \u{b7} {} left \u{b7} {} asks \u{b7} {} ",
        scene.theme.glyphs.marks.not_yet,
        left(scene, asked),
        paint::safe(&asked.by),
        paint::safe(&asked.title)
    );
    let place = Rect { height: 1, ..area };
    let style = scene
        .style(Role::Accent)
        .patch(scene.style(Role::Selection));
    buf.set_style(place, style);
    let text = paint::fitted(&text, usize::from(place.width));
    paint::text(buf, place.x, place.y, place.width, &text, style);
    scene.hits.targets.push((area_of(place), Target::Approvals));
    Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(1),
        ..area
    }
}

/// How long it may still be approved, and begin.
fn left(scene: &Scene<'_>, asked: &Asked) -> String {
    format::span(asked.until().duration_since(scene.now))
}

/// `0 of 1`; the approvals the table did not answer for are not known.
fn count(approvals: Option<&[Approval]>, needed: u32) -> String {
    approvals.map_or_else(
        || format!("? of {needed}"),
        |known| format!("{} of {needed}", known.len()),
    )
}

/// All plans that wait, and below them all there is to know of the one under the cursor.
pub fn waiting(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer, row: usize) {
    let all = &scene.state.guided.waiting;
    let width = area.width.saturating_sub(4).min(120);
    let lines: Vec<Line<'static>> = all.iter().map(|one| line(scene, one, width)).collect();
    let mut below = Prose::new(scene, width.saturating_sub(5));
    match all.get(row) {
        Some(one) => told(scene, &mut below, one),
        None => below.say(0, &none(scene), Role::Muted),
    }
    let below = below.lines;
    let heads = u16::from(!lines.is_empty());
    let size = (width, (lines.len() + below.len()) as u16 + heads + 3);
    let title = "Plans that wait for approval: Enter reads one";
    let inner = window(scene, area, buf, size, title);
    let mut entries = inner;
    if heads > 0 {
        paint::line(
            buf,
            inner.x + 2,
            inner.y,
            inner.width - 2,
            &head(scene, width),
        );
        entries.y += 1;
        let rest = inner.height.saturating_sub(below.len() as u16 + 2);
        entries.height = rest.clamp(1, lines.len().max(1) as u16);
        list(scene, entries, buf, &lines, row);
        entries.y += entries.height + 1;
    }
    for (line, y) in below.iter().zip(entries.y..inner.bottom()) {
        paint::line(buf, inner.x + 2, y, inner.width.saturating_sub(3), line);
    }
}

/// Why the list is empty.
fn none(scene: &Scene<'_>) -> String {
    let spec = scene.state.guided.spec.as_ref();
    if spec.is_some_and(|spec| spec.rules.approvals.is_empty()) {
        "No plan of this fleet waits. Its configuration asks for no approval: `approvals` under `[fleets.NAME.rules]` names \
         the actions that need one."
            .into()
    } else {
        "No plan of this fleet waits for approval now.".into()
    }
}

/// Cells of the columns before the title.
const ACTION: usize = 12;
const WHO: usize = 20;
const SINCE: usize = 8;
const APPROVED: usize = 8;
const LEFT: usize = 12;

fn head(scene: &Scene<'_>, width: u16) -> Line<'static> {
    let mut text = format!(
        "  {:<ACTION$}  {:<WHO$}  {:<SINCE$}  {:>LEFT$}  {:<APPROVED$}",
        "action", "asked by", "since", "time left", "approved"
    );
    if has_title(width) {
        text.push_str("  plan");
    }
    Line::from(scene.span(text, Role::Muted))
}

const fn has_title(width: u16) -> bool {
    width >= 110
}

fn line(scene: &Scene<'_>, one: &Waiting, width: u16) -> Line<'static> {
    let asked = &one.asked;
    let glyphs = scene.theme.glyphs;
    let (mark, role) = match scene.state.why_not_approve(one) {
        None => (glyphs.marks.not_yet, Role::Accent),
        Some(_) => (glyphs.marks.not_allowed, Role::Faint),
    };
    let action = one.plan.as_ref().map_or("?", |plan| plan.intent.name());
    let who = paint::fitted(&asked.by, WHO);
    let mut spans = vec![
        scene.span(format!("{mark} {action:<ACTION$}  "), role),
        scene.span(format!("{who}  "), Role::Text),
        scene.span(
            format!("{:<SINCE$}  ", format::clock(asked.at)),
            Role::Muted,
        ),
        scene.span(format!("{:>LEFT$}  ", left(scene, asked)), Role::Text),
        scene.span(
            format!(
                "{:<APPROVED$}",
                count(one.approvals.as_deref(), asked.needed)
            ),
            Role::Text,
        ),
    ];
    if has_title(width) {
        let used = 2 + ACTION + WHO + SINCE + LEFT + APPROVED + 10;
        let room = usize::from(width).saturating_sub(used + 5);
        let title = paint::fitted(&asked.title, room);
        spans.push(scene.span(format!("  {title}"), Role::Muted));
    }
    Line::from(spans)
}

/// What it does, who asks, since when, until when, who approved it, and whether one may.
pub fn told(scene: &Scene<'_>, prose: &mut Prose<'_, '_>, one: &Waiting) {
    let asked = &one.asked;
    prose.say(0, &asked.title, Role::Title);
    let facts = [
        ("asked by", format!("{}, as {}", asked.by, asked.arn)),
        (
            "waits",
            format!(
                "since {}, until {} UTC",
                format::clock(asked.at),
                format::clock(asked.until())
            ),
        ),
        ("approved", approved(one)),
        ("digest", asked.digest.clone()),
        ("name", asked.id.clone()),
    ];
    for (label, text) in facts {
        prose.fact(label, 8, &text, Role::Text);
    }
    let glyphs = scene.theme.glyphs;
    if let Some(why) = scene.state.why_not_approve(one) {
        let mark = format!("{} not by you: ", glyphs.marks.not_allowed);
        prose.marked(0, &scene.span(mark, Role::Unknown), &why, Role::Text);
    }
}

fn once(needed: u32) -> String {
    match needed {
        1 => "then".into(),
        more => format!("once {more} approved it"),
    }
}

fn approved(one: &Waiting) -> String {
    let needed = one.asked.needed;
    match one.approvals.as_deref() {
        None => format!("not known of {needed}: the shared table does not answer"),
        Some([]) => format!("by nobody yet, {needed} must"),
        Some(known) => {
            let names: Vec<&str> = known.iter().map(|one| one.by.as_str()).collect();
            format!("by {} of {needed}: {}", known.len(), names.join(", "))
        }
    }
}

/// What is to be typed to approve it, or why one cannot.
pub fn asks(scene: &Scene<'_>, prose: &mut Prose<'_, '_>, one: &Waiting, wizard: &Wizard) {
    let glyphs = scene.theme.glyphs;
    let target = &wizard.plan.confirm;
    match scene.state.why_not_approve(one) {
        _ if wizard.starting => prose.say(0, "approving \u{2026}", Role::Accent),
        Some(why) => {
            let mark = format!("{} cannot be approved by you: ", glyphs.marks.not_allowed);
            prose.marked(0, &scene.span(mark, Role::Unknown), &why, Role::Text);
        }
        None => {
            let text = format!(
                "Type {target} to approve exactly this plan. The gwctl of {} begins it {}; this one sends nothing.",
                one.asked.by,
                once(one.asked.needed)
            );
            prose.say(0, &text, Role::Text);
            let text = format!(
                "Approved by {}, {} left.",
                count(one.approvals.as_deref(), one.asked.needed),
                left(scene, &one.asked)
            );
            prose.say(0, &text, Role::Muted);
        }
    }
}

/// That one's own plan waits for others.
pub fn waits(scene: &Scene<'_>, prose: &mut Prose<'_, '_>, asked: &Asked, approvals: &[Approval]) {
    let text = format!(
        "Waits for approval: {}. Asked {} ago, {} left.",
        count(Some(approvals), asked.needed),
        format::span(scene.now.duration_since(asked.at)),
        left(scene, asked)
    );
    prose.say(0, &text, Role::Accent);
    let key = scene.key(Action::Approvals);
    let how = format!(
        "Another person approves it in their console with {key}, or with: gwctl runs approve {}",
        asked.id
    );
    prose.say(0, &how, Role::Text);
    for approval in approvals {
        let mark = scene.span(
            format!("{} approved by ", scene.theme.glyphs.healthy),
            Role::Healthy,
        );
        prose.marked(0, &mark, &approval.by, Role::Text);
    }
}
