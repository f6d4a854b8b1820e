//! The fleet's figures while a run went on, minute by minute.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::actions::figures::SiteFigures;
use crate::actions::journal::{Entry, Record};
use crate::fleet::Region;

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
    /// p99 in milliseconds.
    pub p99_ms: Vec<Option<f64>>,
    /// The database's lag in milliseconds, on a secondary.
    pub lag_ms: Vec<Option<f64>>,
}

/// Most minutes kept: a longer run is told by its last ones.
const MOST: i64 = 24 * 60;

/// Everybody's.
pub(super) fn of(records: &[Record]) -> BTreeMap<Region, Charts> {
    let mut by_region: BTreeMap<Region, BTreeMap<i64, SiteFigures>> = BTreeMap::new();
    for record in records {
        let Entry::Figures { figures } = &record.entry else {
            continue;
        };
        for (region, site) in figures {
            if let Some(at) = site.at {
                let minutes = by_region.entry(region.clone()).or_default();
                minutes.insert(at.as_second() / 60, *site);
            } else {
                by_region.entry(region.clone()).or_default();
            }
        }
    }
    let minutes = || by_region.values().flat_map(BTreeMap::keys).copied();
    let (Some(first), Some(last)) = (minutes().min(), minutes().max()) else {
        return BTreeMap::new();
    };
    let first = first.max(last - MOST);
    by_region
        .iter()
        .map(|(region, seen)| (region.clone(), chart(seen, first, last)))
        .collect()
}

fn chart(seen: &BTreeMap<i64, SiteFigures>, first: i64, last: i64) -> Charts {
    let all: Vec<Option<SiteFigures>> = (first..=last)
        .map(|minute| {
            let here = seen.get(&minute).copied();
            // Samples are a little more than a minute apart: one minute between two is no gap.
            here.or_else(|| {
                seen.get(&(minute + 1))
                    .and_then(|_| seen.get(&(minute - 1)))
                    .copied()
            })
        })
        .collect();
    let line = |of: fn(&SiteFigures) -> Option<f64>| -> Vec<Option<f64>> {
        all.iter().map(|site| site.as_ref().and_then(of)).collect()
    };
    Charts {
        from: Timestamp::UNIX_EPOCH
            .checked_add(SignedDuration::from_mins(first))
            .ok(),
        requests: line(|site| site.requests),
        errors_percent: line(|site| site.errors_percent),
        p99_ms: line(|site| site.p99_ms),
        lag_ms: line(|site| site.lag_ms),
    }
}

/// `▁▃█·▂`: eight heights between nothing and the highest, a dot where there is no data.
pub(super) fn spark(values: &[Option<f64>], most: usize) -> String {
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
