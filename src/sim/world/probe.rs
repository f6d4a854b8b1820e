//! What the operator's own machine, in Frankfurt, sees of the public endpoints.

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

/// What DNS answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolveOutcome {
    /// CNAME targets without the final dot, or addresses where there is none.
    pub values: Vec<String>,
    /// Seconds the answer may still be kept.
    pub ttl_s: u32,
}

impl super::State {
    pub(super) fn probe(&mut self, url: &str) -> Result<ProbeOutcome, String> {
        Err(format!("{url}: could not connect"))
    }

    pub(super) fn resolve(&mut self, name: &str) -> Result<ResolveOutcome, String> {
        Err(format!("{name}: no such name"))
    }
}
