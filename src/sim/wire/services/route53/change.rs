//! `ChangeResourceRecordSets`: all or nothing (aws-facts §3.2).

use crate::wire::fault::Fault;
use crate::wire::reply::Reply;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::services::route53::zone_input::{change_shape, zone};
use crate::wire::value::{Value, list, shape};
use crate::world::model::{AliasTarget, RecordSet};
use crate::world::{RecordsRefused, State};
use gwctl_fleet::Region;

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
        region: region.map_err(|error| super::invalid(error.to_string()))?,
        weight: given.int("Weight")?,
        health_check: given.text("HealthCheckId").map(str::to_owned),
        alias: alias.transpose()?,
    })
}

fn dotted(name: &str) -> String {
    format!("{}.", name.trim_end_matches('.').to_ascii_lowercase())
}
