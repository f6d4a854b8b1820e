//! The records that route between the Regions of a fleet: found among the names that may be theirs.

use std::collections::BTreeSet;

use super::edge::zones_of;
use super::gap::Gap;
use gwctl_aws::Route53;
use gwctl_fleet::{HostedZone, Region, RoutingRecord};

/// A name that is answered by a routing policy, its zone and its records.
pub(super) struct RoutingSet {
    pub(super) zone: HostedZone,
    pub(super) name: String,
    pub(super) records: Vec<RoutingRecord>,
}

impl RoutingSet {
    pub(super) fn candidate(&self) -> String {
        format!("{} (in zone {})", self.name, self.zone.id)
    }

    fn regions(&self) -> BTreeSet<&Region> {
        let regions = self.records.iter().filter_map(|one| one.region.as_ref());
        regions.collect()
    }

    /// `api.example.com by failover (2 records)`.
    fn routed(&self) -> String {
        let policies: BTreeSet<String> = self
            .records
            .iter()
            .map(|record| record.routing.policy().to_string())
            .collect();
        let policies: Vec<_> = policies.into_iter().collect();
        format!(
            "{} {} ({} records)",
            self.name,
            policies.join(" and "),
            self.records.len()
        )
    }
}

/// Of the sets that route, those that route between Regions: others choose between sets, or lead where gwctl knows no
/// Region. One Region alone is taken where no set has more. What is left over is told.
pub(super) fn between_regions(sets: &mut Vec<RoutingSet>) -> Vec<String> {
    let most = sets.iter().map(|set| set.regions().len()).max();
    let enough = most.unwrap_or(0).clamp(1, 2);
    let (between, others): (Vec<_>, Vec<_>) = std::mem::take(sets)
        .into_iter()
        .partition(|set| set.regions().len() >= enough);
    *sets = between;
    others.iter().map(RoutingSet::routed).collect()
}

/// Those of `names`, and of the names in the zone that their records lead to, that are answered by a routing policy.
/// The domain's own zone comes before others of its name.
pub(super) async fn routing_sets(
    route53: &Route53,
    zones: &[HostedZone],
    own: &HostedZone,
    mut names: Vec<String>,
    gaps: &mut Vec<Gap>,
) -> Vec<RoutingSet> {
    let mut sets = Vec::new();
    let mut next = 0;
    while let Some(name) = names.get(next).cloned() {
        next += 1;
        let mut candidates = zones_of(&name, zones);
        if candidates.contains(&own) {
            candidates = vec![own];
        }
        for zone in candidates {
            match Box::pin(route53.records(&zone.id, &name)).await {
                Ok(records) if records.is_empty() => {}
                Ok(records) => {
                    let records = with_groups(route53, zone, records, gaps).await;
                    // A set that tells of no Region may choose between sets that do.
                    let unknown = records.iter().filter(|one| one.region.is_none());
                    for record in unknown.filter(|one| in_same_zone(one, zone)) {
                        if !names.contains(&record.target) {
                            names.push(record.target.clone());
                        }
                    }
                    sets.push(RoutingSet {
                        zone: zone.clone(),
                        name: name.clone(),
                        records,
                    });
                }
                Err(error) => gaps.push(Gap::of_edge(
                    &format!("the records of {name}"),
                    error.into(),
                )),
            }
        }
    }
    sets
}

fn in_same_zone(record: &RoutingRecord, zone: &HostedZone) -> bool {
    record.alias_zone.as_deref() == Some(zone.id.as_str())
}

/// Asks for the records that others are aliases to, where they are not known yet.
async fn with_groups(
    route53: &Route53,
    zone: &HostedZone,
    records: Vec<RoutingRecord>,
    gaps: &mut Vec<Gap>,
) -> Vec<RoutingRecord> {
    let mut all = Vec::with_capacity(records.len());
    for record in records {
        let known = !record.group.is_empty() || !in_same_zone(&record, zone);
        if known {
            all.push(record);
            continue;
        }
        match Box::pin(route53.with_group(&zone.id, record.clone())).await {
            Ok(whole) => all.push(whole),
            Err(error) => {
                let what = format!("the records of {}", record.target);
                gaps.push(Gap::of_edge(&what, error.into()));
                all.push(record);
            }
        }
    }
    all
}
