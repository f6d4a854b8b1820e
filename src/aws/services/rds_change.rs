//! RDS: what changes the primary, and the snapshots that are kept of an old one.
//!
//! All of it is asynchronous: a receipt says that AWS took the change, [`Rds::topology`] and
//! [`Rds::cluster`] tell whether it is made. There are no idempotency tokens (aws-facts §2.3).

use aws_sdk_rds::types::DbClusterSnapshot;

use crate::services::rds::{PAGES, Rds};
use crate::transport::error::AwsError;
use crate::transport::receipt::Receipt;
use crate::transport::reply;
use gwctl_fleet::DbSnapshot;

impl Rds {
    /// Makes the member `target_arn` the primary, losing nothing. To be called in the Region of the
    /// current primary, which must be healthy (aws-facts §2.3).
    pub async fn switchover(&self, global: &str, target_arn: &str) -> Result<Receipt, AwsError> {
        let call = self
            .client
            .switchover_global_cluster()
            .global_cluster_identifier(global)
            .target_db_cluster_identifier(target_arn)
            .send();
        let (_, receipt) = self
            .caller
            .change("SwitchoverGlobalCluster", Box::pin(call))
            .await?;
        Ok(receipt)
    }

    /// Makes the member `target_arn` the primary, losing what was not replicated. To be called in
    /// the Region of the target. Loss is always allowed: without saying so the call means a
    /// switchover, which fails against a dead primary (aws-facts §2.3).
    pub async fn failover(&self, global: &str, target_arn: &str) -> Result<Receipt, AwsError> {
        let call = self
            .client
            .failover_global_cluster()
            .global_cluster_identifier(global)
            .target_db_cluster_identifier(target_arn)
            .allow_data_loss(true)
            .send();
        let (_, receipt) = self
            .caller
            .change("FailoverGlobalCluster", Box::pin(call))
            .await?;
        Ok(receipt)
    }

    /// Whether `cluster`, as a secondary, passes writes on to the primary. On the primary it takes
    /// effect once it is one no longer (aws-facts §2.2).
    pub async fn set_write_forwarding(&self, cluster: &str, on: bool) -> Result<Receipt, AwsError> {
        let call = self
            .client
            .modify_db_cluster()
            .db_cluster_identifier(cluster)
            .enable_global_write_forwarding(on)
            .send();
        let (_, receipt) = self
            .caller
            .change("ModifyDBCluster", Box::pin(call))
            .await?;
        Ok(receipt)
    }

    /// Switches the Data API of the cluster with this ARN on (aws-facts §19.3).
    pub async fn enable_data_api(&self, cluster_arn: &str) -> Result<Receipt, AwsError> {
        let call = self
            .client
            .enable_http_endpoint()
            .resource_arn(cluster_arn)
            .send();
        let (_, receipt) = self
            .caller
            .change("EnableHttpEndpoint", Box::pin(call))
            .await?;
        Ok(receipt)
    }

    /// Every snapshot of `cluster` in this Region, newest first.
    pub async fn snapshots(&self, cluster: &str) -> Result<Vec<DbSnapshot>, AwsError> {
        let mut snapshots = Vec::new();
        let mut marker = None;
        for _ in 0..PAGES {
            let call = self
                .client
                .describe_db_cluster_snapshots()
                .db_cluster_identifier(cluster)
                .set_marker(marker)
                .send();
            let page = self.caller.ask("DescribeDBClusterSnapshots", call).await?;
            marker = page
                .marker()
                .filter(|marker| !marker.is_empty())
                .map(Into::into);
            snapshots.extend(page.db_cluster_snapshots().iter().map(snapshot));
            if marker.is_none() {
                snapshots
                    .retain(|snapshot: &DbSnapshot| snapshot.cluster.eq_ignore_ascii_case(cluster));
                snapshots.sort_by_key(|snapshot| std::cmp::Reverse(snapshot.created));
                return Ok(snapshots);
            }
        }
        Err(self.caller.cut_short("DescribeDBClusterSnapshots"))
    }

    /// Copies the snapshot `source` (its id or ARN) within this Region to one called `target_id`,
    /// with its tags. A system snapshot goes when the old primary's retention ends; the copy stays
    /// (aws-facts §2.7).
    pub async fn copy_snapshot(&self, source: &str, target_id: &str) -> Result<Receipt, AwsError> {
        let call = self
            .client
            .copy_db_cluster_snapshot()
            .source_db_cluster_snapshot_identifier(source)
            .target_db_cluster_snapshot_identifier(target_id)
            .copy_tags(true)
            .send();
        let (_, receipt) = self
            .caller
            .change("CopyDBClusterSnapshot", Box::pin(call))
            .await?;
        Ok(receipt)
    }
}

fn snapshot(snapshot: &DbClusterSnapshot) -> DbSnapshot {
    DbSnapshot {
        id: reply::name_or_empty(snapshot.db_cluster_snapshot_identifier()),
        arn: reply::name_or_empty(snapshot.db_cluster_snapshot_arn()),
        cluster: reply::name_or_empty(snapshot.db_cluster_identifier()),
        status: reply::name_or_empty(snapshot.status()),
        kind: reply::name_or_empty(snapshot.snapshot_type()),
        created: reply::moment(snapshot.snapshot_create_time()),
    }
}
