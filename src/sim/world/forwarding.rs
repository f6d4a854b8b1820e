//! Write forwarding, and the endpoint that follows the writer (aws-facts §2.1, §2.2).

use super::model::DbCluster;
use super::rds::Rds;
use super::rng::pick;
use gwctl_fleet::Region;

impl Rds<'_> {
    /// `ModifyDBCluster` with `EnableGlobalWriteForwarding`: on a secondary it takes effect within
    /// seconds, on the primary it is remembered until that is demoted (aws-facts §2.2).
    pub fn set_write_forwarding(&mut self, region: &Region, on: bool) {
        let (now, seed) = (self.present.now, self.present.seed);
        let cluster = self.resources.clusters.iter_mut();
        for cluster in cluster.filter(|one| &one.region == region) {
            cluster.forwarding_requested = on;
            let wanted = if on { "enabled" } else { "disabled" };
            if cluster
                .write_forwarding
                .as_deref()
                .is_some_and(|status| status != wanted)
            {
                let status = if on { "enabling" } else { "disabling" };
                cluster.write_forwarding = Some(status.into());
                let takes = 4 + pick(seed, &format!("forwarding {region} {now}"), 9);
                self.database.forwarding.insert(region.clone(), now + takes);
            }
        }
        self.list_forwarding();
    }

    /// Write forwarding that was being enabled or disabled is, after its time.
    pub(super) fn settle_all_forwarding(&mut self) {
        let now = self.present.now;
        let due: Vec<Region> = self
            .database
            .forwarding
            .iter()
            .filter(|(_, at)| **at <= now)
            .map(|(region, _)| region.clone())
            .collect();
        if due.is_empty() {
            return;
        }
        for region in due {
            self.database.forwarding.remove(&region);
            let clusters = self.resources.clusters.iter_mut();
            for cluster in clusters.filter(|one| one.region == region) {
                cluster.settle_forwarding(cluster.replication_source.is_some());
            }
        }
        self.list_forwarding();
    }

    /// The global cluster's list says of its members what they say.
    pub(super) fn list_forwarding(&mut self) {
        let clusters = &self.resources.clusters;
        for global in &mut self.resources.global_clusters {
            for member in &mut global.members {
                let cluster = clusters.iter().find(|one| one.arn == member.cluster_arn);
                member.write_forwarding = cluster.and_then(|one| one.write_forwarding.clone());
            }
        }
    }
}

impl DbCluster {
    /// Write forwarding is as it was requested, on secondaries alone.
    pub(super) fn settle_forwarding(&mut self, secondary: bool) {
        let wanted = if self.forwarding_requested {
            "enabled"
        } else {
            "disabled"
        };
        self.write_forwarding = secondary.then(|| wanted.into());
    }
}
