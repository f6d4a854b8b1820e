//! The Fleet screen: what happened in one line, one row a Region, why, alarms, what changed last, the map.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::absent::why_empty;
use super::bars;
use super::compare;
use super::freshness::{Show, Shown, role_of};
use super::headline;
use super::map;
use super::paint;
use super::scene::Scene;
use super::sites;
use super::table::{Column, Grid};
use super::theme::Role;
use super::why;
use crate::app::{Chart, Panel, Subject};
use gwctl_fleet::columns::{self, Drawn};
use gwctl_fleet::format;
use gwctl_fleet::{Metric, Reading, Site, Verdict};

/// Lines that the map needs below the Regions.
const MAP: u16 = 20;
/// Lines that alarms need at most, with their frame.
const LISTED: u16 = 10;

/// Draws the screen.
pub fn draw(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let area = headline::draw(scene, area, buf);
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
    if rest.height < MAP || rest.width < 90 {
        return tight(scene, rest, buf);
    }
    let side = match area.width {
        0..150 => 46,
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
        let charts = [Chart::AllLatency, Chart::AllRequests, Chart::AllLag];
        compare::beside(scene, lower, buf, &charts);
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
    let columns: Vec<Column> = scene.state.columns.iter().copied().map(of_sites).collect();
    let Some((grid, body)) = Grid::open(scene, area, buf, Panel::Regions, &columns) else {
        return;
    };
    sorted_by(scene, &grid, area, buf);
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

/// A column of sites, as a table lays it out.
fn of_sites(column: &columns::Column) -> Column {
    Column {
        title: column.title,
        width: column.width,
        stretch: column.stretch,
        right: column.drawn == Drawn::Figure,
        rank: column.rank,
    }
}

/// An arrow behind the heading of the column that is sorted by.
fn sorted_by(scene: &Scene<'_>, grid: &Grid, area: Rect, buf: &mut Buffer) {
    let Some(sort) = scene.state.sort else {
        return;
    };
    let mut shown = scene.state.columns.iter();
    let place = shown.position(|column| column.name == sort.column.name);
    let headings = Rect::new(area.x + 1, area.y + 1, area.width.saturating_sub(2), 1);
    if let Some(cell) = place.and_then(|index| grid.cell(index, headings)) {
        let glyphs = scene.theme.glyphs;
        let arrow = if sort.descending {
            glyphs.down_arrow
        } else {
            glyphs.up_arrow
        };
        let kept = paint::cut(sort.column.title, usize::from(cell.width).saturating_sub(1));
        let heading = format!("{kept}{arrow}");
        let style = scene.style(Role::Accent);
        if sort.column.drawn == Drawn::Figure {
            paint::right(buf, cell.x, cell.y, cell.width, &heading, style);
        } else {
            paint::text(buf, cell.x, cell.y, cell.width, &heading, style);
        }
    }
}

fn site_row(scene: &Scene<'_>, grid: &Grid, row: Rect, buf: &mut Buffer, site: &Site) {
    for (index, column) in scene.state.columns.iter().enumerate() {
        let Some(cell) = grid.cell(index, row) else {
            continue;
        };
        let reading = (column.value)(&scene.moment(), site);
        let shown = scene.reading(&reading, cell.width.into());
        match column.drawn {
            Drawn::Region => region(scene, cell, buf, site, &shown),
            Drawn::Words => {
                paint::text(buf, cell.x, cell.y, cell.width, &shown.text, shown.style);
            }
            Drawn::Figure => paint::figure(buf, cell, &shown),
            Drawn::Bar => bar(scene, cell, buf, &reading),
            Drawn::Curve(metric) => curve(scene, cell, buf, site, metric),
        }
    }
}

/// The Region's name behind its verdict's mark.
fn region(scene: &Scene<'_>, cell: Rect, buf: &mut Buffer, site: &Site, name: &Shown) {
    let verdict = site.judgement.verdict;
    let mark = scene.theme.glyphs.verdict(verdict);
    paint::text(buf, cell.x, cell.y, 1, mark, scene.theme.verdict(verdict));
    let width = cell.width.saturating_sub(2);
    paint::text(buf, cell.x + 2, cell.y, width, &name.text, name.style);
}

fn bar(scene: &Scene<'_>, cell: Rect, buf: &mut Buffer, reading: &Reading) {
    let amount = reading.amount.filter(|_| reading.sorts());
    if let Some(percent) = amount {
        bars::bar(
            buf,
            cell,
            percent / 100.0,
            scene.theme.glyphs,
            scene.style(Role::Traffic),
            scene.style(Role::Border),
        );
    }
}

fn curve(scene: &Scene<'_>, cell: Rect, buf: &mut Buffer, site: &Site, metric: Metric) {
    let observed = site.api.metrics.get(metric);
    match observed.last() {
        Some(series) if !series.is_empty() => {
            let style = match (observed.current(), metric) {
                (None, _) => scene.style(Role::Faint),
                (_, Metric::ApiRequests) => scene.style(Role::Traffic),
                _ => scene.theme.series(1),
            };
            bars::sparkline(buf, cell, series, scene.now, scene.theme.glyphs, style);
        }
        _ => {
            let known = scene.metric(&site.api.metrics, metric);
            let style = scene.style(role_of(known.state));
            let mark = known.mark(scene.theme);
            paint::text(buf, cell.x, cell.y, cell.width, mark, style);
        }
    }
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

/// Why before everything else; alarms and changes side by side below.
fn tight(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let (first, rest) = split(area, area.height * 3 / 5);
    why::fleet(scene, first, buf);
    let left = Rect {
        width: rest.width / 2,
        ..rest
    };
    sites::alarms(scene, left, buf);
    let right = Rect {
        x: left.right(),
        width: rest.width - left.width,
        ..rest
    };
    changes(scene, right, buf);
}

/// Why, alarms and changes, one over the other; each always in its place, whatever comes and goes.
fn aside(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let (first, rest) = split(area, area.height * 2 / 5);
    why::fleet(scene, first, buf);
    let (second, third) = split(rest, (rest.height / 2).min(LISTED));
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
