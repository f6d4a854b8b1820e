//! Record sets, in Route 53's order.

use crate::wire::services::ask::{Answer, Ask};
use crate::wire::services::route53::zone_input::{invalid, max_items, reversed, zone};
use crate::wire::value::{Value, list, shape};
use crate::world::model::{RecordSet, Resources};
use gwctl_fleet::{FailoverRole, Routing};

/// Name by reversed labels, type, set identifier.
type Key = (String, String, String);

fn key(record: &RecordSet) -> Key {
    (
        reversed(&record.name),
        record.kind.clone(),
        record.set_identifier.clone().unwrap_or_default(),
    )
}

pub fn list_sets(world: &Resources, ask: &Ask) -> Answer {
    let zone = zone(world, ask.input.need("Id")?)?;
    let size = max_items(ask, 300)?;
    let (name, kind, identifier) = (
        ask.input.text("name"),
        ask.input.text("type"),
        ask.input.text("identifier"),
    );
    if name.is_none() && kind.is_some() {
        return Err(invalid(
            "The input is not valid: type is given without name",
        ));
    }
    if kind.is_none() && identifier.is_some() {
        return Err(invalid(
            "The input is not valid: identifier is given without type",
        ));
    }
    let from: Key = (
        name.map(reversed).unwrap_or_default(),
        kind.unwrap_or_default().to_owned(),
        identifier.unwrap_or_default().to_owned(),
    );
    let mut records: Vec<&RecordSet> = zone
        .records
        .iter()
        .filter(|record| key(record) >= from)
        .collect();
    records.sort_by_key(|record| key(record));
    let next = records.get(size as usize).copied();
    records.truncate(size as usize);
    Ok(shape! {
        "ResourceRecordSets": list("ResourceRecordSet", records.into_iter().map(record_shape)),
        "IsTruncated": next.is_some(),
        "NextRecordName": next.map(|record| &record.name),
        "NextRecordType": next.map(|record| &record.kind),
        "NextRecordIdentifier": next.and_then(|record| record.set_identifier.as_ref()),
        "MaxItems": size.to_string(),
    }
    .into())
}

fn record_shape(record: &RecordSet) -> Value {
    let values = (!record.values.is_empty()).then(|| {
        list(
            "ResourceRecord",
            record.values.iter().map(|value| shape! { "Value": value }),
        )
    });
    let alias = record.alias.as_ref().map(|target| {
        shape! {
            "HostedZoneId": &target.zone,
            "DNSName": &target.name,
            "EvaluateTargetHealth": target.evaluate_target_health,
        }
    });
    let (mut latency, mut failover) = (None, None);
    let (mut geolocation, mut geoproximity, mut cidr) = (None, None, None);
    match &record.routing {
        Routing::Latency(region) => latency = Some(region.as_str()),
        Routing::Failover(FailoverRole::Primary) => failover = Some("PRIMARY"),
        Routing::Failover(FailoverRole::Secondary) => failover = Some("SECONDARY"),
        Routing::Geolocation(of) => {
            geolocation = Some(shape! {
                "ContinentCode": of.continent.as_ref(),
                "CountryCode": of.country.as_ref(),
                "SubdivisionCode": of.subdivision.as_ref(),
            });
        }
        Routing::Geoproximity(of) => {
            geoproximity = Some(shape! {
                "AWSRegion": of.aws_region.as_ref(),
                "Bias": of.bias.map(i64::from),
            });
        }
        Routing::IpBased(of) => {
            cidr = Some(shape! { "CollectionId": &of.collection, "LocationName": &of.location });
        }
        Routing::Simple | Routing::Weighted(_) | Routing::Multivalue => {}
    }
    shape! {
        "Name": &record.name,
        "Type": &record.kind,
        "SetIdentifier": record.set_identifier.as_ref(),
        "Weight": record.routing.weight(),
        "Region": latency,
        "Failover": failover,
        "GeoLocation": geolocation,
        "GeoProximityLocation": geoproximity,
        "CidrRoutingConfig": cidr,
        "MultiValueAnswer": (record.routing == Routing::Multivalue).then_some(true),
        "TTL": record.ttl,
        "ResourceRecords": values,
        "AliasTarget": alias,
        "HealthCheckId": record.health_check.as_ref(),
    }
}
