//! How a run is called.

use jiff::Timestamp;

use super::Plan;
use gwctl_store::digest;

/// `20261124-111226-promote-3f2a`: sorts by time, and two at once differ.
pub(crate) fn new(plan: &Plan, at: Timestamp) -> String {
    let seed = format!(
        "{}{}{}",
        plan.fingerprint(),
        std::process::id(),
        at.as_nanosecond()
    );
    format!(
        "{}-{}-{}",
        at.strftime("%Y%m%d-%H%M%S"),
        plan.intent.name(),
        &digest(seed.as_bytes())[..4]
    )
}
