//! AWS Health (aws-facts §14.5): two endpoints, of which the passive one tells everything a little later.

use jiff::{SignedDuration, Timestamp};

use super::page::page;
use crate::wire::fault::Fault;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::value::{Value, members, shape};
use crate::world::{AwsTrouble, State, SupportPlan};

/// How much older the data of the passive endpoint are.
const BEHIND: SignedDuration = SignedDuration::from_mins(5);
/// Events a page, at least and at most, in AWS's model of the service.
const PAGE: (i64, i64) = (10, 100);

pub fn call(operation: &str, world: &State, ask: &Ask) -> Answer {
    if world.aws_health.plan == SupportPlan::Basic {
        let message =
            "Amazon Web Services Premium Support Subscription is required to use this service.";
        return Err(Fault::bad("SubscriptionRequiredException", message));
    }
    let now = match ask.region.as_str() {
        "us-east-1" => ask.now,
        _ => ask.now - BEHIND,
    };
    match operation {
        "DescribeEvents" => describe(world, ask, now),
        "DescribeEventDetails" => Ok(details(world, ask, now)),
        other => Err(Fault::unimplemented(other)),
    }
}

fn describe(world: &State, ask: &Ask, now: Timestamp) -> Answer {
    let input = &ask.input;
    let size = input.int("maxResults")?.unwrap_or(PAGE.0);
    if !(PAGE.0..=PAGE.1).contains(&size) {
        let message = format!("maxResults must be between {} and {}", PAGE.0, PAGE.1);
        return Err(Fault::bad("ValidationException", message));
    }
    let nothing = shape! {};
    let filter = input.get("filter").unwrap_or(&nothing);
    let since = match filter.items("lastUpdatedTimes").first() {
        Some(range) => range.time("from")?,
        None => None,
    };
    let has = |name: &str, value: &str| {
        let wanted = filter.texts(name);
        wanted.is_empty() || wanted.contains(&value)
    };
    let found = world.aws_health.readable(now).into_iter().filter(|one| {
        has("regions", one.region.as_str())
            && has("services", one.service)
            && has("eventStatusCodes", status(one, now))
            && has("eventTypeCategories", "issue")
            && since.is_none_or(|since| one.updated(now) >= since)
    });
    let page = page(found, input.text("nextToken"), size as usize)
        .ok_or_else(|| Fault::bad("InvalidPaginationToken", "The token is not valid."))?;
    Ok(shape! {
        "events": members(page.items.into_iter().map(|one| event(one, now))),
        "nextToken": page.next,
    }
    .into())
}

fn details(world: &State, ask: &Ask, now: Timestamp) -> crate::wire::reply::Reply {
    let wanted = ask.input.texts("eventArns");
    let all = world.aws_health.readable(now).into_iter();
    let known = all.filter(|one| wanted.contains(&one.arn.as_str()));
    let detail = |one: &AwsTrouble| {
        shape! {
            "event": event(one, now),
            "eventDescription": shape! { "latestDescription": &one.words },
        }
    };
    shape! {
        "successfulSet": members(known.map(detail)),
        "failedSet": members(Vec::<Value>::new()),
    }
    .into()
}

fn status(one: &AwsTrouble, now: Timestamp) -> &'static str {
    if one.until.is_some_and(|until| until <= now) {
        "closed"
    } else {
        "open"
    }
}

fn event(one: &AwsTrouble, now: Timestamp) -> Value {
    shape! {
        "arn": &one.arn,
        "service": one.service,
        "eventTypeCode": format!("AWS_{}_OPERATIONAL_ISSUE", one.service),
        "eventTypeCategory": "issue",
        "region": one.region.as_str(),
        "startTime": one.from,
        "endTime": one.until.filter(|until| *until <= now),
        "lastUpdatedTime": one.updated(now),
        "statusCode": status(one, now),
        "eventScopeCode": "PUBLIC",
    }
}
