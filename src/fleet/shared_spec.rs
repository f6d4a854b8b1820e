//! Where a team keeps who acts on a fleet and what was done.

use serde::{Deserialize, Serialize};

use crate::Region;

/// The table of DynamoDB that every machine of the team uses. Without it, leases and journals are files of each machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SharedSpec {
    /// Its name.
    pub table: String,
    /// The Regions that have it. They need not be the fleet's; the first is asked first.
    pub regions: Vec<Region>,
}
