//! What happened, as marks on the time axis of every chart.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::mark::{Fate, Mark};
use super::paint;
use super::scene::Scene;
use super::theme::Role;
use super::ticks::column;
use crate::app::{Panel, Span};
use gwctl_fleet::{Event, EventKind, Region};

/// How much a kind of event matters where several fall into one cell, and how it is drawn.
fn rank(kind: EventKind) -> u8 {
    match kind {
        EventKind::Verdict => 4,
        EventKind::Run => 3,
        EventKind::Alarm | EventKind::Health => 1,
        EventKind::Note => 0,
        _ => 2,
    }
}

/// The mark of an event, the same in the list and on the axes.
pub fn sign(scene: &Scene<'_>, kind: EventKind, fate: Fate) -> (&'static str, Role) {
    let (events, marks) = (&scene.theme.glyphs.events, &scene.theme.glyphs.marks);
    match kind {
        _ if fate == Fate::Refused => (marks.not_allowed, Role::Unknown),
        _ if fate == Fate::Unknown => (marks.could_not_ask, Role::Unknown),
        EventKind::Verdict => (events.turn, Role::Down),
        EventKind::Alarm | EventKind::Health => (events.turn, Role::Degraded),
        EventKind::Run => (events.run, Role::Traffic),
        EventKind::Note => (events.note, Role::Text),
        _ => (events.change, Role::Accent),
    }
}

fn of_event(event: &Event) -> Mark {
    Mark {
        at: event.at,
        region: event.region.clone(),
        kind: event.kind,
        fate: (&event.outcome).into(),
    }
}

/// Everything that happened to the fleet: as it was asked for, else as the picture saw it; and what runs did.
pub fn all(scene: &Scene<'_>) -> Vec<Mark> {
    let timeline = &scene.state.timeline;
    let told = timeline.events(Panel::Timeline).map(of_event);
    if timeline.happened.is_some() {
        return told.collect();
    }
    let changes = scene.snapshot.changes.iter();
    let seen = changes.map(|change| Mark {
        at: change.at,
        region: change.region.clone(),
        kind: change.kind,
        fate: Fate::Done,
    });
    seen.chain(told).collect()
}

/// Draws the marks of `region` and of what is global, or of all Regions, over the times in a row.
pub fn draw(
    scene: &mut Scene<'_>,
    row: Rect,
    buf: &mut Buffer,
    (span, region): (Span, Option<&Region>),
) {
    if scene.marks.is_none() {
        scene.marks = Some(all(scene));
    }
    let mut cells: Vec<Option<(u8, &Mark)>> = vec![None; usize::from(row.width)];
    for mark in scene.marks.iter().flatten() {
        let elsewhere = mark.region.is_some() && region.is_some() && mark.region.as_ref() != region;
        if elsewhere {
            continue;
        }
        let Some(x) = column(mark.at, span, row.width) else {
            continue;
        };
        let rank = rank(mark.kind);
        let cell = &mut cells[usize::from(x)];
        if cell.is_none_or(|(other, _)| rank > other) {
            *cell = Some((rank, mark));
        }
    }
    let marked = |x: usize| cells.get(x).is_some_and(Option::is_some);
    clear_cut_times(row, buf, &marked);
    for (x, cell) in cells.iter().enumerate() {
        if let Some((_, mark)) = cell {
            let (glyph, role) = sign(scene, mark.kind, mark.fate);
            paint::text(buf, row.x + x as u16, row.y, 1, glyph, scene.style(role));
        }
    }
}

/// A time that a mark would cut is left out.
fn clear_cut_times(row: Rect, buf: &mut Buffer, marked: &dyn Fn(usize) -> bool) {
    let mut x = 0;
    while x < row.width {
        let begin = x;
        while x < row.width && buf[(row.x + x, row.y)].symbol() != " " {
            x += 1;
        }
        if (begin..x).any(|x| marked(usize::from(x))) {
            for x in begin..x {
                buf[(row.x + x, row.y)].set_symbol(" ");
            }
        }
        x = x.max(begin) + 1;
    }
}
