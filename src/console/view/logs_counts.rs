//! What the Logs screen counts instead of patterns: errors by function, requests by route, method or status.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::logs;
use super::paint;
use super::scene::Scene;
use super::table::{Column, Grid};
use super::theme::Role;
use crate::app::{Panel, Subject};
use gwctl_fleet::logs::{BreakdownRow, By};
use gwctl_fleet::{Region, format};
use gwctl_observe::logs::{Book, CountedBy};

/// Where the columns are: what is counted apart, the Regions, and these.
const TOTAL: usize = 0;
const FAILED: usize = 1;
const SLOW: usize = 2;

/// Draws the list.
pub fn draw(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer, by: CountedBy) {
    let book = scene.state.logs.book.clone();
    let book = book.as_deref();
    let regions = logs::regions(scene, book);
    let columns = columns(by, &regions, area.width);
    let aside = logs::aside(scene);
    let open = Grid::open_with(scene, area, buf, Panel::Patterns, &columns, Some(aside));
    let Some((grid, body)) = open else {
        return;
    };
    logs::region_heads(scene, (&grid, body), buf, (&regions, area.width));
    let visible = scene.visible(Panel::Patterns, body, buf);
    if visible.is_empty() {
        let text = nothing(scene, book, by);
        scene.nothing(body, buf, &text);
    }
    for (place, entry) in visible {
        let Subject::Counted(index) = entry.subject else {
            continue;
        };
        let row = scene.state.logs.counts().get(index);
        if let Some((book, row)) = book.zip(row) {
            draw_row(scene, (&grid, place), buf, (book, &regions), (by, row));
        }
    }
    scene.footing(area, buf, Some(Panel::Patterns));
}

fn columns(by: CountedBy, regions: &[Region], width: u16) -> Vec<Column> {
    let head = match by {
        CountedBy::Function => "Function",
        CountedBy::Error => "Error",
        CountedBy::Requests(By::Route) => "Route",
        CountedBy::Requests(By::Method) => "Method",
        CountedBy::Requests(By::Status) => "Status",
    };
    let mut all = vec![Column::words(head, 22, 0).stretching(40)];
    for region in regions {
        let name = logs::head_of(region, width).len() as u16;
        all.push(Column::figure("", name.max(7), 1));
    }
    all.push(Column::figure("All", 7, 2));
    if by.is_of_requests() {
        all.push(Column::figure("5xx", 7, 3));
        all.push(Column::figure("Slowest p95", 11, 4));
    }
    all
}

/// Why there is nothing to count.
fn nothing(scene: &Scene<'_>, book: Option<&Book>, by: CountedBy) -> String {
    let is_read = book.is_some_and(|book| book.waiting.is_empty());
    if is_read && by.is_of_requests() && !scene.state.filter_hides(Panel::Patterns) {
        return "no request was read: no API writes an access log that gwctl can read, or nobody asked".into();
    }
    logs::nothing(scene, book)
}

fn draw_row(
    scene: &Scene<'_>,
    (grid, place): (&Grid, Rect),
    buf: &mut Buffer,
    (book, regions): (&Book, &[Region]),
    (by, row): (CountedBy, &BreakdownRow),
) {
    let failed = row.failed().filter(|_| by.is_of_requests());
    let bad = failed.map_or_else(|| row.count() > 0 && !by.is_of_requests(), |some| some > 0);
    let role = if bad && !row.checker {
        Role::Text
    } else {
        Role::Muted
    };
    if let Some(cell) = grid.cell(0, place) {
        let who = if row.checker { "checkers: " } else { "" };
        let name = format!("{who}{}", paint::safe(&row.name));
        paint::text(buf, cell.x, cell.y, cell.width, &name, scene.style(role));
    }
    let mut figure = |index: usize, text: &str, role: Role| {
        if let Some(cell) = grid.cell(index, place) {
            paint::right(buf, cell.x, cell.y, cell.width, text, scene.style(role));
        }
    };
    for (at, region) in regions.iter().enumerate() {
        let (text, role) = logs::count(scene, book.count_in(by, row, region), role);
        figure(at + 1, &text, role);
    }
    let after = |column: usize| 1 + regions.len() + column;
    figure(after(TOTAL), &format::short_count(row.count() as f64), role);
    if !by.is_of_requests() {
        return;
    }
    let unknown = scene.theme.glyphs.marks.no_data;
    let share = failed.filter(|_| row.count() > 0);
    let share = share.map(|failed| format::percent(100.0 * failed as f64 / row.count() as f64));
    let failed_role = match failed {
        Some(0) => Role::Faint,
        Some(_) if !row.checker => Role::Down,
        _ => Role::Muted,
    };
    figure(
        after(FAILED),
        share.as_deref().unwrap_or(unknown),
        failed_role,
    );
    let slow = row.p95_ms.map(format::millis);
    figure(after(SLOW), slow.as_deref().unwrap_or(unknown), Role::Muted);
}
