//! What a guided action must keep to: objectives, and the criteria at which a run holds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Objectives and abort criteria of one fleet's guided actions. The defaults are those of
/// aws-facts §12; every criterion is watched during the whole run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// Recovery time objective in seconds: the clock on the run screen counts against it.
    pub rto_s: u64,
    /// Recovery point objective in seconds.
    pub rpo_s: f64,
    /// Hold when a Region that receives traffic answers more than this share with 5xx, in percent.
    pub abort_5xx_percent: f64,
    /// Hold when the p99 of a Region that receives traffic is beyond this, in milliseconds.
    pub abort_p99_ms: f64,
    /// For how many minutes in a row either must be beyond its limit.
    pub abort_minutes: u32,
    /// Hold before a switchover whose target lags more than this and ever more, in milliseconds.
    pub abort_lag_ms: f64,
    /// Hold when fewer Regions than this would be left healthy.
    pub least_healthy: u32,
    /// Hold when the run takes longer than this, in seconds.
    pub window_s: u64,
    /// How long a Region must have been healthy before traffic returns to it, in seconds.
    pub hold_down_s: u64,
    /// How far back the figures are compared before a drill begins, in minutes.
    pub baseline_minutes: u32,
    /// Actions whose plan waits until so many other persons have approved it, by the action's name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub approvals: BTreeMap<String, u32>,
    /// How long a plan waits for its approvals, and may begin once it has them, in seconds.
    #[serde(skip_serializing_if = "is_half_an_hour")]
    pub approval_lasts_s: u64,
}

const HALF_AN_HOUR_S: u64 = 1_800;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
const fn is_half_an_hour(seconds: &u64) -> bool {
    *seconds == HALF_AN_HOUR_S
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            rto_s: 900,
            rpo_s: 5.0,
            abort_5xx_percent: 5.0,
            abort_p99_ms: 5_000.0,
            abort_minutes: 2,
            abort_lag_ms: 30_000.0,
            least_healthy: 1,
            window_s: 7_200,
            hold_down_s: 300,
            baseline_minutes: 5,
            approvals: BTreeMap::new(),
            approval_lasts_s: HALF_AN_HOUR_S,
        }
    }
}
