//! Time-series charts: braille lines over axes with units. Holes in a series stay holes.

use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::dots::Dots;
use super::freshness::cells;
use super::paint;
use super::scene::Scene;
use super::theme::Role;
use gwctl_fleet::{Limit, Series};

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
    /// Where the verdict changes.
    pub limit: Option<Limit>,
    /// The top of the axis is at least this.
    pub least: f64,
    /// The top of the axis is this, whatever the points say.
    pub fixed: Option<f64>,
    /// What stands at the bottom of the axis.
    pub bottom: &'static str,
    /// How figures on the axis are written.
    pub write: fn(f64) -> String,
}

const LIMIT: u8 = 1;
const FILL: u8 = 2;
const CURVES: u8 = 3;

impl Chart<'_> {
    /// The end of the period that is being counted: what the right edge stands for. The lines then
    /// move once a period, not with every frame.
    fn end(&self, now: Timestamp) -> Timestamp {
        let period = self
            .curves
            .first()
            .map_or(60, |curve| curve.series.period.as_secs().max(1));
        let period = i64::try_from(period).unwrap_or(60);
        let whole = now.as_second().div_euclid(period) * period;
        Timestamp::from_second(whole + period).unwrap_or(now)
    }

    /// Draws axes and lines.
    pub fn draw(&self, scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
        if area.width < 12 || area.height < 2 {
            return;
        }
        let top = self
            .fixed
            .unwrap_or_else(|| nice_top(self.most().max(self.least)));
        let gutter = [top, top / 2.0]
            .map(|value| cells(&(self.write)(value)))
            .into_iter()
            .max()
            .unwrap_or(0)
            .max(5) as u16;
        let plot = Rect {
            x: area.x + gutter + 1,
            width: area.width - gutter - 1,
            height: area.height - 1,
            ..area
        };
        let span = self.span(scene.now);
        self.axes(scene, area, plot, buf, (top, span));
        let mut dots = Dots::new(plot.width, plot.height);
        if let Some(limit) = self.limit.filter(|limit| limit.warn <= top) {
            let y = row_of(&dots, limit.warn, top);
            for x in (0..dots.size().0).step_by(4) {
                dots.set(x, y, LIMIT);
            }
        }
        for (index, curve) in self.curves.iter().enumerate() {
            let filled = self.curves.len() == 1;
            self.curve(
                &mut dots,
                curve.series,
                scene.now,
                (top, span),
                CURVES + index as u8,
                filled,
            );
        }
        let plain = scene.theme.glyphs.ascii.then_some('*');
        let limit_style = scene.style(Role::Degraded);
        let fill = self
            .curves
            .first()
            .map_or_else(Style::new, |curve| scene.theme.softened(curve.style));
        dots.render(plot, buf, plain, |layer| match layer {
            LIMIT => limit_style,
            FILL => fill,
            other => self
                .curves
                .get(usize::from(other - CURVES))
                .map_or_else(Style::new, |curve| curve.style),
        });
    }

    fn most(&self) -> f64 {
        let points = self.curves.iter().flat_map(|curve| curve.series.points());
        points.fold(0.0f64, |most, point| most.max(point.value))
    }

    /// How far back the chart reaches: the first of a few round spans that holds every point.
    fn span(&self, now: Timestamp) -> SignedDuration {
        let first = self
            .curves
            .iter()
            .filter_map(|curve| curve.series.points().first())
            .map(|point| point.at)
            .min();
        let needed = first.map_or(0, |first| now.duration_since(first).as_secs());
        let rounds = [15, 30, 60, 120, 180, 360, 720, 1_440];
        let minutes = rounds
            .into_iter()
            .find(|minutes| needed <= minutes * 60 + 300)
            .unwrap_or(1_440);
        SignedDuration::from_mins(minutes)
    }

    fn axes(
        &self,
        scene: &Scene<'_>,
        area: Rect,
        plot: Rect,
        buf: &mut Buffer,
        (top, span): (f64, SignedDuration),
    ) {
        let muted = scene.style(Role::Faint);
        let gutter = plot.x - area.x - 1;
        let bottom = plot.bottom() - 1;
        paint::right(buf, area.x, plot.y, gutter, &(self.write)(top), muted);
        if plot.height >= 5 {
            let middle = plot.y + plot.height / 2;
            let value = top * (1.0 - (f64::from(middle - plot.y) + 0.5) / f64::from(plot.height));
            // Only where the middle of the row is the middle of the axis would the label be true.
            if plot.height % 2 == 1 && self.fixed.is_none() {
                paint::right(buf, area.x, middle, gutter, &(self.write)(value), muted);
            }
        }
        if plot.height >= 2 {
            paint::right(buf, area.x, bottom, gutter, self.bottom, muted);
        }
        let border = scene.style(Role::Border);
        for y in plot.y..plot.bottom() {
            paint::text(buf, plot.x - 1, y, 1, scene.theme.glyphs.vertical, border);
        }
        let axis = area.bottom() - 1;
        let minutes = span.as_mins();
        let ago = |minutes: i64| {
            if minutes % 60 == 0 && minutes > 60 {
                format!("-{}h", minutes / 60)
            } else {
                format!("-{minutes}m")
            }
        };
        paint::text(buf, plot.x, axis, plot.width, &ago(minutes), muted);
        paint::right(buf, plot.x, axis, plot.width, "now", muted);
        if plot.width > 30 && minutes % 2 == 0 {
            let label = ago(minutes / 2);
            let x = plot.x + plot.width / 2 - label.len() as u16 / 2;
            paint::text(buf, x, axis, plot.width, &label, muted);
        }
    }

    fn curve(
        &self,
        dots: &mut Dots,
        series: &Series,
        now: Timestamp,
        (top, span): (f64, SignedDuration),
        layer: u8,
        filled: bool,
    ) {
        let (wide, _) = dots.size();
        let period = series.period.as_secs_f64().max(1.0);
        let start = self.end(now) - span;
        let column = |at: Timestamp| {
            // A point speaks of its whole period: its middle is where it stands.
            let since = at.duration_since(start).as_secs_f64() + period / 2.0;
            (since / span.as_secs_f64() * f64::from(wide)) as i32
        };
        let Some(settled) = series.settled(now) else {
            return;
        };
        let mut before: Option<(Timestamp, (i32, i32))> = None;
        for point in series
            .points()
            .iter()
            .filter(|point| point.at <= settled.at)
        {
            let here = (column(point.at), row_of(dots, point.value, top));
            let joined =
                before.filter(|(at, _)| point.at.duration_since(*at).as_secs_f64() <= 1.5 * period);
            let from = joined.map_or(here, |(_, from)| from);
            if filled {
                fill(dots, from, here);
            }
            dots.line(from, here, layer);
            before = Some((point.at, here));
        }
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

fn row_of(dots: &Dots, value: f64, top: f64) -> i32 {
    let rows = dots.size().1 - 1;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_ends_at_a_round_figure_above_everything() {
        let tops = [0.0, 0.9, 1.0, 42.0, 99.5, 130.0].map(nice_top);
        assert_eq!(format!("{tops:?}"), "[1.0, 1.0, 1.5, 50.0, 150.0, 150.0]");
    }
}
