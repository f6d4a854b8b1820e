//! What a cluster can bear: the range of Serverless v2, or the class of its instances.

use serde::{Deserialize, Serialize};

use super::{ClusterState, Instance, format};

/// How far Serverless v2 scales each instance of a cluster, in Aurora capacity units.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Capacity {
    pub min: f64,
    pub max: f64,
}

impl std::fmt::Display for Capacity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (min, max) = (format::acu(self.min), format::acu(self.max));
        write!(f, "{min} to {max} ACU")
    }
}

impl Instance {
    /// The class of those that Serverless v2 scales.
    pub const SERVERLESS: &str = "db.serverless";

    /// Whether Serverless v2 scales it.
    pub fn is_serverless(&self) -> bool {
        self.class == Self::SERVERLESS
    }
}

impl ClusterState {
    /// Whether it has no instance: it replicates, serves nothing, and cannot become the writer (aws-facts §2.6).
    pub const fn is_headless(&self) -> bool {
        self.instances.is_empty()
    }

    /// How far its instances scale, where it has instances of Serverless v2.
    pub fn serverless(&self) -> Option<Capacity> {
        let scales = self.instances.iter().any(Instance::is_serverless);
        self.capacity.filter(|_| scales)
    }
}
