//! Who acts on a fleet.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

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
    /// In words, where an item may not tell who it is.
    pub(crate) fn told(holder: Option<&Self>) -> String {
        holder.map_or_else(|| "somebody".into(), ToString::to_string)
    }
}
