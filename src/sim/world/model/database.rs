//! Aurora: global clusters, clusters, instances, events.

use jiff::Timestamp;

use gwctl_fleet::Region;

/// An Aurora global cluster.
#[derive(Debug, Clone)]
pub struct GlobalCluster {
    /// Identifier.
    pub id: String,
    /// `cluster-…`, what AWS calls the resource id.
    pub resource_id: String,
    /// `arn:aws:rds::ACCOUNT:global-cluster:NAME`, without a Region.
    pub arn: String,
    /// `available`, `switching-over`, `failing-over`.
    pub status: String,
    /// `aurora-postgresql`.
    pub engine: String,
    /// `16.8`.
    pub engine_version: String,
    /// `open-source-rds-extended-support` or `…-disabled`.
    pub engine_lifecycle: String,
    /// Name of the database inside.
    pub database_name: String,
    /// The global writer endpoint.
    pub endpoint: String,
    /// Encrypted at rest.
    pub storage_encrypted: bool,
    /// Whether deletion is refused.
    pub deletion_protection: bool,
    /// Member clusters; exactly one is the writer.
    pub members: Vec<GlobalMember>,
    /// A running switchover or failover.
    pub failover: Option<FailoverState>,
}

/// A member of a global cluster.
#[derive(Debug, Clone)]
pub struct GlobalMember {
    /// ARN of the cluster.
    pub cluster_arn: String,
    /// The cluster's Region.
    pub region: Region,
    /// Takes writes.
    pub writer: bool,
    /// ARNs of the secondaries, on the writer's entry only.
    pub readers: Vec<String>,
    /// `enabled` …; none on the writer.
    pub write_forwarding: Option<String>,
    /// `connected` or `pending-resync`.
    pub synchronization: Option<String>,
}

/// A running switchover or failover (aws-facts §2.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailoverState {
    /// `pending`, `switching-over`, `failing-over`, `cancelling`.
    pub status: String,
    /// ARN of the old writer.
    pub from: String,
    /// ARN of the target.
    pub to: String,
    /// Whether un-replicated writes may be lost.
    pub data_loss_allowed: bool,
}

/// An Aurora cluster.
#[derive(Debug, Clone)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own in RDS"
)]
pub struct DbCluster {
    /// Where.
    pub region: Region,
    /// Identifier.
    pub id: String,
    pub arn: String,
    /// `cluster-…`.
    pub resource_id: String,
    /// `available`, `promoting` …
    pub status: String,
    /// `aurora-postgresql`.
    pub engine: String,
    /// `16.8`.
    pub engine_version: String,
    /// Cluster endpoint; AWS shows a secondary's as inactive but keeps the name.
    pub endpoint: String,
    pub reader_endpoint: String,
    pub port: i32,
    /// Availability Zones.
    pub zones: Vec<String>,
    /// `enabled` …; none on the primary (aws-facts §2.2).
    pub write_forwarding: Option<String>,
    /// Whether write forwarding is to be on while it is a secondary; remembered on the primary.
    pub forwarding_requested: bool,
    /// Least and most capacity in ACU, where it has a `ServerlessV2ScalingConfiguration`.
    pub capacity: Option<(f64, f64)>,
    /// Whether RDS manages the password of its first user in Secrets Manager.
    pub managed_password: bool,
    /// From when on its Data API is on; none where it is off.
    pub data_api_from: Option<Timestamp>,
    /// The global cluster it belongs to.
    pub global_cluster: Option<String>,
    /// ARN of the primary cluster, on secondaries.
    pub replication_source: Option<String>,
    /// Days automated backups are kept.
    pub backup_days: i32,
    /// Whether deletion is refused.
    pub deletion_protection: bool,
    /// `default.aurora-postgresql16`, or its owner's own.
    pub parameter_group: String,
    /// Who may reach it.
    pub security_groups: Vec<String>,
    /// The logs that it exports to CloudWatch Logs: `postgresql`.
    pub log_exports: Vec<String>,
    /// Its instances, by identifier; the writer instance first.
    pub instances: Vec<String>,
    /// Creation.
    pub created: Timestamp,
}

#[derive(Debug, Clone)]
pub struct DbInstance {
    /// Where.
    pub region: Region,
    /// Identifier.
    pub id: String,
    pub arn: String,
    /// `db-…`.
    pub resource_id: String,
    /// Its cluster's identifier.
    pub cluster: String,
    /// `db.r6g.large` …
    pub class: String,
    /// `available` …
    pub status: String,
    /// Availability Zone.
    pub zone: String,
    /// Whether it is its cluster's writer (on secondaries: the one that would be).
    pub writer: bool,
    /// Whether it takes changed parameters of the cluster only once it is rebooted.
    pub pending_reboot: bool,
    /// 0..15.
    pub promotion_tier: i32,
    pub engine: String,
    pub engine_version: String,
    /// Endpoint host.
    pub endpoint: String,
    pub port: i32,
    /// Creation.
    pub created: Timestamp,
}

/// An RDS Proxy in front of one cluster.
#[derive(Debug, Clone)]
pub struct DbProxy {
    /// Where.
    pub region: Region,
    pub name: String,
    pub arn: String,
    /// `available`, `creating` …
    pub status: String,
    /// Its read/write endpoint.
    pub endpoint: String,
    /// The cluster's identifier.
    pub cluster: String,
    /// Creation.
    pub created: Timestamp,
}

/// An RDS event. AWS gives it no id (aws-facts §2.5); `id` is for the simulator's own tests.
#[derive(Debug, Clone)]
pub struct DbEvent {
    /// The Region where `DescribeEvents` shows it.
    pub region: Region,
    /// `RDS-EVENT-0181` …; never on the wire.
    pub id: &'static str,
    /// When.
    pub at: Timestamp,
    /// `db-cluster` or `db-instance`.
    pub source_type: &'static str,
    /// Identifier of the source.
    pub source: String,
    /// ARN of the source.
    pub source_arn: String,
    /// `global failover` …
    pub categories: Vec<String>,
    /// The text.
    pub message: String,
}

/// A snapshot of a cluster's volume.
#[derive(Debug, Clone)]
pub struct DbSnapshot {
    /// Where.
    pub region: Region,
    /// Identifier; `rds:…` for those that Aurora makes.
    pub id: String,
    pub arn: String,
    /// The cluster's identifier.
    pub cluster: String,
    /// Engine and version of the cluster, which may be gone since.
    pub engine: (String, String),
    /// `creating`, `copying`, `available`.
    pub status: String,
    /// `automated` or `manual`.
    pub kind: String,
    /// ARN of the snapshot it was copied from.
    pub source: Option<String>,
    /// Creation.
    pub created: Timestamp,
    /// When it is or was complete.
    pub ready: Timestamp,
}
