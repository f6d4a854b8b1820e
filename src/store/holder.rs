//! Who acts on a fleet.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What two have in common who ask for the lease of one run.
pub const SAME_RUN: &str = "run";

/// Who acts on a fleet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaseHolder {
    /// Who.
    pub operator: String,
    /// On which machine.
    pub host: String,
    /// Which process.
    pub pid: u32,
    /// Which run.
    pub run: String,
    /// Since when.
    pub since: Timestamp,
}

impl std::fmt::Display for LeaseHolder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} (process {} on {}, run {})",
            self.operator, self.pid, self.host, self.run
        )
    }
}

impl LeaseHolder {
    /// That they have a lease that somebody else asks for: both act on `shares`.
    pub fn in_the_way(holder: &str, shares: &str) -> String {
        if shares == SAME_RUN {
            format!("{holder} drives this run already")
        } else {
            format!("{holder} is already changing this fleet: both have the same {shares}")
        }
    }

    /// In words, where an item may not tell who it is.
    pub(crate) fn told(holder: Option<&Self>) -> String {
        holder.map_or_else(|| "somebody".into(), ToString::to_string)
    }
}
