//! The fleet's figures while a run went on, minute by minute.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::figures::{MINUTE, Minutes, SiteMinute};
use crate::journal::RunState;
use gwctl_fleet::Region;

/// One Region's figures. Of every minute one value, none where there is no data; the first is before the
/// run, the last after it.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Charts {
    /// The first minute.
    pub from: Option<Timestamp>,
    /// Requests a minute.
    pub requests: Vec<Option<f64>>,
    /// Share answered 5xx, in percent.
    pub errors_percent: Vec<Option<f64>>,
    /// Share answered 4xx, in percent: 429 is among them.
    pub refused_percent: Vec<Option<f64>>,
    /// p99 in milliseconds.
    pub p99_ms: Vec<Option<f64>>,
    /// The database's lag in milliseconds, on a secondary.
    pub lag_ms: Vec<Option<f64>>,
}

/// Most minutes kept: a longer run is told by its last ones.
const MOST: i32 = 24 * 60;

/// Everybody's.
pub(super) fn of(state: &RunState) -> BTreeMap<Region, Charts> {
    of_minutes(&state.minutes)
}

/// The figures of every Region, over one time.
pub fn of_minutes(minutes: &Minutes) -> BTreeMap<Region, Charts> {
    let sites = &minutes.sites;
    let minutes = || sites.values().flat_map(BTreeMap::keys);
    let (Some(first), Some(last)) = (minutes().min(), minutes().max()) else {
        return BTreeMap::new();
    };
    let first = (*first).max(*last - MINUTE * MOST);
    let charts = sites.iter();
    charts
        .map(|(region, seen)| (region.clone(), chart(seen, first, *last)))
        .collect()
}

fn chart(seen: &BTreeMap<Timestamp, SiteMinute>, first: Timestamp, last: Timestamp) -> Charts {
    let count = last.duration_since(first).as_secs() / 60;
    let all: Vec<Option<&SiteMinute>> = (0..=count)
        .map(|minute| seen.get(&(first + SignedDuration::from_mins(minute))))
        .collect();
    let line = |of: fn(&SiteMinute) -> Option<f64>| -> Vec<Option<f64>> {
        all.iter().map(|minute| minute.and_then(of)).collect()
    };
    Charts {
        from: Some(first),
        requests: line(|minute| minute.requests),
        errors_percent: line(SiteMinute::failed_percent),
        refused_percent: line(SiteMinute::refused_percent),
        p99_ms: line(|minute| minute.p99_ms),
        lag_ms: line(|minute| minute.lag_ms),
    }
}

/// `▁▃█·▂`: eight heights between nothing and the highest, a dot where there is no data.
pub fn spark(values: &[Option<f64>], most: usize) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let values = squeezed(values, most);
    let top = values.iter().flatten().copied().fold(0.0, f64::max);
    values
        .iter()
        .map(|value| match value {
            None => '·',
            Some(value) if top > 0.0 => BARS[((value / top * 7.0).round() as usize).min(7)],
            Some(_) => BARS[0],
        })
        .collect()
}

/// At most `most` values: the highest of each stretch, for a spike must not vanish.
fn squeezed(values: &[Option<f64>], most: usize) -> Vec<Option<f64>> {
    let stretch = values.len().div_ceil(most.max(1)).max(1);
    values
        .chunks(stretch)
        .map(|chunk| chunk.iter().flatten().copied().reduce(f64::max))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spark_shows_no_data_and_zero_as_two_things_and_keeps_the_spike() {
        assert_eq!(spark(&[Some(0.0), None, Some(4.0), Some(8.0)], 40), "▁·▅█");
        assert_eq!(spark(&[Some(0.0), Some(0.0)], 40), "▁▁");
        let mut long = vec![Some(1.0); 200];
        long[77] = Some(9.0);
        let line = spark(&long, 40);
        assert_eq!(line.chars().count(), 40);
        assert_eq!(line.matches('█').count(), 1);
    }
}
