//! A new cluster joins a global cluster, and the fleet with it.

use super::super::State;
use super::super::model::GlobalMember;
use super::super::names::ACCOUNT;
use super::super::replication::Member;
use super::properties::text;
use crate::world::parts::member_series::MemberSeries;
use crate::world::parts::present::Present;
use crate::world::resources::wanted::{Begun, Takes, Wanted};
use gwctl_fleet::Region;

/// Seconds a new cluster takes: one that is empty, and one whose volume is copied from another Region.
const EMPTY: Takes = (120, 300);
const COPIED: Takes = (180, 420);

impl State {
    pub(super) fn make_cluster(&mut self, wanted: &Wanted<'_>) -> Begun {
        let id = self.rds().make_cluster(wanted)?;
        let region = wanted.region;
        let takes = match text(wanted.properties, "GlobalClusterIdentifier") {
            Some(global) => self.join(&global, region, &id),
            None => EMPTY,
        };
        let what = format!("{id} {region} {}", self.present.now);
        let takes_s = self.present.within(&what, takes);
        Ok((id, takes_s))
    }

    /// A cluster becomes a member; how long a new one's volume takes.
    fn join(&mut self, global: &str, region: &Region, id: &str) -> Takes {
        let mut globals = self.resources.global_clusters.iter_mut();
        let Some(known) = globals.find(|one| one.id == global) else {
            return EMPTY;
        };
        let first = known.members.is_empty();
        if self.database.global.as_deref() != Some(global) {
            // Nothing moves in it: it is only listed.
            known.members.push(GlobalMember {
                cluster_arn: format!("arn:aws:rds:{region}:{ACCOUNT}:cluster:{id}"),
                region: region.clone(),
                writer: first,
                readers: Vec::new(),
                write_forwarding: None,
                synchronization: None,
            });
            return EMPTY;
        }
        let site = self.site_in(region);
        let series = MemberSeries::new(&mut self.metrics, region, id);
        let Present { seed, now } = self.present;
        let mut member = Member::new(seed, (region, id), site, now);
        member.seeding = true;
        self.database.join(member, series);
        self.rds().redraw_topology();
        if first { EMPTY } else { COPIED }
    }
}
