//! The series that a member cluster writes.

use crate::world::metrics::{Handle, MetricStore, Sample};
use crate::world::parts::series::series;
use gwctl_fleet::Region;

/// The series of one member cluster.
#[derive(Debug, Clone)]
pub(in crate::world) struct MemberSeries {
    /// RPO, replication and progress lag, transferred bytes, replicated writes: secondaries only.
    pub(in crate::world) lag: [Handle; 5],
    pub(in crate::world) cpu: Load,
    pub(in crate::world) connections: Load,
    /// Commits and changed rows a second, of every instance: readers make none, and without a role the figure is
    /// the average over all of them (aws-facts §1.1).
    pub(in crate::world) throughput: [Load; 2],
    /// Capacity in ACU, and its share of the most, of instances of class `db.serverless`.
    pub(in crate::world) serverless: [Load; 2],
    /// What the writer takes from others, and what a secondary forwards.
    pub(in crate::world) forwarding: [Handle; 2],
    pub(in crate::world) replica_lag: Handle,
    pub(in crate::world) replica_lag_of_cluster: [Handle; 2],
}

/// One figure of both instances, under every name it has.
#[derive(Debug, Clone)]
pub(in crate::world) struct Load {
    cluster: Handle,
    writer: Handle,
    reader: Handle,
    first: Handle,
    second: Handle,
}

impl Load {
    fn new(store: &mut MetricStore, region: &str, cluster: &str, metric: &str) -> Self {
        let (first, second) = (format!("{cluster}-1"), format!("{cluster}-2"));
        let mut of =
            |dimensions: &[(&str, &str)]| series(store, region, "AWS/RDS", metric, &[dimensions]);
        Self {
            cluster: of(&[("DBClusterIdentifier", cluster)]),
            writer: of(&[("DBClusterIdentifier", cluster), ("Role", "WRITER")]),
            reader: of(&[("DBClusterIdentifier", cluster), ("Role", "READER")]),
            first: of(&[("DBInstanceIdentifier", &first)]),
            second: of(&[("DBInstanceIdentifier", &second)]),
        }
    }

    pub(in crate::world) fn publish(
        &self,
        store: &mut MetricStore,
        minute: i64,
        writes: bool,
        (first, second): (f64, Option<f64>),
    ) {
        let one = Sample::gauge(first);
        let Some(second) = second else {
            let role = if writes { self.writer } else { self.reader };
            for handle in [role, self.cluster, self.first] {
                store.publish(handle, minute, one.clone());
            }
            return;
        };
        let other = Sample::gauge(second);
        let mut both = one.clone();
        both.merge(&other);
        if writes {
            store.publish(self.writer, minute, one.clone());
            store.publish(self.reader, minute, other.clone());
        } else {
            store.publish(self.reader, minute, both.clone());
        }
        store.publish(self.cluster, minute, both);
        store.publish(self.first, minute, one);
        store.publish(self.second, minute, other);
    }
}

impl MemberSeries {
    pub(in crate::world) fn new(store: &mut MetricStore, region: &Region, cluster: &str) -> Self {
        let region = region.as_str();
        let reader = format!("{cluster}-2");
        let cpu = Load::new(store, region, cluster, "CPUUtilization");
        let connections = Load::new(store, region, cluster, "DatabaseConnections");
        let throughput = ["CommitThroughput", "DMLThroughput"]
            .map(|metric| Load::new(store, region, cluster, metric));
        let serverless = ["ServerlessDatabaseCapacity", "ACUUtilization"]
            .map(|metric| Load::new(store, region, cluster, metric));
        let by_reader: [&[(&str, &str)]; 1] = [&[("DBInstanceIdentifier", &reader)]];
        let replica_lag = series(store, region, "AWS/RDS", "AuroraReplicaLag", &by_reader);
        let by_cluster: [&[(&str, &str)]; 1] = [&[("DBClusterIdentifier", cluster)]];
        let mut of = |metric: &str| series(store, region, "AWS/RDS", metric, &by_cluster);
        Self {
            lag: [
                "AuroraGlobalDBRPOLag",
                "AuroraGlobalDBReplicationLag",
                "AuroraGlobalDBProgressLag",
                "AuroraGlobalDBDataTransferBytes",
                "AuroraGlobalDBReplicatedWriteIO",
            ]
            .map(&mut of),
            throughput,
            serverless,
            forwarding: [
                "AuroraForwardingWriterDMLThroughput",
                "AuroraForwardingReplicaDMLThroughput",
            ]
            .map(&mut of),
            replica_lag_of_cluster: ["AuroraReplicaLagMaximum", "AuroraReplicaLagMinimum"]
                .map(&mut of),
            cpu,
            connections,
            replica_lag,
        }
    }
}
