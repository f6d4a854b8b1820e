//! What a drill does beside failing over and back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Region;

/// Alarms that a mute rule takes at most (aws-facts §15.2).
pub const MUTED_AT_MOST: usize = 100;

/// What a drill does besides.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DrillSpec {
    /// Names of the alarms whose actions are muted while a drill goes on, by their Regions. They keep evaluating.
    pub mute: BTreeMap<Region, Vec<String>>,
}

impl DrillSpec {
    /// Whether a drill does nothing besides.
    pub fn is_empty(&self) -> bool {
        self.mute.is_empty()
    }
}
