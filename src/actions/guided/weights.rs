//! A record as an alias to a weighted group: the only way to give a Region less than all of its traffic, where the
//! routing policy has no weights (aws-facts §3.1).

use std::collections::BTreeSet;

use super::record_change::{Wanted, put, whole};
use crate::draft::PlanContext;
use crate::task::NameChange;
use crate::{Refused, names};
use gwctl_fleet::{
    AliasTarget, FailoverRole, GroupMember, RecordSet, Region, Routing, RoutingRecord,
};

/// Lifetime of answers from a group that gwctl makes, in seconds (AWS suggests 60 at most, aws-facts §3.2).
const TTL: i64 = 60;

/// At most so many weights: each costs Route 53's propagation and a minute of figures.
const LEVELS: u64 = 5;
/// The least time between two weights, in seconds: propagation and one whole minute of figures.
const LEAST: u64 = 120;

/// In how many steps a share changes within `over_s` seconds.
pub(super) fn levels(over_s: u64) -> u64 {
    (over_s / LEAST).clamp(1, LEVELS)
}

/// `record` as an alias to a weighted group in which the Region has `percent`.
pub(super) fn to_shares(
    context: &PlanContext<'_>,
    record: &RoutingRecord,
    percent: u8,
    wanted: &mut Wanted,
) -> Result<(), Refused> {
    let (before, after) = (group_now(record), weighted(context, record, percent)?);
    let name = after
        .first()
        .map_or_else(String::new, |set| set.name.clone());
    if record.group.is_empty() {
        let zone = &context.spec.edge.hosted_zone;
        wanted.replaced.push(to_group(record, zone, &name));
    }
    // Groups of several types have one name, and several records of a Region lead to one group.
    match wanted.groups.iter_mut().find(|group| group.name == name) {
        Some(group) => {
            put(before, &mut group.before);
            put(after, &mut group.after);
        }
        None => wanted.groups.push(NameChange {
            name,
            before,
            after,
        }),
    }
    Ok(())
}

/// The record as an alias to the group called `name`. By latency, clients go to the next Region where the Region's own
/// check fails. Of any other policy the record answers as long as one of the group is healthy: its own check would
/// take the whole group out.
fn to_group(record: &RoutingRecord, zone: &str, name: &str) -> RecordSet {
    let by_latency = matches!(record.routing, Routing::Latency(_));
    RecordSet {
        ttl: None,
        values: Vec::new(),
        alias: Some(AliasTarget {
            zone: zone.into(),
            name: name.into(),
            evaluate_target_health: !by_latency,
        }),
        health_check: record.health_check.clone().filter(|_| by_latency),
        ..whole(record)
    }
}

/// The group as it is; empty where there is none yet.
fn group_now(record: &RoutingRecord) -> Vec<RecordSet> {
    let set = |one: &GroupMember| RecordSet {
        name: record.target.clone(),
        kind: record.kind.clone(),
        set_identifier: Some(one.set_identifier.clone()),
        routing: one.routing.clone(),
        ttl: one.ttl,
        values: one.values.clone(),
        alias: one.alias.clone(),
        health_check: one.health_check.clone(),
    };
    record.group.iter().map(set).collect()
}

/// The group with `percent` for the Region itself and the rest shared by the others.
fn weighted(
    context: &PlanContext<'_>,
    record: &RoutingRecord,
    percent: u8,
) -> Result<Vec<RecordSet>, Refused> {
    if let Some(other) = record
        .group
        .iter()
        .find(|one| one.routing.weight().is_none())
    {
        return Err(Refused::new(format!(
            "its {} record leads to {}, which is routed {}: gwctl gives shares in weighted groups alone",
            record.kind,
            record.target,
            other.routing.policy()
        )));
    }
    let mut group = if record.group.is_empty() {
        new_group(context, record)?
    } else {
        group_now(record)
    };
    let own = own_identifier(context, record)
        .filter(|_| record.group.is_empty() || gives_away(context, record));
    if own.is_none() {
        return Err(Refused::new(format!(
            "the records {} that its {} record leads to have no weighted one that is known to be another Region's",
            record.target, record.kind
        )));
    }
    let others = i64::try_from(group.len())
        .unwrap_or(1)
        .saturating_sub(1)
        .max(1);
    for set in &mut group {
        // Times the number of others, so that their shares stay whole numbers; 255 is the most.
        let weight = if set.set_identifier == own {
            i64::from(percent) * others
        } else {
            100 - i64::from(percent)
        };
        set.routing = Routing::Weighted(weight * 255 / (100 * others).max(255));
    }
    // A share that is not none must not round to none.
    for set in &mut group {
        if set.set_identifier == own && percent > 0 && set.routing == Routing::Weighted(0) {
            set.routing = Routing::Weighted(1);
        }
    }
    Ok(group)
}

/// Whether all of a group but the Region's own member are known to be other Regions'.
fn gives_away(context: &PlanContext<'_>, record: &RoutingRecord) -> bool {
    let own = own_identifier(context, record);
    let mut others = record
        .group
        .iter()
        .filter(|one| own.as_ref() != Some(&one.set_identifier))
        .peekable();
    others.peek().is_some() && others.all(|one| another_regions(context, record, one))
}

/// Whether a member of the group of `record` is known to be of another Region: by its identifier, or by the name that
/// it leads to.
pub(super) fn another_regions(
    context: &PlanContext<'_>,
    record: &RoutingRecord,
    one: &GroupMember,
) -> bool {
    let target = one.target.trim_end_matches('.');
    let same = |name: &str| name.trim_end_matches('.').eq_ignore_ascii_case(target);
    let mut sites = context.snapshot.sites.iter();
    let by_site = sites.any(|site| {
        !record.is_of(&site.region)
            && (one.set_identifier == site.region.as_str()
                || site.endpoint.as_deref().is_some_and(same)
                || same(&names::endpoint(context.spec, &site.region)))
    });
    let records = context.snapshot.edge.records.last().into_iter().flatten();
    let mut others = records.filter(|other| other.region != record.region);
    by_site || others.any(|other| other.group.is_empty() && same(&other.target))
}

/// The identifier of the Region's own record within its group.
fn own_identifier(context: &PlanContext<'_>, record: &RoutingRecord) -> Option<String> {
    let region = record.region.as_ref()?;
    if record.group.is_empty() {
        return Some(region.to_string());
    }
    let site = context.snapshot.site(region);
    let endpoint = site.and_then(|site| site.endpoint.clone());
    let own = record.group.iter().find(|one| {
        one.set_identifier == region.as_str()
            || endpoint
                .as_deref()
                .is_some_and(|name| one.target.eq_ignore_ascii_case(name))
    });
    own.map(|one| one.set_identifier.clone())
}

/// One record a Region, each with its own health check, so that no share goes to a dead one.
fn new_group(context: &PlanContext<'_>, record: &RoutingRecord) -> Result<Vec<RecordSet>, Refused> {
    if record.alias_zone.is_some() {
        return Err(Refused::new(format!(
            "the {} record of {} is an alias to {}, not to a weighted group: only records with names of their own can be weighted",
            record.kind,
            record.whose(),
            record.target
        )));
    }
    let all = context
        .snapshot
        .edge
        .records
        .last()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let Some(region) = &record.region else {
        return Err(Refused::new(
            "it is not known which Region its record stands for",
        ));
    };
    let name = names::group(context.spec, region);
    let taken = all.iter().find(|other| {
        let target = other.target.trim_end_matches('.');
        other.group.is_empty() && target.eq_ignore_ascii_case(&name)
    });
    if let Some(other) = taken {
        return Err(Refused::new(format!(
            "its weighted group would be called {name}, to which the {} record of {} leads already",
            other.kind,
            other.whose()
        )));
    }
    let group = all.iter().filter(|other| other.kind == record.kind);
    let mut group: Vec<RecordSet> = group
        .filter_map(|other| Some((other.region.as_ref()?, direct(context, other)?)))
        .map(|(of, set)| RecordSet {
            name: name.clone(),
            set_identifier: Some(of.to_string()),
            routing: Routing::Weighted(0),
            ttl: Some(record.ttl.unwrap_or(TTL).min(TTL)),
            ..set
        })
        .collect();
    // A Region may have several records, as for several continents, and others between them.
    let mut seen = BTreeSet::new();
    group.retain(|set| seen.insert(set.set_identifier.clone()));
    if group.len() < 2 {
        return Err(Refused::new(
            "there is no other Region with a name of its own to give the traffic to",
        ));
    }
    Ok(group)
}

/// The record of a Region's own name: itself, or its own member of the group that an earlier change left it with.
fn direct(context: &PlanContext<'_>, record: &RoutingRecord) -> Option<RecordSet> {
    if record.alias_zone.is_none() {
        return Some(whole(record));
    }
    let own = own_identifier(context, record)?;
    let mut group = group_now(record).into_iter();
    group.find(|set| set.alias.is_none() && set.set_identifier.as_ref() == Some(&own))
}

/// The least and the greatest share of its own traffic that the Region's records have now, in percent: 100 for one that
/// is no alias to a group, or has a weight of its own, whatever it is. None where it is not known.
pub(super) fn shares(context: &PlanContext<'_>, region: &Region) -> Option<(f64, f64)> {
    let records = context.snapshot.edge.records_of(region).ok()?;
    let each = records.iter().map(|record| {
        let group = record.group.iter();
        let weighted = group.filter(|one| one.routing.weight().is_some()).count();
        match (&record.routing, weighted) {
            (Routing::Weighted(0), _) | (Routing::Failover(FailoverRole::Secondary), 0) => {
                Some(0.0)
            }
            (Routing::Weighted(_), _) | (_, 0) => Some(100.0),
            _ => share(context, record),
        }
    });
    let all: Vec<f64> = each.collect::<Option<_>>()?;
    let (least, most) = (all.iter().copied(), all.iter().copied());
    Some((least.reduce(f64::min)?, most.reduce(f64::max)?))
}

/// Which ways to evacuate the Region a group takes away while its record leads to it: no single check decides any
/// more whether it is answered.
pub(super) fn lost(context: &PlanContext<'_>, region: &Region) -> Option<String> {
    let records = context.snapshot.edge.records_of(region).ok()?;
    let loses = |record: &&RoutingRecord| {
        let by_latency = matches!(record.routing, Routing::Latency(_));
        let decides = record.group.is_empty() && record.health_check.is_some();
        decides && !by_latency && record.routing.weight().is_none()
    };
    records.iter().find(|record| loses(record))?;
    Some(format!(
        "While the record of {region} leads to the group, no single health check decides whether it is answered: only `--mechanism records` evacuates it."
    ))
}

/// Whether a change makes records of the Region aliases to weighted groups, which they are not yet.
pub(super) fn makes_group(context: &PlanContext<'_>, region: &Region) -> bool {
    let records = context.snapshot.edge.records_of(region);
    let makes =
        |record: &&RoutingRecord| record.group.is_empty() && record.routing.weight().is_none();
    records.is_ok_and(|all| all.iter().any(makes))
}

/// The share the Region's own record has now, in percent; none without a group.
fn share(context: &PlanContext<'_>, record: &RoutingRecord) -> Option<f64> {
    let own = own_identifier(context, record)?;
    let all: Option<i64> = record.group.iter().map(|one| one.routing.weight()).sum();
    let all = all?;
    let mine = record
        .group
        .iter()
        .find(|one| one.set_identifier == own)?
        .routing
        .weight()?;
    (all > 0).then(|| 100.0 * mine as f64 / all as f64)
}
