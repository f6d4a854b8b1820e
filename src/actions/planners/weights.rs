//! A latency record as an alias to a weighted group: the only way to give a Region less than all of its
//! traffic (aws-facts §3.1).

use crate::actions::Refused;
use crate::actions::plan::Ground;
use crate::actions::task::{ChangeRecords, NameChange};
use crate::fleet::{AliasTarget, LatencyRecord, RecordAction, RecordChange, RecordSet, Region};

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

/// The batch that leaves `percent` of the Region's traffic with it and gives the rest to the others.
pub(super) fn change(
    ground: &Ground<'_>,
    region: &Region,
    percent: u8,
) -> Result<ChangeRecords, Refused> {
    let snapshot = ground.snapshot;
    let record = snapshot
        .edge
        .record(region)
        .ok_or_else(|| Refused::new(format!("{region} has no latency record")))?;
    let zone = ground.spec.edge.hosted_zone.clone();
    let group = weighted(ground, record, percent)?;
    let upsert = |set: &RecordSet| RecordChange {
        action: RecordAction::Upsert,
        set: set.clone(),
    };
    let mut batch: Vec<RecordChange> = group.iter().map(upsert).collect();
    let group_name = group
        .first()
        .map_or_else(String::new, |set| set.name.clone());
    let mut names = vec![NameChange {
        name: group_name.clone(),
        before: group_now(record),
        after: group,
    }];
    if record.weights.is_empty() {
        let before: Vec<RecordSet> = snapshot
            .edge
            .records
            .last()
            .into_iter()
            .flatten()
            .map(whole)
            .collect();
        let alias = RecordSet {
            ttl: None,
            values: Vec::new(),
            alias: Some(AliasTarget {
                zone: zone.clone(),
                name: group_name,
                evaluate_target_health: false,
            }),
            ..whole(record)
        };
        let after = before
            .iter()
            .map(|set| {
                if set.region.as_ref() == Some(region) {
                    alias.clone()
                } else {
                    set.clone()
                }
            })
            .collect();
        batch.push(upsert(&alias));
        names.push(NameChange {
            name: record.name.clone(),
            before,
            after,
        });
    }
    Ok(ChangeRecords {
        zone,
        names,
        batch,
        strict: true,
    })
}

/// A record of the latency set as Route 53 keeps it.
fn whole(record: &LatencyRecord) -> RecordSet {
    let alias = record.alias_zone.clone().map(|zone| AliasTarget {
        zone,
        name: record.target.clone(),
        evaluate_target_health: record.evaluate_target_health,
    });
    RecordSet {
        name: record.name.clone(),
        kind: record.kind.clone(),
        set_identifier: Some(record.set_identifier.clone()),
        region: Some(record.region.clone()),
        weight: None,
        ttl: record.ttl,
        values: if alias.is_some() {
            Vec::new()
        } else {
            vec![record.target.clone()]
        },
        alias,
        health_check: record.health_check.clone(),
    }
}

/// The group as it is; empty where there is none yet.
fn group_now(record: &LatencyRecord) -> Vec<RecordSet> {
    let set = |one: &crate::fleet::WeightedRecord| RecordSet {
        name: record.target.clone(),
        kind: record.kind.clone(),
        set_identifier: Some(one.set_identifier.clone()),
        region: None,
        weight: Some(one.weight),
        ttl: one.ttl,
        values: vec![one.target.clone()],
        alias: None,
        health_check: one.health_check.clone(),
    };
    record.weights.iter().map(set).collect()
}

/// The group with `percent` for the Region itself and the rest shared by the others.
fn weighted(
    ground: &Ground<'_>,
    record: &LatencyRecord,
    percent: u8,
) -> Result<Vec<RecordSet>, Refused> {
    let mut group = if record.weights.is_empty() {
        new_group(ground, record)?
    } else {
        group_now(record)
    };
    let own = own_identifier(ground, record);
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
        set.weight = Some(weight * 255 / (100 * others).max(255));
    }
    // A share that is not none must not round to none.
    for set in &mut group {
        if set.set_identifier == own && percent > 0 && set.weight == Some(0) {
            set.weight = Some(1);
        }
    }
    Ok(group)
}

/// The identifier of the Region's own record within its group.
fn own_identifier(ground: &Ground<'_>, record: &LatencyRecord) -> Option<String> {
    if record.weights.is_empty() {
        return Some(record.region.to_string());
    }
    let endpoint = ground
        .snapshot
        .site(&record.region)
        .and_then(|site| site.endpoint.clone());
    let own = record.weights.iter().find(|one| {
        one.set_identifier == record.region.as_str()
            || endpoint
                .as_deref()
                .is_some_and(|name| one.target.eq_ignore_ascii_case(name))
    });
    own.map(|one| one.set_identifier.clone())
}

/// One record a Region, each with its own health check, so that no share goes to a dead one.
fn new_group(ground: &Ground<'_>, record: &LatencyRecord) -> Result<Vec<RecordSet>, Refused> {
    if record.alias_zone.is_some() {
        return Err(Refused::new(format!(
            "the latency record of {} is an alias to {}, not to a weighted group: only records with names of their own can be weighted",
            record.region, record.target
        )));
    }
    let all = ground
        .snapshot
        .edge
        .records
        .last()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let group = all
        .iter()
        .filter(|other| other.alias_zone.is_none() && other.kind == record.kind);
    let group: Vec<RecordSet> = group
        .map(|other| RecordSet {
            name: format!("{}.{}", record.region, record.name),
            set_identifier: Some(other.region.to_string()),
            region: None,
            weight: Some(0),
            ttl: Some(record.ttl.unwrap_or(TTL).min(TTL)),
            ..whole(other)
        })
        .collect();
    if group.len() < 2 {
        return Err(Refused::new(
            "there is no other Region with a name of its own to give the traffic to",
        ));
    }
    Ok(group)
}

/// The share the Region's own record has now, in percent; none without a group.
pub(super) fn share(ground: &Ground<'_>, record: &LatencyRecord) -> Option<f64> {
    let own = own_identifier(ground, record)?;
    let all: i64 = record.weights.iter().map(|one| one.weight).sum();
    let mine = record
        .weights
        .iter()
        .find(|one| one.set_identifier == own)?
        .weight;
    (all > 0).then(|| 100.0 * mine as f64 / all as f64)
}
