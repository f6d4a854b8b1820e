//! Charts that lay the Regions over each other, for screens with room to spare.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::absent::why_missing;
use super::chart::{Chart, Curve};
use super::scene::Scene;
use super::theme::Role;
use gwctl_fleet::format;
use gwctl_fleet::{Limit, Metric, Observed, Series, Site};

/// Lines that can still be told apart.
const MOST: usize = 6;

/// Requests, latency and lag of the Regions, side by side.
pub fn draw(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    let sites = chosen(scene);
    let limits = &scene.snapshot.thresholds;
    let count = (area.width / 30).clamp(1, 3);
    for index in 0..count {
        let x = area.x + index * area.width / count;
        let place = Rect {
            x,
            width: area.x + (index + 1) * area.width / count - x,
            ..area
        };
        match index {
            0 => one(
                scene,
                place,
                buf,
                "p99",
                &sites,
                |site| Some(site.api.metrics.get(Metric::ApiLatencyP99)),
                Some(limits.api_p99_ms),
                format::millis,
            ),
            1 => one(
                scene,
                place,
                buf,
                "Requests",
                &sites,
                |site| Some(site.api.metrics.get(Metric::ApiRequests)),
                None,
                format::of_a_minute,
            ),
            _ => one(
                scene,
                place,
                buf,
                "Lag",
                &sites,
                |site| scene.snapshot.database.lag(&site.region),
                Some(limits.replication_lag_ms),
                format::millis,
            ),
        }
    }
}

/// The Regions to show: the worst first, then in the fleet's order.
fn chosen<'a>(scene: &Scene<'a>) -> Vec<&'a Site> {
    let mut sites: Vec<&Site> = scene.snapshot.sites.iter().collect();
    if sites.len() > MOST {
        sites.sort_by_key(|site| std::cmp::Reverse(site.judgement.verdict));
        sites.truncate(MOST);
    }
    sites
}

#[expect(
    clippy::too_many_arguments,
    reason = "a chart is this many things, named where it is called"
)]
fn one<'a>(
    scene: &Scene<'a>,
    area: Rect,
    buf: &mut Buffer,
    title: &'static str,
    sites: &[&'a Site],
    of: impl Fn(&'a Site) -> Option<&'a Observed<std::sync::Arc<Series>>>,
    limit: Option<Limit>,
    write: fn(f64) -> String,
) {
    let mut named = Vec::new();
    let mut curves = Vec::new();
    for (index, site) in sites.iter().enumerate() {
        let Some(observed) = of(site) else { continue };
        let Some(series) = observed.last().filter(|series| !series.is_empty()) else {
            continue;
        };
        let current = observed.current().is_some();
        let style = if current {
            scene.theme.series(index)
        } else {
            scene.style(Role::Faint)
        };
        let mark = if current {
            ""
        } else {
            scene.theme.glyphs.marks.could_not_ask
        };
        named.push(vec![Span::styled(
            format!("  {mark}{}", site.region),
            style,
        )]);
        curves.push(Curve { series, style });
    }
    let heading = vec![scene.heading(title, false)];
    let title = scene.fitting(heading, named, area.width.saturating_sub(4));
    let inner = scene.frame(area, buf, &title, None, false);
    if curves.is_empty() {
        let why = sites
            .iter()
            .filter_map(|site| of(site))
            .map(Observed::why_missing);
        let text = why_missing(scene, why, "CloudWatch has no points of it");
        scene.nothing(inner, buf, &text);
        return;
    }
    Chart {
        curves,
        limit,
        least: 0.0,
        fixed: None,
        bottom: "0",
        write,
    }
    .draw(scene, inner, buf);
}
