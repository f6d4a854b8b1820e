//! Lines of a log in full: broken to the width, their stack traces below them, or as they were written.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::paint;
use super::popup::{scrolled, window};
use super::prose::Prose;
use super::scene::Scene;
use super::theme::Role;
use crate::app::{Action, Written};
use gwctl_fleet::logs::Placed;

/// Most lines that one event takes.
const MOST: usize = 200;

/// Draws the window.
pub fn draw(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer, shown: &Written) {
    let size = (area.width.saturating_sub(4), area.height.saturating_sub(3));
    let width = size.0.saturating_sub(4);
    let mut lines: Vec<Line<'static>> = Vec::new();
    for placed in &shown.lines {
        lines.extend(lines_of(scene, placed, width, shown.raw));
    }
    let mut notes = Prose::new(scene, width);
    if !shown.notes.is_empty() {
        notes.heading("What may be missing", "");
    }
    for note in &shown.notes {
        notes.say(0, note, Role::Muted);
    }
    if !notes.lines.is_empty() {
        lines.push(Line::default());
        lines.append(&mut notes.lines);
    }
    let raw = scene.key(Action::Raw);
    let request = scene.key(Action::Request);
    let other = if shown.raw { "read" } else { "as written" };
    let title = format!("{}   {raw} {other}, {request} its request", shown.title);
    let height = (lines.len() as u16).saturating_add(2).min(size.1);
    let inner = window(scene, area, buf, (size.0, height), &title);
    scrolled(scene, inner, buf, &lines, shown.scroll);
}

/// One line of a log in lines of `width` cells.
pub fn lines_of(scene: &Scene<'_>, placed: &Placed, width: u16, raw: bool) -> Vec<Line<'static>> {
    let mut lines = head(scene, placed, width);
    if raw {
        let written = placed.raw.trim_end().lines();
        let pieces = written.flat_map(|line| broken(line, width)).take(MOST);
        lines.extend(pieces.map(|piece| Line::from(scene.span(piece, Role::Text))));
        return lines;
    }
    let said = paint::wrap(&placed.line.text, usize::from(width), MOST);
    lines.extend(
        said.into_iter()
            .map(|line| Line::from(scene.span(line, Role::Text))),
    );
    for frame in &placed.line.stack {
        let pieces = broken(frame, width).into_iter();
        lines.extend(pieces.map(|piece| Line::from(scene.span(piece, Role::Muted))));
    }
    lines
}

/// When, where, by whom, for which request, and of what kind.
fn head(scene: &Scene<'_>, placed: &Placed, width: u16) -> Vec<Line<'static>> {
    let at = placed.at.strftime("%H:%M:%S.%3fZ");
    let mut spans = vec![
        scene.span(format!("{at} "), Role::Muted),
        scene.span(format!("{} ", placed.region), Role::Title),
        scene.span(format!("{} ", paint::safe(&placed.source)), Role::Title),
    ];
    let word = placed.line.word();
    if !word.is_empty() {
        let role = if placed.line.is_error() {
            Role::Down
        } else {
            Role::Muted
        };
        spans.push(scene.span(format!("{word} "), role));
    }
    let head = Line::from(spans);
    let Some(id) = &placed.line.request_id else {
        return vec![head];
    };
    let request = scene.span(format!("request {id}"), Role::Faint);
    // Half an id is no id: it stands on a line of its own where it must.
    if head.width() + request.width() > usize::from(width) {
        return vec![head, Line::from(request)];
    }
    vec![head.spans.into_iter().chain([request]).collect()]
}

/// A line of a stack trace or of JSON, its blanks kept, in pieces of `width` cells.
pub fn broken(line: &str, width: u16) -> Vec<String> {
    let safe = line.replace('\t', "    ");
    let mut rest = &*paint::safe(&safe);
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let piece = Some(paint::cut(rest, usize::from(width))).filter(|piece| !piece.is_empty());
        // A width that holds not even one character.
        let piece = piece.unwrap_or(rest);
        pieces.push(piece.to_owned());
        rest = &rest[piece.len()..];
    }
    pieces
}
