//! What a failover would lose, from the recovery point lag and the write rate (aws-facts §1.1, §2.3).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::figures::MINUTE;
use super::format;
use gwctl_fleet::{Metric, Point, Region, Snapshot};

/// A lag whose newest figure is older than this no longer tells whether writes arrive: CloudWatch shows a
/// minute up to three minutes late (aws-facts §1.3).
const STALE: SignedDuration = SignedDuration::from_mins(3);

/// An estimate with the samples behind it; what is not known stays unknown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataLoss {
    /// The target's newest lag in milliseconds while writes arrived.
    pub lag_ms: Option<f64>,
    /// When the newest figure of the lag was measured.
    pub lag_at: Option<Timestamp>,
    /// Since when nothing has arrived from the writer, or nothing is known about it; none while writes arrive.
    #[serde(default)]
    pub silent_since: Option<Timestamp>,
    /// Writes a second, the primary's newest figure of the time when writes arrived.
    pub writes_per_s: Option<f64>,
    /// When that was.
    pub writes_at: Option<Timestamp>,
    /// When the estimate was made.
    pub at: Timestamp,
}

/// Whatever gwctl knows of the loss of a failover to `target`.
pub(super) fn estimate(snapshot: &Snapshot, target: &Region) -> DataLoss {
    let lag = snapshot.database.lag_last_known(target);
    // Without newer figures there is no lag either: what happened since the last figure is not known.
    let silent_since = lag.and_then(|lag| match lag.silence {
        Some(silence) => Some(silence.since),
        None => (lag.age(snapshot.at) > STALE).then(|| lag.holds_until()),
    });
    let writer = snapshot
        .database
        .topology
        .last()
        .and_then(|topology| topology.writer());
    let rates = writer
        .and_then(|writer| snapshot.database.clusters.get(&writer.region))
        .and_then(|cluster| cluster.metrics.get(Metric::DbWriteThroughput).last());
    let rate = rates.and_then(|rates| {
        let before = |point: &&Point| silent_since.is_none_or(|heard| point.at + MINUTE <= heard);
        let points = rates.points();
        let whole = points.iter().rev().find(before);
        whole.or(points.first()).copied()
    });
    DataLoss {
        lag_ms: lag.and_then(|lag| lag.heard_ms()),
        lag_at: lag.map(|lag| lag.at),
        silent_since,
        writes_per_s: rate.map(|point| point.value),
        writes_at: rate.map(|point| point.at),
        at: snapshot.at,
    }
}

impl DataLoss {
    /// How many writes lie within the lag at the newest rate: those that are lost when the writer stopped
    /// once it was last heard.
    pub fn writes(&self) -> Option<f64> {
        Some(self.lag_ms? / 1_000.0 * self.writes_per_s?)
    }

    /// From when on writes may be missing at the target, as far as is known: where the lag before a silence is not, from the
    /// silence on.
    pub fn from(&self) -> Option<Timestamp> {
        let late = |ms: f64| SignedDuration::try_from_secs_f64(ms / 1_000.0).ok();
        // What was written within the lag had not arrived when the writer was last heard.
        let lag = self.lag_ms.and_then(late).unwrap_or_default();
        match self.silent_since {
            Some(since) => Some(since - lag),
            None => Some(self.lag_at? - late(self.lag_ms?)?),
        }
    }

    /// How many writes can be missing at most at `until`, had the writer gone on at its rate. None where the lag is not known:
    /// its writes are missing as well.
    pub fn at_most(&self, until: Timestamp) -> Option<f64> {
        self.lag_ms?;
        let unheard = until.duration_since(self.from()?).as_secs_f64().max(0.0);
        Some(unheard * self.writes_per_s?)
    }

    /// For a list: `about 310 writes`, `unknown, at most 310,270 writes`.
    pub fn brief(&self) -> String {
        if self.silent_since.is_some() {
            return match self.at_most(self.at) {
                Some(most) => format!("unknown, at most {} writes", format::count(most)),
                None => "unknown".into(),
            };
        }
        match (self.writes(), self.lag_ms) {
            (Some(writes), _) if writes < 1.0 => "fewer than one write".into(),
            (Some(writes), _) => format!("about {} writes", format::count(writes)),
            (None, Some(lag)) => format!("{} of writes", format::millis(lag)),
            (None, None) => "unknown".into(),
        }
    }

    /// For the prompt: `lag 840 ms, sample 41 s old, about 310 writes at the present rate`, or that nothing is
    /// heard of the writer.
    pub fn sentence(&self) -> String {
        if let Some(heard) = self.silent_since {
            return self.silence(heard);
        }
        let Some(lag) = self.lag_ms else {
            return "unknown: there is no sample of the target's lag".into();
        };
        let lag = format!(
            "lag {}, sample {} old",
            format::millis(lag),
            self.age(self.lag_at)
        );
        let Some(writes) = self.writes() else {
            return format!("{lag}, the number of writes is unknown: no write rate");
        };
        let most = self
            .at_most(self.at)
            .filter(|most| *most > 2.0 * writes.max(1.0))
            .map_or_else(String::new, |most| {
                format!(
                    "; at most {}, if nothing arrived since",
                    format::count(most)
                )
            });
        if writes < 1.0 {
            return format!(
                "{lag}, fewer than one write at the newest rate known; more if the lag grew since{most}"
            );
        }
        let rate = if self
            .writes_at
            .is_some_and(|at| self.at.duration_since(at) > SignedDuration::from_mins(3))
        {
            format!("the rate of {} ago", self.age(self.writes_at))
        } else {
            "the present rate".into()
        };
        format!(
            "{lag}, about {} writes at {rate}{most}",
            format::count(writes)
        )
    }

    /// What is not heard is not lost: it may never have been written.
    fn silence(&self, heard: Timestamp) -> String {
        let lag = self.lag_ms.map_or_else(
            || "the lag before is not known".into(),
            |ms| format!("the lag before was {}", format::millis(ms)),
        );
        let most = match self.at_most(self.at) {
            Some(most) => format!(
                "at most {} writes, if it continued at its earlier rate",
                format::count(most)
            ),
            None => "no upper limit is known either: no write rate".into(),
        };
        format!(
            "the last data from the writer arrived {} ago, {lag}; how many writes it acknowledged since is unknown: \
             {most}. There are fewer if clients could not reach it, if their writes failed, or after RDS blocked its \
             writes",
            self.age(Some(heard))
        )
    }

    fn age(&self, at: Option<Timestamp>) -> String {
        at.map_or_else(String::new, |at| {
            format::span(self.at.duration_since(at).max(SignedDuration::ZERO))
        })
    }
}
