//! The wizard: what would be done, what must hold first, and the target's name typed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::approvals;
use super::freshness::cells;
use super::paint;
use super::popup::{footing, scrolled};
use super::prose::Prose;
use super::scene::{Scene, area_of};
use super::staged::{self, Key};
use super::theme::Role;
use super::wizard_steps::graph;
use crate::app::{Action, Part, Target, Window, Wizard, red};
use gwctl_actions::{Check, Finding, Plan, Step};

/// Draws the wizard over the whole body.
pub fn draw(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer, wizard: &Wizard) {
    let all = Part::ALL.iter();
    let all = all.map(|part| (part.title(), *part == wizard.part));
    let title = staged::stages(scene, wizard.plan.intent.name(), all);
    let aside = Line::from(scene.span(times(&wizard.plan), Role::Muted));
    let inner = staged::window(scene, area, buf, (&title, &aside));
    if inner.height < 4 {
        return;
    }
    let keys = keys(scene, wizard);
    let text = staged::foot(scene, inner, buf, wizard.error.as_deref(), keys);
    match wizard.part {
        Part::Plan => {
            let lines = plan_lines(scene, wizard, inner.width.saturating_sub(2));
            scrolled(scene, text, buf, &lines, wizard.scroll);
        }
        Part::Checks => checks(scene, text, buf, wizard),
        Part::Confirm => confirm(scene, text, buf, wizard),
    }
}

/// `about 4 min, 2–9 min; one step after another 12 min`.
pub fn times(plan: &Plan) -> String {
    let (best, sum) = (plan.expected(), plan.clone().one_by_one().expected());
    if sum.likely_s > best.likely_s {
        format!("{}; one step after another {}", best.words(), sum.likely())
    } else {
        best.words()
    }
}

/// Everything there is to say of a plan.
fn plan_lines(scene: &Scene<'_>, wizard: &Wizard, width: u16) -> Vec<Line<'static>> {
    let plan = &wizard.plan;
    let mut prose = Prose::new(scene, width);
    match &wizard.approves {
        Some(one) => approvals::told(scene, &mut prose, one),
        None => prose.say(0, &plan.title, Role::Title),
    }
    if let Some(why) = red(plan) {
        let mark = scene.span(format!("{} refused: ", scene.theme.glyphs.down), Role::Down);
        prose.marked(0, &mark, &why, Role::Down);
    }
    if let Some(loss) = &plan.data_loss {
        let mark = scene.span(
            format!("{} data loss: ", scene.theme.glyphs.degraded),
            Role::Degraded,
        );
        prose.marked(0, &mark, &loss.sentence(), Role::Degraded);
    }
    changes(scene, &mut prose, plan);
    let steps: Vec<&Step> = plan.steps.iter().collect();
    prose.heading("Steps", &times(plan));
    graph(scene, &mut prose, plan, &steps, width);
    reasons(scene, &mut prose, plan);
    if !plan.inverse.is_empty() {
        prose.heading("Undo", "undo steps for the steps that began");
        let steps: Vec<&Step> = plan.inverse.iter().collect();
        brief(&mut prose, &steps);
    }
    prose.lines
}

fn changes(scene: &Scene<'_>, prose: &mut Prose<'_, '_>, plan: &Plan) {
    let changes = plan.changes();
    if changes.is_empty() {
        return;
    }
    prose.heading("Before and after", "");
    let label = changes
        .iter()
        .map(|change| cells(&change.what))
        .max()
        .unwrap_or(0)
        .min(44);
    let arrow = scene.theme.glyphs.right;
    for change in changes {
        let text = format!("{} {arrow} {}", change.before, change.after);
        prose.fact(&change.what, label, &text, Role::Text);
    }
}

/// Why this way and not another, and what else to know.
fn reasons(scene: &Scene<'_>, prose: &mut Prose<'_, '_>, plan: &Plan) {
    if let Some(choice) = &plan.mechanism {
        prose.heading("Mechanism", choice.mechanism.title());
        prose.say(1, &choice.why, Role::Text);
        if !choice.also.is_empty() {
            let also: Vec<&str> = choice.also.iter().map(|also| also.title()).collect();
            prose.say(
                1,
                &format!("would also work: {}", also.join("; ")),
                Role::Muted,
            );
        }
        for (out, why) in &choice.out {
            prose.say(1, &format!("not {out}: {why}"), Role::Muted);
        }
    }
    if let Some(advice) = &plan.advice {
        prose.heading("Advice", advice.mode.word());
        for why in &advice.why {
            prose.marked(1, &scene.span("- ", Role::Faint), why, Role::Text);
        }
        for (mode, why) in &advice.refused {
            prose.say(1, &format!("not {}: {why}", mode.word()), Role::Muted);
        }
    }
    if !plan.notes.is_empty() {
        prose.heading("Notes", "");
        for note in &plan.notes {
            prose.marked(1, &scene.span("- ", Role::Faint), note, Role::Text);
        }
    }
}

fn brief(prose: &mut Prose<'_, '_>, steps: &[&Step]) {
    for step in steps {
        let calls: Vec<String> = step
            .calls
            .iter()
            .filter(|call| call.mutates)
            .map(ToString::to_string)
            .collect();
        let calls = if calls.is_empty() {
            String::new()
        } else {
            format!(": {}", calls.join(", "))
        };
        prose.say(1, &format!("{}{calls}", step.title), Role::Muted);
    }
}

/// Mark, word and role of a check.
fn finding(
    scene: &Scene<'_>,
    wizard: &Wizard,
    check: &Check,
) -> (&'static str, &'static str, Role) {
    let glyphs = scene.theme.glyphs;
    match check.finding {
        Finding::Pass => (glyphs.healthy, "pass", Role::Healthy),
        Finding::Warn => (glyphs.degraded, "warn", Role::Degraded),
        Finding::Waivable if wizard.waived.contains(&check.name) => {
            (glyphs.unknown, "waived", Role::Unknown)
        }
        Finding::Waivable => (glyphs.marks.could_not_ask, "waive?", Role::Degraded),
        Finding::Fail => (glyphs.down, "fail", Role::Down),
    }
}

fn checks(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer, wizard: &Wizard) {
    let name = wizard
        .plan
        .checks
        .iter()
        .map(|check| cells(&check.name))
        .max()
        .unwrap_or(0)
        .min(26);
    let mut lines = Vec::new();
    let mut owners = Vec::new();
    for (index, check) in wizard.plan.checks.iter().enumerate() {
        let (mark, word, role) = finding(scene, wizard, check);
        let mut prose = Prose::new(scene, area.width.saturating_sub(4));
        let label = format!(
            "{mark} {word:<7} {:<name$}  ",
            paint::cut(&paint::safe(&check.name), name)
        );
        let text = if check.finding == Finding::Pass {
            Role::Muted
        } else {
            Role::Text
        };
        prose.aligned(0, &scene.span(label, role), &check.text, text);
        owners.extend(std::iter::repeat_n(index, prose.lines.len()));
        lines.extend(prose.lines);
    }
    let height = usize::from(area.height);
    let first = owners
        .iter()
        .position(|owner| *owner == wizard.row)
        .unwrap_or(0);
    let last = owners
        .iter()
        .rposition(|owner| *owner == wizard.row)
        .unwrap_or(0);
    let offset = scene.state.hits.offset(None, first, height, lines.len());
    let offset = offset
        .max((last + 1).saturating_sub(height))
        .min(first.max(offset));
    scene.hits.windows.push(Window {
        panel: None,
        offset,
        height,
        len: lines.len(),
    });
    footing(scene, area, buf);
    let shown = lines.iter().zip(&owners).skip(offset);
    for ((line, owner), y) in shown.zip(area.y..area.bottom()) {
        let row = Rect {
            y,
            height: 1,
            ..area
        };
        if *owner == wizard.row {
            buf.set_style(row, scene.style(Role::Selection));
        }
        scene
            .hits
            .targets
            .push((area_of(row), Target::Entry(*owner)));
        paint::line(buf, row.x + 2, y, row.width.saturating_sub(3), line);
    }
}

fn confirm(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer, wizard: &Wizard) {
    let plan = &wizard.plan;
    let mut prose = Prose::new(scene, area.width.saturating_sub(2));
    let glyphs = scene.theme.glyphs;
    prose.say(0, &plan.title, Role::Title);
    prose.gap();
    prose.say(
        0,
        &format!("{} steps, {}.", plan.steps.len(), times(plan)),
        Role::Text,
    );
    if let Some(loss) = &plan.data_loss {
        let mark = scene.span(format!("{} data loss: ", glyphs.degraded), Role::Degraded);
        prose.gap();
        prose.marked(0, &mark, &loss.sentence(), Role::Degraded);
    }
    for step in plan.steps.iter().filter(|step| step.no_return) {
        let mark = scene.span(
            format!("{} point of no return: ", glyphs.degraded),
            Role::Degraded,
        );
        prose.marked(0, &mark, &step.title, Role::Text);
    }
    if !wizard.waived.is_empty() {
        let names: Vec<&str> = wizard.waived.iter().map(String::as_str).collect();
        let mark = scene.span(format!("{} waived: ", glyphs.unknown), Role::Unknown);
        prose.marked(0, &mark, &names.join(", "), Role::Text);
    }
    prose.gap();
    if let Some((asked, known)) = &wizard.asked {
        approvals::waits(scene, &mut prose, asked, known);
    } else if let Some(one) = &wizard.approves {
        approvals::asks(scene, &mut prose, one, wizard);
    } else if let Some(how) = scene.state.how_to_open() {
        let mark = scene.span(
            format!("{} read-only: ", glyphs.marks.not_allowed),
            Role::Unknown,
        );
        prose.marked(0, &mark, how, Role::Text);
    } else if wizard.starting {
        prose.say(0, "starting …", Role::Accent);
    } else {
        asks(&mut prose, plan);
    }
    let lines = prose.lines;
    let height = (lines.len() as u16).min(area.height.saturating_sub(2));
    let text = Rect { height, ..area };
    scrolled(scene, text, buf, &lines, wizard.scroll);
    if scene.state.takes_target(wizard) && !wizard.starting && area.height > height + 1 {
        staged::typed(scene, area, buf, height, &wizard.typed);
    }
}

/// What is to be typed.
fn asks(prose: &mut Prose<'_, '_>, plan: &Plan) {
    let target = &plan.confirm;
    let (needed, persons) = match plan.approvals_needed() {
        0 => {
            prose.say(0, &format!("Type {target} to start it."), Role::Text);
            return;
        }
        1 => (1, "person"),
        more => (more, "persons"),
    };
    let text = format!(
        "Type {target} to ask for the approval of {needed} other {persons}. It starts once they approve this plan."
    );
    prose.say(0, &text, Role::Text);
    let text = format!("In an emergency: {target} break-glass REASON starts it without approval.");
    prose.say(0, &text, Role::Muted);
}

/// What Esc does.
const fn esc(wizard: &Wizard) -> &'static str {
    match (&wizard.asked, wizard.part) {
        (Some(_), _) => "withdraw the plan: nothing was changed",
        (None, Part::Plan) if wizard.approves.is_some() => "back to the list",
        (None, Part::Plan) => "leave",
        (None, _) => "back",
    }
}

/// Which keys go on.
fn keys(scene: &Scene<'_>, wizard: &Wizard) -> Vec<Key> {
    let key = |action| scene.key(action);
    let mut keys: Vec<Key> = Vec::new();
    match wizard.part {
        Part::Plan => keys.push(("Enter".into(), "checks")),
        Part::Checks => {
            if wizard.blocked().is_none() {
                keys.push(("Enter".into(), "confirm"));
            }
            let mut checks = wizard.plan.checks.iter();
            if wizard.approves.is_none() && checks.any(|check| check.finding == Finding::Waivable) {
                keys.push((key(Action::Waive), "waive"));
            }
        }
        Part::Confirm if wizard.starting => {}
        Part::Confirm if scene.state.takes_target(wizard) => {
            let does = if wizard.approves.is_some() {
                "approve"
            } else {
                "start"
            };
            keys.push(("Enter".into(), does));
        }
        Part::Confirm if wizard.approves.is_some() => {}
        Part::Confirm => keys.push((key(Action::Palette), "arm")),
    }
    let plan = &wizard.plan;
    let also = plan
        .mechanism
        .as_ref()
        .and_then(|choice| choice.also.first());
    let other = also.is_some_and(|also| plan.intent.by(*also).is_some());
    if other && wizard.approves.is_none() && wizard.part != Part::Confirm {
        keys.push((key(Action::Mechanism), "next mechanism"));
    }
    keys.push(("Esc".into(), esc(wizard)));
    keys
}
