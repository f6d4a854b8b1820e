//! Small bars and sparklines, a cell high.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::glyphs::Glyphs;
use super::paint;
use gwctl_fleet::Series;
use jiff::Timestamp;

/// A bar filled to `share` (0 to 1) of its place.
pub fn bar(buf: &mut Buffer, place: Rect, share: f64, glyphs: &Glyphs, full: Style, rest: Style) {
    let eighths = (share.clamp(0.0, 1.0) * f64::from(place.width) * 8.0).round() as u16;
    // What is not nothing shows.
    let eighths = if share > 0.0 { eighths.max(1) } else { eighths };
    for column in 0..place.width {
        let filled = eighths.saturating_sub(column * 8).min(8);
        let (symbol, style) = if filled > 0 {
            (glyphs.bar[usize::from(filled)], full)
        } else {
            (glyphs.rest, rest)
        };
        paint::text(buf, place.x + column, place.y, 1, symbol, style);
    }
}

/// The newest settled periods of a series, one a cell, the newest right; holes stay empty.
pub fn sparkline(
    buf: &mut Buffer,
    place: Rect,
    series: &Series,
    now: Timestamp,
    glyphs: &Glyphs,
    style: Style,
) {
    let Some(last) = series.settled(now) else {
        return;
    };
    let period = series.period.as_secs_f64().max(1.0);
    // The right edge stands for the newest settled period there could be, not for the newest point.
    // On the periods' own grid, so that it moves once a period.
    let whole = (now.as_second() as f64 / period).floor() - 1.0;
    let newest = Timestamp::from_second((whole * period) as i64).unwrap_or(now);
    let slots = usize::from(place.width);
    let mut values: Vec<Option<f64>> = vec![None; slots];
    for point in series.points().iter().rev() {
        let back = (newest.duration_since(point.at).as_secs_f64() / period).round();
        if back >= slots as f64 {
            break;
        }
        if back >= 0.0 && point.at <= last.at {
            values[slots - 1 - back as usize] = Some(point.value);
        }
    }
    let (lowest, highest) = values
        .iter()
        .flatten()
        .fold((f64::MAX, 0.0f64), |(low, high), value| {
            (low.min(*value), high.max(*value))
        });
    // From below the least, so that the shape shows; a calm series stays a calm line.
    let swing = (highest - lowest).max(highest * 0.25);
    let floor = (lowest - swing * 0.5).max(0.0);
    for (column, value) in values.iter().enumerate() {
        let Some(value) = value else { continue };
        let share = if highest > 0.0 {
            (value - floor) / (1.5 * swing)
        } else {
            0.0
        };
        // Never the full cell: rows must not run into each other.
        let level = (share.clamp(0.0, 1.0) * 6.0).round() as usize + 1;
        paint::text(
            buf,
            place.x + column as u16,
            place.y,
            1,
            glyphs.column[level],
            style,
        );
    }
}
