//! The global database in motion: who writes, how far the others are behind, how busy they are.

use super::State;
use super::replication::{Link, between_ms};
use crate::world::parts::faults::FaultKind;
use gwctl_fleet::Region;

impl State {
    /// Whether writes are taken anywhere.
    pub(super) fn writable(&self) -> bool {
        let Some(writer) = self.database.members.get(self.database.writer) else {
            return false;
        };
        self.database.open && !self.strikes[writer.site].dark
    }

    /// Round trip from a site to the writer in milliseconds; none while its writes are not taken.
    pub(super) fn writer_ms(&self, site: usize) -> Option<f64> {
        let region = &self.regions[site];
        if self.writes_by_itself(region) {
            return Some(between_ms(region, region));
        }
        if !self.writable() || !self.forwards_writes(site) {
            return None;
        }
        let writer = self.database.members.get(self.database.writer)?;
        Some(between_ms(region, &writer.region))
    }

    /// Whether a Region has a cluster that is in no global database: its writes stay there.
    pub(super) fn writes_by_itself(&self, region: &Region) -> bool {
        let mut clusters = self.resources.clusters.iter();
        clusters.any(|one| &one.region == region && one.global_cluster.is_none())
            && self.database.in_region(region).is_none()
    }

    /// Everything acknowledged travels on, where it can.
    pub(super) fn replicate(&mut self, step: i64, acknowledged: f64) {
        let (now, writer) = (self.present.now, self.database.writer);
        self.database.log.append(now - step, now, acknowledged);
        let Some(source) = self.database.members.get(writer) else {
            return;
        };
        let (source_region, source_dark) = (source.region.clone(), self.strikes[source.site].dark);
        let load = (acknowledged / step as f64 / 1_000.0).min(1.5);
        for (index, member) in self.database.members.iter_mut().enumerate() {
            if index == writer {
                if !source_dark {
                    member.applied_to = now as f64;
                    member.lag_ms = 0.0;
                }
                continue;
            }
            member.replicate(&Link {
                step: step as f64,
                now,
                rtt_ms: between_ms(&source_region, &member.region),
                up: !source_dark
                    && !self.strikes[member.site].dark
                    && now >= member.rebuilding_until,
                surging: self
                    .faults
                    .strikes(FaultKind::LagSurge, member.region.as_str()),
                load,
            });
        }
    }
}
