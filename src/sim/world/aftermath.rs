//! After a promotion: volumes are rebuilt, members come back, roles are written down (aws-facts §2.7).

use super::State;
use super::found_database::{cluster_arn, global_members};
use crate::fleet::Region;

impl State {
    /// Members come back when their volume is rebuilt; a dark Region's only begins once it returns.
    pub(super) fn bring_back_rebuilt(&mut self) {
        let mut returned = false;
        for index in 0..self.database.members.len() {
            let until = self.database.members[index].rebuilding_until;
            if until == 0 || index == self.database.writer {
                continue;
            }
            let dark = self.strikes[self.database.members[index].site].dark;
            if !dark {
                self.save_old_volume(index);
            }
            if dark {
                let rebuild = self.lasting(120, 280);
                self.database.members[index].rebuilding_until = self.now + rebuild;
            } else if self.now >= until {
                let member = &mut self.database.members[index];
                member.rebuilding_until = 0;
                member.applied_to = self.now as f64;
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
        let regions: Vec<&Region> = self
            .database
            .members
            .iter()
            .map(|member| &member.region)
            .collect();
        let Some(writer) = regions.get(self.database.writer).copied() else {
            return;
        };
        let mut members = global_members(&regions, writer);
        for (listed, member) in members.iter_mut().zip(&self.database.members) {
            if member.rebuilding_until > 0 {
                listed.synchronization = Some("pending-resync".into());
            }
        }
        let source = cluster_arn(writer);
        for cluster in &mut self.resources.clusters {
            let secondary = &cluster.region != writer;
            cluster.settle_forwarding(secondary);
            cluster.replication_source = secondary.then(|| source.clone());
        }
        if let Some(global) = self.global() {
            global.members = members;
        }
        self.list_forwarding();
    }
}
