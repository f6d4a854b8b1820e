//! `ChangeResourceRecordSets`: all or nothing (aws-facts §3.2).

use super::super::{Answer, Ask, Fault, Reply};
use super::{change_shape, reversed, zone};
use crate::fleet::Region;
use crate::sim::wire::value::{Value, list, shape};
use crate::sim::world::State;
use crate::sim::world::model::{AliasTarget, RecordSet, Resources};

pub fn change(world: &mut State, ask: &Ask) -> Answer {
    let resources = &mut world.resources;
    let zone_id = zone(resources, ask.input.need("Id")?)?.id.clone();
    let batch = ask
        .input
        .get("ChangeBatch")
        .ok_or_else(|| Fault::missing("ChangeBatch"))?;
    let mut records = zone(resources, &zone_id)?.records.clone();
    let (mut complaints, mut written) = (Vec::new(), Vec::new());
    for change in batch.items("Changes") {
        let record = read(change.get("ResourceRecordSet").unwrap_or(&Value::Null))?;
        let known = |id: &String| resources.health_checks.iter().any(|check| &check.id == id);
        if let Some(id) = record.health_check.as_ref().filter(|id| !known(id)) {
            return Err(Fault::not_found(
                "NoSuchHealthCheck",
                format!("A health check with id {id} does not exist."),
            ));
        }
        let action = change.need("Action")?;
        let applied = unprotected(resources, &zone_id, &record)
            .and_then(|()| sound(&record))
            .and_then(|()| apply(&mut records, action, record.clone()));
        complaints.extend(applied.err());
        if action != "DELETE" {
            written.push(record);
        }
    }
    complaints.extend(
        written
            .iter()
            .filter_map(|record| fits(record, &records, &zone_id).err()),
    );
    if !complaints.is_empty() {
        return Err(
            Fault::bad("InvalidChangeBatch", format!("[{}]", complaints.join(", ")))
                .with("messages", list("Message", complaints)),
        );
    }
    let zones = &mut resources.hosted_zones;
    if let Some(zone) = zones.iter_mut().find(|zone| zone.id == zone_id) {
        zone.records = records;
    }
    let comment = batch.text("Comment").map(str::to_owned);
    let submitted = world.submit_dns_change(&zone_id, comment);
    Ok(Reply::from(
        shape! { "ChangeInfo": change_shape(&submitted) },
    ))
}

/// The rules of a single record (aws-facts §3.1).
fn sound(record: &RecordSet) -> Result<(), String> {
    let routed = record.region.is_some() || record.weight.is_some();
    let complaint = if routed && record.set_identifier.is_none() {
        "a set identifier is required for records with a routing policy"
    } else if record.region.is_some() && record.weight.is_some() {
        "routing policies exclude each other"
    } else if record.alias.is_some() && (record.ttl.is_some() || !record.values.is_empty()) {
        "an alias has neither a TTL nor resource records"
    } else if record.alias.is_none() && (record.ttl.is_none() || record.values.is_empty()) {
        "a TTL and resource records are required"
    } else if record.region.is_some() && record.values.len() > 1 {
        "a latency record has one resource record"
    } else if record
        .weight
        .is_some_and(|weight| !(0..=255).contains(&weight))
    {
        "a weight is between 0 and 255"
    } else {
        return Ok(());
    };
    Err(invalid_set(record, complaint))
}

fn invalid_set(RecordSet { name, kind, .. }: &RecordSet, complaint: &str) -> String {
    format!("Invalid resource record set [name='{name}', type='{kind}']: {complaint}")
}

/// A protected name and type is not changed at all (aws-facts §3.2).
fn unprotected(world: &Resources, zone: &str, record: &RecordSet) -> Result<(), String> {
    let mut protections = world.protections.iter();
    let found = protections
        .find(|one| one.zone == zone && one.name == record.name && one.kind == record.kind);
    found.map_or(Ok(()), |one| {
        Err(invalid_set(
            record,
            &format!("it is protected: {}", one.comment),
        ))
    })
}

/// The rules between a written record and the others as the batch leaves them (aws-facts §3.1).
fn fits(record: &RecordSet, records: &[RecordSet], zone: &str) -> Result<(), String> {
    let targets = |alias: &AliasTarget| {
        let mut found = records.iter();
        found.any(|one| one.name == alias.name && one.kind == record.kind)
    };
    let dangling = record
        .alias
        .as_ref()
        .is_some_and(|alias| alias.zone == zone && !targets(alias));
    let policy = |one: &RecordSet| (one.region.is_some(), one.weight.is_some());
    let beside = || {
        let named = records.iter();
        named.filter(|one| one.name == record.name && one.kind == record.kind)
    };
    let complaint = if dangling {
        "Tried to create an alias, but the alias target name was not found in the zone"
    } else if beside().any(|one| policy(one) != policy(record)) {
        "routing policies cannot be mixed under one name and type"
    } else if record.region.is_some()
        && beside().filter(|one| one.region == record.region).count() > 1
    {
        "there is a latency record for this Region already"
    } else if record.weight.is_some()
        && beside()
            .any(|one| one.alias.is_none() && record.alias.is_none() && one.ttl != record.ttl)
    {
        "all records of a weighted set have the same TTL"
    } else {
        return Ok(());
    };
    Err(invalid_set(record, complaint))
}

fn apply(records: &mut Vec<RecordSet>, action: &str, record: RecordSet) -> Result<(), String> {
    let place = records.iter().position(|one| same(one, &record));
    let described = format!("[name='{}', type='{}']", record.name, record.kind);
    match (action, place) {
        ("CREATE", Some(_)) => {
            return Err(format!(
                "Tried to create resource record set {described} but it already exists"
            ));
        }
        ("CREATE" | "UPSERT", None) => records.push(record),
        ("UPSERT", Some(at)) => records[at] = record,
        ("DELETE", Some(at)) if records[at] == record => {
            records.remove(at);
        }
        ("DELETE", Some(_)) => {
            return Err(format!(
                "Tried to delete resource record set {described} but the values provided do not match the current values"
            ));
        }
        ("DELETE", None) => {
            return Err(format!(
                "Tried to delete resource record set {described} but it was not found"
            ));
        }
        (other, _) => return Err(format!("Invalid action: {other}")),
    }
    Ok(())
}

/// Name, type and set identifier tell records apart.
fn same(one: &RecordSet, other: &RecordSet) -> bool {
    reversed(&one.name) == reversed(&other.name)
        && one.kind == other.kind
        && one.set_identifier == other.set_identifier
}

fn read(given: &Value) -> Result<RecordSet, Fault> {
    let name = given.need("Name")?;
    let region = given.text("Region").map(Region::new).transpose();
    let alias = given.get("AliasTarget").map(|target| {
        Ok::<_, Fault>(AliasTarget {
            zone: target.need("HostedZoneId")?.to_owned(),
            name: dotted(target.need("DNSName")?),
            evaluate_target_health: target.bool("EvaluateTargetHealth")?.unwrap_or_default(),
        })
    });
    Ok(RecordSet {
        name: dotted(name),
        kind: given.need("Type")?.to_owned(),
        ttl: given.int("TTL")?,
        values: given
            .items("ResourceRecords")
            .into_iter()
            .filter_map(|one| one.text("Value").map(str::to_owned))
            .collect(),
        set_identifier: given.text("SetIdentifier").map(str::to_owned),
        region: region.map_err(super::invalid)?,
        weight: given.int("Weight")?,
        health_check: given.text("HealthCheckId").map(str::to_owned),
        alias: alias.transpose()?,
    })
}

fn dotted(name: &str) -> String {
    format!("{}.", name.trim_end_matches('.').to_ascii_lowercase())
}
