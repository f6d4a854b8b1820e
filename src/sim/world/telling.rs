//! What RDS tells of a switchover or failover: its events, in the Regions concerned (aws-facts §2.5).

use jiff::Timestamp;

use super::State;
use super::model::DbEvent;
use super::names;
use crate::fleet::Region;

impl State {
    pub(super) fn tell_both(&mut self, id: &'static str, ending: &str) {
        let text = |new: &Region| {
            format!(
                "Global switchover to DB cluster {} in Region {new} {ending}",
                names::cluster(new)
            )
        };
        self.tell_old(id, |_, new| text(new));
        self.tell_new(id, |_, new| text(new));
    }

    pub(super) fn tell_old(&mut self, id: &'static str, text: impl Fn(&Region, &Region) -> String) {
        let Some((old, new)) = self.promoted() else {
            return;
        };
        self.record(id, &old, text(&old, &new));
    }

    pub(super) fn tell_new(&mut self, id: &'static str, text: impl Fn(&Region, &Region) -> String) {
        let Some((old, new)) = self.promoted() else {
            return;
        };
        self.record(id, &new, text(&old, &new));
    }

    /// The Regions of the old and the new primary.
    fn promoted(&self) -> Option<(Region, Region)> {
        let promotion = self.database.promotion.as_ref()?;
        let region = |index: usize| self.database.members[index].region.clone();
        Some((region(promotion.from), region(promotion.to)))
    }

    /// An RDS event of the member cluster in `region`; none is recorded in a dark Region.
    pub(super) fn record(&mut self, id: &'static str, region: &Region, message: String) {
        let site = self.regions.iter().position(|r| r == region);
        if site.is_some_and(|site| self.strikes[site].dark) {
            return;
        }
        let fencing = matches!(id, "RDS-EVENT-0390" | "RDS-EVENT-0391");
        let cluster = names::cluster(region);
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
            at: Timestamp::from_second(self.now).unwrap_or_default(),
            source_type,
            source_arn: format!("arn:aws:rds:{region}:{}:{kind}:{source}", names::ACCOUNT),
            source,
            categories: categories.into_iter().map(Into::into).collect(),
            message,
        });
    }
}
