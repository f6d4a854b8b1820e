//! AWS `CloudTrail`: its event history (aws-facts §14.2).

use jiff::SignedDuration;

use super::page::page;
use crate::wire::fault::Fault;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::value::{Value, members, shape};
use crate::world::{State, TrailRecord};

/// How far back the history goes.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);
/// The most events a page.
const PAGE: i64 = 50;

pub fn call(operation: &str, world: &mut State, ask: &Ask) -> Answer {
    match operation {
        "LookupEvents" => lookup(world, ask),
        other => Err(Fault::unimplemented(other)),
    }
}

fn lookup(world: &mut State, ask: &Ask) -> Answer {
    let (account, _) = ask.signer.identity(world);
    let home = ask.region.as_str();
    if !world.control.may_look_up(&account, home, ask.now) {
        return Err(Fault::bad("ThrottlingException", "Rate exceeded"));
    }
    let input = &ask.input;
    let wanted = attribute(input)?;
    let from = input.time("StartTime")?.unwrap_or(ask.now - KEPT);
    let to = input.time("EndTime")?.unwrap_or(ask.now);
    if from > to {
        let message = "The start time must be before the end time.";
        return Err(Fault::bad("InvalidTimeRangeException", message));
    }
    let size = input.int("MaxResults")?.unwrap_or(PAGE);
    if !(1..=PAGE).contains(&size) {
        let message = format!("MaxResults must be between 1 and {PAGE}.");
        return Err(Fault::bad("InvalidMaxResultsException", message));
    }
    let found = world
        .trail
        .readable(&account, &ask.region, ask.now)
        .filter(|record| (from..=to).contains(&record.at) && ask.now - KEPT <= record.at)
        .filter(|record| wanted.is_none_or(|(key, value)| has(record, key, value)));
    let page = page(found, input.text("NextToken"), size as usize)
        .ok_or_else(|| Fault::bad("InvalidNextTokenException", "The token is not valid."))?;
    Ok(shape! {
        "Events": members(page.items.into_iter().map(event)),
        "NextToken": page.next,
    }
    .into())
}

/// At most one.
fn attribute(input: &Value) -> Result<Option<(&str, &str)>, Fault> {
    let refused = |message: &str| Fault::bad("InvalidLookupAttributesException", message);
    let all = input.items("LookupAttributes");
    match all.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some((
            one.need("AttributeKey")?,
            one.need("AttributeValue")?,
        ))),
        _ => Err(refused("You can only specify one lookup attribute.")),
    }
}

/// Only calls that change something are kept here.
fn has(record: &TrailRecord, key: &str, value: &str) -> bool {
    match key {
        "EventId" => record.id == value,
        "EventName" => record.name == value,
        "EventSource" => record.source == value,
        "ReadOnly" => value == "false",
        "Username" => record.user == value,
        "ResourceName" => record.resources.iter().any(|name| name == value),
        _ => false,
    }
}

fn event(record: &TrailRecord) -> Value {
    let resources = record
        .resources
        .iter()
        .map(|name| shape! { "ResourceName": name });
    shape! {
        "EventId": &record.id,
        "EventName": &record.name,
        "ReadOnly": "false",
        "EventTime": record.at,
        "EventSource": &record.source,
        "Username": &record.user,
        "Resources": members(resources),
        "CloudTrailEvent": &record.text,
    }
}
