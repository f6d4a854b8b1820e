//! Which Region takes how much of what leaves another one, as far as the records tell (aws-facts §3.1).

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{CheckVerdict, Edge, RoutingRecord};
use crate::{FailoverRole, Region, Routing};

/// How a Region is taken out of DNS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// Its health check fails, or its records go: the others stay as they are.
    Out,
    /// Its records change: where the policy has no shares, they lead to a weighted group.
    ByShares,
}

/// How much one Region takes of what leaves another one.
#[derive(Debug, Clone, PartialEq)]
pub enum Takes {
    /// This part of it, 0 to 1, and by what.
    Part {
        /// 0 to 1.
        part: f64,
        /// `by Route 53's weights`.
        by: &'static str,
    },
    /// All of it at most, and why nothing better is known.
    AtMost {
        /// Without a full stop.
        why: String,
    },
}

/// The parts that the others take, and by what.
type Parts = (BTreeMap<Region, f64>, &'static str);

impl Edge {
    /// How much `to` takes of what leaves `from`.
    pub fn takes(&self, from: &Region, to: &Region, how: Leaving, now: Timestamp) -> Takes {
        let records = match self.records_of(from) {
            Ok(records) => records,
            Err(why) => {
                let why = why.to_string();
                return Takes::AtMost { why };
            }
        };
        let each = records
            .iter()
            .map(|record| self.parts(record, from, how, now));
        let each: Vec<Parts> = match each.collect() {
            Ok(each) => each,
            Err(why) => return Takes::AtMost { why },
        };
        let of = |(parts, _): &Parts| parts.get(to).copied().unwrap_or(0.0);
        let Some(first) = each.first() else {
            let why = format!("no record of {from} is known");
            return Takes::AtMost { why };
        };
        let part = of(first);
        // What each of a Region's records gets of its clients, Route 53 does not tell.
        if each.iter().any(|one| (of(one) - part).abs() > 0.005) {
            let why = format!("the records of {from} send their clients to different Regions");
            return Takes::AtMost { why };
        }
        Takes::Part { part, by: first.1 }
    }

    fn parts(
        &self,
        record: &RoutingRecord,
        from: &Region,
        how: Leaving,
        now: Timestamp,
    ) -> Result<Parts, String> {
        let whole = |to: Region, by| (BTreeMap::from([(to, 1.0)]), by);
        match &record.routing {
            Routing::Weighted(_) => self.by_weight(record, from, now),
            Routing::Failover(role) => {
                let (partner, by) = match role {
                    FailoverRole::Primary => (
                        FailoverRole::Secondary,
                        "the secondary of its failover pair",
                    ),
                    FailoverRole::Secondary => {
                        (FailoverRole::Primary, "the primary of its failover pair")
                    }
                };
                let mut rivals = self.rivals(record, from);
                let rival = rivals.find(|other| other.routing == Routing::Failover(partner));
                Ok(whole(region_of(rival)?, by))
            }
            _ if record.primary().is_some() => {
                let secondary = Routing::Failover(FailoverRole::Secondary);
                let other = record.group.iter().find(|one| one.routing == secondary);
                let region = other.and_then(crate::GroupMember::told_region);
                let region = region.filter(|region| region != from);
                let region =
                    region.ok_or("the secondary behind its record is of no known Region")?;
                Ok(whole(
                    region,
                    "the secondary of the failover pair behind its record",
                ))
            }
            _ if how == Leaving::ByShares => self.in_equal_shares(record, from, now),
            Routing::Geolocation(_) | Routing::IpBased(_) => self.wider(record, from, now),
            other => {
                let rivals = self.rivals(record, from).collect::<Vec<_>>();
                let first = region_of(rivals.first().copied());
                if let Ok(only) = &first
                    && rivals.iter().all(|one| one.is_of(only))
                {
                    return Ok(whole(only.clone(), "the only other Region with a record"));
                }
                Err(format!(
                    "{} Route 53 alone decides which Region takes which client",
                    other.policy()
                ))
            }
        }
    }

    /// The other Regions' records of the type of `record`.
    fn rivals<'a>(
        &'a self,
        record: &'a RoutingRecord,
        from: &'a Region,
    ) -> impl Iterator<Item = &'a RoutingRecord> {
        let all = self.records.last().into_iter().flatten();
        all.filter(move |other| other.kind == record.kind && !other.is_of(from))
    }

    /// Whether Route 53 answers with the record as its policy says.
    fn answers(&self, record: &RoutingRecord, now: Timestamp) -> Result<bool, String> {
        known(self.record_verdict(record, now), || {
            format!("of {}", record.whose())
        })
    }

    /// Each healthy one its weight's part of all that are left.
    fn by_weight(
        &self,
        record: &RoutingRecord,
        from: &Region,
        now: Timestamp,
    ) -> Result<Parts, String> {
        let mut weights = BTreeMap::new();
        for other in self.rivals(record, from) {
            let weight = other.routing.weight().unwrap_or(0);
            if weight > 0 && self.answers(other, now)? {
                *weights.entry(region_of(Some(other))?).or_insert(0.0) += weight as f64;
            }
        }
        shared(weights, "by Route 53's weights")
            .ok_or_else(|| "no other healthy record has a weight".into())
    }

    /// In the weighted group that a change of records makes, every healthy other Region has the same weight.
    fn in_equal_shares(
        &self,
        record: &RoutingRecord,
        from: &Region,
        now: Timestamp,
    ) -> Result<Parts, String> {
        if !record.group.is_empty() {
            return self.within_group(record, from, now);
        }
        let mut weights = BTreeMap::new();
        for other in self.rivals(record, from) {
            let own = self.verdict_of(other.health_check.as_deref(), now);
            let healthy = known(own, || format!("of {}", other.whose()))?;
            // Aliases to something else than a group are no part of it.
            if healthy && (other.alias_zone.is_none() || !other.group.is_empty()) {
                weights.insert(region_of(Some(other))?, 1.0);
            }
        }
        shared(
            weights,
            "in equal shares of the weighted group that the change sets",
        )
        .ok_or_else(|| "no other record is healthy".into())
    }

    /// A change gives the other members of a group that is there already the same weight, whoever else the fleet has.
    fn within_group(
        &self,
        record: &RoutingRecord,
        from: &Region,
        now: Timestamp,
    ) -> Result<Parts, String> {
        let mut weights = BTreeMap::new();
        for one in &record.group {
            let unknown = || format!("the record {} is of no known Region", one.set_identifier);
            let region = one.told_region().ok_or_else(unknown)?;
            let own = self.verdict_of(one.health_check.as_deref(), now);
            let healthy = known(own, || one.set_identifier.clone())?;
            if region != *from && healthy {
                *weights.entry(region).or_insert(0.0) += 1.0;
            }
        }
        shared(
            weights,
            "in equal shares of the others in its weighted group",
        )
        .ok_or_else(|| "no other record of its group is healthy".into())
    }

    /// The clients of a location or a network get the record of the smallest larger area that is healthy.
    fn wider(
        &self,
        record: &RoutingRecord,
        from: &Region,
        now: Timestamp,
    ) -> Result<Parts, String> {
        let all: Vec<&RoutingRecord> = self.rivals(record, from).collect();
        for (larger, by) in larger(record, &all)? {
            if !larger.group.is_empty() {
                return Err(format!(
                    "the record for {} leads to other records",
                    larger.routing
                ));
            }
            if self.answers(larger, now)? {
                return Ok((BTreeMap::from([(region_of(Some(larger))?, 1.0)]), by));
            }
        }
        Err(format!(
            "no larger area than {} has a healthy record of another Region, and what Route 53 then answers is not documented",
            record.routing
        ))
    }
}

/// The records for larger areas than that of `record`, the smallest first. A country's continent is in no record.
fn larger<'a>(
    record: &RoutingRecord,
    all: &[&'a RoutingRecord],
) -> Result<Vec<(&'a RoutingRecord, &'static str)>, String> {
    let mut found = Vec::new();
    if record.routing.is_default() {
        return Ok(found);
    }
    if let Routing::Geolocation(of) = &record.routing
        && let Some(country) = &of.country
    {
        let location = |one: &&RoutingRecord| match &one.routing {
            Routing::Geolocation(other) => Some(other.clone()),
            _ => None,
        };
        if of.subdivision.is_some() {
            let whole = all.iter().find(|one| {
                location(one).is_some_and(|other| {
                    other.subdivision.is_none() && other.country.as_ref() == Some(country)
                })
            });
            found.extend(whole.map(|one| (*one, "the record for the country")));
        }
        let continents = all
            .iter()
            .any(|one| location(one).is_some_and(|other| other.continent.is_some()));
        if found.is_empty() && continents {
            return Err(format!(
                "gwctl does not know which continent Route 53 counts {country} to"
            ));
        }
        if continents {
            return Ok(found);
        }
    }
    let default = all.iter().find(|one| one.routing.is_default());
    found.extend(default.map(|one| (*one, "the default record")));
    Ok(found)
}

/// Whether Route 53 answers with the record that `which` tells.
fn known(verdict: CheckVerdict, which: impl FnOnce() -> String) -> Result<bool, String> {
    let unknown = || format!("whether the record {} is healthy is not known", which());
    verdict.in_service().ok_or_else(unknown)
}

fn region_of(record: Option<&RoutingRecord>) -> Result<Region, String> {
    let record = record.ok_or("no record of another Region is known")?;
    let unknown = || format!("the record {} is of no known Region", record.set_identifier);
    record.region.clone().ok_or_else(unknown)
}

/// Each one's part of the sum; none where there is none.
fn shared(weights: BTreeMap<Region, f64>, by: &'static str) -> Option<Parts> {
    let all: f64 = weights.values().sum();
    let parts = weights
        .into_iter()
        .map(|(region, weight)| (region, weight / all));
    (all > 0.0).then(|| (parts.collect(), by))
}
