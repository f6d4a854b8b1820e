//! A cluster leaves its global cluster (`RemoveFromGlobalCluster`, aws-facts §2.3, §6.3).

use super::rds::Rds;

/// Why a cluster stays a member.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DetachRefused {
    /// `GlobalClusterNotFoundFault`.
    #[error("Global cluster {0} not found")]
    NoGlobalCluster(String),
    /// `DBClusterNotFoundFault`.
    #[error("DBCluster {cluster} is no member of global cluster {global}")]
    NoMember {
        /// As asked for.
        cluster: String,
        /// Identifier.
        global: String,
    },
    /// `InvalidGlobalClusterStateFault`: a switchover or failover runs.
    #[error("Global cluster {id} is in state {status}")]
    Busy {
        /// Identifier.
        id: String,
        status: String,
    },
    /// `InvalidGlobalClusterStateFault`: it is the primary, and others follow it.
    #[error(
        "DBCluster {cluster} is the primary of global cluster {global}: it can only be removed after all secondaries"
    )]
    Primary {
        /// As asked for.
        cluster: String,
        /// Identifier.
        global: String,
    },
}

impl Rds<'_> {
    /// A member becomes a cluster of its own that takes reads and writes. The primary leaves last.
    pub fn detach(&mut self, global: &str, cluster: &str) -> Result<(), DetachRefused> {
        let mut all = self.resources.global_clusters.iter();
        let known = all.find(|one| one.id == global || one.arn == global);
        let Some(known) = known else {
            return Err(DetachRefused::NoGlobalCluster(global.into()));
        };
        let (id, status) = (known.id.clone(), known.status.clone());
        let meant = |arn: &str| arn == cluster || arn.rsplit(':').next() == Some(cluster);
        let mut members = known.members.iter();
        let Some(member) = members.find(|one| meant(&one.cluster_arn)) else {
            return Err(DetachRefused::NoMember {
                cluster: cluster.into(),
                global: id,
            });
        };
        if known.failover.is_some() || status == "switching-over" || status == "failing-over" {
            return Err(DetachRefused::Busy { id, status });
        }
        if member.writer && known.members.len() > 1 {
            return Err(DetachRefused::Primary {
                cluster: cluster.into(),
                global: id,
            });
        }
        let (arn, writer) = (member.cluster_arn.clone(), member.writer);
        if let Some(at) = self.database.by_arn(&arn) {
            self.database.leave(at);
        }
        for cluster in &mut self.resources.clusters {
            if cluster.arn == arn {
                cluster.global_cluster = None;
                cluster.replication_source = None;
                cluster.write_forwarding = None;
            }
        }
        let globals = self.resources.global_clusters.iter_mut();
        for one in globals.filter(|one| one.id == id) {
            one.members.retain(|member| member.cluster_arn != arn);
        }
        if !writer {
            self.redraw_topology();
        }
        Ok(())
    }
}
