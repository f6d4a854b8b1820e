//! Where writes go: who takes them, and how far that is.

use super::State;
use super::replication::between_ms;
use crate::world::parts::logbook::Cause;
use gwctl_fleet::Region;

impl State {
    /// Whether writes are taken anywhere.
    pub(super) fn writable(&self) -> bool {
        let Some(writer) = self.database.members.get(self.database.writer) else {
            return false;
        };
        self.database.open && !self.fleet.sites[writer.site].strikes.dark
    }

    /// Round trip from a site to the writer in milliseconds; none while its writes are not taken.
    pub(super) fn writer_ms(&self, site: usize) -> Option<f64> {
        let region = &self.fleet.regions()[site];
        if self.writes_by_itself(region) {
            return Some(between_ms(region, region));
        }
        if !self.writable() || !self.forwards_writes(site) {
            return None;
        }
        let writer = self.database.members.get(self.database.writer)?;
        Some(between_ms(region, &writer.region))
    }

    /// Why its writes are not taken; none where they are. The database of a Region refuses at once what it does not
    /// forward (aws-facts §19.4).
    pub(super) fn why_no_writes(&self, site: usize) -> Option<Cause> {
        if self.writer_ms(site).is_some() {
            return None;
        }
        Some(if self.writable() {
            Cause::ReadOnly
        } else {
            Cause::NoWriter
        })
    }

    /// Whether a Region has a cluster that is in no global database: its writes stay there.
    pub(super) fn writes_by_itself(&self, region: &Region) -> bool {
        let mut clusters = self.resources.clusters.iter();
        clusters.any(|one| &one.region == region && one.global_cluster.is_none())
            && self.database.in_region(region).is_none()
    }

    /// Whether writes of this site reach the writer: from its own Region, or forwarded.
    pub(super) fn forwards_writes(&self, site: usize) -> bool {
        let region = &self.fleet.regions()[site];
        let writer = self.database.members.get(self.database.writer);
        if writer.is_some_and(|writer| writer.site == site) {
            return true;
        }
        // A Region without a member writes by itself; one whose member has no instance reaches the writer by the
        // global endpoint.
        self.database.in_region(region).is_none_or(|member| {
            let arn = member.arn();
            let mut clusters = self.resources.clusters.iter();
            let cluster = clusters.find(|one| one.arn == arn);
            if cluster.is_some_and(|one| one.instances.is_empty()) {
                return true;
            }
            // One that is being disabled still forwards.
            matches!(
                cluster.and_then(|one| one.write_forwarding.as_deref()),
                Some("enabled" | "disabling")
            )
        })
    }
}
