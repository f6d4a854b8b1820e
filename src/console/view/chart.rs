//! Time-series charts: braille lines over axes with units, all of one time. Holes in a series stay holes.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::dots::Dots;
use super::freshness::cells;
use super::marks;
use super::measure::Measure;
use super::paint;
use super::scene::{Scene, area_of};
use super::theme::Role;
use super::ticks;
use crate::app::{Plot, Span};
use gwctl_fleet::{Limit, Point, Region, Series};

/// One line of a chart.
pub struct Curve<'a> {
    /// Its points.
    pub series: &'a Series,
    pub style: Style,
}

/// What a chart shows.
pub struct Chart<'a> {
    /// The lines, the most important last: it is drawn on top.
    pub curves: Vec<Curve<'a>>,
    /// The same lines at the time that is compared with.
    pub before: Vec<Curve<'a>>,
    pub span: Span,
    pub span_before: Option<Span>,
    /// Where the verdict changes.
    pub limit: Option<Limit>,
    /// The top of the axis is at least this.
    pub least: f64,
    pub measure: Measure,
    /// Whose events stand on its time axis; none for those of all.
    pub region: Option<&'a Region>,
    /// Whether the room below the line is filled: where there is no other.
    pub filled: bool,
}

const GRID: u8 = 1;
const LIMIT: u8 = 2;
const BEFORE: u8 = 3;
const FILL: u8 = 4;
const CURVES: u8 = 5;

/// Rows of a chart from which the times stand below the events, not between them.
const TALL: u16 = 9;

/// Cells left of the axis, so that charts above each other show the same time above each other.
const GUTTER: usize = 7;

/// What a line is drawn with.
#[derive(Clone, Copy)]
struct Pen {
    span: Span,
    /// The top of the axis.
    top: f64,
    layer: u8,
    filled: bool,
}

impl Chart<'_> {
    /// Draws axes, lines and events.
    pub fn draw(&self, scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
        if area.width < 12 || area.height < 2 {
            return;
        }
        let top = match self.measure {
            Measure::Flag => 1.0,
            _ => self
                .measure
                .round(self.most(scene.now).max(self.least), nice_top),
        };
        let labels = self.labels(top, area.height - 1);
        let widest = labels.iter().map(|(_, text)| cells(text)).max();
        let gutter = widest.unwrap_or(0).max(GUTTER) as u16;
        let foot = if area.height >= TALL { 2 } else { 1 };
        let plot = Rect {
            x: area.x + gutter + 1,
            width: area.width.saturating_sub(gutter + 1),
            height: area.height - foot,
            ..area
        };
        if plot.width < 4 {
            return;
        }
        let mut dots = Dots::new(plot.width, plot.height);
        axis(scene, plot, buf, gutter, (top, &labels));
        self.level(scene, &mut dots, top, &labels, area.height >= TALL);
        self.lines(scene, &mut dots, top);
        self.render(scene, &dots, plot, buf);
        let below = Rect {
            y: plot.bottom(),
            height: foot,
            ..plot
        };
        ticks::draw(scene, below, buf, self.span);
        marks::draw(
            scene,
            Rect { height: 1, ..below },
            buf,
            (self.span, self.region),
        );
        cursor(scene, plot, buf, self.span);
        scene.hits.plots.push(Plot {
            area: area_of(Rect {
                height: area.height,
                ..plot
            }),
            from: self.span.from,
            to: self.span.to,
        });
    }

    /// The highest point that is drawn.
    fn most(&self, now: Timestamp) -> f64 {
        let curves = self.curves.iter().map(|curve| (curve, self.span));
        let before = self.before.iter().zip(self.span_before);
        let mut most = 0.0f64;
        for (curve, span) in curves.chain(before) {
            for point in within(curve.series, span, now) {
                most = most.max(point.value);
            }
        }
        most
    }

    /// The figures on the axis, from the top: more than the greatest and zero, where there is room.
    fn labels(&self, top: f64, rows: u16) -> Vec<(f64, String)> {
        let parts = match self.measure {
            Measure::Flag => 1,
            _ if rows >= TALL => self.measure.parts(top, parts_of),
            _ if rows >= 3 => 2,
            _ => 1,
        };
        let write = |part: i32| {
            let value = top * f64::from(part) / f64::from(parts);
            let text = match (part, self.measure) {
                (0, Measure::Flag) => "down".into(),
                (0, _) => "0".into(),
                _ => self.measure.on_axis(value),
            };
            (value, text)
        };
        (0..=parts).rev().map(write).collect()
    }

    /// The limit, and in a tall chart the levels of the axis.
    fn level(
        &self,
        scene: &Scene<'_>,
        dots: &mut Dots,
        top: f64,
        labels: &[(f64, String)],
        tall: bool,
    ) {
        let mut dotted = |value: f64, every: usize, layer: u8| {
            let y = row_of(dots.size(), value, top);
            for x in (0..dots.size().0).step_by(every) {
                dots.set(x, y, layer);
            }
        };
        if tall && !scene.theme.glyphs.ascii {
            for (value, _) in labels.iter().filter(|(value, _)| *value > 0.0) {
                dotted(*value, 8, GRID);
            }
        }
        if let Some(limit) = self.limit.filter(|limit| limit.warn <= top) {
            dotted(limit.warn, 4, LIMIT);
        }
    }

    fn lines(&self, scene: &Scene<'_>, dots: &mut Dots, top: f64) {
        let pen = |span, layer, filled| Pen {
            span,
            top,
            layer,
            filled,
        };
        for (curve, span) in self.before.iter().zip(std::iter::repeat(self.span_before)) {
            if let Some(span) = span {
                draw_line(dots, curve.series, scene.now, pen(span, BEFORE, false));
            }
        }
        let filled = self.filled && self.before.is_empty();
        for (index, curve) in self.curves.iter().enumerate() {
            let pen = pen(self.span, CURVES + index as u8, filled);
            draw_line(dots, curve.series, scene.now, pen);
        }
    }

    fn render(&self, scene: &Scene<'_>, dots: &Dots, plot: Rect, buf: &mut Buffer) {
        let plain = scene.theme.glyphs.ascii.then_some('*');
        let first = self.curves.first();
        let fill = first.map_or_else(Style::new, |curve| scene.theme.softened(curve.style));
        dots.render(plot, buf, plain, |layer| match layer {
            GRID => scene.style(Role::Border),
            LIMIT => scene.style(Role::Degraded),
            BEFORE => scene.style(Role::Faint),
            FILL => fill,
            other => self
                .curves
                .get(usize::from(other - CURVES))
                .map_or_else(Style::new, |curve| curve.style),
        });
    }
}

/// The axis of figures, `gutter` cells of which stand left of it.
fn axis(
    scene: &Scene<'_>,
    plot: Rect,
    buf: &mut Buffer,
    gutter: u16,
    (top, labels): (f64, &[(f64, String)]),
) {
    let border = scene.style(Role::Border);
    for y in plot.y..plot.bottom() {
        paint::text(buf, plot.x - 1, y, 1, scene.theme.glyphs.vertical, border);
    }
    let dots = (i32::from(plot.width) * 2, i32::from(plot.height) * 4);
    for (value, text) in labels {
        let y = plot.y + (row_of(dots, *value, top) / 4) as u16;
        let x = plot.x - 1 - gutter;
        paint::right(buf, x, y, gutter, text, scene.style(Role::Faint));
    }
}

/// The points of `series` in `span` whose period is over.
fn within(series: &Series, span: Span, now: Timestamp) -> &[Point] {
    let points = series.points();
    let first = points.partition_point(|point| point.at < span.from);
    let settled = series.settled(now).map_or(0, |settled| {
        points.partition_point(|point| point.at <= settled.at)
    });
    let end = points
        .partition_point(|point| point.at < span.to)
        .min(settled);
    points.get(first..end).unwrap_or_default()
}

/// Joins points of periods that follow each other; where one is missing, there is a hole.
fn draw_line(dots: &mut Dots, series: &Series, now: Timestamp, pen: Pen) {
    let (wide, _) = dots.size();
    let period = series.period.as_secs_f64().max(1.0);
    let length = pen.span.to.duration_since(pen.span.from).as_secs_f64();
    let column = |at: Timestamp| {
        // A point speaks of its whole period: its middle is where it stands.
        let since = at.duration_since(pen.span.from).as_secs_f64() + period / 2.0;
        (since / length * f64::from(wide)) as i32
    };
    let mut before: Option<(Timestamp, (i32, i32))> = None;
    for point in within(series, pen.span, now) {
        let here = (column(point.at), row_of(dots.size(), point.value, pen.top));
        let joined =
            before.filter(|(at, _)| point.at.duration_since(*at).as_secs_f64() <= 1.5 * period);
        let from = joined.map_or(here, |(_, from)| from);
        if pen.filled {
            fill(dots, from, here);
        }
        dots.line(from, here, pen.layer);
        before = Some((point.at, here));
    }
}

/// The minute that is read.
fn cursor(scene: &Scene<'_>, plot: Rect, buf: &mut Buffer, span: Span) {
    let Some(x) = scene
        .state
        .charts
        .cursor
        .and_then(|at| ticks::column(at + span.range.period / 2, span, plot.width))
    else {
        return;
    };
    let x = plot.x + x;
    let line = scene.style(Role::Accent);
    for y in plot.y..plot.bottom() {
        let cell = &mut buf[(x, y)];
        if cell.symbol() == " " {
            cell.set_symbol(scene.theme.glyphs.vertical).set_style(line);
        }
        cell.set_style(scene.style(Role::Selection));
    }
}

/// Everything under a stretch of a line.
fn fill(dots: &mut Dots, from: (i32, i32), to: (i32, i32)) {
    let bottom = dots.size().1;
    for x in from.0..=to.0 {
        let share = if to.0 > from.0 {
            f64::from(x - from.0) / f64::from(to.0 - from.0)
        } else {
            0.0
        };
        let y = f64::from(from.1) + share * f64::from(to.1 - from.1);
        // A dot's gap lets the line stand out.
        for below in (y as i32 + 2)..bottom {
            dots.set(x, below, FILL);
        }
    }
}

fn row_of(size: (i32, i32), value: f64, top: f64) -> i32 {
    let rows = size.1 - 1;
    let share = if top > 0.0 {
        (value / top).clamp(0.0, 1.0)
    } else {
        0.0
    };
    rows - (share * f64::from(rows)).round() as i32
}

/// The next round figure above: 1, 2, 3, 4, 5, 6, 8 or 10 times a power of ten. Steps this coarse
/// keep the axis still while the figures move.
fn nice_top(most: f64) -> f64 {
    if most <= 0.0 || !most.is_finite() {
        return 1.0;
    }
    let power = 10f64.powf(most.log10().floor());
    let steps = [1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    steps
        .into_iter()
        .map(|step| step * power)
        .find(|top| *top >= most * 1.02)
        .unwrap_or(10.0 * power * 1.5)
}

/// Into how many parts an axis that ends at `top` falls so that each begins at a round figure.
fn parts_of(top: f64) -> i32 {
    let power = 10f64.powf(top.log10().floor());
    match (top / power * 10.0).round() as i32 {
        15 | 30 | 60 => 3,
        50 => 5,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_ends_at_a_round_figure_above_everything() {
        let tops = [0.0, 0.9, 1.0, 42.0, 99.5, 130.0].map(nice_top);
        assert_eq!(format!("{tops:?}"), "[1.0, 1.0, 1.5, 50.0, 150.0, 150.0]");
    }

    #[test]
    fn the_parts_of_an_axis_begin_at_round_figures() {
        let parts = [1.0, 1.5, 2.0, 3.0, 400.0, 5_000.0, 0.6, 80.0].map(parts_of);
        assert_eq!(parts, [4, 3, 4, 3, 4, 5, 3, 4]);
    }
}
