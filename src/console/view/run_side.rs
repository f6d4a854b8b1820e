//! The fleet beside a run, in small figures: does what is done work, and does it hurt?

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::bars;
use super::chrome::elsewhere;
use super::paint;
use super::scene::Scene;
use super::sites;
use super::table::{Column, Grid};
use super::theme::Role;
use gwctl_actions::RunState;
use gwctl_fleet::Metric;
use gwctl_fleet::format;

const COLUMNS: &[Column] = &[
    Column::words("Region", 16, 0),
    Column::figure("Traffic", 7, 1),
    Column::figure("5xx", 7, 2),
    Column::figure("p99", 7, 3),
    Column::figure("Lag", 7, 4),
    Column::words("Requests, minutes", 18, 5).stretching(30),
];

/// One line a Region.
pub fn fleet(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer, run: &RunState) {
    let title = match elsewhere(scene, run) {
        None => "Fleet".to_owned(),
        Some(_) => format!(
            "Fleet {}, not that of the run",
            gwctl_fleet::clean(&scene.state.fleet, 16)
        ),
    };
    let title = Line::from(scene.heading(title, false));
    let inner = scene.frame(area, buf, &title, None, false);
    if inner.height < 2 {
        return;
    }
    let grid = Grid::fit(COLUMNS, inner.width);
    grid.headings(scene, Rect { height: 1, ..inner }, buf);
    let limits = &scene.snapshot.thresholds;
    for (site, y) in scene.snapshot.sites.iter().zip(inner.y + 1..inner.bottom()) {
        let row = Rect {
            y,
            height: 1,
            ..inner
        };
        let metrics = &site.api.metrics;
        if let Some(cell) = grid.cell(0, row) {
            let line = Line::from(vec![
                scene.mark(site.judgement.verdict),
                scene.span(format!(" {}", site.region), Role::Text),
            ]);
            paint::line(buf, cell.x, cell.y, cell.width, &line);
        }
        let figures = [
            scene.figure(
                scene.metric(metrics, Metric::ApiRequests),
                None,
                7,
                format::of_a_minute,
            ),
            scene.figure(
                scene.failing(site),
                Some(limits.api_5xx_percent),
                7,
                format::percent,
            ),
            scene.figure(
                scene.metric(metrics, Metric::ApiLatencyP99),
                Some(limits.api_p99_ms),
                7,
                format::millis,
            ),
            sites::lag(scene, &site.region, 7),
        ];
        for (column, shown) in figures.iter().enumerate() {
            if let Some(cell) = grid.cell(column + 1, row) {
                paint::figure(buf, cell, shown);
            }
        }
        if let (Some(cell), Some(series)) =
            (grid.cell(5, row), metrics.get(Metric::ApiRequests).last())
        {
            let style = scene.style(Role::Traffic);
            bars::sparkline(buf, cell, series, scene.now, scene.theme.glyphs, style);
        }
    }
}
