//! What RDS tells of a switchover or failover: its events, in the Regions concerned (aws-facts §2.5).

use super::model::DbEvent;
use super::names;
use super::rds::Rds;
use crate::world::parts::side::Side;
use gwctl_fleet::Region;

impl Rds<'_> {
    pub(super) fn tell_both(&mut self, id: &'static str, ending: &str) {
        let text = |new: &Side| {
            let (cluster, region) = (&new.cluster, &new.region);
            format!("Global switchover to DB cluster {cluster} in Region {region} {ending}")
        };
        self.tell_old(id, |_, new| text(new));
        self.tell_new(id, |_, new| text(new));
    }

    pub(super) fn tell_old(&mut self, id: &'static str, text: impl Fn(&Side, &Side) -> String) {
        let Some((old, new)) = self.promoted() else {
            return;
        };
        self.record(id, &old.region, text(&old, &new));
    }

    pub(super) fn tell_new(&mut self, id: &'static str, text: impl Fn(&Side, &Side) -> String) {
        let Some((old, new)) = self.promoted() else {
            return;
        };
        self.record(id, &new.region, text(&old, &new));
    }

    /// The old and the new primary.
    fn promoted(&self) -> Option<(Side, Side)> {
        let promotion = self.database.promotion.as_ref()?;
        let side = |index: usize| {
            let member = self.database.members.get(index)?;
            Some(Side {
                region: member.region.clone(),
                cluster: member.cluster.clone(),
            })
        };
        Some((side(promotion.from)?, side(promotion.to)?))
    }

    /// An RDS event of the member cluster in `region`; none is recorded in a dark Region.
    pub(super) fn record(&mut self, id: &'static str, region: &Region, message: String) {
        if self.fleet.is_dark(region) {
            return;
        }
        let fencing = matches!(id, "RDS-EVENT-0390" | "RDS-EVENT-0391");
        let member = self.database.in_region(region);
        let cluster = member.map_or_else(|| names::cluster(region), |one| one.cluster.clone());
        let (source_type, source, categories) = if fencing {
            (
                "db-instance",
                format!("{cluster}-1"),
                vec!["notification", "global database"],
            )
        } else {
            ("db-cluster", cluster, vec!["global failover"])
        };
        let kind = if fencing { "db" } else { "cluster" };
        self.resources.db_events.push(DbEvent {
            region: region.clone(),
            id,
            at: self.present.at(),
            source_type,
            source_arn: format!("arn:aws:rds:{region}:{}:{kind}:{source}", names::ACCOUNT),
            source,
            categories: categories.into_iter().map(Into::into).collect(),
            message,
        });
    }
}
