//! How long something took, and how old it is: the one place where times become words.
//!
//! What is written is never further from the truth than half of the unit it ends in: 59.6 s are `1 min`, not
//! `1 min 60 s`; 119 s are never `1 min`; a day less a second is `24 h`. Negative times are clocks that
//! disagree, and count as none.

use jiff::SignedDuration;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Seconds, to the nearest.
fn seconds(time: SignedDuration) -> i64 {
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
    let seconds = seconds(time);
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
pub fn short(time: SignedDuration) -> String {
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
    let seconds = seconds(time);
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

/// As a stopwatch shows it: `2:14`, `1:02:14`.
pub fn stopwatch(time: SignedDuration) -> String {
    let s = seconds(time);
    match (s / HOUR, s / MINUTE % 60, s % MINUTE) {
        (0, m, s) => format!("{m}:{s:02}"),
        (h, m, s) => format!("{h}:{m:02}:{s:02}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn s(seconds: f64) -> SignedDuration {
        SignedDuration::try_from_secs_f64(seconds).unwrap()
    }

    #[test]
    fn what_rounds_up_is_carried() {
        let near = [0.4, 59.6, 119.4, 119.6, 3_599.6, 86_399.0, -5.0].map(s);
        assert_eq!(
            near.map(span),
            ["0 s", "1 min", "1 min 59 s", "2 min", "1 h", "24 h", "0 s"]
        );
        assert_eq!(
            near.map(short),
            ["0s", "60s", "119s", "2m", "60m", "24h", "0s"]
        );
        assert_eq!(
            near.map(stopwatch),
            [
                "0:00", "1:00", "1:59", "2:00", "1:00:00", "23:59:59", "0:00"
            ]
        );
        assert_eq!(
            [12.0, 250.0, 7_300.0, 200_000.0].map(|age| rough(s(age))),
            ["12 s", "4 min", "2 h", "2 days"]
        );
        assert_eq!(
            [270.0, 3_900.0, 184_000.0].map(|time| span(s(time))),
            ["4 min 30 s", "1 h 5 min", "2 d 3 h"]
        );
    }

    /// What a text of numbers and units stands for, and its last unit, in seconds.
    fn read(text: &str) -> (f64, f64) {
        let (mut sum, mut number, mut last) = (0.0, String::new(), 0.0);
        let spaced = text.replace(' ', "");
        let mut rest = spaced.as_str();
        while let Some(c) = rest.chars().next() {
            if c.is_ascii_digit() {
                number.push(c);
                rest = &rest[1..];
                continue;
            }
            let end = rest
                .find(|c: char| c.is_ascii_digit())
                .unwrap_or(rest.len());
            last = match &rest[..end] {
                "s" => 1.0,
                "m" | "min" => 60.0,
                "h" => 3_600.0,
                "d" | "days" => 86_400.0,
                other => panic!("{other} in {text}"),
            };
            let count: f64 = number.parse().unwrap();
            if sum > 0.0 {
                let most = if last > 3_599.0 { 23.0 } else { 59.0 };
                assert!((1.0..=most).contains(&count), "{text}");
            }
            sum += count * last;
            number.clear();
            rest = &rest[end..];
        }
        (sum, last)
    }

    proptest! {
        #[test]
        fn what_is_written_is_true_to_half_of_its_last_unit(seconds in 0.0f64..80_000_000.0) {
            let time = s(seconds);
            for text in [short(time), rough(time), span(time)] {
                let (said, unit) = read(&text);
                prop_assert!((said - seconds).abs() <= unit / 2.0 + 0.51, "{text} for {seconds}");
            }
            prop_assert!(short(time).len() <= 4);
        }

        #[test]
        fn near_the_turn_of_a_unit_it_is_true_as_well(
            whole in prop::sample::select(vec![60i64, 120, 3_600, 7_200, 86_400, 172_800]),
            off in -2.0f64..2.0,
        ) {
            let seconds = whole as f64 + off;
            let time = s(seconds);
            for text in [short(time), rough(time), span(time)] {
                let (said, unit) = read(&text);
                prop_assert!((said - seconds).abs() <= unit / 2.0 + 0.51, "{text} for {seconds}");
            }
        }
    }
}
