//! The Timeline screen: the fleet's key series, and what happened, newest last, on the same time.

use jiff::SignedDuration;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::absent::why_empty;
use super::fleet::split;
use super::scene::Scene;
use super::table::{Column, Grid};
use super::theme::Role;
use super::{compare, marks, paint, ticks};
use crate::app::{Chart, Panel, Subject};
use gwctl_fleet::{Event, EventOutcome, Missing, format};
use gwctl_observe::Happened;

/// Most lines that say what is not known.
const NOTES: usize = 4;

const COLUMNS: &[Column] = &[
    Column::words("UTC", 8, 0),
    Column::words("", 1, 1),
    Column::words("Region", 14, 2),
    Column::words("Kind", 11, 4),
    Column::words("Who", 10, 3).stretching(16),
    Column::words("What", 34, 1).stretching(120),
];

/// Rows of a list with its frame, its heads and one event.
const LEAST: u16 = 4;

/// Columns from which the charts stand beside the list.
const WIDE: u16 = 150;

/// Draws the screen.
pub fn draw(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let below = charts(scene, area, buf);
    events(scene, below, buf);
}

/// The key series, beside or above the list; says where the list is.
fn charts(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) -> Rect {
    let all = &Chart::OF_ALL;
    if area.width >= WIDE {
        let width = area.width * 45 / 100;
        let right = Rect {
            x: area.right() - width,
            width,
            ..area
        };
        compare::stacked(scene, right, buf, all);
        return Rect {
            width: area.width - width,
            ..area
        };
    }
    let rows = if area.height >= 30 { 2 } else { 1 };
    let height = if rows == 2 {
        8
    } else {
        (area.height / 3).clamp(5, 7)
    };
    let (upper, below) = split(area, rows * height);
    for (row, pair) in (0..rows).zip(all.chunks(2)) {
        let place = Rect {
            y: upper.y + row * height,
            height,
            ..upper
        };
        compare::beside(scene, place, buf, pair);
    }
    below
}

fn events(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let happened = scene.state.timeline.happened.clone();
    let notes = happened.as_deref().map(notes).unwrap_or_default();
    let below = (notes.len() as u16).min(area.height / 4);
    let (lists, foot) = split(area, area.height - below);
    let others = scene.state.timeline.events(Panel::Others).count() as u16;
    // A list that has no line for a row says less than none.
    let room = (others + 3).min((lists.height / 3).max(LEAST));
    let room = if others == 0 { 0 } else { room };
    let (own, rest) = split(lists, lists.height - room);
    let none = match &happened {
        None if scene.state.replay.is_some() => "what happened was not asked before this moment",
        None => "asking CloudTrail and the history of alarms",
        Some(happened) if happened.gaps().is_empty() => &format!(
            "no change of the fleet in the last {} is known",
            reach(happened)
        ),
        Some(_) => "no change of the fleet is known, but not everything could be asked",
    };
    list(scene, own, buf, Panel::Timeline, none);
    if room > 0 {
        list(scene, rest, buf, Panel::Others, "no other event");
    }
    for ((text, role), y) in notes.iter().zip(foot.y..foot.bottom()) {
        let width = foot.width.saturating_sub(2);
        paint::text(buf, foot.x + 1, y, width, text, scene.style(*role));
    }
}

fn list(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer, panel: Panel, none: &str) {
    let aside = aside(scene, panel);
    let Some((grid, body)) = Grid::open_with(scene, area, buf, panel, COLUMNS, aside) else {
        return;
    };
    let visible = scene.visible(panel, body, buf);
    if visible.is_empty() {
        let missing = silent(scene);
        let text = why_empty(scene, panel, "event", [missing.as_ref()], none);
        scene.nothing(body, buf, &text);
    }
    let state = scene.state;
    for (row, entry) in visible {
        let Subject::Happened(index) = entry.subject else {
            continue;
        };
        if let Some(event) = state.timeline.events(panel).nth(index) {
            event_row(scene, &grid, row, buf, event);
        }
    }
    scene.footing(area, buf, Some(panel));
}

/// How old the answer is.
fn aside(scene: &Scene<'_>, panel: Panel) -> Option<Span<'static>> {
    let timeline = &scene.state.timeline;
    let happened = timeline.happened.as_ref()?;
    if panel != Panel::Timeline {
        return None;
    }
    let age = format::age(scene.now.duration_since(happened.to));
    let reach = reach(happened);
    let text = match timeline.asking {
        Some(_) => format!("last {reach}, asking again, {age} old"),
        None => format!("last {reach}, {age} old"),
    };
    Some(scene.span(text, Role::Muted))
}

/// How far back was asked, in words.
fn reach(happened: &Happened) -> String {
    format::span(happened.to.duration_since(happened.from))
}

/// Whether `event` happened about the minute that is read.
fn is_read(scene: &Scene<'_>, event: &Event) -> bool {
    let charts = &scene.state.charts;
    charts.cursor.is_some_and(|at| {
        let near = charts.range().step.max(SignedDuration::from_mins(1));
        event.at >= at - near && event.at < at + charts.range().period + near
    })
}

/// Why nothing is known, where no source answered.
fn silent(scene: &Scene<'_>) -> Option<Missing> {
    let happened = scene.state.timeline.happened.as_ref()?;
    let asked = &happened.asked;
    let none = asked.iter().all(|one| one.missing.is_some());
    none.then(|| asked.iter().find_map(|one| one.missing.clone()))?
}

/// Gaps first: they matter more than what is always so.
fn notes(happened: &Happened) -> Vec<(String, Role)> {
    let gaps = happened.gaps();
    let (shown, more) = gaps.split_at(gaps.len().min(NOTES));
    let mut notes: Vec<(String, Role)> = shown
        .iter()
        .map(|gap| (paint::safe(gap).into_owned(), Role::Degraded))
        .collect();
    if !more.is_empty() {
        let text = format!("and {} more that could not be asked", more.len());
        notes.push((text, Role::Degraded));
    }
    let late = happened
        .not_offered()
        .into_iter()
        .chain(happened.lateness());
    notes.extend(late.map(|late| (late, Role::Muted)));
    notes
}

fn event_row(scene: &Scene<'_>, grid: &Grid, row: Rect, buf: &mut Buffer, event: &Event) {
    let at = ticks::full(event.at, scene.now);
    let region = event
        .region
        .as_ref()
        .map_or("global", |region| region.as_str());
    let nobody = scene.theme.glyphs.marks.no_data;
    let who = paint::safe(event.who.as_deref().unwrap_or(nobody));
    let said = event.said();
    let what = paint::safe(&said);
    let role = match event.outcome {
        EventOutcome::Done if event.is_own() => Role::Text,
        EventOutcome::Done => Role::Muted,
        EventOutcome::Refused { .. } | EventOutcome::Unknown => Role::Unknown,
    };
    let (sign, colour) = marks::sign(scene, event.kind, (&event.outcome).into());
    let time = if is_read(scene, event) {
        Role::Accent
    } else {
        Role::Muted
    };
    let words = [
        (0, at.as_str(), time),
        (1, sign, colour),
        (2, region, Role::Muted),
        (3, event.kind.word(), Role::Muted),
        (4, &*who, role),
        (5, &*what, role),
    ];
    for (index, text, role) in words {
        if let Some(cell) = grid.cell(index, row) {
            paint::text(buf, cell.x, cell.y, cell.width, text, scene.style(role));
        }
    }
}
