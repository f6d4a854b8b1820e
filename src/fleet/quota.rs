//! What an account may have.

use serde::{Deserialize, Serialize};

/// One of AWS's quotas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    /// How many there are.
    pub used: u64,
    /// How many there may be.
    pub most: u64,
}
