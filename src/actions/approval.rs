//! That somebody approves a plan.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// That somebody approves a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// `operator@host`.
    pub by: String,
    /// The ARN by which AWS knows them.
    pub arn: String,
    /// When.
    pub at: Timestamp,
    /// The digest of the plan that was shown.
    pub digest: String,
}
