//! Figures for people: a value with its unit, or the mark that says why there is none.

use std::time::Duration;

use jiff::Timestamp;

use crate::fleet::format::{in_unit, percent};
use crate::fleet::{Metric, Metrics, Missing, Observed, Point, Site, Snapshot};

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
        Some(point) => in_unit(point.value, metric.unit()),
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

/// A measured time in milliseconds.
pub fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

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
