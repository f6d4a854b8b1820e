//! The line that says that a recording is shown, and where in it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::paint;
use super::scene::Scene;
use super::theme::Role;
use crate::app::Replay;
use gwctl_fleet::{Verdict, format};
use jiff::{SignedDuration, Timestamp};

/// The shortest strip that tells anything, in cells.
const SHORTEST: u16 = 12;

/// A line above the screen where a recording is shown: its time, a strip of the fleet's verdicts with a mark where one
/// is, and how it plays.
pub fn line(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) -> Rect {
    let Some(replay) = &scene.state.replay else {
        return area;
    };
    let before = before(scene, replay);
    let behind = behind(scene, replay, area.width);
    let used = paint::line(buf, area.x, area.y, area.width, &before);
    let width = behind.width() as u16;
    let room = area.width.saturating_sub(used + width + 2);
    if room >= SHORTEST {
        strip(
            scene,
            replay,
            Rect::new(area.x + used + 1, area.y, room, 1),
            buf,
        );
    }
    let x = area.right().saturating_sub(width).max(area.x + used);
    paint::line(buf, x, area.y, area.right().saturating_sub(x), &behind);
    let rest = Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(1),
        ..area
    };
    note(scene, replay, rest, buf)
}

fn before<'a>(scene: &Scene<'_>, replay: &Replay) -> Line<'a> {
    let mark = scene.style(Role::Accent).add_modifier(Modifier::REVERSED);
    let at = format!(
        " {} {} UTC ",
        format::date(scene.now),
        format::clock(scene.now)
    );
    let plays = if replay.playing {
        format!("{}\u{d7} ", replay.speed)
    } else {
        "stands ".into()
    };
    Line::from(vec![
        Span::styled(" RECORDING ", mark),
        scene.span(at, Role::Title),
        scene.span(
            plays,
            if replay.playing {
                Role::Accent
            } else {
                Role::Muted
            },
        ),
    ])
}

fn behind<'a>(scene: &Scene<'_>, replay: &Replay, width: u16) -> Line<'a> {
    let mut parts = Vec::new();
    if width >= 100 {
        let count = format!("{} of {}", replay.index + 1, replay.pictures);
        parts.push(scene.span(count, Role::Muted));
        parts.push(Span::raw("  "));
    }
    let (from, to) = (format::minute(replay.from), format::minute(replay.to));
    parts.push(scene.span(format!("{from}\u{2013}{to}"), Role::Text));
    if replay.cut && width >= 80 {
        parts.push(scene.span(" cut off", Role::Degraded));
    }
    if replay.redacted && width >= 80 {
        parts.push(scene.span(" redacted", Role::Muted));
    }
    parts.push(Span::raw(" "));
    Line::from(parts)
}

/// A cell for each stretch of time, in the colour and with the mark of its worst verdict.
fn strip(scene: &Scene<'_>, replay: &Replay, area: Rect, buf: &mut Buffer) {
    let whole = replay.to.duration_since(replay.from).as_secs_f64().max(1.0);
    let moment = |cell: u16| -> Timestamp {
        let seconds = whole * f64::from(cell) / f64::from(area.width);
        let into = SignedDuration::try_from_secs_f64(seconds).unwrap_or_default();
        replay.from.saturating_add(into).unwrap_or(replay.to)
    };
    let passed = scene.now.duration_since(replay.from).as_secs_f64();
    let here = (passed / whole * f64::from(area.width - 1)).round() as u16;
    for cell in 0..area.width {
        let verdict = replay.worst(moment(cell), moment(cell + 1));
        let style = verdict.map_or_else(Style::default, |verdict| scene.theme.verdict(verdict));
        let (symbol, style) = if cell == here {
            (
                scene.theme.glyphs.cursor,
                scene.style(Role::Accent).add_modifier(Modifier::BOLD),
            )
        } else {
            (mark(scene, verdict), style)
        };
        paint::text(buf, area.x + cell, area.y, 1, symbol, style);
    }
}

/// Told apart without colour as well.
fn mark(scene: &Scene<'_>, verdict: Option<Verdict>) -> &'static str {
    let glyphs = &scene.theme.glyphs;
    match verdict {
        None => " ",
        Some(Verdict::Healthy) => glyphs.horizontal,
        Some(Verdict::Unknown) => glyphs.unknown,
        Some(verdict) => glyphs.verdict(verdict),
    }
}

/// The last note, where there is one.
fn note(scene: &Scene<'_>, replay: &Replay, area: Rect, buf: &mut Buffer) -> Rect {
    let Some(note) = replay.note(scene.now).filter(|_| area.height > 12) else {
        return area;
    };
    let text = format!(
        " note {} {}: {}",
        format::minute(note.at),
        note.by,
        note.text
    );
    let style = scene.style(Role::Muted);
    paint::text(buf, area.x, area.y, area.width, &paint::safe(&text), style);
    Rect {
        y: area.y + 1,
        height: area.height - 1,
        ..area
    }
}
