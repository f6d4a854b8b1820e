//! `ChangeResourceRecordSets`: all or nothing (aws-facts §3.2).

use crate::wire::fault::Fault;
use crate::wire::reply::Reply;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::services::route53::zone_input::{change_shape, zone};
use crate::wire::value::{Value, list, shape};
use crate::world::model::{AliasTarget, RecordSet};
use crate::world::{RecordsRefused, State};
use gwctl_fleet::{CidrLocation, FailoverRole, Geolocation, Geoproximity, Region, Routing};

pub fn change(world: &mut State, ask: &Ask) -> Answer {
    let zone_id = zone(&world.resources, ask.input.need("Id")?)?.id.clone();
    let batch = ask
        .input
        .get("ChangeBatch")
        .ok_or_else(|| Fault::missing("ChangeBatch"))?;
    let mut changes = Vec::new();
    for change in batch.items("Changes") {
        let record = read(change.get("ResourceRecordSet").unwrap_or(&Value::Null))?;
        changes.push((change.need("Action")?.to_owned(), record));
    }
    let comment = batch.text("Comment").map(str::to_owned);
    let submitted = world
        .account()
        .change_record_sets(&zone_id, changes, comment);
    let submitted = submitted.map_err(|refused| match refused {
        RecordsRefused::NoSuchHealthCheck(_) => {
            Fault::not_found("NoSuchHealthCheck", refused.to_string())
        }
        RecordsRefused::Invalid(complaints) => {
            Fault::bad("InvalidChangeBatch", format!("[{}]", complaints.join(", ")))
                .with("messages", list("Message", complaints))
        }
    })?;
    Ok(Reply::from(
        shape! { "ChangeInfo": change_shape(&submitted) },
    ))
}

fn read(given: &Value) -> Result<RecordSet, Fault> {
    let name = given.need("Name")?;
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
        routing: routing(given)?,
        health_check: given.text("HealthCheckId").map(str::to_owned),
        alias: alias.transpose()?,
    })
}

/// The one policy that the record has settings of.
fn routing(given: &Value) -> Result<Routing, Fault> {
    let text = |of: &Value, key: &str| of.text(key).map(str::to_owned);
    let region = given.text("Region").map(Region::new).transpose();
    let region = region.map_err(|error| super::invalid(error.to_string()))?;
    let failover = match given.text("Failover") {
        None => None,
        Some("PRIMARY") => Some(FailoverRole::Primary),
        Some("SECONDARY") => Some(FailoverRole::Secondary),
        Some(other) => return Err(super::invalid(format!("{other} is no failover role"))),
    };
    let bias =
        |of: &Value| Ok::<_, Fault>(of.int("Bias")?.and_then(|bias| i32::try_from(bias).ok()));
    let near = given.get("GeoProximityLocation").map(|of| {
        Ok::<_, Fault>(Geoproximity {
            aws_region: text(of, "AWSRegion"),
            local_zone_group: text(of, "LocalZoneGroup"),
            coordinates: None,
            bias: bias(of)?,
        })
    });
    let network = given.get("CidrRoutingConfig").map(|of| {
        Ok::<_, Fault>(CidrLocation {
            collection: of.need("CollectionId")?.to_owned(),
            location: of.need("LocationName")?.to_owned(),
        })
    });
    let all = [
        region.map(Routing::Latency),
        given.int("Weight")?.map(Routing::Weighted),
        failover.map(Routing::Failover),
        given.get("GeoLocation").map(|of| {
            Routing::Geolocation(Geolocation {
                continent: text(of, "ContinentCode"),
                country: text(of, "CountryCode"),
                subdivision: text(of, "SubdivisionCode"),
            })
        }),
        near.transpose()?.map(Routing::Geoproximity),
        network.transpose()?.map(Routing::IpBased),
        given
            .bool("MultiValueAnswer")?
            .filter(|is| *is)
            .map(|_| Routing::Multivalue),
    ];
    let mut set = all.into_iter().flatten();
    match (set.next(), set.next()) {
        (one, None) => Ok(one.unwrap_or_default()),
        (_, Some(_)) => Err(Fault::bad(
            "InvalidChangeBatch",
            "[Invalid resource record set: routing policies exclude each other]",
        )),
    }
}

fn dotted(name: &str) -> String {
    format!("{}.", name.trim_end_matches('.').to_ascii_lowercase())
}
