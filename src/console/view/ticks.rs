//! Times under a chart: round ones, so that they stand still while the lines move.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::paint;
use super::scene::Scene;
use super::theme::Role;
use crate::app::Span;
use gwctl_fleet::format;

/// Minutes between two times that are told.
const STEPS: [i64; 11] = [5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 2_880];
const DAY: i64 = 1_440;
/// Cells from one time to the next, at least.
const APART: f64 = 7.0;

/// The cell of `at` among `width`; none outside.
pub fn column(at: Timestamp, span: Span, width: u16) -> Option<u16> {
    let length = span.to.duration_since(span.from).as_secs_f64();
    let since = at.duration_since(span.from).as_secs_f64();
    let within = length > 0.0 && since >= 0.0 && since < length;
    within.then(|| (since / length * f64::from(width)) as u16)
}

/// A time as it stands below a chart: of the day, or of the week.
fn label(at: Timestamp, by_day: bool) -> String {
    if by_day {
        at.to_zoned(TimeZone::UTC).strftime("%a %d").to_string()
    } else {
        format::minute(at)
    }
}

/// A moment in words: with its day where `length` is more than one.
pub fn moment(at: Timestamp, length: SignedDuration) -> String {
    let time = format::minute(at);
    if length.as_mins() >= DAY {
        format!("{} {time}", label(at, true))
    } else {
        time
    }
}

/// When something happened, in eight cells: the time of day, or with its day where that was not `now`'s.
pub fn full(at: Timestamp, now: Timestamp) -> String {
    if format::date(at) == format::date(now) {
        return format::clock(at);
    }
    at.to_zoned(TimeZone::UTC).strftime("%d %H:%M").to_string()
}

/// Writes the times into the last row of `area`; `now` stands at the right end where it is now.
pub fn draw(scene: &Scene<'_>, area: Rect, buf: &mut Buffer, span: Span) {
    let row = area.bottom() - 1;
    let style = scene.style(Role::Faint);
    let live = scene.state.charts.is_live();
    let end = if live {
        area.width.saturating_sub(5)
    } else {
        area.width
    };
    if live {
        paint::right(buf, area.x, row, area.width, "now", style);
    }
    let minutes = span.range.span.as_mins().max(1) as f64;
    let wide = |step: &i64| {
        let apart = if *step >= DAY { APART + 2.0 } else { APART };
        *step as f64 / minutes * f64::from(area.width) >= apart
    };
    let Some(step) = STEPS.into_iter().find(wide) else {
        return;
    };
    let seconds = step * 60;
    let first = (span.from.as_second() + seconds - 1).div_euclid(seconds) * seconds;
    let mut at = Timestamp::from_second(first).unwrap_or(span.to);
    while at < span.to {
        let text = label(at, step >= DAY);
        let half = text.len() as u16 / 2;
        if let Some(x) = column(at, span, area.width)
            && x >= half
            && x - half + text.len() as u16 <= end
        {
            paint::text(buf, area.x + x - half, row, area.width, &text, style);
        }
        at += SignedDuration::from_secs(seconds);
    }
}
