//! What is listed whole, for somebody who knows no id yet: hosted zones and global clusters.

use crate::services::rds::{Rds, topology};
use crate::services::route53::Route53;
use crate::transport::error::AwsError;
use crate::transport::reply;
use gwctl_fleet::{HostedZone, ListedGlobalCluster};

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
    /// Every global cluster that this Region knows of.
    pub async fn global_clusters(&self) -> Result<Vec<ListedGlobalCluster>, AwsError> {
        const ACTION: &str = "DescribeGlobalClusters";
        let mut all = Vec::new();
        let mut marker = None;
        for _ in 0..PAGES {
            let call = self.client.describe_global_clusters().set_marker(marker);
            let page = self.caller.ask(ACTION, call.send()).await?;
            for cluster in page.global_clusters() {
                let topology = topology(cluster)
                    .ok_or_else(|| self.caller.garbled(ACTION, "a member's ARN is not an ARN"))?;
                all.push(ListedGlobalCluster {
                    id: reply::name_or_empty(cluster.global_cluster_identifier()),
                    topology,
                });
            }
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
}
