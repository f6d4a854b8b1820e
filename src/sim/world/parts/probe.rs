//! What the operator's own requests come to.

use std::collections::BTreeMap;
use std::time::Duration;

/// Timings of one request; each phase excludes the ones before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeOutcome {
    /// Name resolution.
    pub dns: Duration,
    /// TCP handshake.
    pub connect: Duration,
    /// TLS handshake.
    pub tls: Duration,
    /// From the request sent to the response's head.
    pub first_byte: Duration,
    /// HTTP status code.
    pub status: u16,
    /// The Region that served (`x-gwctl-region`).
    pub served_by: Option<String>,
}

impl ProbeOutcome {
    /// Everything together: how long to wait before the answer is there.
    pub fn total(&self) -> Duration {
        self.dns + self.connect + self.tls + self.first_byte
    }
}

/// What DNS answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolveOutcome {
    /// CNAME targets without the final dot, or addresses where there is none.
    pub values: Vec<String>,
    /// Seconds the answer may still be kept.
    pub ttl_s: u32,
}

/// The resolver of the operator's network: keeps answers for their time to live.
#[derive(Debug, Clone, Default)]
pub(in crate::world) struct Resolver {
    pub(in crate::world) kept: BTreeMap<String, (Vec<String>, i64)>,
}
