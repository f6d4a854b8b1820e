//! How figures and times are written, everywhere: on screen, in tables, in sentences, in reports.
//!
//! A figure has three digits at most and always its unit, in six cells, so that no column jitters and nothing is
//! cut; a sentence takes the same figure without idle zeros ([`in_words`]). What is not nothing is never written as
//! nothing. What is no number (a share of nothing, an overflow) is `n/a`, never a figure.
//!
//! Times are never further from the truth than half of the unit they end in: 59.6 s are `1 min`, not
//! `1 min 60 s`; 119 s are never `1 min`; a day less a second is `24 h`. Negative times are clocks that
//! disagree, and count as none.

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::Unit;

/// Cells that [`millis`], [`percent`] and [`per_second`] need at most.
pub const WIDTH: usize = 6;

/// What is no number.
const NO_NUMBER: &str = "n/a";

/// A figure that `write` can write: its sign stands before it, and what is no number is said so.
fn signed(value: f64, write: impl FnOnce(f64) -> String) -> String {
    if !value.is_finite() {
        NO_NUMBER.into()
    } else if value < 0.0 {
        format!("-{}", write(-value))
    } else {
        write(value)
    }
}

/// A time given in milliseconds: `840 µs`, `8.4 ms`, `12 ms`, `1.84 s`, `12.3 s`, `12 min`, `1.7 h`.
pub fn millis(value: f64) -> String {
    signed(value, |value| match value {
        0.0 => "0 ms".into(),
        v if v < 0.9995 => format!("{:.0} µs", (v * 1e3).max(1.0)),
        v if v < 9.95 => format!("{v:.1} ms"),
        v if v < 999.5 => format!("{v:.0} ms"),
        v if v < 9_995.0 => format!("{:.2} s", v / 1e3),
        v if v < 99_950.0 => format!("{:.1} s", v / 1e3),
        v if v < 599_500.0 => format!("{:.0} s", v / 1e3),
        v if v < 5_970_000.0 => format!("{:.0} min", v / 6e4),
        v if v < 35_820_000.0 => format!("{:.1} h", v / 3.6e6),
        v if v < 171_000_000.0 => format!("{:.0} h", v / 3.6e6),
        v => format!("{:.0} d", (v / 8.64e7).min(9_999.0)),
    })
}

/// A duration, as [`millis`].
pub fn duration(value: Duration) -> String {
    millis(value.as_secs_f64() * 1e3)
}

/// A count in full, as sentences have it: `310`, `12,400`. Less than one is `0.4`.
pub fn count(value: f64) -> String {
    signed(value, |value| {
        if value < 0.95 {
            return short_count(value);
        }
        let digits = format!("{value:.0}");
        let mut out = String::new();
        for (i, c) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i) % 3 == 0 {
                out.push(',');
            }
            out.push(c);
        }
        out
    })
}

/// A count in at most five cells: `0`, `7.5`, `842`, `1.2k`, `84k`, `1.2M`.
pub fn short_count(value: f64) -> String {
    signed(value, |value| match value {
        0.0 => "0".into(),
        v if v < 0.095 => format!("{:.2}", v.max(0.01)),
        v if v < 9.95 && (v - v.round()).abs() > 0.049 => format!("{v:.1}"),
        v if v < 999.5 => format!("{v:.0}"),
        v => thousands(v),
    })
}

fn thousands(value: f64) -> String {
    let (scaled, suffix) = match value {
        v if v < 999_500.0 => (v / 1e3, "k"),
        v if v < 999_500_000.0 => (v / 1e6, "M"),
        v if v < 999_500_000_000.0 => (v / 1e9, "G"),
        v => ((v / 1e12).min(9_999.0), "T"),
    };
    if scaled < 9.95 {
        format!("{scaled:.1}{suffix}")
    } else {
        format!("{scaled:.0}{suffix}")
    }
}

/// So many in a period, as a rate: `0/s`, `0.02/s`, `12/s`, `1.2k/s`.
pub fn per_second(value: f64, period: Duration) -> String {
    let seconds = period.as_secs_f64();
    if seconds > 0.0 && value.is_finite() {
        format!("{}/s", short_count(value / seconds))
    } else {
        NO_NUMBER.into()
    }
}

/// As [`per_second`], of so many in a minute.
pub fn of_a_minute(value: f64) -> String {
    per_second(value, Duration::from_mins(1))
}

/// A share in percent: `0 %`, `<.01 %`, `0.03 %`, `1.24 %`, `12.3 %`, `100 %`. What is not all is never written as
/// all.
pub fn percent(value: f64) -> String {
    signed(value, |value| match value {
        0.0 => "0 %".into(),
        v if v < 0.005 => "<.01 %".into(),
        v if v < 9.995 => format!("{v:.2} %"),
        v if v < 100.0 => format!("{:.1} %", v.min(99.9)),
        v => format!("{:.0} %", v.min(9_999.0)),
    })
}

/// A figure whose unit is not known, four digits of it: `0.1912`, `28,191`, `2`.
pub fn plain(value: f64) -> String {
    let digits = match value.abs() {
        1000.0.. => return count(value),
        100.0.. => 1,
        10.0.. => 2,
        1.0.. => 3,
        0.1.. => 4,
        _ => 6,
    };
    let text = format!("{value:.digits$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Three digits of a figure, without zeros that say nothing: `180`, `56.2`, `2`, `0.041`.
pub fn significant(value: f64) -> String {
    let size = value.abs();
    if size >= 1000.0 {
        return count(value);
    }
    let before = if size > 0.0 {
        size.log10().floor()
    } else {
        0.0
    };
    let digits = (2.0 - before).clamp(0.0, 9.0) as usize;
    let text = format!("{value:.digits$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// Aurora capacity units, which come in halves: `0.5`, `8`, `12.5`.
pub fn acu(value: f64) -> String {
    signed(value, |value| {
        let halves = (value * 2.0).round();
        if halves % 2.0 == 0.0 {
            format!("{:.0}", halves / 2.0)
        } else {
            format!("{:.1}", halves / 2.0)
        }
    })
}

/// A share in whole percent, four cells at most before the unit: `<1 %`, `34 %`, `100 %`.
pub fn share(value: f64) -> String {
    signed(value, |value| match value {
        0.0 => "0 %".into(),
        v if v < 1.0 => "<1 %".into(),
        v if v > 99.0 && v < 100.0 => ">99 %".into(),
        v => format!("{:.0} %", v.min(9_999.0)),
    })
}

/// Bytes: `0 B`, `842 B`, `1.2 kB`, `84 MB`.
pub fn bytes(value: f64) -> String {
    signed(value, |value| match value {
        v if v < 999.5 => format!("{v:.0} B"),
        v => {
            let text = thousands(v);
            let (number, suffix) = text.split_at(text.len() - 1);
            format!("{number} {suffix}B")
        }
    })
}

/// US dollars: `$0`, `$0.00012`, `$0.12`, `$12.30`, `$1230`.
pub fn dollars(value: f64) -> String {
    signed(value, |value| match value {
        0.0 => "$0".into(),
        v if v < 0.000_01 => "<$0.00001".into(),
        v if v < 0.01 => format!("${v:.5}"),
        v if v < 1.0 => format!("${v:.3}"),
        v if v < 1_000.0 => format!("${v:.2}"),
        v => format!("${v:.0}"),
    })
}

/// US dollars an hour: `$0.12/h`.
pub fn dollars_per_hour(value: f64) -> String {
    signed(value, |value| match value {
        0.0 => "$0/h".into(),
        v if v < 0.005 => "<$0.01/h".into(),
        v if v < 1_000.0 => format!("${v:.2}/h"),
        v => format!("${v:.0}/h"),
    })
}

/// Whole days, as of a certificate: `41 d`; those that are over are `over`.
pub fn days(value: i64) -> String {
    if value < 0 {
        "over".into()
    } else {
        format!("{} d", value.min(9_999))
    }
}

/// A figure in its unit.
pub fn in_unit(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Millis => millis(value),
        Unit::Count => short_count(value),
        Unit::Percent => percent(value),
        Unit::Bytes => bytes(value),
        Unit::Flag => (if value >= 0.5 { "yes" } else { "no" }).into(),
    }
}

/// A figure as a sentence has it: `1 s` for `1.00 s`, `less than 0.01 %` for `<.01 %`.
pub fn in_words(figure: &str) -> String {
    let (before, figure) = match figure.strip_prefix(['<', '>']) {
        None => ("", figure),
        Some(rest) if figure.starts_with('<') => ("less than ", rest),
        Some(rest) => ("more than ", rest),
    };
    let figure = if let Some(fraction) = figure.strip_prefix('.') {
        format!("0.{fraction}")
    } else {
        figure.to_owned()
    };
    let Some((number, unit)) = figure.split_once(' ') else {
        return format!("{before}{figure}");
    };
    let number = if number.contains('.') {
        number.trim_end_matches('0').trim_end_matches('.')
    } else {
        number
    };
    format!("{before}{number} {unit}")
}

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Seconds, to the nearest.
fn whole_seconds(time: SignedDuration) -> i64 {
    let half = i64::from(time.subsec_millis() >= 500);
    time.as_secs().saturating_add(half).max(0)
}

/// How many `unit`s, to the nearest.
const fn nearest(seconds: i64, unit: i64) -> i64 {
    seconds / unit + (seconds % unit * 2 / unit)
}

/// A number and one unit: the largest of which there are two, so that little is lost.
enum Rough {
    Seconds(i64),
    Minutes(i64),
    Hours(i64),
    Days(i64),
}

fn in_one_unit(time: SignedDuration) -> Rough {
    let seconds = whole_seconds(time);
    let (minutes, hours) = (nearest(seconds, MINUTE), nearest(seconds, HOUR));
    if seconds < 2 * MINUTE {
        Rough::Seconds(seconds)
    } else if minutes < 120 {
        Rough::Minutes(minutes)
    } else if hours < 48 {
        Rough::Hours(hours)
    } else {
        Rough::Days(nearest(seconds, DAY))
    }
}

/// An age in at most four cells: `4s`, `119s`, `3m`, `2h`, `12d`; more than 999 days are `999d`.
pub fn age(time: SignedDuration) -> String {
    match in_one_unit(time) {
        Rough::Seconds(n) => format!("{n}s"),
        Rough::Minutes(n) => format!("{n}m"),
        Rough::Hours(n) => format!("{n}h"),
        Rough::Days(n) => format!("{}d", n.min(999)),
    }
}

/// An age in a sentence: `12 s`, `4 min`, `3 h`, `2 days`.
pub fn rough(time: SignedDuration) -> String {
    match in_one_unit(time) {
        Rough::Seconds(n) => format!("{n} s"),
        Rough::Minutes(n) => format!("{n} min"),
        Rough::Hours(n) => format!("{n} h"),
        Rough::Days(n) => format!("{n} days"),
    }
}

/// How long something took, in two units at most: `45 s`, `4 min 30 s`, `1 h 5 min`, `2 d 3 h`.
pub fn span(time: SignedDuration) -> String {
    let seconds = whole_seconds(time);
    let minutes = nearest(seconds, MINUTE);
    if seconds < MINUTE {
        return format!("{seconds} s");
    }
    let (large, unit, small, part) = if seconds < HOUR {
        (seconds / MINUTE, "min", seconds % MINUTE, "s")
    } else if minutes < 48 * 60 {
        (minutes / 60, "h", minutes % 60, "min")
    } else {
        let hours = nearest(seconds, HOUR);
        (hours / 24, "d", hours % 24, "h")
    };
    if small == 0 {
        format!("{large} {unit}")
    } else {
        format!("{large} {unit} {small} {part}")
    }
}

/// As [`span`], of seconds.
pub fn seconds(s: u64) -> String {
    span(SignedDuration::from_secs(
        i64::try_from(s).unwrap_or(i64::MAX),
    ))
}

/// As a stopwatch shows it: `2:14`, `1:02:14`.
pub fn stopwatch(time: SignedDuration) -> String {
    let s = whole_seconds(time);
    match (s / HOUR, s / MINUTE % 60, s % MINUTE) {
        (0, m, s) => format!("{m}:{s:02}"),
        (h, m, s) => format!("{h}:{m:02}:{s:02}"),
    }
}

/// As [`stopwatch`], its minutes in two digits so that nothing moves at the tenth: `02:14`, `1:02:14`.
pub fn steady_stopwatch(time: SignedDuration) -> String {
    let text = stopwatch(time);
    if text.len() == 4 {
        format!("0{text}")
    } else {
        text
    }
}

/// The time of day, UTC: `12:04:05`.
pub fn clock(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%H:%M:%S").to_string()
}

/// The hour and minute, UTC: `12:04`.
pub fn minute(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%H:%M").to_string()
}

/// The date, UTC: `2026-11-23`.
pub fn date(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d").to_string()
}

#[cfg(test)]
mod tests;
