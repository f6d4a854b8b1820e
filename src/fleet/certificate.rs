//! Certificates and when they end.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A certificate, the edge's or a Region's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    pub arn: String,
    /// Main name.
    pub domain: String,
    /// Every name it is good for, the main one among them.
    pub names: Vec<String>,
    /// `ISSUED`, `EXPIRED` … as AWS spells it.
    pub status: String,
    /// End of validity.
    pub not_after: Option<Timestamp>,
    /// Renewal status, when one is under way or failed.
    pub renewal: Option<String>,
}

impl Certificate {
    /// Whole days left; negative when over.
    pub fn days_left(&self, now: Timestamp) -> Option<i64> {
        self.not_after
            .map(|end| end.duration_since(now).as_hours().div_euclid(24))
    }
}
