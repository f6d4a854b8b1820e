//! The charts of a Region: what is drawn in each, in its own unit.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use super::chart::{Chart as Drawing, Curve};
use super::freshness::{Known, Show};
use super::scene::Scene;
use super::theme::Role;
use crate::app::Chart;
use gwctl_fleet::format;
use gwctl_fleet::{Limit, Metric, Observed, Series, Site, Unit};

/// A line of a chart, before it is drawn.
struct Plotted<'a> {
    name: String,
    observed: &'a Observed<std::sync::Arc<Series>>,
    unit: Unit,
    rate: bool,
}

/// The chart's heading, shorter where there is little room for the figures beside it.
fn heading(chart: Chart, width: u16) -> String {
    if width >= 50 {
        return chart.title().into();
    }
    chart
        .title()
        .replace("Function ", "Fn ")
        .replace("API latency", "Latency")
}

/// Draws one chart, its current figures in the heading.
pub fn one_chart(
    scene: &Scene<'_>,
    area: Rect,
    buf: &mut Buffer,
    site: &Site,
    chart: Chart,
    focused: bool,
) {
    let (plotted, limit) = plan(scene, site, chart);
    let title = vec![scene.heading(heading(chart, area.width), focused)];
    let mut figures = Vec::new();
    let single = plotted.len() == 1;
    // What matters most stands first, where there is room for it.
    let mut order: Vec<usize> = (0..plotted.len()).collect();
    if chart == Chart::Latency || chart == Chart::ApiErrors {
        order.reverse();
    }
    for index in order {
        let line = &plotted[index];
        let style = scene.theme.series(index);
        let known = Known::series(line.observed, scene.now, &scene.snapshot.thresholds);
        let period = line
            .observed
            .last()
            .map_or(std::time::Duration::from_mins(1), |series| series.period);
        let shown = known.show(scene.theme, Role::Text, 12, |value| match line.unit {
            _ if line.rate => format::per_second(value, period),
            Unit::Flag => (if value >= 0.5 { "healthy" } else { "UNHEALTHY" }).into(),
            // A load is nothing to tell in hundredths.
            Unit::Percent if chart == Chart::Database => format::share(value),
            unit => format::in_unit(value, unit),
        });
        let name = if single {
            "  ".into()
        } else {
            format!("  {} ", line.name)
        };
        figures.push(vec![Span::styled(name, style), shown.span()]);
    }
    if let (Chart::Concurrency, Some(limits)) = (chart, site.concurrency.last()) {
        figures.push(vec![
            scene.span(format!(" of {}", limits.limit), Role::Muted),
        ]);
    }
    let title = scene.fitting(title, figures, area.width.saturating_sub(4));
    let inner = scene.frame(area, buf, &title, None, focused);
    let curves: Vec<Curve<'_>> = plotted
        .iter()
        .enumerate()
        .filter_map(|(index, line)| {
            let series = line.observed.last().filter(|series| !series.is_empty())?;
            if line.unit != plotted[0].unit {
                return None;
            }
            let style = if line.observed.current().is_some() {
                scene.theme.series(index)
            } else {
                scene.style(Role::Faint)
            };
            Some(Curve {
                series,
                style: Style {
                    add_modifier: ratatui::style::Modifier::empty(),
                    ..style
                },
            })
        })
        .collect();
    if curves.is_empty() {
        scene.nothing(inner, buf, &why_empty(scene, site, &plotted, chart));
        return;
    }
    let (unit, rate) = plotted
        .first()
        .map_or((Unit::Count, false), |line| (line.unit, line.rate));
    let write = writer(unit, rate);
    let fixed = (unit == Unit::Flag).then_some(1.0);
    // Curves with the lower figures first, so that the higher lie on top.
    let bottom = if fixed.is_some() { "down" } else { "0" };
    Drawing {
        curves,
        limit,
        least: 0.0,
        fixed,
        bottom,
        write,
    }
    .draw(scene, inner, buf);
}

fn writer(unit: Unit, rate: bool) -> fn(f64) -> String {
    match unit {
        _ if rate => format::of_a_minute,
        Unit::Millis => format::millis,
        Unit::Percent => |value| format::in_words(&format::percent(value)),
        Unit::Bytes => format::bytes,
        Unit::Flag => |_| "up".into(),
        Unit::Count => format::short_count,
    }
}

/// Why there is nothing to draw, in words that keep the four kinds of nothing apart.
fn why_empty(scene: &Scene<'_>, site: &Site, plotted: &[Plotted<'_>], chart: Chart) -> String {
    let Some(line) = plotted.first() else {
        return why_nothing_to_ask(scene, site, chart);
    };
    let known = Known::series(line.observed, scene.now, &scene.snapshot.thresholds);
    let source = line
        .observed
        .source()
        .map_or_else(String::new, |source| format!(" ({source})"));
    match line.observed.why_missing() {
        Some(why) => format!("{} {why}{source}", known.mark(scene.theme)),
        None => format!("{} no points yet{source}", scene.theme.glyphs.marks.no_data),
    }
}

/// Why it is not known of what to ask the series: what names it is missing, or names nothing here.
fn why_nothing_to_ask(scene: &Scene<'_>, site: &Site, chart: Chart) -> String {
    let topology = scene.snapshot.database.topology.why_missing();
    let records = scene.snapshot.edge.records.why_missing();
    let (why, none) = match chart {
        Chart::Lag if scene.snapshot.is_writer(&site.region) == Some(true) => {
            (None, "the writer has no replication lag")
        }
        Chart::Lag => (topology, "the engine's lag is not known"),
        Chart::Database => (topology, "the global cluster has no member here"),
        Chart::HealthCheck => (records, "the routing record here has no health check"),
        _ => (None, "the configuration names nothing to measure"),
    };
    super::absent::why_missing(scene, [why], none)
}

fn plan<'a>(scene: &Scene<'a>, site: &'a Site, chart: Chart) -> (Vec<Plotted<'a>>, Option<Limit>) {
    let limits = &scene.snapshot.thresholds;
    let line = |name: &str, metrics: &'a gwctl_fleet::Metrics, metric: Metric| Plotted {
        name: name.into(),
        observed: metrics.get(metric),
        unit: metric.unit(),
        rate: metric == Metric::ApiRequests,
    };
    let api = |metrics: &[Metric]| {
        metrics
            .iter()
            .map(|metric| line(metric.title(), &site.api.metrics, *metric))
            .collect()
    };
    let functions = |metrics: &[Metric]| {
        let many = site.functions.len() > 1;
        let pairs = site
            .functions
            .iter()
            .flat_map(|function| metrics.iter().map(move |metric| (function, *metric)));
        let mut pairs: Vec<_> = pairs.collect();
        pairs.sort_by_key(|(_, metric)| *metric);
        pairs
            .into_iter()
            .map(|(function, metric)| {
                let name = short_name(&function.name, &site.functions);
                let throttles = metric == Metric::FunctionThrottles;
                let name = match (many, throttles) {
                    (true, true) => format!("{name} throttled"),
                    (true, false) => name,
                    _ => metric.title().to_string(),
                };
                line(&name, &function.metrics, metric)
            })
            .collect()
    };
    let cluster = scene.snapshot.database.clusters.get(&site.region);
    match chart {
        Chart::Latency => (
            api(&[
                Metric::ApiLatencyP50,
                Metric::ApiLatencyP90,
                Metric::ApiLatencyP99,
            ]),
            Some(limits.api_p99_ms),
        ),
        Chart::Requests => (api(&[Metric::ApiRequests]), None),
        Chart::ApiErrors => (api(&[Metric::Api4xx, Metric::Api5xx]), None),
        Chart::FunctionErrors => (
            functions(&[Metric::FunctionErrors, Metric::FunctionThrottles]),
            None,
        ),
        Chart::Duration => (functions(&[Metric::FunctionDurationP95]), None),
        Chart::Concurrency => {
            let limit = site.concurrency.last().map(|limit| {
                let share = limits.lambda_concurrency_percent;
                Limit::new(
                    f64::from(limit.limit) * share.warn / 100.0,
                    f64::from(limit.limit) * share.critical / 100.0,
                )
            });
            (functions(&[Metric::FunctionConcurrency]), limit)
        }
        Chart::Lag => {
            let writer = scene.snapshot.is_writer(&site.region) == Some(true);
            let lag = scene
                .snapshot
                .database
                .lag_metric()
                .filter(|_| !writer)
                .zip(cluster);
            let lines =
                lag.map(|(metric, cluster)| vec![line(metric.title(), &cluster.metrics, metric)]);
            (lines.unwrap_or_default(), Some(limits.replication_lag_ms))
        }
        Chart::Database => {
            let lines = cluster.map(|cluster| {
                // Only what shares the first one's unit is drawn; the rest is told.
                vec![
                    line("CPU", &cluster.metrics, Metric::DbCpu),
                    line("conns", &cluster.metrics, Metric::DbConnections),
                ]
            });
            (lines.unwrap_or_default(), None)
        }
        Chart::HealthCheck => {
            let lines = scene
                .snapshot
                .edge
                .check(&site.region)
                .map(|check| vec![line("status", &check.metrics, Metric::CheckStatus)]);
            (lines.unwrap_or_default(), None)
        }
    }
}

/// A function's name without what all of them begin with: `orders-read` beside `orders-write` is `read`.
fn short_name(name: &str, all: &[gwctl_fleet::Function]) -> String {
    let common = all
        .iter()
        .map(|function| function.name.as_str())
        .reduce(|a, b| {
            let same = a
                .chars()
                .zip(b.chars())
                .take_while(|(a, b)| a == b)
                .map(|(a, _)| a.len_utf8())
                .sum();
            &a[..same]
        });
    let common = common.filter(|_| all.len() > 1).unwrap_or_default();
    let cut = common.rfind(['-', '_', '.']).map_or(0, |at| at + 1);
    name[cut..].to_string()
}
