//! `ChangeResourceRecordSets`: all or nothing, by the rules of records (aws-facts §3.1, §3.2).

use super::account::Account;
use super::model::{AliasTarget, DnsChange, RecordSet, Resources};
use gwctl_fleet::{FailoverRole, Routing};

/// Why a batch is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordsRefused {
    /// `NoSuchHealthCheck`.
    #[error("A health check with id {0} does not exist.")]
    NoSuchHealthCheck(String),
    /// `InvalidChangeBatch`, a message each.
    #[error("[{}]", .0.join(", "))]
    Invalid(Vec<String>),
}

impl Account<'_> {
    /// Applies actions (`CREATE`, `UPSERT`, `DELETE`) to a zone's records, as the API shows them at once and
    /// DNS answers them later.
    pub fn change_record_sets(
        &mut self,
        zone_id: &str,
        changes: Vec<(String, RecordSet)>,
        comment: Option<String>,
    ) -> Result<DnsChange, RecordsRefused> {
        let resources = &mut *self.resources;
        let zones = &resources.hosted_zones;
        let found = zones.iter().find(|zone| zone.id == zone_id);
        let mut records = found.map(|zone| zone.records.clone()).unwrap_or_default();
        let (mut complaints, mut written) = (Vec::new(), Vec::new());
        for (action, record) in changes {
            let known = |id: &String| resources.health_checks.iter().any(|check| &check.id == id);
            if let Some(id) = record.health_check.as_ref().filter(|id| !known(id)) {
                return Err(RecordsRefused::NoSuchHealthCheck(id.clone()));
            }
            let applied = unprotected(resources, zone_id, &record)
                .and_then(|()| sound(&record))
                .and_then(|()| apply(&mut records, &action, record.clone()));
            complaints.extend(applied.err());
            if action != "DELETE" {
                written.push(record);
            }
        }
        complaints.extend(
            written
                .iter()
                .filter_map(|record| fits(record, &records, zone_id).err()),
        );
        if !complaints.is_empty() {
            return Err(RecordsRefused::Invalid(complaints));
        }
        let zones = &mut resources.hosted_zones;
        if let Some(zone) = zones.iter_mut().find(|zone| zone.id == zone_id) {
            zone.records = records;
        }
        Ok(self.submit_dns_change(zone_id, comment))
    }
}

/// The rules of a single record (aws-facts §3.1).
fn sound(record: &RecordSet) -> Result<(), String> {
    let routed = record.routing != Routing::Simple;
    let complaint = if routed && record.set_identifier.is_none() {
        "a set identifier is required for records with a routing policy"
    } else if record.alias.is_some() && (record.ttl.is_some() || !record.values.is_empty()) {
        "an alias has neither a TTL nor resource records"
    } else if record.alias.is_none() && (record.ttl.is_none() || record.values.is_empty()) {
        "a TTL and resource records are required"
    } else if matches!(record.routing, Routing::Latency(_) | Routing::Weighted(_))
        && record.values.len() > 1
    {
        "a record of this policy has one resource record"
    } else if record
        .routing
        .weight()
        .is_some_and(|weight| !(0..=255).contains(&weight))
    {
        "a weight is between 0 and 255"
    } else if record.routing == Routing::Multivalue
        && (record.alias.is_some() || record.kind == "CNAME")
    {
        "a multivalue answer is no alias, and no CNAME"
    } else if matches!(record.routing, Routing::Failover(_))
        && record
            .alias
            .as_ref()
            .is_some_and(|alias| !alias.evaluate_target_health)
    {
        "a failover alias evaluates its target's health"
    } else if record.routing == Routing::Failover(FailoverRole::Primary)
        && record.alias.is_none()
        && record.health_check.is_none()
    {
        return Err("A non-alias primary ResourceRecordSet must have an associated health check. No changes made.".into());
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
    let policy = |one: &RecordSet| one.routing.policy();
    let beside = || {
        let named = records.iter();
        named.filter(|one| one.name == record.name && one.kind == record.kind)
    };
    // Weights may be alike; no other setting may.
    let twin = || {
        let alike = beside().filter(|one| one.routing == record.routing);
        record.routing.weight().is_none() && alike.count() > 1
    };
    let complaint = if dangling {
        "Tried to create an alias, but the alias target name was not found in the zone"
    } else if beside().any(|one| policy(one) != policy(record)) {
        "routing policies cannot be mixed under one name and type"
    } else if !matches!(record.routing, Routing::Simple | Routing::Multivalue) && twin() {
        match record.routing {
            Routing::Latency(_) => "there is a latency record for this Region already",
            _ => "there is a record with these settings already",
        }
    } else if record.routing.weight().is_some()
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
    one.name.eq_ignore_ascii_case(&other.name)
        && one.kind == other.kind
        && one.set_identifier == other.set_identifier
}
