//! The Fleet screen: one row a Region, the map, why, alarms, what changed last.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::absent::why_empty;
use super::bars;
use super::compare;
use super::freshness::{Freshness, Known, Shown};
use super::map;
use super::paint;
use super::scene::Scene;
use super::sites;
use super::table::{Column, Grid};
use super::theme::Role;
use super::why;
use crate::app::{Panel, Subject};
use gwctl_fleet::format;
use gwctl_fleet::{Limit, Metric, Site, Verdict};

/// Cells that the lag always has.
const LAG: u16 = 7;

const COLUMNS: &[Column] = &[
    Column::words("Region", 16, 0),
    Column::words("Verdict", 8, 1),
    Column::words("Role", 6, 4),
    Column::figure("Traffic", 7, 5),
    Column::words("", 6, 13),
    Column::figure("p50", 7, 10),
    Column::figure("p99", 7, 2).stretching(3),
    Column::figure("5xx", 7, 3),
    Column::figure("Fn err", 7, 9),
    Column::figure("Lag", LAG, 6).stretching(3),
    Column::words("DNS", 5, 7),
    Column::figure("Probe", 7, 11).stretching(3),
    Column::figure("Cert", 6, 12),
    Column::figure("Age", 4, 8),
    Column::words("Requests", 12, 14).stretching(32),
    Column::words("p99 latency", 12, 15).stretching(32),
];

/// Draws the screen.
pub fn draw(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let rows = scene.state.count(Panel::Regions) as u16;
    let most = if area.height >= 40 {
        area.height * 3 / 5
    } else {
        (area.height / 2).max(7)
    };
    let height = (rows.max(1) + 3).min(most).min(area.height);
    regions(scene, Rect { height, ..area }, buf);
    let rest = Rect {
        y: area.y + height,
        height: area.height - height,
        ..area
    };
    if rest.height < 4 {
        return;
    }
    let side = match area.width {
        0..90 => area.width * 45 / 100,
        90..150 => 46,
        _ => 66,
    };
    let left = Rect {
        width: area.width - side,
        ..rest
    };
    let ideal = map::rows_for(left.width - 2) + 2;
    let spare = left.height >= ideal + 9;
    let (upper, lower) = if spare {
        split(left, ideal.max(left.height - 18))
    } else {
        (left, Rect::ZERO)
    };
    world(scene, upper, buf);
    if !lower.is_empty() {
        compare::draw(scene, lower, buf);
    }
    aside(
        scene,
        Rect {
            x: left.right(),
            width: side,
            ..rest
        },
        buf,
    );
}

fn regions(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let Some((grid, body)) = Grid::open(scene, area, buf, Panel::Regions, COLUMNS) else {
        return;
    };
    let visible = scene.visible(Panel::Regions, body, buf);
    if visible.is_empty() {
        let text = why_empty(
            scene,
            Panel::Regions,
            "Region",
            [],
            "the fleet has no Region",
        );
        scene.nothing(body, buf, &text);
    }
    for (place, row) in visible {
        if let Subject::Site(region) = &row.subject
            && let Some(site) = scene.snapshot.site(region)
        {
            site_row(scene, &grid, place, buf, site);
        }
    }
    scene.footing(area, buf, Some(Panel::Regions));
}

fn site_row(scene: &Scene<'_>, grid: &Grid, row: Rect, buf: &mut Buffer, site: &Site) {
    let verdict = site.judgement.verdict;
    let style = scene.theme.verdict(verdict);
    if let Some(cell) = grid.cell(0, row) {
        paint::text(
            buf,
            cell.x,
            cell.y,
            1,
            scene.theme.glyphs.verdict(verdict),
            style,
        );
        paint::text(
            buf,
            cell.x + 2,
            cell.y,
            cell.width.saturating_sub(2),
            site.region.as_str(),
            scene.style(Role::Title),
        );
    }
    if let Some(cell) = grid.cell(1, row) {
        paint::text(buf, cell.x, cell.y, cell.width, verdict.word(), style);
    }
    if let Some(cell) = grid.cell(2, row) {
        let shown = sites::role(scene, &site.region);
        paint::text(
            buf,
            cell.x,
            cell.y,
            cell.width,
            shown.fitting(cell.width),
            shown.style,
        );
    }
    traffic(scene, grid, row, buf, site);
    for (index, shown) in figures_of(scene, grid, site) {
        if let Some(cell) = grid.cell(index, row) {
            paint::figure(buf, cell, &shown);
        }
    }
    if let Some(cell) = grid.cell(10, row) {
        let (shown, _) = sites::dns(scene, &site.region);
        paint::text(
            buf,
            cell.x,
            cell.y,
            cell.width,
            shown.fitting(cell.width),
            shown.style,
        );
    }
    for (index, metric, style) in [
        (14, Metric::ApiRequests, scene.style(Role::Traffic)),
        (15, Metric::ApiLatencyP99, scene.theme.series(1)),
    ] {
        if let Some(cell) = grid.cell(index, row) {
            spark(scene, cell, buf, site, metric, style);
        }
    }
}

fn spark(
    scene: &Scene<'_>,
    cell: Rect,
    buf: &mut Buffer,
    site: &Site,
    metric: Metric,
    style: ratatui::style::Style,
) {
    let observed = site.api.metrics.get(metric);
    match observed.last() {
        Some(series) if !series.is_empty() => {
            let style = if observed.current().is_some() {
                style
            } else {
                scene.style(Role::Faint)
            };
            bars::sparkline(buf, cell, series, scene.now, scene.theme.glyphs, style);
        }
        _ => {
            let known = scene.metric(&site.api.metrics, metric);
            paint::text(
                buf,
                cell.x,
                cell.y,
                cell.width,
                known.mark(scene.theme),
                scene.style(known.state.role()),
            );
        }
    }
}

fn traffic(scene: &Scene<'_>, grid: &Grid, row: Rect, buf: &mut Buffer, site: &Site) {
    let Some(cell) = grid.cell(3, row) else {
        return;
    };
    let known = sites::traffic(scene, site);
    let share = known.current();
    paint::figure(buf, cell, &scene.figure(known, None, 7, format::share));
    if let (Some(cell), Some(share)) = (grid.cell(4, row), share) {
        let glyphs = scene.theme.glyphs;
        bars::bar(
            buf,
            cell,
            share / 100.0,
            glyphs,
            scene.style(Role::Traffic),
            scene.style(Role::Border),
        );
    }
}

/// Figures by column.
fn figures_of(scene: &Scene<'_>, grid: &Grid, site: &Site) -> Vec<(usize, Shown)> {
    let limits = &scene.snapshot.thresholds;
    let api = &site.api.metrics;
    let show = |known: Known<f64>, limit: Limit, write: fn(f64) -> String| {
        scene.figure(known, Some(limit), 10, write)
    };
    let mut found = Vec::with_capacity(8);
    let mut add = |index: usize, shown: &dyn Fn() -> Shown| {
        if grid.has(index) {
            found.push((index, shown()));
        }
    };
    add(5, &|| {
        show(
            scene.metric(api, Metric::ApiLatencyP50),
            limits.api_p99_ms,
            format::millis,
        )
    });
    add(6, &|| {
        show(
            scene.metric(api, Metric::ApiLatencyP99),
            limits.api_p99_ms,
            format::millis,
        )
    });
    add(7, &|| {
        show(scene.failing(site), limits.api_5xx_percent, format::percent)
    });
    add(8, &|| {
        show(
            sites::function_errors(scene, site),
            limits.lambda_error_percent,
            format::percent,
        )
    });
    add(9, &|| sites::lag(scene, &site.region, LAG.into()));
    add(11, &|| {
        let probe = scene.known(&site.probe);
        let failing = probe.value.is_some_and(|report| report.status >= 500);
        let known = probe.map(|report| report.total().as_secs_f64() * 1e3);
        let mut shown = show(known, limits.probe_ms, format::millis);
        if failing && known.state == Freshness::Current {
            shown.style = scene.style(Role::Down);
        }
        shown
    });
    add(12, &|| sites::certificate_days(scene, &site.certificate));
    add(13, &|| sites::row_age(scene, site));
    found
}

fn world(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    let title = Line::from(scene.heading("World", false));
    let mut legend = Vec::new();
    for verdict in [
        Verdict::Healthy,
        Verdict::Degraded,
        Verdict::Down,
        Verdict::Unknown,
    ] {
        let count = scene
            .snapshot
            .sites
            .iter()
            .filter(|site| site.judgement.verdict == verdict)
            .count();
        if count > 0 {
            legend.push(scene.mark(verdict));
            legend.push(scene.span(format!(" {count} {verdict}  "), Role::Muted));
        }
    }
    if area.width >= 70 {
        legend.push(scene.span(scene.theme.glyphs.horizontal.repeat(3), Role::Replication));
        legend.push(scene.span(" replication", Role::Muted));
    } else if let Some(last) = legend.last_mut() {
        last.content = last.content.trim_end().to_string().into();
    }
    let inner = scene.frame(area, buf, &title, Some(&Line::from(legend)), false);
    map::draw(scene, inner, buf);
}

/// Why, alarms and changes, one over the other.
fn aside(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let alarms = scene.state.count(Panel::Alarms) as u16;
    let reasons = why::fleet_lines(scene, area.width.saturating_sub(3)).len() as u16;
    // Each a third; the reasons more where they need it and it is tight.
    let tight = area.height < 24 && reasons + 2 > area.height / 3;
    let share = if tight { 4 } else { (area.height / 3).max(3) };
    let alarms_height = (alarms.max(1) + 2).min(share);
    let why_height = (reasons.max(1) + 2)
        .min((area.height - alarms_height).saturating_sub(share))
        .max(3);
    let (first, rest) = split(area, why_height);
    why::fleet(scene, first, buf);
    let (second, third) = split(rest, alarms_height);
    sites::alarms(scene, second, buf);
    changes(scene, third, buf);
}

/// The first `height` rows of an area, and the rest.
pub fn split(area: Rect, height: u16) -> (Rect, Rect) {
    let height = height.min(area.height);
    (
        Rect { height, ..area },
        Rect {
            y: area.y + height,
            height: area.height - height,
            ..area
        },
    )
}

fn changes(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let inner = scene.panel(area, buf, Panel::Changes, None);
    let visible = scene.visible(Panel::Changes, inner, buf);
    if visible.is_empty() {
        let none = "nothing seen to change yet";
        let text = why_empty(scene, Panel::Changes, "change", [], none);
        scene.nothing(inner, buf, &text);
    }
    for (row, entry) in visible {
        let Subject::Change(index) = entry.subject else {
            continue;
        };
        let Some(change) = scene.snapshot.changes.get(index) else {
            continue;
        };
        let age = format::age(scene.now.duration_since(change.at));
        paint::right(
            buf,
            row.x,
            row.y,
            4.min(row.width),
            &age,
            scene.style(Role::Muted),
        );
        let mut x = row.x + 5;
        if let Some(region) = &change.region {
            x += paint::text(
                buf,
                x,
                row.y,
                row.right().saturating_sub(x),
                region.as_str(),
                scene.style(Role::Muted),
            ) + 1;
        }
        paint::text(
            buf,
            x,
            row.y,
            row.right().saturating_sub(x),
            &change.what,
            scene.style(Role::Text),
        );
    }
    scene.footing(area, buf, Some(Panel::Changes));
}
