//! What an edge counted since it was last asked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// By the Region that answered; what no Region answered is under the empty name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Counts(pub BTreeMap<String, Served>);

/// Answers to clients.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Served {
    /// Below 400.
    pub good: u64,
    /// 4xx.
    pub refused: u64,
    /// 5xx.
    pub failed: u64,
    /// Bytes of the bodies that were answered to `GET`, `HEAD` and `OPTIONS`.
    pub downloaded: u64,
    /// Bytes of the bodies that came with the other requests.
    pub uploaded: u64,
    /// From the whole request to the answer, the clients' distance left out, in milliseconds: of the first 100,000.
    pub latencies_ms: Vec<f64>,
}

impl Counts {
    /// Those that `region` answered.
    pub fn region(&self, region: &str) -> Option<&Served> {
        self.0.get(region)
    }

    /// Those that the edge answered by itself: the router refused, or no Region answered.
    pub fn nobody(&self) -> Option<&Served> {
        self.0.get("")
    }

    /// All of them.
    pub fn requests(&self) -> u64 {
        self.0.values().map(Served::requests).sum()
    }
}

impl Served {
    /// All of them.
    pub const fn requests(&self) -> u64 {
        self.good + self.refused + self.failed
    }
}
