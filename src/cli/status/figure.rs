//! Figures for people: a value with its unit, or the mark that says why there is none.

use std::time::Duration;

use jiff::Timestamp;

use crate::fleet::{Metric, Metrics, Missing, Observed, Point, Site, Snapshot, Unit};

/// The marks for a missing value, and what each means.
pub const MARKS: [(&str, &str); 4] = [
    ("-", "no data"),
    ("?", "could not ask"),
    ("!", "not allowed to ask"),
    ("..", "no answer yet"),
];

/// The mark for `why`.
pub const fn mark(why: Option<&Missing>) -> &'static str {
    match why {
        Some(Missing::NoData) => "-",
        Some(Missing::CouldNotAsk { .. }) => "?",
        Some(Missing::NotAllowed { .. }) => "!",
        Some(Missing::NotYet) | None => "..",
    }
}

/// The current value as `show` puts it, or the mark.
pub fn of<T>(observed: &Observed<T>, show: impl FnOnce(&T) -> String) -> String {
    observed
        .current()
        .map_or_else(|| mark(observed.why_missing()).to_owned(), show)
}

/// The newest settled figure of a series, or the mark.
pub fn latest(metrics: &Metrics, metric: Metric, now: Timestamp) -> String {
    match metrics.latest(metric, now) {
        Some(point) => amount(point.value, metric.unit()),
        // A series without a settled point says nothing yet.
        None if metrics.get(metric).why_missing().is_none() => "-".to_owned(),
        None => mark(metrics.get(metric).why_missing()).to_owned(),
    }
}

/// A share of two series in percent, or the mark of the one that is missing.
pub fn share(metrics: &Metrics, part: Metric, whole: Metric, now: Timestamp) -> String {
    share_or_mark(metrics.percent(part, whole, now), metrics, part, whole)
}

/// The share of clients' requests that were answered 5xx, or its mark.
pub fn failing(picture: &Snapshot, site: &Site) -> String {
    let (metrics, part) = (&site.api.metrics, Metric::Api5xx);
    share_or_mark(
        picture.failing(site, part),
        metrics,
        part,
        Metric::ApiRequests,
    )
}

fn share_or_mark(share: Option<Point>, metrics: &Metrics, part: Metric, whole: Metric) -> String {
    if let Some(point) = share {
        return percent(point.value);
    }
    let why = |metric| metrics.get(metric).why_missing();
    // Two series without a common period say nothing yet.
    let why = why(whole).or_else(|| why(part)).unwrap_or(&Missing::NoData);
    mark(Some(why)).to_owned()
}

/// A figure in its unit.
pub fn amount(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Millis => millis(value),
        Unit::Percent => percent(value),
        Unit::Flag => if value > 0.0 { "yes" } else { "no" }.to_owned(),
        Unit::Count | Unit::Bytes => count(value),
    }
}

/// `840 ms`, `1.84 s`, `31 s`.
pub fn millis(ms: f64) -> String {
    match ms {
        ms if ms < 10.0 => format!("{ms:.1} ms"),
        ms if ms < 999.5 => format!("{ms:.0} ms"),
        ms if ms < 9_995.0 => format!("{:.2} s", ms / 1e3),
        ms => format!("{:.0} s", ms / 1e3),
    }
}

/// `0.12 %`, `31 %`.
pub fn percent(value: f64) -> String {
    match value {
        0.0 => "0 %".to_owned(),
        value if value < 9.995 => format!("{value:.2} %"),
        value => format!("{value:.0} %"),
    }
}

/// `913`, `12.4 k`, `3.1 M`.
pub fn count(value: f64) -> String {
    match value {
        value if value < 9_999.5 => format!("{value:.0}"),
        value if value < 999_950.0 => format!("{:.1} k", value / 1e3),
        value => format!("{:.1} M", value / 1e6),
    }
}

pub use crate::fleet::span::rough as age;

/// A measured time in milliseconds.
pub fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_keep_three_digits_and_their_unit() {
        assert_eq!(
            ["0.5 ms", "84 ms", "1.84 s", "31 s"],
            [0.5, 84.0, 1_840.0, 31_000.0]
                .map(millis)
                .each_ref()
                .map(String::as_str)
        );
        assert_eq!(
            ["0 %", "0.12 %", "31 %"],
            [0.0, 0.12, 31.0]
                .map(percent)
                .each_ref()
                .map(String::as_str)
        );
        assert_eq!(
            ["0", "913", "12.4 k", "3.1 M"],
            [0.0, 913.0, 12_400.0, 3.1e6]
                .map(count)
                .each_ref()
                .map(String::as_str)
        );
    }

    #[test]
    fn zero_no_data_could_not_ask_and_not_allowed_look_different() {
        let whys = [
            Missing::NoData,
            Missing::CouldNotAsk {
                why: "timed out".into(),
            },
            Missing::NotAllowed {
                action: "rds:DescribeDBClusters".into(),
            },
            Missing::NotYet,
        ];
        let mut marks: Vec<&str> = whys.iter().map(|why| mark(Some(why))).collect();
        assert!(
            marks
                .iter()
                .all(|mark| MARKS.iter().any(|(known, _)| known == mark))
        );
        marks.push("0");
        marks.sort_unstable();
        marks.dedup();
        assert_eq!(marks.len(), 5);
    }
}
