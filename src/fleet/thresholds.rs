//! Where healthy ends. Configurable; the defaults suit an interactive API.

use serde::{Deserialize, Serialize};

/// A warning and a critical limit in the figure's own unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Beyond this the verdict is degraded.
    pub warn: f64,
    /// Beyond this the verdict is down where requests fail or wait because of it. What only
    /// threatens (certificates, concurrency, replication lag) stays degraded and says critical.
    pub critical: f64,
}

impl Limit {
    /// Both limits.
    pub const fn new(warn: f64, critical: f64) -> Self {
        Self { warn, critical }
    }
}

/// All limits of one fleet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Thresholds {
    /// API p99 latency in milliseconds.
    pub api_p99_ms: Limit,
    /// Share of API requests answered 5xx, in percent.
    pub api_5xx_percent: Limit,
    /// Share of invocations that failed, in percent.
    pub lambda_error_percent: Limit,
    /// Share of a function's requests that Lambda throttles, in percent.
    pub lambda_throttle_percent: Limit,
    /// Concurrent executions as a share of the account's limit in the Region, in percent.
    pub lambda_concurrency_percent: Limit,
    /// Aurora RPO or replication lag of a secondary, in milliseconds.
    pub replication_lag_ms: Limit,
    /// CloudFront 5xx error rate in percent.
    pub edge_5xx_percent: Limit,
    /// Certificates: days left. Below these, not above. Renewal starts at 45 (aws-facts §7).
    pub certificate_days: Limit,
    /// Probe: time to the first byte of the answer, in milliseconds.
    pub probe_ms: Limit,
    /// How many connections each instance of the database takes at most (its parameter `max_connections`); without it
    /// what a shift would open is compared with nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_connections: Option<f64>,
    /// A metric older than this, in seconds, no longer counts as current.
    pub metric_stale_s: f64,
    /// A described thing (topology, health check …) older than this, in seconds, no longer counts.
    pub state_stale_s: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            api_p99_ms: Limit::new(1_000.0, 5_000.0),
            api_5xx_percent: Limit::new(1.0, 20.0),
            lambda_error_percent: Limit::new(1.0, 20.0),
            lambda_throttle_percent: Limit::new(0.5, 10.0),
            lambda_concurrency_percent: Limit::new(80.0, 95.0),
            replication_lag_ms: Limit::new(1_000.0, 30_000.0),
            edge_5xx_percent: Limit::new(1.0, 20.0),
            certificate_days: Limit::new(40.0, 14.0),
            probe_ms: Limit::new(1_500.0, 5_000.0),
            max_connections: None,
            metric_stale_s: 300.0,
            state_stale_s: 120.0,
        }
    }
}
