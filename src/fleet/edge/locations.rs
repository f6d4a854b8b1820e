//! Whose clients are left without a healthy record, where records are for some clients alone.

use jiff::Timestamp;

use super::{Edge, RoutingRecord};
use crate::{Region, Routing, RoutingPolicy};

impl RoutingRecord {
    /// Whether it is for the clients of a location or of a network alone.
    pub const fn is_for_some(&self) -> bool {
        matches!(
            self.routing.policy(),
            RoutingPolicy::Geolocation | RoutingPolicy::IpBased
        )
    }
}

impl Edge {
    /// The locations and networks for whose clients no record is known to be healthy once `out` is taken out of DNS
    /// (none: as it stands): neither their own nor the default one, which Route 53 takes then (aws-facts §3.1).
    pub fn without_healthy_record(&self, out: Option<&Region>, now: Timestamp) -> Vec<String> {
        let all = self.records.last().map_or(&[][..], Vec::as_slice);
        let lost = all.iter().filter(|record| {
            let default =
                |other: &&RoutingRecord| other.kind == record.kind && other.routing.is_default();
            record.is_for_some()
                && !self.answers_without(record, out, now)
                && !all
                    .iter()
                    .filter(default)
                    .any(|other| self.answers_without(other, out, now))
        });
        lost.map(|record| record.routing.to_string()).collect()
    }

    /// Whether the record, or one of those that it is an alias to, is known to be healthy and of another Region
    /// than `out`.
    fn answers_without(
        &self,
        record: &RoutingRecord,
        out: Option<&Region>,
        now: Timestamp,
    ) -> bool {
        let is_out = |region: Option<&Region>| out.is_some() && region == out;
        let healthy = |check: &Option<String>| {
            self.verdict_of(check.as_deref(), now).in_service() == Some(true)
        };
        if record.group.is_empty() {
            return healthy(&record.health_check) && !is_out(record.region.as_ref());
        }
        let mut members = record.group.iter();
        healthy(&record.health_check)
            && members.any(|one| {
                one.routing != Routing::Weighted(0)
                    && healthy(&one.health_check)
                    && !is_out(one.told_region().as_ref())
            })
    }
}
