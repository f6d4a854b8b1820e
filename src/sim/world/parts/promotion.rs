//! A change of the writer under way.

/// A running switchover or failover.
#[derive(Debug, Clone)]
pub(in crate::world) struct Promotion {
    pub(in crate::world) loses_data: bool,
    pub from: usize,
    pub to: usize,
    pub(in crate::world) stage: Stage,
    /// Second at which the stage may end.
    pub(in crate::world) until: i64,
    /// Whether the real database was told to do it.
    pub(in crate::world) ordered: bool,
    /// Failover: everything acknowledged after this second is lost.
    pub(in crate::world) cut: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::world) enum Stage {
    /// AWS checks.
    Pending,
    /// Switchover: the old primary is read-only, the target catches up.
    Synchronising,
    /// The target becomes the writer.
    Promoting,
    /// The global writer endpoint moves.
    Redirecting,
    /// The rest of the topology follows.
    Finishing,
}

/// Why AWS refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PromotionRefused {
    /// `GlobalClusterNotFoundFault`.
    #[error("Global cluster {0} not found")]
    GlobalClusterNotFound(String),
    /// `DBClusterNotFoundFault`.
    #[error("DBCluster {0} not found")]
    DbClusterNotFound(String),
    /// `InvalidGlobalClusterStateFault`.
    #[error("Global cluster {id} is in state {status}")]
    InvalidGlobalClusterState {
        /// Identifier.
        id: String,
        status: String,
    },
    /// `InvalidDBClusterStateFault`.
    #[error("DBCluster {cluster}: {why}")]
    InvalidDbClusterState {
        /// ARN.
        cluster: String,
        /// Why not.
        why: String,
    },
}
