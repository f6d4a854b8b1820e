//! gwctl's own measurement of an endpoint, from where the operator sits.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What to probe.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProbeTarget {
    /// Full URL, `https://eu-west-1.api.example.com/health`.
    pub url: String,
}

/// An answer that CloudFront gave without asking a Region: it is no observation of any Region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OwnAnswer {
    /// Out of its cache.
    Cached,
    /// Made by a function at the edge, or an error page of CloudFront itself.
    Generated,
}

/// Timings of one request. Each phase excludes the ones before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeReport {
    /// Name resolution.
    pub dns: Duration,
    /// TCP handshake.
    pub connect: Duration,
    /// TLS handshake; `None` over plain HTTP.
    pub tls: Option<Duration>,
    /// From the request sent to the response's head.
    pub first_byte: Duration,
    /// HTTP status code.
    pub status: u16,
    /// The Region that served, where the response says so (`x-gwctl-region`).
    pub served_by: Option<String>,
    /// Where CloudFront answered by itself; none where what is behind the endpoint did.
    pub own: Option<OwnAnswer>,
}

impl ProbeReport {
    /// Everything together.
    pub fn total(&self) -> Duration {
        self.dns + self.connect + self.tls.unwrap_or_default() + self.first_byte
    }

    /// Whether the endpoint serves; none where CloudFront answered by itself, which is no observation of it. An API
    /// that asks for a signature answers 401 or 403 to a stranger: it serves.
    pub const fn serves(&self) -> Option<bool> {
        if self.own.is_some() {
            return None;
        }
        Some(self.status < 400 || matches!(self.status, 401 | 403))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_api_that_asks_for_a_signature_serves_and_cloudfront_itself_tells_nothing() {
        let answered = |status, own| ProbeReport {
            dns: Duration::ZERO,
            connect: Duration::ZERO,
            tls: None,
            first_byte: Duration::ZERO,
            status,
            served_by: None,
            own,
        };
        for (status, serves) in [
            (200, true),
            (401, true),
            (403, true),
            (404, false),
            (500, false),
        ] {
            assert_eq!(answered(status, None).serves(), Some(serves), "{status}");
        }
        assert_eq!(answered(200, Some(OwnAnswer::Cached)).serves(), None);
        assert_eq!(answered(403, Some(OwnAnswer::Generated)).serves(), None);
    }
}
