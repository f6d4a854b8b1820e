//! After a promotion: volumes are rebuilt, members come back, roles are written down (aws-facts §2.7).

use super::model::DbCluster;
use super::rds::Rds;
use super::seed_database::global_members;
use gwctl_fleet::Region;

impl Rds<'_> {
    /// Members come back when their volume is rebuilt; a dark Region's only begins once it returns.
    pub(super) fn bring_back_rebuilt(&mut self) {
        let mut returned = false;
        for index in 0..self.database.members.len() {
            let until = self.database.members[index].rebuilding_until;
            if until == 0 || index == self.database.writer || self.database.members[index].seeding {
                continue;
            }
            let dark = self.fleet.sites[self.database.members[index].site]
                .strikes
                .dark;
            if !dark {
                self.save_old_volume(index);
            }
            if dark {
                let rebuild = self.database.lasting(120, 280);
                self.database.members[index].rebuilding_until = self.present.now + rebuild;
            } else if self.present.now >= until {
                let member = &mut self.database.members[index];
                member.rebuilding_until = 0;
                member.applied_to = self.present.now as f64;
                returned = true;
            }
        }
        if !returned {
            return;
        }
        self.redraw_topology();
        if self
            .database
            .members
            .iter()
            .all(|member| member.rebuilding_until == 0)
            && self.after_failover()
        {
            let region = self.database.members[self.database.writer].region.clone();
            let text =
                "Finished resynchronizing members of the global cluster after global failover.";
            self.record("RDS-EVENT-0241", &region, text.into());
        }
    }

    fn after_failover(&self) -> bool {
        let last = self
            .resources
            .db_events
            .iter()
            .rev()
            .find(|e| matches!(e.id, "RDS-EVENT-0240" | "RDS-EVENT-0241"));
        last.is_some_and(|event| event.id == "RDS-EVENT-0240")
    }

    /// Writes roles and synchronization into the resources.
    pub(super) fn redraw_topology(&mut self) {
        let all = self.database.members.iter();
        let all: Vec<(Region, String)> = all
            .map(|member| (member.region.clone(), member.arn()))
            .collect();
        let writer = all.get(self.database.writer).map(|(_, arn)| arn.clone());
        let mut members = global_members(&all, writer.as_deref().unwrap_or_default());
        for (listed, member) in members.iter_mut().zip(&self.database.members) {
            if member.rebuilding_until > 0 || member.seeding {
                listed.synchronization = Some("pending-resync".into());
            }
        }
        let ours = |cluster: &&mut DbCluster| all.iter().any(|(_, arn)| *arn == cluster.arn);
        for cluster in self.resources.clusters.iter_mut().filter(ours) {
            let secondary = Some(&cluster.arn) != writer.as_ref();
            cluster.settle_forwarding(secondary);
            cluster.replication_source = writer.clone().filter(|_| secondary);
        }
        if let Some(global) = self.global() {
            global.members = members;
        }
        self.list_forwarding();
    }
}
