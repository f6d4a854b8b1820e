//! The records changed so that a Region keeps a part of its traffic, or none, by the routing policy of each
//! (aws-facts §3.1):
//!
//! - a weighted record gets another weight;
//! - of a failover pair, primary and secondary change places: all or nothing;
//! - a record of any other policy becomes an alias to a weighted group, but for a multivalue answer, which cannot.

use crate::draft::PlanContext;
use crate::task::{ChangeRecords, NameChange};
use crate::{Refused, names};
use gwctl_fleet::{
    AliasTarget, FailoverRole, GroupMember, RecordAction, RecordChange, RecordSet, Region, Routing,
    RoutingRecord,
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

/// The records of the set as they will be, and the weighted groups that some of them lead to.
#[derive(Default)]
struct Wanted {
    replaced: Vec<RecordSet>,
    groups: Vec<NameChange>,
    /// Whether records take each other's place: Route 53 must see the old ones gone first.
    exchange: bool,
}

/// The batch that leaves `percent` of the Region's traffic with it and gives the rest to the others, for all
/// of its records.
pub(super) fn change(
    context: &PlanContext<'_>,
    region: &Region,
    percent: u8,
) -> Result<ChangeRecords, Refused> {
    let edge = &context.snapshot.edge;
    let records = edge.records_of(region);
    let records = records.map_err(|why| Refused::new(why.to_string()))?;
    let mut wanted = Wanted::default();
    for record in records {
        match &record.routing {
            Routing::Weighted(now) => {
                let routing = Routing::Weighted(own_weight(context, record, *now, percent)?);
                let set = RecordSet {
                    routing,
                    ..whole(record)
                };
                wanted.replaced.push(set);
            }
            Routing::Failover(role) if record.group.is_empty() => {
                wanted.exchange = true;
                wanted
                    .replaced
                    .extend(exchanged(context, record, *role, percent)?);
            }
            Routing::Multivalue => {
                return Err(Refused::new(format!(
                    "the {} record of {region} is a multivalue answer, which has no share and cannot be an alias to a weighted group: its health check takes it out of DNS",
                    record.kind
                )));
            }
            _ => to_shares(context, record, percent, &mut wanted)?,
        }
    }
    Ok(batch(context, wanted))
}

/// `record` as an alias to a weighted group in which the Region has `percent`.
fn to_shares(
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
    // Groups of several types have one name.
    match wanted.groups.iter_mut().find(|group| group.name == name) {
        Some(group) => {
            group.before.extend(before);
            group.after.extend(after);
        }
        None => wanted.groups.push(NameChange {
            name,
            before,
            after,
        }),
    }
    Ok(())
}

/// The weight that leaves `percent` of what the record has now.
fn own_weight(
    context: &PlanContext<'_>,
    record: &RoutingRecord,
    now: i64,
    percent: u8,
) -> Result<i64, Refused> {
    if percent == 0 {
        let others = rivals(context, record).filter_map(|other| other.routing.weight());
        if others.sum::<i64>() == 0 {
            return Err(Refused::new(format!(
                "no other {} record of {} has a weight: with all weights at 0 Route 53 answers with every one of them",
                record.kind, record.name
            )));
        }
        return Ok(0);
    }
    if now == 0 {
        return Err(Refused::new(format!(
            "the weight of its {} record is 0, and no record tells what it was",
            record.kind
        ))
        .instead("Undo the run that set it to 0: `gwctl runs` lists it, `gwctl runs undo ID` gives the weight back."));
    }
    // A share that is not none must not round to none.
    Ok((now * i64::from(percent) / 100).max(1))
}

/// Primary and secondary of a failover pair in each other's place, where that leaves the Region `percent`.
fn exchanged(
    context: &PlanContext<'_>,
    record: &RoutingRecord,
    role: FailoverRole,
    percent: u8,
) -> Result<[RecordSet; 2], Refused> {
    let no = |why: &str| {
        Err(Refused::new(format!(
            "the {} record of {} {why}",
            record.kind,
            record.whose()
        )))
    };
    match (percent, role) {
        (0, FailoverRole::Secondary) => {
            return no(
                "is the secondary already: DNS answers with it only while the primary is unhealthy",
            );
        }
        (0, FailoverRole::Primary) | (100, _) => {}
        _ => return no("is of a failover pair, which gives all of the traffic or none"),
    }
    let mut partners = rivals(context, record);
    let (Some(partner), None) = (partners.next(), partners.next()) else {
        return no("has no partner in its failover pair that is known");
    };
    // Taking back an exchange: the records as they are now.
    let after = if percent == 0 {
        (FailoverRole::Secondary, FailoverRole::Primary)
    } else {
        (FailoverRole::Primary, FailoverRole::Secondary)
    };
    let with = |record: &RoutingRecord, role| RecordSet {
        routing: Routing::Failover(role),
        ..whole(record)
    };
    Ok([with(record, after.0), with(partner, after.1)])
}

/// The other records of the set, of the same type.
fn rivals<'a>(
    context: &PlanContext<'a>,
    record: &'a RoutingRecord,
) -> impl Iterator<Item = &'a RoutingRecord> {
    let all = context.snapshot.edge.records.last().into_iter().flatten();
    all.filter(move |other| {
        other.kind == record.kind && other.set_identifier != record.set_identifier
    })
}

fn batch(context: &PlanContext<'_>, wanted: Wanted) -> ChangeRecords {
    let change = |action| {
        move |set: &RecordSet| RecordChange {
            action,
            set: set.clone(),
        }
    };
    let of_set = whole_set(context, &wanted.replaced);
    let mut batch: Vec<RecordChange> = Vec::new();
    if wanted.exchange {
        let gone = wanted.replaced.iter().map(before_exchange);
        batch.extend(gone.map(|set| change(RecordAction::Delete)(&set)));
        batch.extend(wanted.replaced.iter().map(change(RecordAction::Create)));
    } else {
        // An alias comes after what it leads to.
        let members = wanted.groups.iter().flat_map(|group| &group.after);
        batch.extend(
            members
                .chain(&wanted.replaced)
                .map(change(RecordAction::Upsert)),
        );
    }
    let mut names = wanted.groups;
    names.extend(of_set);
    ChangeRecords {
        zone: context.spec.edge.hosted_zone.clone(),
        names,
        batch,
        strict: true,
    }
}

/// The record that `set` comes from: with the other role of the pair.
fn before_exchange(set: &RecordSet) -> RecordSet {
    let routing = match set.routing {
        Routing::Failover(FailoverRole::Primary) => Routing::Failover(FailoverRole::Secondary),
        Routing::Failover(FailoverRole::Secondary) => Routing::Failover(FailoverRole::Primary),
        ref other => other.clone(),
    };
    RecordSet {
        routing,
        ..set.clone()
    }
}

fn same_record(one: &RecordSet, other: &RecordSet) -> bool {
    one.kind == other.kind && one.set_identifier == other.set_identifier
}

/// The record as an alias to the group called `name`. Of a failover pair an alias must evaluate its target.
fn to_group(record: &RoutingRecord, zone: &str, name: &str) -> RecordSet {
    RecordSet {
        ttl: None,
        values: Vec::new(),
        alias: Some(AliasTarget {
            zone: zone.into(),
            name: name.into(),
            evaluate_target_health: matches!(record.routing, Routing::Failover(_)),
        }),
        ..whole(record)
    }
}

/// The whole set with `replaced` in the place of those that they replace; none where nothing changes.
fn whole_set(context: &PlanContext<'_>, replaced: &[RecordSet]) -> Option<NameChange> {
    let name = replaced.first()?.name.clone();
    let records = context.snapshot.edge.records.last()?;
    let before: Vec<RecordSet> = records.iter().map(whole).collect();
    let after = before.iter().map(|set| {
        let new = replaced.iter().find(|one| same_record(one, set));
        new.unwrap_or(set).clone()
    });
    let after = after.collect();
    Some(NameChange {
        name,
        before,
        after,
    })
}

/// A record of the set as Route 53 keeps it.
fn whole(record: &RoutingRecord) -> RecordSet {
    let alias = record.alias_zone.clone().map(|zone| AliasTarget {
        zone,
        name: record.target.clone(),
        evaluate_target_health: record.evaluate_target_health,
    });
    RecordSet {
        name: record.name.clone(),
        kind: record.kind.clone(),
        set_identifier: Some(record.set_identifier.clone()),
        routing: record.routing.clone(),
        ttl: record.ttl,
        values: record.values.clone(),
        alias,
        health_check: record.health_check.clone(),
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
    let group = all
        .iter()
        .filter(|other| other.alias_zone.is_none() && other.kind == record.kind);
    let mut group: Vec<RecordSet> = group
        .filter_map(|other| Some((other.region.as_ref()?, other)))
        .map(|(of, other)| RecordSet {
            name: format!("{region}.{}", record.name),
            set_identifier: Some(of.to_string()),
            routing: Routing::Weighted(0),
            ttl: Some(record.ttl.unwrap_or(TTL).min(TTL)),
            ..whole(other)
        })
        .collect();
    // A Region may have several records, as for several continents.
    group.dedup_by(|a, b| a.set_identifier == b.set_identifier);
    if group.len() < 2 {
        return Err(Refused::new(
            "there is no other Region with a name of its own to give the traffic to",
        ));
    }
    Ok(group)
}

/// The least and the greatest share of its own traffic that the Region's records have now, in percent: 100 for one that
/// is no alias to a group, or has a weight of its own, whatever it is. None where it is not known.
pub(super) fn shares(context: &PlanContext<'_>, region: &Region) -> Option<(f64, f64)> {
    let records = context.snapshot.edge.records_of(region).ok()?;
    let each = records.iter().map(|record| {
        let group = record.group.iter();
        let weighted = group.filter(|one| one.routing.weight().is_some()).count();
        match (&record.routing, weighted) {
            (Routing::Weighted(0), _) => Some(0.0),
            (Routing::Failover(FailoverRole::Secondary), 0) => Some(0.0),
            (Routing::Weighted(_), _) | (_, 0) => Some(100.0),
            _ => share(context, record),
        }
    });
    let all: Vec<f64> = each.collect::<Option<_>>()?;
    let (least, most) = (all.iter().copied(), all.iter().copied());
    Some((least.reduce(f64::min)?, most.reduce(f64::max)?))
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
