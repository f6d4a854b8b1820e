//! Amazon Route 53: zones, records, health checks.

mod change;
mod checks;
mod dns;
mod records;
mod zone_input;

use self::zone_input::{change_shape, invalid, max_items, reversed, zone};
use super::page::page;
use crate::wire::fault::Fault;
use crate::wire::reply::Reply;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::value::{Value, list, shape};
use crate::world::State;
use crate::world::model::{Dialect, HostedZone, Resources};

pub fn call(operation: &str, world: &mut State, ask: &Ask) -> Answer {
    match operation {
        "ListHostedZones" => list_zones(&world.resources, ask),
        "ListHostedZonesByName" => list_zones_by_name(&world.resources, ask),
        "GetHostedZone" => get_zone(&world.resources, ask),
        "ListResourceRecordSets" => records::list_sets(&world.resources, ask),
        "ChangeResourceRecordSets" => change::change(world, ask),
        "GetChange" => get_change(&world.resources, ask),
        "ListHealthChecks" => checks::list_checks(&world.resources, ask),
        "GetHealthCheck" => checks::get(&world.resources, ask),
        "GetHealthCheckStatus" => checks::status(&world.resources, ask),
        "UpdateHealthCheck" => checks::update(&mut world.resources, ask),
        "GetAccountLimit" => limit(&world.resources, ask),
        // aws-facts §18.3.
        "TestDNSAnswer" if world.resources.dialect == Some(Dialect::AwsUsGov) => {
            Err(Fault::unimplemented(operation))
        }
        "TestDNSAnswer" => dns::test_answer(world, ask),
        other => Err(Fault::unimplemented(other)),
    }
}

/// How many health checks and zones the account may have (aws-facts §3.4: 200 checks).
fn limit(world: &Resources, ask: &Ask) -> Answer {
    let kind = ask.input.need("Type")?;
    let (most, count) = match kind {
        "MAX_HEALTH_CHECKS_BY_OWNER" => (200, world.health_checks.len()),
        "MAX_HOSTED_ZONES_BY_OWNER" => (500, world.hosted_zones.len()),
        other => return Err(invalid(format!("{other} is not simulated"))),
    };
    Ok(shape! {
        "Limit": shape! { "Type": kind, "Value": most },
        "Count": count,
    }
    .into())
}

fn zone_shape(zone: &HostedZone) -> Value {
    shape! {
        "Id": format!("/hostedzone/{}", zone.id),
        "Name": &zone.name,
        "CallerReference": &zone.caller_reference,
        "Config": shape! { "Comment": &zone.comment, "PrivateZone": false },
        "ResourceRecordSetCount": zone.records.len(),
    }
}

fn list_zones(world: &Resources, ask: &Ask) -> Answer {
    let (size, marker) = (max_items(ask, 100)?, ask.input.text("marker"));
    let page = page(&world.hosted_zones, marker, size as usize)
        .ok_or_else(|| invalid("invalid marker"))?;
    Ok(shape! {
        "HostedZones": list("HostedZone", page.items.into_iter().map(zone_shape)),
        "Marker": marker.unwrap_or_default(),
        "IsTruncated": page.next.is_some(),
        "NextMarker": page.next,
        "MaxItems": size.to_string(),
    }
    .into())
}

fn list_zones_by_name(world: &Resources, ask: &Ask) -> Answer {
    let size = max_items(ask, 100)?;
    let (name, id) = (ask.input.text("dnsname"), ask.input.text("hostedzoneid"));
    let key = |zone: &HostedZone| (reversed(&zone.name), zone.id.clone());
    let from = (
        name.map(reversed).unwrap_or_default(),
        id.unwrap_or_default().to_owned(),
    );
    let mut zones: Vec<&HostedZone> = world
        .hosted_zones
        .iter()
        .filter(|zone| key(zone) >= from)
        .collect();
    zones.sort_by_key(|zone| key(zone));
    let next = zones.get(size as usize).copied();
    zones.truncate(size as usize);
    Ok(shape! {
        "HostedZones": list("HostedZone", zones.into_iter().map(zone_shape)),
        "DNSName": name,
        "HostedZoneId": id,
        "IsTruncated": next.is_some(),
        "NextDNSName": next.map(|zone| &zone.name),
        "NextHostedZoneId": next.map(|zone| &zone.id),
        "MaxItems": size.to_string(),
    }
    .into())
}

fn get_zone(world: &Resources, ask: &Ask) -> Answer {
    let zone = zone(world, ask.input.need("Id")?)?;
    Ok(shape! {
        "HostedZone": zone_shape(zone),
        "DelegationSet": shape! { "NameServers": list("NameServer", &zone.name_servers) },
    }
    .into())
}

fn get_change(world: &Resources, ask: &Ask) -> Answer {
    let id = ask.input.need("Id")?.trim_start_matches("/change/");
    let change = world
        .dns_changes
        .iter()
        .find(|change| change.id == id)
        .ok_or_else(|| {
            Fault::not_found(
                "NoSuchChange",
                format!("Could not find resource with ID: {id}"),
            )
        })?;
    Ok(Reply::from(shape! { "ChangeInfo": change_shape(change) }))
}

#[cfg(test)]
mod tests {
    use super::reversed;

    #[test]
    fn names_sort_by_their_labels_from_the_right() {
        let mut names = [
            "www.example.com.",
            "example.com.",
            "a.www.example.com",
            "example.org.",
        ];
        names.sort_by_key(|name| reversed(name));
        assert_eq!(
            names,
            [
                "example.com.",
                "www.example.com.",
                "a.www.example.com",
                "example.org."
            ]
        );
    }
}
