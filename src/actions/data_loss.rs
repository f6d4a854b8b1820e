//! What a failover would lose, from the recovery point lag and the write rate (aws-facts §1.1, §2.3).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::words;
use crate::fleet::{Metric, Region, Snapshot};

/// An estimate with the samples behind it; what is not known stays unknown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataLoss {
    /// The target's newest lag in milliseconds.
    pub lag_ms: Option<f64>,
    /// When that was.
    pub lag_at: Option<Timestamp>,
    /// Writes a second, newest figure of the primary.
    pub writes_per_s: Option<f64>,
    /// When that was.
    pub writes_at: Option<Timestamp>,
    /// When the estimate was made.
    pub at: Timestamp,
}

/// Whatever gwctl knows of the loss of a failover to `target`.
pub(super) fn estimate(snapshot: &Snapshot, target: &Region) -> DataLoss {
    let lag = snapshot
        .database
        .lag(target)
        .and_then(|series| series.last())
        .and_then(|series| series.newest());
    let writer = snapshot
        .database
        .topology
        .last()
        .and_then(|topology| topology.writer());
    let rate = writer
        .and_then(|writer| snapshot.database.clusters.get(&writer.region))
        .and_then(|cluster| cluster.metrics.get(Metric::DbWriteThroughput).last())
        .and_then(|series| series.newest());
    DataLoss {
        lag_ms: lag.map(|point| point.value),
        lag_at: lag.map(|point| point.at),
        writes_per_s: rate.map(|point| point.value),
        writes_at: rate.map(|point| point.at),
        at: snapshot.at,
    }
}

impl DataLoss {
    /// How many writes lie within the lag at the newest rate.
    pub fn writes(&self) -> Option<f64> {
        Some(self.lag_ms? / 1_000.0 * self.writes_per_s?)
    }

    /// For the prompt: `lag 840 ms, sample 41 s old, about 310 writes at the present rate`.
    pub fn sentence(&self) -> String {
        let age = |at: Option<Timestamp>| {
            at.map_or_else(String::new, |at| {
                words::span(self.at.duration_since(at).max(SignedDuration::ZERO))
            })
        };
        let Some(lag) = self.lag_ms else {
            return "unknown: there is no sample of the target's lag".into();
        };
        let lag = format!(
            "lag {}, sample {} old",
            words::millis(lag),
            age(self.lag_at)
        );
        match (self.writes(), self.writes_per_s) {
            (Some(writes), _) if writes < 1.0 => {
                format!(
                    "{lag}, fewer than one write at the newest rate known; more if the lag grew since"
                )
            }
            (Some(writes), _) => {
                let rate = if self
                    .writes_at
                    .is_some_and(|at| self.at.duration_since(at) > SignedDuration::from_mins(3))
                {
                    format!("the rate of {} ago", age(self.writes_at))
                } else {
                    "the present rate".into()
                };
                format!("{lag}, about {} writes at {rate}", words::count(writes))
            }
            (None, _) => format!("{lag}, how many writes that is is unknown: no write rate"),
        }
    }
}
