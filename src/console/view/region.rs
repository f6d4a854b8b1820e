//! The Region screen: charts of everything measured there, and everything it is made of.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::absent::why_empty;
use super::facts;
use super::fleet::split;
use super::freshness::{Show, Shown};
use super::scene::{Scene, area_of};
use super::sites;
use super::table::{Column, Grid};
use super::theme::Role;
use super::{flow, paint, plot, why};
use crate::app::{Chart, Panel, Subject, Target, Window};
use gwctl_fleet::format;
use gwctl_fleet::{Metric, Region, Site};

/// Draws the screen.
pub fn draw(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer, region: &Region) {
    let Some(site) = scene.snapshot.site(region) else {
        let inner = scene.frame(area, buf, &Line::from("Region"), None, false);
        scene.nothing(
            inner,
            buf,
            &format!("{region} is not a Region of this fleet"),
        );
        return;
    };
    if area.width >= 110 {
        let beside = (area.width * 35 / 100).clamp(42, 66);
        let left = Rect {
            width: area.width - beside,
            ..area
        };
        charts(scene, left, buf, site);
        column(
            scene,
            Rect {
                x: left.right(),
                width: beside,
                ..area
            },
            buf,
            site,
        );
    } else {
        let (first, rest) = split(area, area.height * 55 / 100);
        charts(scene, first, buf, site);
        let left = Rect {
            width: rest.width / 2,
            ..rest
        };
        why::site(scene, left, buf, site);
        let right = Rect {
            x: left.right(),
            width: rest.width - left.width,
            ..rest
        };
        narrow(scene, right, buf, site);
    }
}

/// As many charts as have room to be read; the page with the cursor.
fn charts(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer, site: &Site) {
    let rows = scene.state.rows(Panel::Charts);
    let all: Vec<Chart> = rows
        .iter()
        .filter_map(|row| {
            if let Subject::Chart(_, chart) = row.subject {
                Some(chart)
            } else {
                None
            }
        })
        .collect();
    let columns = (area.width / 38).clamp(1, 3);
    let lines = (area.height / 5).clamp(1, (all.len() as u16).div_ceil(columns).max(1));
    let page = usize::from(columns * lines);
    let cursor = scene
        .state
        .cursor(Panel::Charts)
        .min(all.len().saturating_sub(1));
    let first = cursor / page * page;
    scene
        .hits
        .targets
        .push((area_of(area), Target::Panel(Panel::Charts)));
    scene.hits.windows.push(Window {
        panel: Some(Panel::Charts),
        offset: first,
        height: page,
        len: all.len(),
    });
    if all.is_empty() {
        let inner = scene.panel(area, buf, Panel::Charts, None);
        scene.nothing(inner, buf, "no chart matches the filter");
    }
    let focused = scene.state.focused() == Panel::Charts;
    let shown = all.len().saturating_sub(first).min(page);
    for (slot, chart) in all.iter().skip(first).take(page).enumerate() {
        let (column, line) = (slot as u16 % columns, slot as u16 / columns);
        // The last line's charts share its whole width.
        let columns = (shown as u16 - line * columns).min(columns);
        let edge = |index: u16, of: u16, length: u16| index * length / of;
        let x = area.x + edge(column, columns, area.width);
        let y = area.y + edge(line, lines, area.height);
        let width = area.x + edge(column + 1, columns, area.width) - x;
        let height = area.y + edge(line + 1, lines, area.height) - y;
        let place = Rect {
            x,
            y,
            width,
            height,
        };
        scene
            .hits
            .targets
            .push((area_of(place), Target::Row(Panel::Charts, first + slot)));
        // The first chart says which time all of them show, the last which of them there are.
        if slot + 1 == shown && slot > 0 {
            scene.chart_note = scene.position(Some(Panel::Charts));
        }
        let chosen = focused && first + slot == cursor;
        plot::draw(scene, place, buf, (*chart, Some(&site.region)), chosen);
    }
}

/// What the Region is made of, beside the charts.
fn column(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer, site: &Site) {
    let reasons = why::site_lines(site, area.width) as u16;
    let (top, rest) = split(area, (reasons + 2).clamp(3, (area.height / 4).max(3)));
    why::site(scene, top, buf, site);
    let functions = scene.state.count(Panel::Functions) as u16;
    let alarms = scene.state.count(Panel::Alarms) as u16;
    let functions_height = (functions.max(1) + 3).min(rest.height / 4);
    let alarms_height = (alarms.max(1) + 2).min(rest.height / 4);
    let (middle, below) = split(
        rest,
        rest.height.saturating_sub(functions_height + alarms_height),
    );
    let inner = scene.frame(
        middle,
        buf,
        &Line::from(scene.heading("Resources", false)),
        None,
        false,
    );
    let facts = flow::site_facts(scene, site, inner.width);
    facts::draw(scene, inner, buf, &facts);
    let (functions, alarms) = split(below, functions_height);
    function_panel(scene, functions, buf);
    sites::alarms(scene, alarms, buf);
}

/// Where there is no room for a column: the panel that has the focus, or the resources.
fn narrow(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer, site: &Site) {
    match scene.state.focused() {
        Panel::Functions => function_panel(scene, area, buf),
        Panel::Alarms => sites::alarms(scene, area, buf),
        _ => {
            let inner = scene.frame(
                area,
                buf,
                &Line::from(scene.heading("Resources", false)),
                None,
                false,
            );
            let facts = flow::site_facts(scene, site, inner.width);
            facts::draw(scene, inner, buf, &facts);
        }
    }
}

/// What the table of functions tells.
const FUNCTION_COLUMNS: &[Column] = &[
    Column::words("Function", 14, 0).stretching(16),
    Column::figure("Errors", 7, 1),
    Column::figure("p95", 7, 2),
    Column::figure("Calls", 7, 3),
    Column::figure("Memory", 7, 5),
    Column::words("Runtime", 11, 4),
    Column::words("State", 8, 6),
];

fn function_panel(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let Some((grid, body)) = Grid::open(scene, area, buf, Panel::Functions, FUNCTION_COLUMNS)
    else {
        return;
    };
    let limits = scene.snapshot.thresholds.clone();
    let visible = scene.visible(Panel::Functions, body, buf);
    if visible.is_empty() {
        let none = "the configuration names no function";
        let text = why_empty(scene, Panel::Functions, "function", [], none);
        scene.nothing(body, buf, &text);
    }
    for (row, entry) in visible {
        let Subject::Function(region, index) = &entry.subject else {
            continue;
        };
        let function = scene
            .snapshot
            .site(region)
            .and_then(|site| site.functions.get(*index));
        let Some(function) = function else { continue };
        let detail = scene.lasting(&function.detail);
        let period = function
            .metrics
            .get(Metric::FunctionInvocations)
            .last()
            .map_or(std::time::Duration::from_mins(1), |s| s.period);
        if let Some(cell) = grid.cell(0, row) {
            paint::text(
                buf,
                cell.x,
                cell.y,
                cell.width,
                &function.name,
                scene.style(Role::Text),
            );
        }
        let errors = scene.percent(
            &function.metrics,
            Metric::FunctionErrors,
            Metric::FunctionInvocations,
        );
        let duration = scene.metric(&function.metrics, Metric::FunctionDurationP95);
        let calls = scene.metric(&function.metrics, Metric::FunctionInvocations);
        let figures: [(usize, Shown); 4] = [
            (
                1,
                scene.figure(
                    errors,
                    Some(limits.lambda_error_percent),
                    7,
                    format::percent,
                ),
            ),
            (2, scene.figure(duration, None, 7, format::millis)),
            (
                3,
                scene.figure(calls, None, 7, |value| format::per_second(value, period)),
            ),
            (
                4,
                detail
                    .map(|detail| detail.memory_mb)
                    .show(scene.theme, Role::Text, 7, |mb| format!("{mb} MB")),
            ),
        ];
        for (index, shown) in figures {
            if let Some(cell) = grid.cell(index, row) {
                paint::figure(buf, cell, &shown);
            }
        }
        let words = [
            (5, detail.map(|detail| detail.runtime.as_str())),
            (6, detail.map(|detail| detail.state.as_str())),
        ];
        for (index, known) in words {
            if let Some(cell) = grid.cell(index, row) {
                let shown = known.show(
                    scene.theme,
                    Role::Muted,
                    usize::from(cell.width),
                    Into::into,
                );
                paint::text(
                    buf,
                    cell.x,
                    cell.y,
                    cell.width,
                    shown.fitting(cell.width),
                    shown.style,
                );
            }
        }
    }
    scene.footing(area, buf, Some(Panel::Functions));
}
