//! The records changed so that a Region keeps a part of its traffic, or none, by the routing policy of each
//! (aws-facts §3.1):
//!
//! - a weighted record gets another weight;
//! - of a failover pair, primary and secondary change places: all or nothing;
//! - a record of any other policy becomes an alias to a weighted group (`weights`), but for a multivalue answer, which
//!   cannot.

use super::weights::to_shares;
use crate::draft::PlanContext;
use crate::task::{ChangeRecords, NameChange};
use crate::{Change, Refused};
use gwctl_fleet::{
    AliasTarget, FailoverRole, RecordAction, RecordChange, RecordSet, Region, Routing,
    RoutingRecord,
};

/// The records of the set as they will be, and the weighted groups that some of them lead to.
#[derive(Default)]
pub(super) struct Wanted {
    pub(super) replaced: Vec<RecordSet>,
    pub(super) groups: Vec<NameChange>,
    /// Those that take each other's place: Route 53 must see the old ones gone first.
    exchanged: Vec<RecordSet>,
}

/// Adds what is not there yet: records of several types, or several of a Region, may be of one set.
pub(super) fn put(sets: impl IntoIterator<Item = RecordSet>, into: &mut Vec<RecordSet>) {
    for set in sets {
        into.retain(|one| !same_record(one, &set));
        into.push(set);
    }
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
                let sets = of_weight(context, record, *now, percent)?;
                put(sets, &mut wanted.replaced);
            }
            Routing::Failover(_) if record.group.is_empty() => {
                let sets = exchanged(context, record, percent)?;
                put(sets, &mut wanted.exchanged);
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

/// The whole weighted set, with the weight that leaves the Region `percent` of the share that it has now. Where its
/// weights are too small for that, all of them grow.
fn of_weight(
    context: &PlanContext<'_>,
    record: &RoutingRecord,
    now: i64,
    percent: u8,
) -> Result<Vec<RecordSet>, Refused> {
    let rivals: Vec<(&RoutingRecord, i64)> = rivals(context, record)
        .filter_map(|other| Some((other, other.routing.weight()?)))
        .collect();
    let others: i64 = rivals.iter().map(|(_, weight)| weight).sum();
    if percent < 100 && others == 0 {
        return Err(Refused::new(format!(
            "no other {} record of {} has a weight: with all weights at 0 Route 53 answers with every one of them",
            record.kind, record.name
        )));
    }
    if percent > 0 && now == 0 {
        return Err(Refused::new(format!(
            "the weight of its {} record is 0, and no record tells what it was",
            record.kind
        ))
        .instead("Undo the run that set it to 0: `gwctl runs` lists it, `gwctl runs undo ID` gives the weight back."));
    }
    let (own, times) = match percent {
        0 => (0, 1),
        100 => (now, 1),
        _ => {
            let most = rivals.iter().map(|(_, weight)| *weight).max();
            share_of(now, others, most.unwrap_or(now), percent).ok_or_else(|| {
                Refused::new(format!(
                    "no weights from 0 to 255 leave {percent} % of its traffic with the {} record of {}",
                    record.kind,
                    record.whose()
                ))
            })?
        }
    };
    let with = |one: &RoutingRecord, weight| RecordSet {
        routing: Routing::Weighted(weight),
        ..whole(one)
    };
    let grown = rivals
        .into_iter()
        .map(|(other, weight)| with(other, weight * times));
    Ok(std::iter::once(with(record, own)).chain(grown).collect())
}

/// How far a share may be off, in parts of all traffic.
const NEAR: f64 = 0.01;

/// The Region's own weight and what all others are multiplied by, so that it has `percent` of the share that it has
/// now: the smallest that come near enough.
fn share_of(now: i64, others: i64, most: i64, percent: u8) -> Option<(i64, i64)> {
    let share = now as f64 / (now + others) as f64 * f64::from(percent) / 100.0;
    (1..=(255 / most.max(1)).max(1)).find_map(|times| {
        let others = (others * times) as f64;
        let own = (others * share / (1.0 - share)).round().max(1.0);
        let got = own / (own + others);
        (own <= 255.0 && (got - share).abs() <= NEAR).then_some((own as i64, times))
    })
}

/// Whether the Region's records are secondaries of failover pairs, which no exchange takes more away from.
pub(super) fn stands_by(context: &PlanContext<'_>, region: &Region) -> bool {
    let secondary = Routing::Failover(FailoverRole::Secondary);
    let records = context.snapshot.edge.records_of(region);
    records.is_ok_and(|all| all.iter().any(|record| record.routing == secondary))
}

/// Primary and secondary of a failover pair as they leave the Region all of the traffic, or none.
fn exchanged(
    context: &PlanContext<'_>,
    record: &RoutingRecord,
    percent: u8,
) -> Result<[RecordSet; 2], Refused> {
    let no = |why: &str| {
        Refused::new(format!(
            "the {} record of {} {why}",
            record.kind,
            record.whose()
        ))
    };
    let (own, other) = match percent {
        0 => (FailoverRole::Secondary, FailoverRole::Primary),
        100 => (FailoverRole::Primary, FailoverRole::Secondary),
        _ => {
            let whole = no("is of a failover pair, which gives all of the traffic or none");
            return Err(whole.instead(format!("`gwctl evacuate {}` takes all.", record.whose())));
        }
    };
    let mut partners = rivals(context, record);
    let (Some(partner), None) = (partners.next(), partners.next()) else {
        return Err(no("has no partner in its failover pair that is known"));
    };
    let with = |record: &RoutingRecord, role| RecordSet {
        routing: Routing::Failover(role),
        ..whole(record)
    };
    let pair = [with(record, own), with(partner, other)];
    // Route 53 refuses such a primary (aws-facts §3.1), and could never take it out again.
    let unchecked = pair.iter().find(|set| {
        let primary = set.routing == Routing::Failover(FailoverRole::Primary);
        primary && set.alias.is_none() && set.health_check.is_none()
    });
    if let Some(set) = unchecked {
        let id = set.set_identifier.as_deref().unwrap_or_default();
        return Err(no(&format!(
            "would change places with {id}, which has no health check: Route 53 takes no primary without one"
        )));
    }
    Ok(pair)
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
    let gone: Vec<RecordSet> = wanted.exchanged.iter().map(before_exchange).collect();
    // An alias comes after what it leads to.
    let members = wanted.groups.iter().flat_map(|group| &group.after);
    let upserts = members.chain(&wanted.replaced);
    let batch = gone
        .iter()
        .map(change(RecordAction::Delete))
        .chain(upserts.map(change(RecordAction::Upsert)))
        .chain(wanted.exchanged.iter().map(change(RecordAction::Create)))
        .collect();
    let of_set = whole_set(context, &[wanted.replaced, wanted.exchanged].concat());
    let mut names = wanted.groups;
    names.extend(of_set);
    ChangeRecords {
        zone: context.spec.edge.hosted_zone.clone(),
        names,
        batch,
        strict: true,
    }
}

/// What takes `done` back: every record as it was before, whatever it is now. A group that `done` made stays, and
/// nothing leads to it any more.
pub(super) fn taken_back(done: &ChangeRecords) -> ChangeRecords {
    let there_before = done.names.iter().filter(|name| !name.before.is_empty());
    let names: Vec<NameChange> = there_before
        .map(|name| NameChange {
            name: name.name.clone(),
            before: name.after.clone(),
            after: name.before.clone(),
        })
        .collect();
    let changes = |action, sets: Vec<RecordSet>| {
        sets.into_iter()
            .map(move |set| RecordChange { action, set })
    };
    let (mut gone, mut put, mut made) = (Vec::new(), Vec::new(), Vec::new());
    for name in &names {
        for set in &name.after {
            match name.before.iter().find(|now| same_record(now, set)) {
                Some(now) if now == set => {}
                // Route 53 takes no second primary: the pair's records go first.
                Some(now)
                    if matches!(set.routing, Routing::Failover(_)) && now.alias == set.alias =>
                {
                    gone.push(now.clone());
                    made.push(set.clone());
                }
                _ => put.push(set.clone()),
            }
        }
    }
    let batch = changes(RecordAction::Delete, gone)
        .chain(changes(RecordAction::Upsert, put))
        .chain(changes(RecordAction::Create, made))
        .collect();
    ChangeRecords {
        zone: done.zone.clone(),
        names,
        batch,
        strict: false,
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

pub(super) fn same_record(one: &RecordSet, other: &RecordSet) -> bool {
    one.kind == other.kind && one.set_identifier == other.set_identifier
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
pub(super) fn whole(record: &RoutingRecord) -> RecordSet {
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

/// What a batch changes of the Region's own record, where it keeps leading to the same: its weight, or its role in a
/// failover pair.
pub(super) fn told(
    context: &PlanContext<'_>,
    region: &Region,
    batch: &ChangeRecords,
) -> Option<Change> {
    let records = context.snapshot.edge.records_of(region).ok()?;
    let own = records.first()?;
    let what = match own.routing {
        Routing::Weighted(_) => "weight of",
        Routing::Failover(_) if own.group.is_empty() => "failover role of",
        _ => return None,
    };
    let set = whole(own);
    let mut names = batch.names.iter().filter(|name| name.name == own.name);
    let name = names.next()?;
    let of = |sets: &[RecordSet]| {
        let found = sets.iter().find(|one| same_record(one, &set))?;
        Some(match &found.routing {
            Routing::Weighted(weight) => weight.to_string(),
            other => other.to_string(),
        })
    };
    let what = format!("{what} {region}");
    Some(Change::new(what, of(&name.before)?, of(&name.after)?))
}

/// Why it cannot be told whether the Region has all of its traffic; none where it can.
pub(super) fn unknown_whole(context: &PlanContext<'_>, region: &Region) -> Option<String> {
    let records = context.snapshot.edge.records_of(region).ok()?;
    let weight = records.iter().find_map(|record| record.routing.weight())?;
    Some(format!(
        "the weight of the record of {region} is {weight}, and no record tells whether that is all it had"
    ))
}
