//! The Calls screen: the ledger, and which endpoints answer.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::absent::why_empty;
use super::fleet::split;
use super::flow::reach_line;
use super::freshness::{Show as _, Shown, cells};
use super::paint;
use super::scene::Scene;
use super::table::{Column, Grid};
use super::theme::Role;
use crate::app::{Panel, Subject};
use gwctl_fleet::format;
use gwctl_fleet::{AccountSeen, Call, CallKey, CallStats, Outcome, clean};

/// Draws the screen.
pub fn draw(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let reached = (scene.snapshot.sites.len() + scene.snapshot.accounts.len()) as u16;
    if area.width >= 150 {
        let left = Rect {
            width: area.width * 62 / 100,
            ..area
        };
        operations(scene, left, buf);
        let right = Rect {
            x: left.right(),
            width: area.width - left.width,
            ..area
        };
        let (top, bottom) = split(right, (reached + 2).min(right.height / 2));
        reachability(scene, top, buf);
        recent(scene, bottom, buf);
    } else {
        let reach = if area.height >= 30 {
            (reached + 2).min(area.height / 3)
        } else {
            0
        };
        let (top, rest) = split(area, reach);
        if reach > 0 {
            reachability(scene, top, buf);
        }
        let (first, second) = split(rest, rest.height * 55 / 100);
        operations(scene, first, buf);
        recent(scene, second, buf);
    }
}

/// "Failed" counts every call that did not end well; what follows says how many of them were of which kind.
const OPERATIONS: &[Column] = &[
    Column::words("Service", 14, 1),
    Column::words("Operation", 22, 0).stretching(14),
    Column::words("Region", 14, 2),
    Column::figure("Calls", 5, 3),
    Column::figure("Failed", 6, 4),
    Column::figure("Silent", 6, 5),
    Column::figure("Throttled", 9, 7),
    Column::figure("Refused", 7, 8),
    Column::figure("Mean", 6, 6),
    Column::figure("Slowest", 7, 9),
    Column::figure("Dollars", 9, 10),
    Column::figure("Last", 4, 11),
    Column::words("Last error", 16, 12).stretching(40),
];

fn operations(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let ledger = &scene.snapshot.ledger;
    let sum = ledger.sum();
    let mut aside = vec![scene.span(
        format!("{} calls", format::short_count(sum.calls as f64)),
        Role::Muted,
    )];
    if sum.failures() > 0 {
        let text = format!("  {} failed", format::short_count(sum.failures() as f64));
        aside.push(scene.span(text, Role::Down));
    }
    let dollars = format!("  {}", format::dollars(sum.dollars));
    aside.push(scene.span(dollars, Role::Muted));
    let aside = Line::from(aside);
    let inner = scene.panel(area, buf, Panel::Operations, Some(&aside));
    if inner.height == 0 {
        return;
    }
    let hides = |column: &Column| scene.state.hides(Panel::Operations, column.title);
    let grid = Grid::fit_shown(OPERATIONS, inner.width, hides);
    grid.headings(scene, Rect { height: 1, ..inner }, buf);
    let body = Rect {
        y: inner.y + 1,
        height: inner.height - 1,
        ..inner
    };
    let visible = scene.visible(Panel::Operations, body, buf);
    if visible.is_empty() {
        let text = why_empty(scene, Panel::Operations, "operation", [], "no call yet");
        scene.nothing(body, buf, &text);
    }
    for (row, entry) in visible {
        let Subject::Operation(key) = &entry.subject else {
            continue;
        };
        let Some((_, stats)) = scene
            .snapshot
            .ledger
            .stats()
            .find(|(known, _)| *known == key)
        else {
            continue;
        };
        operation_row(scene, &grid, row, buf, key, stats);
    }
    scene.footing(area, buf, Some(Panel::Operations));
}

fn operation_row(
    scene: &Scene<'_>,
    grid: &Grid,
    row: Rect,
    buf: &mut Buffer,
    key: &CallKey,
    stats: &CallStats,
) {
    let words = [
        (0, key.service, Role::Muted),
        (1, key.operation.as_str(), Role::Text),
        (2, key.region.as_str(), Role::Muted),
        (
            12,
            stats.last_error.as_deref().unwrap_or_default(),
            Role::Muted,
        ),
    ];
    for (index, text, role) in words {
        if let Some(cell) = grid.cell(index, row) {
            paint::text(buf, cell.x, cell.y, cell.width, text, scene.style(role));
        }
    }
    let tally = |count: u64, bad: Role| {
        Shown::new(
            format::short_count(count as f64),
            scene.theme,
            if count > 0 { bad } else { Role::Faint },
        )
    };
    let mean = stats
        .waited
        .checked_div(u32::try_from(stats.calls.max(1)).unwrap_or(u32::MAX))
        .unwrap_or_default();
    let last = stats.last.map_or_else(
        || scene.theme.glyphs.marks.no_data.into(),
        |at| format::age(scene.now.duration_since(at)),
    );
    let figures = [
        (
            3,
            Shown::new(
                format::short_count(stats.calls as f64),
                scene.theme,
                Role::Text,
            ),
        ),
        (4, tally(stats.failures(), Role::Down)),
        (5, tally(stats.timed_out, Role::Down)),
        (6, tally(stats.throttled, Role::Degraded)),
        (7, tally(stats.refused, Role::Unknown)),
        (
            8,
            Shown::new(format::duration(mean), scene.theme, Role::Text),
        ),
        (
            9,
            Shown::new(format::duration(stats.slowest), scene.theme, Role::Text),
        ),
        (
            10,
            Shown::new(
                format::dollars(stats.dollars),
                scene.theme,
                if stats.dollars > 0.0 {
                    Role::Text
                } else {
                    Role::Faint
                },
            ),
        ),
        (11, Shown::new(last, scene.theme, Role::Muted)),
    ];
    for (index, shown) in figures {
        if let Some(cell) = grid.cell(index, row) {
            paint::figure(buf, cell, &shown);
        }
    }
}

fn outcome(outcome: Outcome) -> (&'static str, Role) {
    match outcome {
        Outcome::Ok => ("ok", Role::Healthy),
        Outcome::TimedOut => ("timed out", Role::Down),
        Outcome::Throttled => ("throttled", Role::Degraded),
        Outcome::Refused => ("refused", Role::Unknown),
        Outcome::Declined => ("declined", Role::Degraded),
        Outcome::Failed => ("failed", Role::Down),
    }
}

const RECENT: &[Column] = &[
    Column::words("UTC", 8, 0),
    Column::words("Operation", 22, 1).stretching(12),
    Column::words("Region", 14, 2),
    Column::words("Outcome", 9, 3),
    Column::figure("Took", 6, 4),
    Column::words("Error", 14, 5).stretching(60),
];

fn recent(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let Some((grid, body)) = Grid::open(scene, area, buf, Panel::Recent, RECENT) else {
        return;
    };
    let visible = scene.visible(Panel::Recent, body, buf);
    if visible.is_empty() {
        let text = why_empty(scene, Panel::Recent, "call", [], "no call yet");
        scene.nothing(body, buf, &text);
    }
    for (row, entry) in visible {
        let Subject::Call(_, index) = entry.subject else {
            continue;
        };
        let Some(call) = scene.snapshot.ledger.recent().rev().nth(index) else {
            continue;
        };
        call_row(scene, &grid, row, buf, call);
    }
    scene.footing(area, buf, Some(Panel::Recent));
}

fn call_row(scene: &Scene<'_>, grid: &Grid, row: Rect, buf: &mut Buffer, call: &Call) {
    let (word, role) = outcome(call.outcome);
    let at = format::clock(call.at);
    let words = [
        (0, at.as_str(), Role::Muted),
        (1, call.operation.as_str(), Role::Text),
        (2, call.region.as_str(), Role::Muted),
        (3, word, role),
        (5, call.error.as_deref().unwrap_or_default(), Role::Muted),
    ];
    for (index, text, role) in words {
        if let Some(cell) = grid.cell(index, row) {
            paint::text(buf, cell.x, cell.y, cell.width, text, scene.style(role));
        }
    }
    if let Some(cell) = grid.cell(4, row) {
        paint::figure(
            buf,
            cell,
            &Shown::new(format::duration(call.took), scene.theme, Role::Text),
        );
    }
}

/// Which Regions' endpoints answer, and how fast.
/// The account of a part of the fleet, and who gwctl is there.
fn account(scene: &Scene<'_>, seen: &AccountSeen, y: u16, inner: Rect, buf: &mut Buffer) {
    let known = scene.lasting(&seen.identity);
    let who = known.show(scene.theme, Role::Text, usize::MAX, |identity| {
        format!(
            "{}  {}",
            clean(&identity.account, 12),
            clean(identity.operator(), 40)
        )
    });
    let mut line = vec![
        scene.span(
            format!("{:<14} ", clean(&seen.account.to_string(), 14)),
            Role::Title,
        ),
        who.span(),
    ];
    let why = match seen.identity.why_missing() {
        Some(why) => clean(&why.to_string(), 160),
        None => clean(&seen.way, 100),
    };
    line.push(scene.span(format!("  {why}"), Role::Muted));
    let width = inner.width.saturating_sub(1);
    paint::line(buf, inner.x + 1, y, width, &Line::from(line));
}

fn reachability(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    let title = Line::from(scene.heading("Reachability", false));
    let inner = scene.frame(area, buf, &title, None, false);
    let below = inner.y + scene.snapshot.sites.len() as u16;
    for (seen, y) in scene.snapshot.accounts.iter().zip(below..inner.bottom()) {
        account(scene, seen, y, inner, buf);
    }
    for (site, y) in scene.snapshot.sites.iter().zip(inner.y..inner.bottom()) {
        let (x, width) = (inner.x + 1, inner.width.saturating_sub(1));
        paint::text(
            buf,
            x,
            y,
            14.min(width),
            site.region.as_str(),
            scene.style(Role::Title),
        );
        let line = Line::from(reach_line(scene, &site.reach));
        let mut used = 15 + paint::line(buf, x + 15, y, width.saturating_sub(15), &line);
        if let Some(skew) = site.reach.clock_skew_ms.filter(|skew| skew.abs() >= 1_000) {
            let text = format!("  clock {} off", format::millis(skew as f64));
            used += paint::text(
                buf,
                x + used,
                y,
                width.saturating_sub(used),
                &text,
                scene.style(Role::Degraded),
            );
        }
        if let Some(error) = site
            .reach
            .last_error
            .as_deref()
            .filter(|_| site.reach.answering() == Some(false))
        {
            let text = format!("  {}", clean(error, 120));
            if usize::from(width.saturating_sub(used)) > cells(&text).min(16) {
                paint::text(
                    buf,
                    x + used,
                    y,
                    width.saturating_sub(used),
                    &text,
                    scene.style(Role::Muted),
                );
            }
        }
    }
    let hidden = scene
        .snapshot
        .sites
        .len()
        .saturating_sub(usize::from(inner.height));
    if hidden > 0 && inner.height > 0 {
        let text = format!(" and {hidden} more ");
        paint::text(
            buf,
            area.right().saturating_sub(text.len() as u16 + 2),
            area.bottom() - 1,
            text.len() as u16,
            &text,
            scene.style(Role::Faint),
        );
    }
}
