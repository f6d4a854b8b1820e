//! From a picture to verdicts. Pure: the same snapshot gives the same words.

use super::{CheckVerdict, HealthCheck, Snapshot};
use jiff::Timestamp;

/// Fills in every judgement of `snapshot`: sites, edge, database, the fleet as a whole.
pub fn judge(_snapshot: &mut Snapshot) {}

/// Whether Route 53 counts `check` healthy, from its configuration and its newest status point.
pub fn check_verdict(_check: &HealthCheck, _now: Timestamp) -> CheckVerdict {
    CheckVerdict::Unknown
}
