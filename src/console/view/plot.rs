//! A chart in its frame: heading, names and figures of its lines, and once a screen the time that all of them show.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::chart::{Chart as Drawing, Curve};
use super::freshness::{Known, Show};
use super::measure::Measure;
use super::paint;
use super::plan;
use super::scene::Scene;
use super::theme::Role;
use super::ticks;
use crate::app::{self, Chart, past_of};
use gwctl_fleet::{Metrics, Point, Region, Series, Snapshot, format};
use jiff::Timestamp;

/// The name of a line and its figure.
struct Named {
    name: String,
    style: Style,
    figure: Span<'static>,
}

/// Draws `chart`; those of one Region with it.
pub fn draw(
    scene: &mut Scene<'_>,
    area: Rect,
    buf: &mut Buffer,
    (chart, region): (Chart, Option<&Region>),
    focused: bool,
) {
    let state = scene.state;
    let span = state.charts.span(scene.now);
    let span_before = state.charts.span_before(scene.now);
    let of = past_of(state.screen());
    let held = |span| {
        state
            .charts
            .picture(scene.snapshot, (of.as_ref(), span), scene.now)
    };
    let picture = held(span);
    let before = span_before.and_then(held);
    let now = plan::plan(scene, scene.snapshot, (chart, region));
    let drawn = picture.map(|picture| plan::plan(scene, picture, (chart, region)));
    let then = before.map(|picture| plan::plan(scene, picture, (chart, region)));
    let named = match state.charts.cursor {
        None => now.lines.iter().map(|line| current(scene, line)).collect(),
        Some(at) => {
            let lines = drawn.as_ref().map_or(&[][..], |plan| &plan.lines);
            let then = then.as_ref().map(|plan| plan.lines.as_slice());
            read(scene, lines, then, at)
        }
    };
    let inner = framed(scene, area, buf, (chart, region), named, focused);
    let Some(drawn) = drawn else {
        let text = asking(scene);
        return scene.nothing(inner, buf, &text);
    };
    let curves = curves(scene, &drawn.lines);
    if curves.is_empty() {
        let text = plan::why_empty(scene, (chart, region), &now.lines);
        return scene.nothing(inner, buf, &text);
    }
    Drawing {
        curves,
        before: then.map_or_else(Vec::new, |then| dim(scene, &then.lines)),
        span,
        span_before,
        limit: drawn.limit,
        least: drawn.least,
        measure: drawn
            .lines
            .first()
            .map_or(Measure::AtOnce, |line| line.measure),
        region,
        filled: drawn.lines.len() == 1,
    }
    .draw(scene, inner, buf);
}

/// The frame with names and figures on its edges, and once a screen the time; says what is inside.
fn framed(
    scene: &mut Scene<'_>,
    area: Rect,
    buf: &mut Buffer,
    (chart, region): (Chart, Option<&Region>),
    mut named: Vec<Named>,
    focused: bool,
) -> Rect {
    // What matters most stands first.
    if matches!(chart, Chart::Latency | Chart::ApiErrors) {
        named.reverse();
    }
    let mut heading = vec![scene.heading(heading(chart, area.width), focused)];
    let limits = region.and_then(|region| scene.snapshot.site(region)?.concurrency.last());
    if let (Chart::Concurrency, Some(limits)) = (chart, limits) {
        heading.push(scene.span(format!(" of {}", limits.limit), Role::Muted));
    }
    let said = std::mem::replace(&mut scene.time_said, true);
    let note = scene.chart_note.take().or((!said).then(|| time(scene)));
    let note = note.map(|note| scene.span(note, Role::Muted));
    let room = usize::from(area.width.saturating_sub(4));
    let taken = note.as_ref().map_or(0, |note| note.width() + 2);
    let (upper, lower) = legend(scene, heading, &named, (room, room.saturating_sub(taken)));
    let inner = scene.frame(area, buf, &upper, None, focused);
    if area.height >= 2 {
        on_lower_edge(area, buf, &lower, note);
    }
    inner
}

fn on_lower_edge(area: Rect, buf: &mut Buffer, lower: &Line<'_>, note: Option<Span<'_>>) {
    let y = area.bottom() - 1;
    let area = area.intersection(buf.area);
    if area.width < 8 || y >= buf.area.bottom() {
        return;
    }
    let mut beside = |x: u16, line: &Line<'_>| {
        let width = line.width() as u16;
        if width > 0 && x > area.x + 1 && x + width + 1 < area.right() {
            paint::text(buf, x - 1, y, 1, " ", Style::new());
            paint::line(buf, x, y, width, line);
            paint::text(buf, x + width, y, 1, " ", Style::new());
        }
    };
    beside(area.x + 2, lower);
    if let Some(note) = note {
        let line = Line::from(note);
        let x = area.right().saturating_sub(2 + line.width() as u16);
        beside(x, &line);
    }
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
        .replace("API errors", "Errors")
        .replace("Replication lag", "Lag")
}

/// The heading with all lines named behind it, as many as fit, and the rest for the lower edge. Names are shortened
/// before a figure is left out, and figures are left out before a name.
fn legend(
    scene: &Scene<'_>,
    heading: Vec<Span<'static>>,
    named: &[Named],
    (upper, lower): (usize, usize),
) -> (Line<'static>, Line<'static>) {
    let width = |spans: &[Span<'_>]| spans.iter().map(Span::width).sum::<usize>();
    let forms = (0..=named.len())
        .rev()
        .flat_map(|figures| [(figures, false), (figures, true)]);
    let mut kept: Vec<Vec<Span<'static>>> = Vec::new();
    for (figures, short) in forms {
        let each = named.iter().enumerate();
        kept = each
            .map(|(n, one)| written(one, short, n < figures))
            .collect();
        let mut used = width(&heading);
        let fit = kept.iter().take_while(|part| {
            used += width(part);
            used < upper
        });
        let count = fit.count();
        let rest: usize = kept[count..].iter().map(|part| width(part)).sum();
        // The lower edge begins without the blanks between two names.
        if rest.saturating_sub(2) <= lower {
            let rest = kept.split_off(count);
            let above: Line<'static> = heading.into_iter().chain(kept.concat()).collect();
            let mut below = rest.concat();
            if let Some(first) = below.first_mut() {
                let text = first.content.trim_start().to_owned();
                *first = Span::styled(text, first.style);
            }
            return (above, Line::from(below));
        }
    }
    (scene.fitting(heading, kept, upper as u16), Line::default())
}

fn written(one: &Named, short: bool, with_figure: bool) -> Vec<Span<'static>> {
    let name = if short {
        short_name(&one.name)
    } else {
        one.name.clone()
    };
    let with_figure = with_figure || name.is_empty();
    let gap = if name.is_empty() || !with_figure {
        ""
    } else {
        " "
    };
    let mut spans = vec![Span::styled(format!("  {name}{gap}"), one.style)];
    if with_figure {
        spans.push(one.figure.clone());
    }
    spans
}

/// A Region as the identifiers of its zones begin: `apse1` for `ap-southeast-1`. Other names stay as they are.
fn short_name(name: &str) -> String {
    let parts: Vec<&str> = name.split('-').collect();
    let is_region = Region::new(name).is_ok_and(|region| region.place().is_some());
    if !is_region {
        return name.replace(" throttled", " thr.");
    }
    let direction = |part: &str| -> String {
        let mut short: String = part.chars().take(1).collect();
        for second in ["east", "west"] {
            if part.len() > second.len() && part.ends_with(second) {
                short.extend(second.chars().take(1));
            }
        }
        short
    };
    let last = parts.len() - 1;
    let each = parts.iter().enumerate();
    each.map(|(n, part)| match n {
        0 => (*part).to_owned(),
        n if n == last => (*part).to_owned(),
        _ => direction(part),
    })
    .collect()
}

/// The newest figure of a line.
fn current(scene: &Scene<'_>, line: &plan::Line<'_>) -> Named {
    let known = Known::series(line.observed, scene.now, &scene.snapshot.thresholds);
    let shown = known.show(scene.theme, Role::Text, 12, |value| {
        line.measure.reading(value)
    });
    Named {
        name: line.name.clone(),
        style: scene.hue(&line.hue),
        figure: shown.span(),
    }
}

/// The figures at a moment, and how they differ from those of the time that is compared with.
fn read(
    scene: &Scene<'_>,
    lines: &[plan::Line<'_>],
    then: Option<&[plan::Line<'_>]>,
    at: Timestamp,
) -> Vec<Named> {
    let shift = scene.state.charts.against.map(app::Against::shift);
    let each = lines.iter().enumerate().map(|(n, line)| {
        let value = line.observed.last().and_then(|series| value_at(series, at));
        let before = then
            .and_then(|lines| lines.get(n)?.observed.last())
            .zip(shift)
            .and_then(|(series, shift)| value_at(series, at - shift));
        let nothing = scene.theme.glyphs.marks.no_data;
        let figure = match (value, before) {
            (None, _) => scene.span(nothing, Role::Faint),
            (Some(value), Some(before)) => {
                let by = line.measure.difference(value, before);
                scene.span(
                    format!("{} ({by})", line.measure.reading(value)),
                    Role::Text,
                )
            }
            (Some(value), None) => scene.span(line.measure.reading(value), Role::Text),
        };
        Named {
            name: line.name.clone(),
            style: scene.hue(&line.hue),
            figure,
        }
    });
    each.collect()
}

/// The figure of the period that `at` is in.
fn value_at(series: &Series, at: Timestamp) -> Option<f64> {
    let points = series.points();
    let behind = points.partition_point(|point| point.at <= at);
    let point = points.get(behind.checked_sub(1)?)?;
    let since = at.duration_since(point.at).as_secs_f64();
    (since < series.period.as_secs_f64()).then_some(point.value)
}

fn curves<'a>(scene: &Scene<'_>, lines: &[plan::Line<'a>]) -> Vec<Curve<'a>> {
    let drawn = lines.iter().filter(|line| !line.told_only);
    let curves = drawn.filter_map(|line| {
        let series = line.observed.last().filter(|series| !series.is_empty())?;
        let style = if line.observed.current().is_some() {
            Style {
                add_modifier: Modifier::empty(),
                ..scene.hue(&line.hue)
            }
        } else {
            scene.style(Role::Faint)
        };
        Some(Curve { series, style })
    });
    curves.collect()
}

fn dim<'a>(scene: &Scene<'_>, lines: &[plan::Line<'a>]) -> Vec<Curve<'a>> {
    let mut curves = curves(scene, lines);
    for curve in &mut curves {
        curve.style = scene.style(Role::Faint);
    }
    curves
}

/// Why a longer time is not drawn yet.
fn asking(scene: &Scene<'_>) -> String {
    if scene.state.replay.is_some() {
        return "a recording holds no longer time".into();
    }
    let of = past_of(scene.state.screen());
    let cost = of.map_or_else(String::new, |of| {
        let (series, dollars) = (of.series(scene.snapshot), of.dollars(scene.snapshot));
        format!(": {series} series, {}", format::dollars(dollars))
    });
    let marks = &scene.theme.glyphs.marks;
    format!("{} asking CloudWatch{cost}", marks.not_yet)
}

/// The time that all charts of the screen show, and what they are compared with.
fn time(scene: &Scene<'_>) -> String {
    let charts = &scene.state.charts;
    let span = charts.span(scene.now);
    let range = charts.range();
    let shown = match charts.cursor {
        Some(at) => format!("at {} UTC", ticks::moment(at, range.span)),
        None if charts.is_live() => format!("{} to now", range.said),
        None => format!(
            "{} to {} UTC",
            range.said,
            ticks::moment(span.to, range.span)
        ),
    };
    let Some(against) = charts.against else {
        return shown;
    };
    let of = past_of(scene.state.screen());
    let before = charts.span_before(scene.now);
    let known =
        before.and_then(|span| charts.picture(scene.snapshot, (of.as_ref(), span), scene.now));
    let words = against.words();
    match known {
        Some(then) if !has_points(then, before) => format!("{shown}, {words}: no data"),
        Some(_) => format!("{shown}, dim: {words}"),
        None => format!("{shown}, asking: {words}"),
    }
}

/// Whether `picture` holds points of the fleet's requests in `span`: what is compared with may be of before the fleet.
fn has_points(picture: &Snapshot, span: Option<app::Span>) -> bool {
    let Some(span) = span else {
        return false;
    };
    let sites = picture.sites.iter().map(|site| &site.api.metrics);
    let mut all = sites
        .chain([&picture.edge.metrics])
        .flat_map(Metrics::iter)
        .filter_map(|(_, observed)| observed.last());
    all.any(|series| {
        let within = |point: &Point| point.at >= span.from && point.at < span.to;
        series.points().iter().any(within)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_shortened_as_aws_does_it_for_zones() {
        let short = |name| short_name(name);
        assert_eq!(short("us-east-1"), "use1");
        assert_eq!(short("ap-southeast-1"), "apse1");
        assert_eq!(short("eu-central-1"), "euc1");
        assert_eq!(short("orders-read"), "orders-read");
    }
}
