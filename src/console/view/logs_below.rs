//! Below the patterns of the Logs screen: one example whole, the lines of a pattern, what was read of every group.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::absent::why_empty;
use super::fleet::split;
use super::logs::without_lambdas_words;
use super::paint;
use super::scene::Scene;
use super::table::{Column, Grid};
use super::theme::Role;
use super::written;
use crate::app::{Panel, Subject, state_of};
use gwctl_fleet::format;
use gwctl_fleet::logs::Placed;
use gwctl_observe::logs::{Book, Group};

/// Columns from which the example and the lines stand side by side.
const WIDE: u16 = 150;

/// Draws what the focus asks for; on a screen that is `tall`, the example and the lines together.
pub fn draw(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer, tall: bool) {
    let focus = scene.state.focused();
    if !tall {
        return match focus {
            Panel::Lines => lines(scene, area, buf),
            Panel::Groups => groups(scene, area, buf),
            _ => example(scene, area, buf),
        };
    }
    if area.width >= WIDE {
        let left = Rect {
            width: area.width / 2,
            ..area
        };
        let right = Rect {
            x: left.right(),
            width: area.width - left.width,
            ..area
        };
        let rows = scene.state.count(Panel::Groups) as u16;
        let (upper, lower) = split(
            left,
            left.height.saturating_sub((rows + 3).min(left.height / 2)),
        );
        example(scene, upper, buf);
        groups(scene, lower, buf);
        return lines(scene, right, buf);
    }
    let (upper, lower) = split(area, example_height(scene, area));
    example(scene, upper, buf);
    if focus == Panel::Groups {
        groups(scene, lower, buf);
    } else {
        lines(scene, lower, buf);
    }
}

/// Rows that the example needs, up to half of `area`.
fn example_height(scene: &Scene<'_>, area: Rect) -> u16 {
    let pattern = scene.state.pattern_at_hand();
    let width = area.width.saturating_sub(4);
    let lines = pattern.map_or(0, |pattern| {
        written::lines_of(scene, &pattern.example, width, false).len() as u16
    });
    (lines + 2).clamp(5, (area.height / 2).max(5))
}

/// The newest line of the pattern at hand, with its stack trace.
fn example(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    let pattern = scene.state.pattern_at_hand();
    let title = Line::from(scene.heading("Example", false));
    let Some(pattern) = pattern else {
        scene.frame(area, buf, &title, None, false);
        return;
    };
    let keys = format!(
        "{} whole, {} raw, {} its request",
        scene.key(crate::app::Action::Open),
        scene.key(crate::app::Action::Raw),
        scene.key(crate::app::Action::Request),
    );
    let aside = Line::from(scene.span(keys, Role::Faint));
    let inner = scene.frame(area, buf, &title, Some(&aside), false);
    let width = inner.width.saturating_sub(2);
    let text = written::lines_of(scene, &pattern.example, width, false);
    for (line, y) in text.iter().zip(inner.y..inner.bottom()) {
        paint::line(buf, inner.x + 1, y, width, line);
    }
    if text.len() > usize::from(inner.height) && inner.height > 0 {
        let hidden = text.len() - usize::from(inner.height);
        let more = format!(" {hidden} more lines ");
        let x = area.right().saturating_sub(2 + more.len() as u16);
        let y = area.bottom() - 1;
        paint::text(
            buf,
            x,
            y,
            more.len() as u16,
            &more,
            scene.style(Role::Faint),
        );
    }
}

const LINES: &[Column] = &[
    Column::words("UTC", 12, 0),
    Column::words("Region", 14, 2),
    Column::words("Function", 12, 4).stretching(8),
    Column::words("Request", 8, 3),
    Column::words("Line", 30, 1).stretching(200),
];

fn lines(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let pattern = scene.state.pattern_at_hand();
    let aside = pattern.map(|pattern| {
        let all = format::count(pattern.count() as f64);
        let text = if pattern.left_out() > 0 {
            format!("the newest {} of {all}", pattern.newest.len())
        } else {
            format!("{all} read")
        };
        scene.span(text, Role::Muted)
    });
    let Some((grid, body)) = Grid::open_with(scene, area, buf, Panel::Lines, LINES, aside) else {
        return;
    };
    let newest = pattern.map(|pattern| pattern.newest.clone());
    let visible = scene.visible(Panel::Lines, body, buf);
    if visible.is_empty() {
        let text = why_empty(scene, Panel::Lines, "line", [], "no line of a pattern");
        scene.nothing(body, buf, &text);
    }
    for (row, entry) in visible {
        let Subject::LogLine(_, at) = entry.subject else {
            continue;
        };
        if let Some(placed) = newest.as_ref().and_then(|newest| newest.get(at)) {
            line_row(scene, &grid, row, buf, placed);
        }
    }
    scene.footing(area, buf, Some(Panel::Lines));
}

fn line_row(scene: &Scene<'_>, grid: &Grid, row: Rect, buf: &mut Buffer, placed: &Placed) {
    let at = placed.at.strftime("%H:%M:%S.%3f").to_string();
    let request = placed.line.request_id.as_deref().unwrap_or_default();
    let frames = match placed.line.stack.len() {
        0 => String::new(),
        1 => "  +1 line".to_owned(),
        frames => format!("  +{frames} lines"),
    };
    let said = without_lambdas_words(&placed.line.text);
    let text = format!("{said}{frames}");
    let role = if placed.line.is_error() {
        Role::Text
    } else {
        Role::Muted
    };
    let words = [
        (0, at.as_str(), Role::Muted),
        (1, placed.region.as_str(), Role::Muted),
        (2, &*placed.source, Role::Muted),
        (3, paint::cut(request, 8), Role::Faint),
        (4, text.as_str(), role),
    ];
    for (index, text, role) in words {
        if let Some(cell) = grid.cell(index, row) {
            paint::text(buf, cell.x, cell.y, cell.width, text, scene.style(role));
        }
    }
}

const GROUPS: &[Column] = &[
    Column::words("Region", 14, 0),
    Column::words("Function", 13, 1).stretching(10),
    Column::words("State", 11, 2),
    Column::figure("Events", 6, 4),
    Column::figure("Calls", 5, 5),
    Column::words("Not read", 24, 3).stretching(200),
];

pub(super) fn groups(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let Some((grid, body)) = Grid::open_with(scene, area, buf, Panel::Groups, GROUPS, None) else {
        return;
    };
    let book = scene.state.logs.book.clone();
    let visible = scene.visible(Panel::Groups, body, buf);
    if visible.is_empty() {
        let text = why_empty(
            scene,
            Panel::Groups,
            "log group",
            [],
            "no log group was read yet",
        );
        scene.nothing(body, buf, &text);
    }
    for (row, entry) in visible {
        let Subject::LogGroup(_, at) = entry.subject else {
            continue;
        };
        if let Some((book, group)) = book
            .as_deref()
            .and_then(|book| Some((book, book.groups.get(at)?)))
        {
            group_row(scene, &grid, row, buf, book, group);
        }
    }
    scene.footing(area, buf, Some(Panel::Groups));
}

fn group_row(
    scene: &Scene<'_>,
    grid: &Grid,
    row: Rect,
    buf: &mut Buffer,
    book: &Book,
    group: &Group,
) {
    let read = group.read.as_ref().ok().and_then(Option::as_ref);
    let unread = group.unread(book.since).join("; ");
    let role = match &group.read {
        Ok(Some(read)) if read.cut.is_empty() && read.behind.is_none() => Role::Text,
        Ok(Some(_)) => Role::Degraded,
        Ok(None) => Role::Muted,
        Err(_) => Role::Unknown,
    };
    let writers = group.writers();
    let words = [
        (0, group.region.as_str(), Role::Muted),
        (1, writers.as_str(), Role::Muted),
        (2, state_of(group), role),
        (5, unread.as_str(), Role::Muted),
    ];
    for (index, text, role) in words {
        if let Some(cell) = grid.cell(index, row) {
            paint::text(buf, cell.x, cell.y, cell.width, text, scene.style(role));
        }
    }
    let events = read.map(|read| format::short_count(read.events as f64));
    let events = events.unwrap_or_else(|| scene.theme.glyphs.marks.no_data.into());
    for (index, text) in [(3, events), (4, group.calls.to_string())] {
        if let Some(cell) = grid.cell(index, row) {
            paint::right(
                buf,
                cell.x,
                cell.y,
                cell.width,
                &text,
                scene.style(Role::Muted),
            );
        }
    }
}
