//! One event of `CloudTrail`, which may hold anything: callers choose names, agents and parameters.

use serde::Deserialize;
use serde_json::Value;

use crate::transport::json::Epoch;
use crate::transport::reply;
use gwctl_fleet::{Actor, EventOutcome, Region, TrailRecord, clean};

/// Longest value of a request that is kept, in characters.
const VALUE: usize = 300;
/// Most values of a request that are kept.
const VALUES: usize = 200;
/// Most resources that are kept.
const RESOURCES: usize = 20;

/// An event as `LookupEvents` gives it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Told {
    event_id: Option<String>,
    event_name: Option<String>,
    event_time: Option<Epoch>,
    event_source: Option<String>,
    username: Option<String>,
    resources: Option<Vec<Resource>>,
    cloud_trail_event: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Resource {
    resource_name: Option<String>,
}

impl Told {
    /// None where nobody can say when it was or what it is. What the JSON inside does not tell is taken from around
    /// it; but then nobody knows whether AWS refused the call.
    pub(super) fn record(self, asked: &Region) -> Option<TrailRecord> {
        let inner = self.cloud_trail_event.as_deref();
        let inner: Option<Value> = inner.and_then(|text| serde_json::from_str(text).ok());
        let inner = inner.filter(Value::is_object);
        let text = |key: &str| inner.as_ref().and_then(|event| text_of(event, &[key]));
        let outside = |told: &Option<String>| reply::some_name(told.as_deref());
        let at = self.event_time.and_then(Epoch::moment);
        let at = at.or_else(|| text("eventTime")?.parse().ok())?;
        let source = outside(&self.event_source).or_else(|| text("eventSource"))?;
        let service = source.split('.').next().unwrap_or_default().to_owned();
        let name = outside(&self.event_name).or_else(|| text("eventName"))?;
        let id = outside(&self.event_id).or_else(|| text("eventID"));
        let region = text("awsRegion").and_then(|code| Region::new(&code).ok());
        let user = outside(&self.username);
        let actor = inner.as_ref().and_then(actor);
        let mut parameters = Vec::new();
        if let Some(request) = inner
            .as_ref()
            .and_then(|event| event.get("requestParameters"))
        {
            flatten(request, "", &mut parameters);
        }
        Some(TrailRecord {
            id: id.unwrap_or_else(|| format!("{service} {name} {at}")),
            at,
            region: region.unwrap_or_else(|| asked.clone()),
            service,
            name,
            actor: actor.or_else(|| {
                let name = user?;
                Some(Actor {
                    name,
                    ..Actor::default()
                })
            }),
            outcome: inner.as_ref().map_or(EventOutcome::Unknown, outcome),
            from: text("sourceIPAddress"),
            agent: text("userAgent"),
            account: text("recipientAccountId"),
            resources: resources(self.resources, inner.as_ref()),
            parameters,
        })
    }
}

/// What is at `path`, cleaned; none where there is no text.
fn text_of(value: &Value, path: &[&str]) -> Option<String> {
    let found = path.iter().try_fold(value, |value, key| value.get(key));
    reply::some_name(found?.as_str())
}

/// Success has no error code (aws-facts §14.4).
fn outcome(event: &Value) -> EventOutcome {
    let message = || event.get("errorMessage").and_then(Value::as_str);
    match event.get("errorCode") {
        None | Some(Value::Null) => EventOutcome::Done,
        Some(code) => EventOutcome::Refused {
            code: reply::name(code.as_str().unwrap_or("an error without a code")),
            message: message().map(reply::message).unwrap_or_default(),
        },
    }
}

/// By the kind of identity (aws-facts §14.4); none where the event names nobody.
fn actor(event: &Value) -> Option<Actor> {
    let identity = event.get("userIdentity").filter(|one| one.is_object())?;
    let text = |path: &[&str]| text_of(identity, path);
    let kind = text(&["type"]);
    let arn = text(&["arn"]);
    let invoked_by = text(&["invokedBy"]);
    let role = text(&["sessionContext", "sessionIssuer", "userName"]);
    let session = || {
        let session = arn.as_deref()?.rsplit_once('/')?.1;
        (!session.is_empty()).then(|| session.to_owned())
    };
    let named = match kind.as_deref() {
        Some("AssumedRole" | "Role" | "FederatedUser") => {
            text(&["sessionContext", "sourceIdentity"])
                .or_else(session)
                .or_else(|| role.clone())
        }
        Some("AWSService") => invoked_by.clone(),
        Some("IdentityCenterUser") => text(&["onBehalfOf", "userId"]),
        Some("Root") => Some("root user".to_owned()),
        _ => None,
    };
    let named = named.or_else(|| text(&["userName"])).or_else(session);
    let named = named.or_else(|| invoked_by.clone());
    let name = named.or_else(|| text(&["principalId"]))?;
    let through = invoked_by.filter(|service| *service != name);
    Some(Actor {
        name,
        kind,
        role,
        through,
        arn,
    })
}

/// What AWS lists around the event and inside it, each once.
fn resources(around: Option<Vec<Resource>>, event: Option<&Value>) -> Vec<String> {
    let around = around.into_iter().flatten();
    let around = around.filter_map(|one| reply::some_name(one.resource_name.as_deref()));
    let inside = event.and_then(|event| event.get("resources")?.as_array());
    let inside = inside
        .into_iter()
        .flatten()
        .filter_map(|one| text_of(one, &["ARN"]));
    let mut all: Vec<String> = Vec::new();
    for name in around.chain(inside) {
        if all.len() < RESOURCES && !all.contains(&name) {
            all.push(name);
        }
    }
    all
}

/// Every value below `value` with its path, as far as there is room.
fn flatten(value: &Value, path: &str, into: &mut Vec<(String, String)>) {
    if into.len() >= VALUES {
        return;
    }
    let below = |key: &str| match path {
        "" => key.to_owned(),
        path => format!("{path}.{key}"),
    };
    let leaf = match value {
        Value::Object(members) => {
            for (key, value) in members {
                flatten(value, &below(&reply::name(key)), into);
            }
            return;
        }
        Value::Array(items) => {
            for (n, value) in items.iter().enumerate() {
                flatten(value, &below(&n.to_string()), into);
            }
            return;
        }
        Value::Null => return,
        Value::String(text) => clean(text, VALUE),
        other => other.to_string(),
    };
    into.push((clean(path, VALUE), leaf));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_of_a_real_trail_are_read() {
        let sample = include_str!("../../../tests/samples/cloudtrail.json");
        let sample: Value = serde_json::from_str(sample).unwrap();
        let records = sample["Records"].as_array().unwrap().iter();
        let read: Vec<TrailRecord> = records
            .map(|record| {
                let event = serde_json::json!({ "CloudTrailEvent": record.to_string() });
                let told: Told = serde_json::from_value(event).unwrap();
                told.record(&Region::global()).unwrap()
            })
            .collect();
        let told: Vec<(&str, &str, &str)> = read
            .iter()
            .map(|one| (one.service.as_str(), one.name.as_str(), one.region.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                (
                    "autoscaling",
                    "DescribeLaunchConfigurations",
                    "eu-central-1"
                ),
                ("sts", "AssumeRole", "eu-central-1"),
            ]
        );
        assert!(read.iter().all(|one| one.outcome == EventOutcome::Done));
        let actors: Vec<Option<String>> = read
            .iter()
            .map(|one| one.actor.as_ref().map(|actor| actor.name.clone()))
            .collect();
        assert!(
            actors[0]
                .as_deref()
                .is_some_and(|name| name.contains("AutoScalingDescribeHandlerSession")),
            "{actors:?}"
        );
        assert!(actors[1].is_some(), "{actors:?}");
    }
}
