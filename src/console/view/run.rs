//! The run screen: the steps as they stand, the clock against the objective, every change sent with its
//! request id, and the fleet beside it.

use jiff::SignedDuration;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::absent::why_empty;
use super::bars;
use super::fleet::split;
use super::freshness::cells;
use super::lanes::{self, Lane};
use super::paint;
use super::run_head;
use super::run_side;
use super::run_stack;
use super::scene::Scene;
use super::table::{Column, Grid};
use super::theme::Role;
use crate::app::{Panel, Shown, Subject, outcome};
use gwctl_actions::{RunState, Step, StepState, StepStatus};
use gwctl_fleet::format;

/// Draws the screen.
pub fn draw(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let Some(shown) = scene.state.guided.run.clone() else {
        let why = "no run yet: `a` shows what can be done here, `:runs` lists past runs";
        scene.nothing(area, buf, why);
        return;
    };
    let body = run_head::draw(scene, area, buf, &shown);
    if body.width >= 140 {
        let side = (body.width / 3).clamp(46, 72);
        let left = Rect {
            width: body.width - side,
            ..body
        };
        let right = Rect {
            x: left.right(),
            width: side,
            ..body
        };
        let (top, bottom) = split(left, left.height * 62 / 100);
        steps(scene, top, buf, &shown);
        sent(scene, bottom, buf, &shown.state);
        let fleet = (scene.snapshot.sites.len() as u16 + 3).min(right.height / 2);
        let (top, bottom) = split(right, fleet);
        run_side::fleet(scene, top, buf, &shown.state);
        match run_stack::shown(scene, &shown.state) {
            Some(step) => {
                let (stack, bottom) = split(bottom, bottom.height * 3 / 4);
                run_stack::draw(scene, stack, buf, &shown.state, step);
                log(scene, bottom, buf);
            }
            None => log(scene, bottom, buf),
        }
    } else {
        let fleet = if body.height >= 26 {
            scene.snapshot.sites.len().min(6) as u16 + 3
        } else {
            0
        };
        let (top, rest) = split(body, body.height.saturating_sub(fleet) * 62 / 100);
        let (middle, bottom) = split(rest, rest.height.saturating_sub(fleet));
        steps(scene, top, buf, &shown);
        match run_stack::shown(scene, &shown.state) {
            _ if scene.state.focused() == Panel::Log => log(scene, middle, buf),
            Some(step) if scene.state.focused() == Panel::Steps => {
                run_stack::draw(scene, middle, buf, &shown.state, step);
            }
            _ => sent(scene, middle, buf, &shown.state),
        }
        if fleet > 0 {
            run_side::fleet(scene, bottom, buf, &shown.state);
        }
    }
}

/// Cells of the columns before the title, and after it.
const STATUS: u16 = 12;
const TIMES: u16 = 22;

/// Where the columns of the steps stand.
struct Columns {
    title: u16,
    bar: u16,
    /// What is seen stands in the row; otherwise below the list, for the step under the cursor.
    beside: bool,
}

impl Columns {
    fn of(width: u16, active: &[&Step]) -> Self {
        let widest = active.iter().map(|step| cells(&step.title)).max();
        let widest = widest.unwrap_or(0) as u16;
        let spare = width.saturating_sub(STATUS + TIMES + 4);
        let beside = spare > 110;
        let bar = (spare / 4).min(40);
        let most = if beside {
            (spare - bar) / 2
        } else {
            spare - bar
        };
        Self {
            title: widest.min(most).max(12),
            bar,
            beside,
        }
    }

    fn headings(&self, scene: &Scene<'_>, row: Rect, buf: &mut Buffer) {
        let times = STATUS + self.title + 1;
        let bar = times + TIMES + 1;
        let headings = [
            (0, "Status"),
            (STATUS, "Step"),
            (times, "took / due"),
            (bar, "When"),
            (bar + self.bar + 1, if self.beside { "Seen" } else { "" }),
        ];
        for (column, text) in headings {
            let x = row.x + 1 + column;
            let room = row.right().saturating_sub(x);
            paint::text(buf, x, row.y, room, text, scene.style(Role::Muted));
        }
    }
}

/// One line a step: how it stands, how long against what was expected, its place in time, what is seen.
fn steps(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer, shown: &Shown) {
    let run = &shown.state;
    let active: Vec<&Step> = run.active().collect();
    let over = active
        .iter()
        .filter(|step| run.steps.get(&step.id).is_some_and(StepState::over))
        .count();
    let aside = Line::from(scene.span(format!("{over} of {} finished", active.len()), Role::Muted));
    let inner = scene.panel(area, buf, Panel::Steps, Some(&aside));
    if inner.height == 0 {
        return;
    }
    let columns = Columns::of(inner.width, &active);
    columns.headings(scene, inner, buf);
    let below = if columns.beside {
        0
    } else {
        2.min(inner.height / 3)
    };
    let body = Rect {
        y: inner.y + 1,
        height: inner.height - 1 - below,
        ..inner
    };
    let lanes = placed(scene, run, &active);
    for (row, entry) in scene.visible(Panel::Steps, body, buf) {
        if let Some(index) = active.iter().position(|step| step.id == entry.key) {
            let line = step_line(scene, run, (&active, &lanes), index, &columns);
            let room = row.width.saturating_sub(1);
            paint::line(buf, row.x + 1, row.y, room, &line);
        }
    }
    let chosen = active.get(scene.state.cursor(Panel::Steps));
    if let Some(step) = chosen.filter(|_| below > 0) {
        let room = usize::from(inner.width.saturating_sub(3));
        let said = paint::wrap(&seen(run, &active, step), room, usize::from(below));
        for (text, y) in said.iter().zip(body.bottom()..inner.bottom()) {
            paint::text(
                buf,
                inner.x + 2,
                y,
                room as u16,
                text,
                scene.style(Role::Muted),
            );
        }
    }
    scene.footing(area, buf, Some(Panel::Steps));
}

fn step_line(
    scene: &Scene<'_>,
    run: &RunState,
    (active, lanes): (&[&Step], &[Lane]),
    index: usize,
    columns: &Columns,
) -> Line<'static> {
    let step = active[index];
    let (mark, word, role) = lanes::status(scene, run, &step.id);
    let full = run.status(&step.id) != StepStatus::Waiting;
    let mut parts = vec![
        scene.span(format!("{mark} {word:<8}  "), role),
        scene.span(
            paint::fitted(&step.title, usize::from(columns.title)),
            title_role(run, step),
        ),
        Span::raw(" "),
        scene.span(
            paint::fitted(&times(scene, run, step), usize::from(TIMES)),
            Role::Text,
        ),
        Span::raw(" "),
    ];
    let width = usize::from(columns.bar);
    let total = lanes::total(lanes);
    parts.extend(lanes::bar(scene, lanes[index], total, width, full, role));
    if columns.beside {
        parts.push(Span::raw(" "));
        parts.push(scene.span(seen(run, active, step), Role::Muted));
    }
    Line::from(parts)
}

fn title_role(run: &RunState, step: &Step) -> Role {
    match run.status(&step.id) {
        StepStatus::Waiting => Role::Muted,
        _ => Role::Text,
    }
}

/// `00:42 / 90 s (20–300)`: how long it took or has been under way, and what was expected.
fn times(scene: &Scene<'_>, run: &RunState, step: &Step) -> String {
    let now = run.steps.get(&step.id);
    let expected = step.expected().short();
    let took = now.and_then(|now| {
        let end = now.ended.unwrap_or(scene.now);
        Some(format::steady_stopwatch(end.duration_since(now.started?)))
    });
    match took {
        Some(took) => format!("{took} / {expected}"),
        None => format!("   {} / {expected}", scene.theme.glyphs.marks.no_data),
    }
}

/// What is seen, why it is held, or what it waits for.
fn seen(run: &RunState, active: &[&Step], step: &Step) -> String {
    let now = run.steps.get(&step.id);
    let held = now.and_then(|now| now.held.clone());
    let saw = now.and_then(|now| now.saw.clone());
    held.or(saw).unwrap_or_else(|| {
        let open: Vec<&str> = active
            .iter()
            .filter(|other| step.after.contains(&other.id))
            .filter(|other| !run.steps.get(&other.id).is_some_and(StepState::over))
            .map(|other| other.title.as_str())
            .collect();
        if open.is_empty() {
            String::new()
        } else {
            format!("waits for: {}", open.join("; "))
        }
    })
}

/// Where each step stands in time: as it was, as it is, and as what is still to come should be.
fn placed(scene: &Scene<'_>, run: &RunState, active: &[&Step]) -> Vec<Lane> {
    let zero = if run.undoing {
        active
            .iter()
            .filter_map(|step| run.steps.get(&step.id)?.started)
            .min()
            .unwrap_or(scene.now)
    } else {
        run.begun
    };
    let since = |at: jiff::Timestamp| at.duration_since(zero).as_secs().max(0) as u64;
    let now = since(run.ended.unwrap_or(scene.now.max(run.newest)));
    let mut lanes: Vec<Lane> = Vec::with_capacity(active.len());
    for step in active {
        let state = run.steps.get(&step.id);
        let waits = active
            .iter()
            .zip(&lanes)
            .filter(|(other, _)| step.after.contains(&other.id))
            .map(|(_, lane)| lane.ends)
            .max()
            .unwrap_or(0);
        let begins = state
            .and_then(|state| state.started)
            .map_or(waits.max(now), since);
        let ends = match state.and_then(|state| state.ended) {
            Some(ended) => since(ended),
            None if state.is_some_and(|state| state.started.is_some()) => {
                (begins + step.expected_s).max(now)
            }
            None => begins + step.expected_s,
        };
        lanes.push(Lane {
            begins,
            ends: ends.max(begins),
        });
    }
    lanes
}

const SENT: &[Column] = &[
    Column::words("Sent", 8, 1),
    Column::words("Call", 34, 0).stretching(24),
    Column::words("Outcome", 14, 2),
    Column::words("Request id", 36, 3),
    Column::words("What", 20, 4).stretching(60),
];

/// Every change that was sent, newest first.
fn sent(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer, run: &RunState) {
    let Some((grid, body)) = Grid::open(scene, area, buf, Panel::Sent, SENT) else {
        return;
    };
    let visible = scene.visible(Panel::Sent, body, buf);
    if visible.is_empty() {
        let none = "nothing was changed yet";
        let text = why_empty(scene, Panel::Sent, "change", [], none);
        scene.nothing(body, buf, &text);
    }
    for (row, entry) in visible {
        let Subject::Sent(id, index) = &entry.subject else {
            continue;
        };
        let Some(call) = run.steps.get(id).and_then(|step| step.calls.get(*index)) else {
            continue;
        };
        let (word, request, why) = outcome(call.reply.as_ref().map(|(_, reply)| reply));
        let glyphs = scene.theme.glyphs;
        let (mark, role) = match word {
            "accepted" => (glyphs.healthy, Role::Healthy),
            "refused" => (glyphs.down, Role::Down),
            "unknown" => (glyphs.marks.could_not_ask, Role::Degraded),
            _ => (glyphs.marks.not_yet, Role::Muted),
        };
        let what = why.map_or_else(|| call.what.clone(), |why| format!("{}: {why}", call.what));
        let texts = [
            (format::clock(call.at), Role::Muted),
            (call.call.to_string(), Role::Text),
            (format!("{mark} {word}"), role),
            (
                request.unwrap_or_else(|| glyphs.marks.no_data.into()),
                Role::Muted,
            ),
            (what, Role::Muted),
        ];
        for (column, (text, role)) in texts.iter().enumerate() {
            if let Some(cell) = grid.cell(column, row) {
                paint::text(buf, cell.x, cell.y, cell.width, text, scene.style(*role));
            }
        }
    }
    scene.footing(area, buf, Some(Panel::Sent));
}

/// Notes, and abort criteria that were met.
fn log(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let inner = scene.panel(area, buf, Panel::Log, None);
    let visible = scene.visible(Panel::Log, inner, buf);
    if visible.is_empty() {
        let none = "no note, and no abort criterion met";
        let text = why_empty(scene, Panel::Log, "entry", [], none);
        scene.nothing(inner, buf, &text);
    }
    for (row, entry) in visible {
        let cell = |name: &str| {
            entry
                .cells()
                .iter()
                .find(|(column, _)| *column == name)
                .map_or("", |(_, text)| text.as_str())
        };
        let role = match cell("kind") {
            "abort" => Role::Down,
            "overruled" => Role::Degraded,
            _ => Role::Accent,
        };
        let at = cell("at")
            .parse()
            .map_or_else(|_| String::new(), format::clock);
        let line = Line::from(vec![
            scene.span(format!("{at} "), Role::Muted),
            scene.span(format!("{:<9} ", cell("kind")), role),
            scene.span(cell("text").to_owned(), Role::Text),
        ]);
        paint::line(buf, row.x + 1, row.y, row.width.saturating_sub(1), &line);
    }
    scene.footing(area, buf, Some(Panel::Log));
}

/// How much of the objective is used, as a bar.
pub fn objective(
    scene: &Scene<'_>,
    place: Rect,
    buf: &mut Buffer,
    used: SignedDuration,
    rto_s: u64,
) {
    let share = used.as_secs_f64() / (rto_s.max(1) as f64);
    let role = match share {
        s if s > 1.0 => Role::Down,
        s if s > 0.8 => Role::Degraded,
        _ => Role::Healthy,
    };
    bars::bar(
        buf,
        place,
        share,
        scene.theme.glyphs,
        scene.style(role),
        scene.style(Role::Faint),
    );
}
