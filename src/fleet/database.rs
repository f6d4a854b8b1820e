//! The Aurora Global Database: members, writer, lag, events.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Capacity, DbProxy, Judgement, Lag, Metric, Metrics, Observed, Reachability, Region};

/// Engine and version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Engine {
    /// `aurora-postgresql` or `aurora-mysql`.
    pub name: String,
    /// `16.8`, `8.0.mysql_aurora.3.08.0`.
    pub version: String,
}

/// Which metric tells the recovery point (aws-facts §1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LagMetric {
    /// `AuroraGlobalDBRPOLag`.
    Rpo,
    /// `AuroraGlobalDBReplicationLag`, for older Aurora MySQL.
    Replication,
}

impl LagMetric {
    /// The series to read.
    pub const fn metric(self) -> Metric {
        match self {
            Self::Rpo => Metric::RpoLag,
            Self::Replication => Metric::ReplicationLag,
        }
    }
}

impl Engine {
    /// All Aurora PostgreSQL, and Aurora MySQL from 3.04.0 or 2.12.0, have the RPO lag.
    pub fn lag_metric(&self) -> LagMetric {
        if self.name != "aurora-mysql" {
            return LagMetric::Rpo;
        }
        let aurora = self
            .version
            .rsplit("mysql_aurora.")
            .next()
            .unwrap_or_default();
        let mut parts = aurora
            .split('.')
            .map(|part| part.parse::<u32>().unwrap_or(0));
        let (major, minor) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
        if major > 3 || (major == 3 && minor >= 4) || (major == 2 && minor >= 12) {
            LagMetric::Rpo
        } else {
            LagMetric::Replication
        }
    }
}

/// A running switchover or failover; absent when there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailoverState {
    /// `pending`, `switching-over`, `failing-over`, `cancelling`, or a word this build does not know.
    pub status: String,
    /// ARN of the old writer's cluster.
    pub from: Option<String>,
    /// ARN of the target cluster.
    pub to: Option<String>,
    /// Whether un-replicated writes may be lost.
    pub data_loss_allowed: bool,
}

/// One member cluster, as the global cluster lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Cluster ARN.
    pub arn: String,
    /// Region out of the ARN.
    pub region: Region,
    /// Cluster identifier out of the ARN.
    pub cluster: String,
    /// Whether it takes writes.
    pub writer: bool,
    /// `enabled`, `disabled` …; none on the writer.
    pub write_forwarding: Option<String>,
    /// `connected` or `pending-resync`.
    pub synchronization: Option<String>,
}

/// What `DescribeGlobalClusters` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topology {
    /// `available`, `switching-over` … as AWS spells it.
    pub status: String,
    /// Engine and version.
    pub engine: Engine,
    /// The global writer endpoint.
    pub endpoint: Option<String>,
    /// A running switchover or failover.
    pub failover: Option<FailoverState>,
    /// All member clusters.
    pub members: Vec<Member>,
    /// Whether deletion is refused.
    pub deletion_protection: bool,
}

impl Topology {
    /// The member that takes writes.
    pub fn writer(&self) -> Option<&Member> {
        self.members.iter().find(|member| member.writer)
    }

    /// The member in `region`.
    pub fn member(&self, region: &Region) -> Option<&Member> {
        self.members.iter().find(|member| &member.region == region)
    }
}

/// A DB instance of a member cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// Identifier.
    pub id: String,
    /// `db.r6g.large` …
    pub class: String,
    /// `available` … as AWS spells it.
    pub status: String,
    /// Availability Zone.
    pub zone: Option<String>,
    /// Whether it is its cluster's writer instance.
    pub writer: bool,
}

/// What `DescribeDBClusters` and `DescribeDBInstances` say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClusterState {
    /// `available` … as AWS spells it.
    pub status: String,
    /// Engine and version.
    pub engine: Engine,
    pub instances: Vec<Instance>,
    /// Cluster endpoint.
    pub endpoint: Option<String>,
    pub reader_endpoint: Option<String>,
    /// `enabled`, `disabled` …
    pub write_forwarding: Option<String>,
    /// Days automated backups are kept.
    pub backup_days: Option<i32>,
    /// Where its instances listen.
    pub port: Option<u16>,
    /// How far instances of class `db.serverless` scale; none where it is not set.
    pub capacity: Option<Capacity>,
    /// Whether RDS manages the password of its first user: no cluster of a global database may have that
    /// (aws-facts §19.1).
    pub managed_password: bool,
    /// Instances that take changed parameters only once they are rebooted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending_reboot: Vec<String>,
    /// Names of what it needs: its parameter group, its security groups, the secret that RDS keeps for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
}

/// An RDS event. AWS gives it no id (aws-facts §2.5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DbEvent {
    /// When.
    pub at: Timestamp,
    /// Where it was read.
    pub region: Region,
    /// The cluster or instance.
    pub source: String,
    /// `global failover` …
    pub categories: Vec<String>,
    /// AWS's words, cleaned.
    pub message: String,
}

/// A snapshot of a member cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DbSnapshot {
    /// Identifier; `rds:unplanned-global-failover-…` for the one Aurora takes of an old primary
    /// (aws-facts §2.7).
    pub id: String,
    pub arn: String,
    /// The cluster it was taken of.
    pub cluster: String,
    /// `available`, `creating`, `copying` … as AWS spells it.
    pub status: String,
    /// `SnapshotType`: `automated`, `manual` …
    pub kind: String,
    /// When it was taken; none while it is being taken.
    pub created: Option<Timestamp>,
}

/// A member cluster in one Region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct Cluster {
    /// Identifier, resolved from the topology.
    pub id: String,
    /// What RDS in its Region says.
    pub state: Observed<ClusterState>,
    /// Lag (secondaries only), CPU, connections, capacity (of Serverless v2 only).
    pub metrics: Metrics,
    /// Events of the last hour, newest first.
    pub events: Observed<Vec<DbEvent>>,
    /// The RDS Proxies in front of it.
    pub proxies: Observed<Vec<DbProxy>>,
    /// Which endpoints of its Region answer: the fleet may have no site there.
    pub reach: Reachability,
}

/// The database of a fleet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GlobalDatabase {
    /// Global cluster identifier from the configuration.
    pub id: String,
    /// Members and roles, from whichever Region answered last.
    pub topology: Observed<Topology>,
    /// The member clusters by Region.
    pub clusters: BTreeMap<Region, Cluster>,
    /// How it is doing.
    pub judgement: Judgement,
}

impl GlobalDatabase {
    /// Which series tells the recovery point, once the engine is known.
    pub fn lag_metric(&self) -> Option<Metric> {
        self.topology
            .last()
            .map(|topology| topology.engine.lag_metric().metric())
    }

    /// The series of replication lag of the secondary in `region`, in milliseconds.
    pub fn lag(&self, region: &Region) -> Option<&Observed<std::sync::Arc<super::Series>>> {
        let metric = self.lag_metric()?;
        Some(self.clusters.get(region)?.metrics.get(metric))
    }

    /// What the figures of the secondary in `region` that could be renewed say of its lag, with the age of
    /// the newest of them. None where nothing is known now: [`Self::lag`] says why.
    pub fn lag_now(&self, region: &Region) -> Option<Lag> {
        Lag::of(self.lag(region)?.current()?)
    }

    /// Whether `member` forwards writes: as the global cluster lists it, else as its own cluster says. None
    /// where neither shows it.
    pub fn forwards(&self, member: &Member) -> Option<bool> {
        let cluster = self.clusters.get(&member.region);
        let by_cluster = || cluster?.state.last()?.write_forwarding.clone();
        let status = member.write_forwarding.clone().or_else(by_cluster)?;
        Some(matches!(status.as_str(), "enabled" | "enabling"))
    }

    /// As [`Self::lag_now`], of the last figures that were ever known.
    pub fn lag_last_known(&self, region: &Region) -> Option<Lag> {
        Lag::of(self.lag(region)?.last()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engine_decides_which_lag_is_the_recovery_point() {
        let lag = |name: &str, version: &str| {
            Engine {
                name: name.into(),
                version: version.into(),
            }
            .lag_metric()
        };
        assert_eq!(lag("aurora-postgresql", "13.4"), LagMetric::Rpo);
        assert_eq!(
            lag("aurora-mysql", "8.0.mysql_aurora.3.04.0"),
            LagMetric::Rpo
        );
        assert_eq!(
            lag("aurora-mysql", "8.0.mysql_aurora.3.03.1"),
            LagMetric::Replication
        );
        assert_eq!(
            lag("aurora-mysql", "5.7.mysql_aurora.2.12.0"),
            LagMetric::Rpo
        );
        assert_eq!(
            lag("aurora-mysql", "5.7.mysql_aurora.2.11.4"),
            LagMetric::Replication
        );
    }
}
