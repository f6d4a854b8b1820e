//! How figures are written, everywhere: unit always there, width never above the column's, so that
//! nothing jitters and nothing is cut.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use gwctl_fleet::{Unit, span};

/// Cells that [`millis`], [`percent`] and [`per_second`] need at most.
pub const WIDTH: usize = 6;

/// A time given in milliseconds: `840 µs`, `8.4 ms`, `12 ms`, `1.84 s`, `12.3 s`, `12 min`.
pub fn millis(value: f64) -> String {
    match value {
        v if v < 0.0 => format!("-{}", millis(-v)),
        0.0 => "0 ms".into(),
        v if v < 0.9995 => format!("{:.0} µs", (v * 1e3).max(1.0)),
        v if v < 9.95 => format!("{v:.1} ms"),
        v if v < 999.5 => format!("{v:.0} ms"),
        v if v < 9_995.0 => format!("{:.2} s", v / 1e3),
        v if v < 99_950.0 => format!("{:.1} s", v / 1e3),
        v if v < 599_500.0 => format!("{:.0} s", v / 1e3),
        v if v < 7_170_000.0 => format!("{:.0}min", v / 6e4),
        v if v < 171_000_000.0 => format!("{:.0} h", v / 3.6e6),
        v => format!("{:.0} d", (v / 8.64e7).min(9_999.0)),
    }
}

/// A duration, as [`millis`].
pub fn duration(value: Duration) -> String {
    millis(value.as_secs_f64() * 1e3)
}

/// A count: `0`, `7.5`, `842`, `1.2k`, `84k`, `1.2M`. At most five cells.
pub fn count(value: f64) -> String {
    match value {
        v if v < 0.0 => format!("-{}", count(-v)),
        0.0 => "0".into(),
        v if v < 0.095 => format!("{:.2}", v.max(0.01)),
        v if v < 9.95 && (v - v.round()).abs() > 0.049 => format!("{v:.1}"),
        v if v < 999.5 => format!("{v:.0}"),
        v => thousands(v),
    }
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
    let rate = if seconds > 0.0 { value / seconds } else { 0.0 };
    format!("{}/s", count(rate))
}

/// A share in percent: `0 %`, `<.01 %`, `0.03 %`, `1.2 %`, `12 %`, `100 %`. What is not nothing is
/// never written as nothing, and what is not all never as all.
pub fn percent(value: f64) -> String {
    match value {
        v if v < 0.0 => format!("-{}", percent(-v)),
        0.0 => "0 %".into(),
        v if v < 0.005 => "<.01 %".into(),
        v if v < 0.995 => format!("{v:.2} %"),
        v if v < 9.95 => format!("{v:.1} %"),
        v if v > 99.0 && v < 100.0 => format!("{:.1} %", v.min(99.9)),
        v => format!("{:.0} %", v.min(9_999.0)),
    }
}

/// A share in whole percent, four cells at most before the unit: `<1 %`, `34 %`, `100 %`.
pub fn share(value: f64) -> String {
    match value {
        0.0 => "0 %".into(),
        v if v < 1.0 => "<1 %".into(),
        v if v > 99.0 && v < 100.0 => ">99 %".into(),
        v => format!("{v:.0} %"),
    }
}

/// Bytes: `0 B`, `842 B`, `1.2 kB`, `84 MB`.
pub fn bytes(value: f64) -> String {
    match value {
        v if v < 999.5 => format!("{v:.0} B"),
        v => {
            let text = thousands(v);
            let (number, suffix) = text.split_at(text.len() - 1);
            format!("{number} {suffix}B")
        }
    }
}

/// US dollars: `$0`, `$0.00012`, `$0.12`, `$12.30`, `$1230`.
pub fn dollars(value: f64) -> String {
    match value {
        0.0 => "$0".into(),
        v if v < 0.000_01 => "<$0.00001".into(),
        v if v < 0.01 => format!("${v:.5}"),
        v if v < 1.0 => format!("${v:.3}"),
        v if v < 1_000.0 => format!("${v:.2}"),
        v => format!("${v:.0}"),
    }
}

/// US dollars an hour: `$0.12/h`.
pub fn dollars_per_hour(value: f64) -> String {
    match value {
        0.0 => "$0/h".into(),
        v if v < 0.005 => "<$0.01/h".into(),
        v if v < 1_000.0 => format!("${v:.2}/h"),
        v => format!("${v:.0}/h"),
    }
}

pub use gwctl_fleet::span::short as age;

/// So many seconds in words: `45 s`, `4 min 30 s`, `1 h 5 min`. At most eleven cells.
pub fn span(seconds: u64) -> String {
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    span::span(SignedDuration::from_secs(seconds))
}

/// As a stopwatch shows it, its minutes in two digits so that nothing moves at the tenth: `02:14`, `1:02:14`.
pub fn stopwatch(value: SignedDuration) -> String {
    let text = span::stopwatch(value);
    if text.len() == 4 {
        format!("0{text}")
    } else {
        text
    }
}

/// The time of day, UTC: `12:04:05`.
pub fn clock(at: Timestamp) -> String {
    at.to_zoned(jiff::tz::TimeZone::UTC)
        .strftime("%H:%M:%S")
        .to_string()
}

/// The hour and minute, UTC: `12:04`.
pub fn minute(at: Timestamp) -> String {
    at.to_zoned(jiff::tz::TimeZone::UTC)
        .strftime("%H:%M")
        .to_string()
}

/// The date, UTC: `2026-11-23`.
pub fn date(at: Timestamp) -> String {
    at.to_zoned(jiff::tz::TimeZone::UTC)
        .strftime("%Y-%m-%d")
        .to_string()
}

/// A figure in its unit.
pub fn in_unit(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Millis => millis(value),
        Unit::Count => count(value),
        Unit::Percent => percent(value),
        Unit::Bytes => bytes(value),
        Unit::Flag => (if value >= 0.5 { "yes" } else { "no" }).into(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn times_pick_the_unit_people_read() {
        let written = [
            0.0, 0.84, 0.0001, 8.44, 12.0, 999.4, 999.6, 1_840.0, 12_340.0, 340_000.0, 720_000.0,
        ]
        .map(millis);
        assert_eq!(
            written,
            [
                "0 ms", "840 µs", "1 µs", "8.4 ms", "12 ms", "999 ms", "1.00 s", "1.84 s",
                "12.3 s", "340 s", "12min"
            ]
        );
    }

    #[test]
    fn nothing_is_zero_but_zero_and_nothing_is_all_but_all() {
        assert_eq!(
            [0.0, 0.0001, 0.03, 1.24, 99.96, 100.0].map(percent),
            ["0 %", "<.01 %", "0.03 %", "1.2 %", "99.9 %", "100 %"]
        );
        assert_eq!(
            [0.0, 0.2, 33.6, 99.7].map(share),
            ["0 %", "<1 %", "34 %", ">99 %"]
        );
        assert_eq!(count(0.001), "0.01");
        assert_eq!(dollars(0.000_000_1), "<$0.00001");
        assert_eq!(
            [0.0, 0.001, 0.12].map(dollars_per_hour),
            ["$0/h", "<$0.01/h", "$0.12/h"]
        );
    }

    #[test]
    fn counts_and_rates_are_short() {
        assert_eq!(
            [7.0, 842.0, 1_234.0, 84_321.0, 1_234_567.0].map(count),
            ["7", "842", "1.2k", "84k", "1.2M"]
        );
        assert_eq!(per_second(72_000.0, Duration::from_mins(1)), "1.2k/s");
        assert_eq!(bytes(1_234.0), "1.2 kB");
    }

    proptest! {
        #[test]
        fn a_time_is_true_to_half_of_what_its_last_digit_counts(value in 0.001f64..1e10) {
            let text = millis(value);
            let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap();
            let unit = match text[end..].trim() {
                "µs" => 1e-3,
                "ms" => 1.0,
                "s" => 1e3,
                "min" => 6e4,
                "h" => 3.6e6,
                "d" => 8.64e7,
                other => panic!("{other}"),
            };
            let digits = text[..end].find('.').map_or(0, |dot| end - dot - 1);
            let step = if digits == 0 { unit } else { unit / 10f64.powi(i32::try_from(digits).unwrap()) };
            let said: f64 = text[..end].parse().unwrap();
            prop_assert!((said * unit - value).abs() <= step * 0.501, "{text} for {value}");
        }

        #[test]
        fn no_figure_outgrows_its_column(value in 0.0f64..1e12) {
            for text in [millis(value), percent(value.min(100.0)), per_second(value, Duration::from_mins(1)), count(value)] {
                prop_assert!(text.chars().count() <= WIDTH, "{text}");
            }
        }
    }
}
