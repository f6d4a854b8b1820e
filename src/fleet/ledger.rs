//! Every call gwctl makes: how many, how they ended, what they cost.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Account, Region};

/// How many single calls are kept for the Calls screen.
const RECENT: usize = 200;

/// How one attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Answered.
    Ok,
    /// No answer in time.
    TimedOut,
    /// Refused for going too fast.
    Throttled,
    /// Refused: permissions or credentials.
    Refused,
    /// Answered that what was asked for cannot be: the API is there.
    Declined,
    /// Any other failure.
    Failed,
}

/// One call, a retry counted as a call of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// When it was sent.
    pub at: Timestamp,
    /// IAM's prefix: `cloudwatch`, `rds`, `route53` …
    #[serde(deserialize_with = "super::word::one")]
    pub service: super::word::Word,
    /// `GetMetricData` …
    pub operation: String,
    /// The Region whose endpoint was called.
    pub region: Region,
    /// Whose credentials signed, where the fleet names several accounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<Account>,
    /// How long it took.
    pub took: Duration,
    /// How it ended.
    pub outcome: Outcome,
    /// AWS's request id, when there was one.
    pub request_id: Option<String>,
    /// The error in short.
    pub error: Option<String>,
    /// What it cost, in US dollars (only CloudWatch's GetMetricData costs; aws-facts §1.4).
    pub dollars: f64,
}

/// What the counters are kept for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CallKey {
    /// IAM's prefix.
    #[serde(deserialize_with = "super::word::one")]
    pub service: super::word::Word,
    /// Operation name.
    pub operation: String,
    /// Region called.
    pub region: Region,
    /// Whose credentials signed, where the fleet names several accounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<Account>,
}

/// Counters of one operation in one Region.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CallStats {
    /// All calls.
    pub calls: u64,
    /// Calls that got no answer in time.
    pub timed_out: u64,
    /// Calls refused for their rate.
    pub throttled: u64,
    /// Calls refused for permissions.
    pub refused: u64,
    /// Calls that failed otherwise, or were answered that what was asked for cannot be.
    pub failed: u64,
    /// US dollars.
    pub dollars: f64,
    /// Total time waited.
    pub waited: Duration,
    /// The slowest call.
    pub slowest: Duration,
    /// The newest call.
    pub last: Option<Timestamp>,
    /// What the newest failure said.
    pub last_error: Option<String>,
}

impl CallStats {
    /// All calls that did not end well, whatever the reason.
    pub const fn failures(&self) -> u64 {
        self.timed_out + self.throttled + self.refused + self.failed
    }
}

/// The account of all calls since gwctl started.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Ledger {
    #[serde(with = "as_list")]
    stats: BTreeMap<Arc<CallKey>, CallStats>,
    /// Each picture has a ledger of its own: the calls in it are shared.
    recent: VecDeque<Arc<Call>>,
    spent: VecDeque<(Timestamp, f64)>,
}

/// JSON has texts alone for the keys of a map.
mod as_list {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use serde::{Deserialize as _, Deserializer, Serializer};

    use super::{CallKey, CallStats};

    pub(super) fn serialize<S: Serializer>(
        stats: &BTreeMap<Arc<CallKey>, CallStats>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_seq(stats)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<BTreeMap<Arc<CallKey>, CallStats>, D::Error> {
        Ok(Vec::deserialize(from)?.into_iter().collect())
    }
}

impl Ledger {
    /// Enters one call.
    pub fn enter(&mut self, call: Call) {
        let key = CallKey {
            service: call.service,
            operation: call.operation.clone(),
            region: call.region.clone(),
            account: call.account.clone(),
        };
        let stats = self.stats.entry(Arc::new(key)).or_default();
        stats.calls += 1;
        match call.outcome {
            Outcome::Ok => {}
            Outcome::TimedOut => stats.timed_out += 1,
            Outcome::Throttled => stats.throttled += 1,
            Outcome::Refused => stats.refused += 1,
            Outcome::Declined | Outcome::Failed => stats.failed += 1,
        }
        stats.dollars += call.dollars;
        stats.waited += call.took;
        stats.slowest = stats.slowest.max(call.took);
        stats.last = Some(call.at);
        if call.error.is_some() {
            stats.last_error.clone_from(&call.error);
        }
        if call.dollars > 0.0 {
            self.spent.push_back((call.at, call.dollars));
            let horizon = call.at - SignedDuration::from_mins(10);
            while self.spent.front().is_some_and(|(at, _)| *at < horizon) {
                self.spent.pop_front();
            }
        }
        self.recent.push_back(Arc::new(call));
        if self.recent.len() > RECENT {
            self.recent.pop_front();
        }
    }

    /// Counters, by service, operation and Region.
    pub fn stats(&self) -> impl Iterator<Item = (&CallKey, &CallStats)> {
        self.stats.iter().map(|(key, stats)| (&**key, stats))
    }

    /// The newest calls, oldest first.
    pub fn recent(&self) -> impl DoubleEndedIterator<Item = &Call> {
        self.recent.iter().map(|call| &**call)
    }

    /// All calls.
    pub fn calls(&self) -> u64 {
        self.stats.values().map(|stats| stats.calls).sum()
    }

    /// The counters of all operations together.
    pub fn sum(&self) -> CallStats {
        let mut sum = CallStats::default();
        for stats in self.stats.values() {
            sum.calls += stats.calls;
            sum.timed_out += stats.timed_out;
            sum.throttled += stats.throttled;
            sum.refused += stats.refused;
            sum.failed += stats.failed;
            sum.dollars += stats.dollars;
            sum.waited += stats.waited;
            sum.slowest = sum.slowest.max(stats.slowest);
            sum.last = sum.last.max(stats.last);
        }
        sum
    }

    /// US dollars since gwctl started.
    pub fn dollars(&self) -> f64 {
        self.stats.values().map(|stats| stats.dollars).sum()
    }
}
