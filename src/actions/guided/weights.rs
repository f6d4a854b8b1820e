//! A latency record as an alias to a weighted group: the only way to give a Region less than all of its
//! traffic (aws-facts §3.1).

use crate::draft::PlanContext;
use crate::task::{ChangeRecords, NameChange, Planned, Target};
use crate::{Refused, names};
use gwctl_fleet::{
    AliasTarget, LatencyRecord, RecordAction, RecordChange, RecordSet, Region, WeightedRecord,
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
    let zone = context.spec.edge.hosted_zone.clone();
    let mut groups: Vec<NameChange> = Vec::new();
    let mut aliases: Vec<RecordSet> = Vec::new();
    for record in records {
        let (before, after) = (group_now(record), weighted(context, record, percent)?);
        let name = after
            .first()
            .map_or_else(String::new, |set| set.name.clone());
        if record.weights.is_empty() {
            aliases.push(to_group(record, &zone, &name));
        }
        // Groups of several types have one name.
        match groups.iter_mut().find(|group| group.name == name) {
            Some(group) => {
                group.before.extend(before);
                group.after.extend(after);
            }
            None => groups.push(NameChange {
                name,
                before,
                after,
            }),
        }
    }
    let upsert = |set: &RecordSet| RecordChange {
        action: RecordAction::Upsert,
        set: set.clone(),
    };
    // An alias comes after what it leads to.
    let members = groups.iter().flat_map(|group| &group.after);
    let batch = members.chain(&aliases).map(upsert).collect();
    let mut names = groups;
    names.extend(latency_set(context, &aliases));
    Ok(ChangeRecords {
        zone,
        names,
        batch,
        strict: true,
    })
}

/// The latency record as an alias to the group called `name`.
fn to_group(record: &LatencyRecord, zone: &str, name: &str) -> RecordSet {
    RecordSet {
        ttl: None,
        values: Vec::new(),
        alias: Some(AliasTarget {
            zone: zone.into(),
            name: name.into(),
            evaluate_target_health: false,
        }),
        ..whole(record)
    }
}

/// The latency set with `aliases` in the place of those that they replace; none where nothing changes.
fn latency_set(context: &PlanContext<'_>, aliases: &[RecordSet]) -> Option<NameChange> {
    let name = aliases.first()?.name.clone();
    let records = context.snapshot.edge.records.last()?;
    let before: Vec<RecordSet> = records.iter().map(whole).collect();
    let replaced = |set: &RecordSet| {
        let alias = aliases
            .iter()
            .find(|alias| alias.kind == set.kind && alias.set_identifier == set.set_identifier);
        alias.unwrap_or(set).clone()
    };
    let after = before.iter().map(replaced).collect();
    Some(NameChange {
        name,
        before,
        after,
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
    let set = |one: &gwctl_fleet::WeightedRecord| RecordSet {
        name: record.target.clone(),
        kind: record.kind.clone(),
        set_identifier: Some(one.set_identifier.clone()),
        region: None,
        weight: Some(one.weight),
        ttl: one.ttl,
        values: match one.alias {
            Some(_) => Vec::new(),
            None => [vec![one.target.clone()], one.more.clone()].concat(),
        },
        alias: one.alias.clone(),
        health_check: one.health_check.clone(),
    };
    record.weights.iter().map(set).collect()
}

/// The group with `percent` for the Region itself and the rest shared by the others.
fn weighted(
    context: &PlanContext<'_>,
    record: &LatencyRecord,
    percent: u8,
) -> Result<Vec<RecordSet>, Refused> {
    let mut group = if record.weights.is_empty() {
        new_group(context, record)?
    } else {
        group_now(record)
    };
    let own = own_identifier(context, record)
        .filter(|_| record.weights.is_empty() || gives_away(context, record));
    if own.is_none() {
        return Err(Refused::new(format!(
            "the weighted group {} of its {} record has no member that is known to be another Region's",
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

/// Whether all of a group but the Region's own member are known to be other Regions'.
fn gives_away(context: &PlanContext<'_>, record: &LatencyRecord) -> bool {
    let own = own_identifier(context, record);
    let mut others = record
        .weights
        .iter()
        .filter(|one| own.as_ref() != Some(&one.set_identifier))
        .peekable();
    others.peek().is_some() && others.all(|one| another_regions(context, &record.region, one))
}

/// Whether a member of a group is known to be of another Region than `region`: by its identifier, or by the
/// name that it leads to.
fn another_regions(context: &PlanContext<'_>, region: &Region, one: &WeightedRecord) -> bool {
    let target = one.target.trim_end_matches('.');
    let same = |name: &str| name.trim_end_matches('.').eq_ignore_ascii_case(target);
    let mut sites = context.snapshot.sites.iter();
    let by_site = sites.any(|site| {
        site.region != *region
            && (one.set_identifier == site.region.as_str()
                || site.endpoint.as_deref().is_some_and(same)
                || same(&names::endpoint(context.spec, &site.region)))
    });
    let records = context.snapshot.edge.records.last().into_iter().flatten();
    let mut others = records.filter(|record| record.region != *region);
    by_site || others.any(|other| other.weights.is_empty() && same(&other.target))
}

/// The identifier of the Region's own record within its group.
fn own_identifier(context: &PlanContext<'_>, record: &LatencyRecord) -> Option<String> {
    if record.weights.is_empty() {
        return Some(record.region.to_string());
    }
    let endpoint = context
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
fn new_group(context: &PlanContext<'_>, record: &LatencyRecord) -> Result<Vec<RecordSet>, Refused> {
    if record.alias_zone.is_some() {
        return Err(Refused::new(format!(
            "the latency record of {} is an alias to {}, not to a weighted group: only records with names of their own can be weighted",
            record.region, record.target
        )));
    }
    let all = context
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

/// The least and the greatest share that the Region's own records have now, in percent: 100 for one that is no
/// alias to a group. None where it is not known.
pub(super) fn shares(context: &PlanContext<'_>, region: &Region) -> Option<(f64, f64)> {
    let records = context.snapshot.edge.records_of(region).ok()?;
    let each = records.iter().map(|record| match record.weights.len() {
        0 => Some(100.0),
        _ => share(context, record),
    });
    let all: Vec<f64> = each.collect::<Option<_>>()?;
    let (least, most) = (all.iter().copied(), all.iter().copied());
    Some((least.reduce(f64::min)?, most.reduce(f64::max)?))
}

/// Whether any of its records is an alias to a weighted group.
pub(super) fn grouped(context: &PlanContext<'_>, region: &Region) -> bool {
    let records = context.snapshot.edge.records_of(region);
    records.is_ok_and(|all| all.iter().any(|record| !record.weights.is_empty()))
}

/// The share the Region's own record has now, in percent; none without a group.
fn share(context: &PlanContext<'_>, record: &LatencyRecord) -> Option<f64> {
    let own = own_identifier(context, record)?;
    let all: i64 = record.weights.iter().map(|one| one.weight).sum();
    let mine = record
        .weights
        .iter()
        .find(|one| one.set_identifier == own)?
        .weight;
    (all > 0).then(|| 100.0 * mine as f64 / all as f64)
}

/// What DNS answers for the records of the Region and of the others, by type.
pub(super) fn answers(context: &PlanContext<'_>, region: &Region) -> Vec<Planned> {
    let records = context
        .snapshot
        .edge
        .records
        .last()
        .map_or(&[][..], Vec::as_slice);
    let own = records.iter().filter(|record| record.region == *region);
    let mut kinds: Vec<&str> = own.map(|record| record.kind.as_str()).collect();
    kinds.dedup();
    let of = |kind: &str, own: bool| -> Vec<Target> {
        let all = records
            .iter()
            .filter(|record| record.kind == kind && (record.region == *region) == own);
        all.flat_map(|record| targets(context, record)).collect()
    };
    if !kinds.is_empty() {
        let planned = |kind: &str| Planned {
            kind: kind.into(),
            own: of(kind, true),
            others: of(kind, false),
        };
        return kinds.into_iter().map(planned).collect();
    }
    // Records that were never read: a question for addresses is answered with whatever there is.
    let endpoint = |region: &Region| Target {
        value: names::endpoint(context.spec, region),
        alias: true,
    };
    let sites = context.snapshot.sites.iter().map(|site| &site.region);
    vec![Planned {
        kind: "A".into(),
        own: vec![endpoint(region)],
        others: sites
            .filter(|other| *other != region)
            .map(endpoint)
            .collect(),
    }]
}

/// What a latency record leads to in its own Region.
fn targets(context: &PlanContext<'_>, record: &LatencyRecord) -> Vec<Target> {
    if record.weights.is_empty() {
        let own = Target {
            value: record.target.clone(),
            alias: record.alias_zone.is_some(),
        };
        // An alias within the zone may lead on to the Region's own name.
        let endpoint = (record.alias_zone.as_deref()
            == Some(context.spec.edge.hosted_zone.as_str()))
        .then(|| Target {
            value: names::endpoint(context.spec, &record.region),
            alias: true,
        });
        return [own].into_iter().chain(endpoint).collect();
    }
    let own = record
        .weights
        .iter()
        .filter(|one| !another_regions(context, &record.region, one));
    own.flat_map(|one| {
        let values = std::iter::once(&one.target).chain(&one.more);
        values.map(|value| Target {
            value: value.clone(),
            alias: one.alias.is_some(),
        })
    })
    .collect()
}
