//! How many calls each API takes, and what it says to more.

use jiff::Timestamp;
use std::collections::BTreeMap;
use std::time::Duration;

/// The fate of one API call. Durations are the operator's own: wait them on the wall's clock.
#[derive(Debug, Clone, PartialEq)]
pub enum Admission {
    /// It is answered.
    Proceed {
        /// Network and service time.
        after: Duration,
    },
    /// Nobody ever answers.
    Hang,
    /// It is refused.
    Refuse {
        /// Network and service time.
        after: Duration,
        /// Why.
        refusal: Refusal,
    },
}

/// Why a call is refused; each protocol and service spells it in its own way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Too fast (`Throttling`, `TooManyRequestsException` …; aws-facts §11.1).
    Throttled,
    /// Not allowed.
    AccessDenied {
        /// `rds:DescribeDBClusters`.
        action: String,
        /// The caller's ARN.
        principal: String,
    },
    /// The session is over (`ExpiredToken`, `ExpiredTokenException`).
    ExpiredToken,
    /// The control plane is down: 503.
    ServiceUnavailable,
    /// This endpoint of an ARC cluster is down, another may not be (`EndpointTemporarilyUnavailableException`).
    EndpointUnavailable,
    /// The account has not enabled this Region (`OptInRequired`, or an unrecognised client).
    RegionNotEnabled,
}

/// Requests left, and how they come back.
#[derive(Debug, Clone)]
pub(in crate::world) struct Bucket {
    left: f64,
    burst: f64,
    per_second: f64,
    at: Timestamp,
}

impl Bucket {
    pub(in crate::world) fn take(&mut self, now: Timestamp) -> bool {
        let passed = now.duration_since(self.at).as_secs_f64().max(0.0);
        self.at = self.at.max(now);
        self.left = (self.left + passed * self.per_second).min(self.burst);
        if self.left >= 1.0 {
            self.left -= 1.0;
            return true;
        }
        false
    }
}

/// The rate limits in use, by name.
#[derive(Debug, Clone, Default)]
pub(in crate::world) struct Limits {
    buckets: BTreeMap<String, Bucket>,
}

impl Limits {
    pub(in crate::world) fn take(
        &mut self,
        name: String,
        (burst, per_second): (f64, f64),
        now: Timestamp,
    ) -> bool {
        self.buckets
            .entry(name)
            .or_insert(Bucket {
                left: burst,
                burst,
                per_second,
                at: now,
            })
            .take(now)
    }
}
