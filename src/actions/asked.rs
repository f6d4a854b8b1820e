//! A plan that waits for approval.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A plan that waits for approval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// Its name, which its run has too.
    pub id: String,
    /// The fleet's name.
    pub fleet: String,
    /// The fleet by the name that its clients use.
    pub domain: String,
    /// What it does, in a line.
    pub title: String,
    /// `operator@host`.
    pub by: String,
    /// The ARN by which AWS knows who asked.
    pub arn: String,
    /// Since when it waits.
    pub at: Timestamp,
    /// How long, in seconds.
    pub lasts_s: u64,
    /// How many others must approve it.
    pub needed: u32,
    /// The digest of the plan: exactly this one is approved.
    pub digest: String,
    /// The plan as JSON. Of a text that is read and written again the digest may be another one.
    pub plan: String,
}

impl Asked {
    /// Until when it waits, and may begin.
    pub fn until(&self) -> Timestamp {
        let lasts = SignedDuration::from_secs(self.lasts_s.cast_signed());
        self.at.saturating_add(lasts).unwrap_or(Timestamp::MAX)
    }
}
