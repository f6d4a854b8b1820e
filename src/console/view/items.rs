//! Panels of sentences: each row is broken over as many lines as it needs, and the list scrolls by lines.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::absent::why_empty;
use super::paint;
use super::scene::{Scene, area_of};
use super::theme::Role;
use crate::app::{Panel, Subject, Target, Window};

/// One row: what stands before its first line, and the sentence.
pub struct Item {
    pub label: Span<'static>,
    pub text: String,
    pub role: Role,
}

/// Lines of one row at most.
const MOST: usize = 12;

/// Draws the rows of `panel` as `item` tells them; `none` where there are no rows.
pub fn draw(
    scene: &mut Scene<'_>,
    area: Rect,
    buf: &mut Buffer,
    panel: Panel,
    (aside, none): (Option<Line<'_>>, &str),
    item: impl Fn(&Scene<'_>, &Subject) -> Option<Item>,
) {
    let inner = scene.panel(area, buf, panel, aside.as_ref());
    let body = Rect {
        x: inner.x + 1.min(inner.width),
        width: inner.width.saturating_sub(2),
        ..inner
    };
    let rows = scene.state.rows(panel);
    if rows.is_empty() {
        let text = why_empty(scene, panel, "line", [], none);
        for (line, y) in paint::wrap(&text, body.width.into(), body.height.into())
            .iter()
            .zip(body.y..)
        {
            paint::text(buf, body.x, y, body.width, line, scene.style(Role::Faint));
        }
    }
    let width = usize::from(body.width);
    let mut lines: Vec<(usize, Line<'static>)> = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let broken = item(scene, &row.subject).map(|item| broken(scene, &item, width));
        lines.extend(
            broken
                .unwrap_or_default()
                .into_iter()
                .map(|line| (index, line)),
        );
    }
    let cursor = scene.state.cursor(panel).min(rows.len().saturating_sub(1));
    let (first, last) = lines_of(&lines, cursor);
    let (len, height) = (lines.len(), usize::from(body.height));
    let offset = scene
        .state
        .hits
        .offset(Some(panel), last, height, len)
        .min(first);
    scene.hits.windows.push(Window {
        panel: Some(panel),
        offset,
        height,
        len,
    });
    let focused = scene.state.focused() == panel && scene.state.overlay.is_none();
    for ((index, line), y) in lines.iter().skip(offset).zip(body.y..body.bottom()) {
        let place = Rect::new(inner.x, y, inner.width, 1);
        let target = Target::Row(panel, *index);
        scene.hits.targets.push((area_of(place), target));
        if focused && *index == cursor {
            buf.set_style(place, scene.style(Role::Selection));
        }
        paint::line(buf, body.x, y, body.width, line);
    }
    scene.footing(area, buf, Some(panel));
}

/// The label before the first line; the further ones stand under the sentence's beginning.
fn broken(scene: &Scene<'_>, item: &Item, width: usize) -> Vec<Line<'static>> {
    let lead = item.label.width();
    let text = paint::safe(&item.text);
    let wrapped = paint::wrap(&text, width.saturating_sub(lead), MOST);
    let line = |(index, text): (usize, String)| {
        let label = match index {
            0 => item.label.clone(),
            _ => Span::raw(" ".repeat(lead)),
        };
        Line::from(vec![label, scene.span(text, item.role)])
    };
    wrapped.into_iter().enumerate().map(line).collect()
}

/// The first and the last line of a row.
fn lines_of(lines: &[(usize, Line<'_>)], row: usize) -> (usize, usize) {
    let is_its = |(index, _): &(usize, Line<'_>)| *index == row;
    let first = lines.iter().position(is_its).unwrap_or(0);
    let last = lines.iter().rposition(is_its).unwrap_or(0);
    (first, last)
}
