//! What is listed whole, for somebody who knows no id yet: hosted zones, clusters and global clusters.

use crate::services::rds::{Rds, capacity};
use crate::services::route53::Route53;
use crate::transport::error::AwsError;
use crate::transport::reply;
use aws_sdk_rds::types::DbCluster;
use gwctl_fleet::{HostedZone, ListedCluster, ListedGlobalCluster};

/// A hundred a page; a reply that never ends must not hang us.
const PAGES: usize = 50;

impl Route53 {
    /// Every hosted zone of the account.
    pub async fn zones(&self) -> Result<Vec<HostedZone>, AwsError> {
        let mut zones = Vec::new();
        let mut marker = None;
        for _ in 0..PAGES {
            let call = self.client.list_hosted_zones().set_marker(marker).send();
            let page = self.caller.ask("ListHostedZones", call).await?;
            zones.extend(page.hosted_zones().iter().map(|zone| HostedZone {
                id: reply::name(zone.id().trim_start_matches("/hostedzone/")),
                name: reply::domain(zone.name()),
                private: zone.config().is_some_and(|config| config.private_zone()),
            }));
            if !page.is_truncated() {
                return Ok(zones);
            }
            marker = page.next_marker().map(Into::into);
            if marker.is_none() {
                break;
            }
        }
        Err(self.caller.cut_short("ListHostedZones"))
    }
}

impl Route53 {
    /// The names in `zone` that are answered by latency.
    pub async fn latency_names(&self, zone: &str) -> Result<Vec<String>, AwsError> {
        let mut names = Vec::new();
        let mut start = (None, None, None);
        for _ in 0..PAGES {
            let (name, kind, set) = start;
            let call = self
                .client
                .list_resource_record_sets()
                .hosted_zone_id(zone)
                .set_start_record_name(name)
                .set_start_record_type(kind)
                .set_start_record_identifier(set)
                .send();
            let page = self.caller.ask("ListResourceRecordSets", call).await?;
            let sets = page.resource_record_sets.iter();
            let by_latency = sets.filter(|set| set.region().is_some());
            names.extend(by_latency.map(|set| reply::domain(set.name())));
            if !page.is_truncated {
                names.sort();
                names.dedup();
                return Ok(names);
            }
            if page.next_record_name.is_none() {
                break;
            }
            start = (
                page.next_record_name,
                page.next_record_type,
                page.next_record_identifier,
            );
        }
        Err(self.caller.cut_short("ListResourceRecordSets"))
    }
}

impl Rds {
    /// Every Aurora cluster of this Region.
    pub async fn clusters(&self) -> Result<Vec<ListedCluster>, AwsError> {
        const ACTION: &str = "DescribeDBClusters";
        let mut all = Vec::new();
        let mut marker = None;
        for _ in 0..PAGES {
            let call = self.client.describe_db_clusters().set_marker(marker);
            let page = self.caller.ask(ACTION, Box::pin(call.send())).await?;
            all.extend(page.db_clusters().iter().map(listed));
            marker = page
                .marker()
                .filter(|marker| !marker.is_empty())
                .map(Into::into);
            if marker.is_none() {
                return Ok(all);
            }
        }
        Err(self.caller.cut_short(ACTION))
    }

    /// Every global cluster that this Region knows of.
    pub async fn global_clusters(&self) -> Result<Vec<ListedGlobalCluster>, AwsError> {
        let mut all = Vec::new();
        for (id, topology) in self.topologies().await? {
            let topology = topology?;
            all.push(ListedGlobalCluster { id, topology });
        }
        Ok(all)
    }
}

fn listed(cluster: &DbCluster) -> ListedCluster {
    let range = cluster.serverless_v2_scaling_configuration();
    ListedCluster {
        id: reply::name_or_empty(cluster.db_cluster_identifier()),
        arn: reply::name_or_empty(cluster.db_cluster_arn()),
        managed_password: cluster.master_user_secret().is_some(),
        headless: cluster.db_cluster_members().is_empty(),
        capacity: range.and_then(capacity),
    }
}
