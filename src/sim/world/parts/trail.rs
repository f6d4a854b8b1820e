//! `CloudTrail`: what every call that was to change something leaves behind (aws-facts §14).

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::world::parts::present::Present;
use gwctl_fleet::Region;

/// Seconds until a record can be read: about five minutes on average (aws-facts §14.1).
const LATE: (i64, i64) = (60, 540);
/// Longest `requestParameters` that is kept, in bytes (aws-facts §14.4).
const PARAMETERS: usize = 100_000;

/// A call, as its record tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct TrailedCall {
    /// When it was completed.
    pub at: Timestamp,
    /// The Region that was called, us-east-1 for a global service.
    pub region: Region,
    /// IAM's prefix of the service.
    pub service: &'static str,
    /// The API's name of the call.
    pub operation: String,
    /// The account that was asked.
    pub account: String,
    /// ARN of who called.
    pub caller: String,
    /// The service that called for them.
    pub invoked_by: Option<&'static str>,
    /// The address they called from.
    pub from: String,
    /// The program that called.
    pub agent: String,
    /// As the record writes them: names begin with a small letter.
    pub parameters: Value,
    /// Names of what is changed.
    pub resources: Vec<String>,
    /// Code and message, where AWS refused it.
    pub refused: Option<(String, String)>,
}

/// A record.
#[derive(Debug, Clone, PartialEq)]
pub struct TrailRecord {
    pub id: String,
    pub at: Timestamp,
    /// When it can be read.
    pub visible: Timestamp,
    pub region: Region,
    pub account: String,
    /// `lambda.amazonaws.com`.
    pub source: String,
    pub name: String,
    /// The session's or user's name.
    pub user: String,
    pub resources: Vec<String>,
    /// The record as JSON.
    pub text: String,
}

/// All records, in the order of their calls.
#[derive(Debug, Clone, Default)]
pub struct Trail(Vec<TrailRecord>);

impl Trail {
    /// Those of `account` in `region` that can be read at `now`, newest first.
    pub fn readable(
        &self,
        account: &str,
        region: &Region,
        now: Timestamp,
    ) -> impl Iterator<Item = &TrailRecord> {
        let here = move |record: &&TrailRecord| {
            record.account == account && record.region == *region && record.visible <= now
        };
        let mut all: Vec<&TrailRecord> = self.0.iter().rev().filter(here).collect();
        all.sort_by_key(|record| std::cmp::Reverse(record.at));
        all.into_iter()
    }

    /// Keeps the record of `call`; none of what `CloudTrail`'s event history does not have.
    pub(in crate::world) fn keep(&mut self, call: TrailedCall, present: Present) {
        if !is_recorded(call.service, &call.operation) {
            return;
        }
        let number = self.0.len();
        let what = format!("record {number} {}", call.operation);
        let late = present.within(&what, LATE);
        let id = crate::world::names::uuid(present.seed, &what);
        let at = Timestamp::from_second(call.at.as_second()).unwrap_or(call.at);
        let name = event_name(call.service, &call.operation);
        let source = source(call.service);
        let text = written(&call, &id, at, &source, &name).to_string();
        self.0.push(TrailRecord {
            id,
            at,
            visible: at + SignedDuration::from_secs(late),
            region: call.region,
            account: call.account,
            source,
            name,
            user: session(&call.caller).to_owned(),
            resources: call.resources,
            text,
        });
    }
}

/// Calls of the data plane leave nothing (aws-facts §14.1); whether flips of routing controls do, the sheets do not
/// say. STS changes nothing.
fn is_recorded(service: &str, operation: &str) -> bool {
    let data_plane = matches!(
        (service, operation),
        ("cloudwatch", "PutMetricData") | ("lambda", "Invoke")
    );
    !data_plane && !matches!(service, "sts" | "route53-recovery-cluster" | "execute-api")
}

fn source(service: &str) -> String {
    let name = match service {
        "cloudwatch" => "monitoring",
        name => name,
    };
    format!("{name}.amazonaws.com")
}

/// Lambda's carry the version of the API (aws-facts §14.3).
fn event_name(service: &str, operation: &str) -> String {
    let version = match (service, operation) {
        ("lambda", "UpdateFunctionCode" | "UpdateFunctionConfiguration") => "20150331v2",
        ("lambda", _) => "20150331",
        _ => "",
    };
    format!("{operation}{version}")
}

/// What stands behind the last slash of an ARN.
fn session(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

fn written(call: &TrailedCall, id: &str, at: Timestamp, source: &str, name: &str) -> Value {
    let parameters = &call.parameters;
    let small = parameters.to_string().len() <= PARAMETERS;
    let mut record = json!({
        "eventVersion": "1.11",
        "userIdentity": identity(call),
        "eventTime": at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "eventSource": source,
        "eventName": name,
        "awsRegion": call.region.as_str(),
        "sourceIPAddress": call.invoked_by.unwrap_or(&call.from),
        "userAgent": call.invoked_by.unwrap_or(&call.agent),
        "requestParameters": small.then_some(parameters),
        "responseElements": null,
        "eventID": id,
        "readOnly": false,
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": call.account,
        "eventCategory": "Management",
    });
    if let Some((code, message)) = &call.refused {
        record["errorCode"] = json!(code);
        record["errorMessage"] = json!(message);
    }
    record
}

/// Sessions of a role, or users (aws-facts §14.4).
fn identity(call: &TrailedCall) -> Value {
    let (arn, account) = (&call.caller, &call.account);
    let role = arn
        .split_once(":assumed-role/")
        .and_then(|(_, rest)| rest.split('/').next());
    let mut identity = match role {
        Some(role) => json!({
            "type": "AssumedRole",
            "principalId": format!("AROASIMULATED:{}", session(arn)),
            "arn": arn,
            "accountId": account,
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "arn": format!("arn:aws:iam::{account}:role/{role}"),
                    "userName": role,
                },
                "attributes": { "mfaAuthenticated": "false" },
            },
        }),
        None => json!({
            "type": "IAMUser",
            "arn": arn,
            "accountId": account,
            "userName": session(arn),
        }),
    };
    if let Some(service) = call.invoked_by {
        identity["invokedBy"] = json!(service);
    }
    identity
}
