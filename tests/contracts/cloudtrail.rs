//! `CloudTrail`'s event history as AWS's model and published samples describe it: moto has none, ministack an empty one.

use std::sync::{Arc, Mutex};

use gwctl::fleet::{EventOutcome, Missing, TrailRecord};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::stage::{Request, answering, deaf, ireland, json as reply, json_error};

fn window() -> (Timestamp, Timestamp) {
    let to: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
    (to - jiff::SignedDuration::from_hours(2), to)
}

/// An event around `inner`, as `LookupEvents` gives it.
fn event(inner: &Value) -> Value {
    json!({
        "EventId": "e-1", "EventName": inner["eventName"], "ReadOnly": "false", "AccessKeyId": "ASIA",
        "EventTime": 1_795_345_200.0, "EventSource": inner["eventSource"], "Username": "outside",
        "Resources": [{ "ResourceType": "AWS::Lambda::Function", "ResourceName": "orders-write" }],
        "CloudTrailEvent": inner.to_string(),
    })
}

fn update_code(identity: &Value) -> Value {
    json!({
        "eventVersion": "1.11", "userIdentity": identity, "eventTime": "2026-11-22T11:00:00Z",
        "eventSource": "lambda.amazonaws.com", "eventName": "UpdateFunctionCode20150331v2", "awsRegion": "eu-west-1",
        "sourceIPAddress": "198.51.100.7", "userAgent": "aws-cli/2.31", "requestParameters":
            { "functionName": "orders-write", "publish": false, "dryRun": null, "list": [{ "a": 1 }] },
        "responseElements": null, "eventID": "e-1", "readOnly": false, "eventType": "AwsApiCall",
        "recipientAccountId": "123456789012", "eventCategory": "Management",
    })
}

fn assumed() -> Value {
    json!({
        "type": "AssumedRole", "principalId": "AROA:alice@example.com",
        "arn": "arn:aws:sts::123456789012:assumed-role/oncall/alice@example.com",
        "sessionContext": { "sessionIssuer": { "type": "Role", "userName": "oncall" } },
    })
}

async fn records(events: Vec<Value>) -> (Vec<TrailRecord>, usize) {
    let body = json!({ "Events": events }).to_string();
    let session = answering(move |_| reply(200, &body)).await;
    let page = session
        .cloudtrail(&ireland())
        .changes(window(), None)
        .await
        .unwrap();
    (page.records, page.unreadable)
}

async fn record(inner: &Value) -> TrailRecord {
    let (mut all, unreadable) = records(vec![event(inner)]).await;
    assert_eq!((all.len(), unreadable), (1, 0));
    all.remove(0)
}

#[tokio::test]
async fn a_large_request_keeps_the_name_of_what_it_changes() {
    let behavior = |n: usize| {
        let mut one = serde_json::Map::new();
        for value in 0..25 {
            one.insert(format!("setting{value}"), json!(n));
        }
        Value::Object(one)
    };
    let behaviors: Vec<Value> = (0..30).map(behavior).collect();
    let mut inner = update_code(&assumed());
    inner["eventSource"] = json!("cloudfront.amazonaws.com");
    inner["eventName"] = json!("UpdateDistribution");
    inner["requestParameters"] = json!({
        "distributionConfig": { "cacheBehaviors": { "items": behaviors, "quantity": 30 } },
        "id": "E2ORDERS0EDGE1", "ifMatch": "E3ETAG",
    });
    let told = record(&inner).await;
    assert_eq!(told.values("id"), ["E2ORDERS0EDGE1"]);
    assert_eq!(told.values("quantity"), ["30"]);
    assert_eq!(told.parameters.len(), 200, "the rest is cut off");
    inner["eventSource"] = json!("route53.amazonaws.com");
    inner["eventName"] = json!("ChangeResourceRecordSets");
    inner["requestParameters"] =
        json!({ "changeBatch": { "changes": behaviors }, "hostedZoneId": "Z2ORDERS" });
    let told = record(&inner).await;
    assert_eq!(told.values("hostedZoneId"), ["Z2ORDERS"]);
}

#[tokio::test]
async fn changes_of_a_window_are_asked_page_by_page_and_an_empty_page_is_not_the_last() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let heard = seen.clone();
    let session = answering(move |request: Request| {
        assert_eq!(request.host(), "cloudtrail.eu-west-1.amazonaws.com");
        assert_eq!(
            request.header("x-amz-target"),
            Some("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents")
        );
        assert_eq!(
            request.header("content-type"),
            Some("application/x-amz-json-1.1")
        );
        heard.lock().unwrap().push(request.text());
        reply(200, r#"{"Events": [], "NextToken": "more"}"#)
    })
    .await;
    let trail = session.cloudtrail(&ireland());
    let first = trail.changes(window(), None).await.unwrap();
    assert_eq!(
        (first.records.len(), first.next.as_deref()),
        (0, Some("more"))
    );
    trail
        .changes(window(), first.next.as_deref())
        .await
        .unwrap();
    let bodies: Vec<Value> = seen
        .lock()
        .unwrap()
        .iter()
        .map(|body| serde_json::from_str(body).unwrap())
        .collect();
    let mut expected = json!({
        "LookupAttributes": [{ "AttributeKey": "ReadOnly", "AttributeValue": "false" }],
        "StartTime": window().0.as_second(), "EndTime": window().1.as_second(), "MaxResults": 50,
    });
    assert_eq!(bodies[0], expected);
    expected["NextToken"] = json!("more");
    assert_eq!(bodies[1], expected, "the same parameters with the token");
}

#[tokio::test]
async fn an_event_tells_who_from_where_with_what_and_on_what() {
    let record = record(&update_code(&assumed())).await;
    let actor = record.actor.as_ref().unwrap();
    assert_eq!(
        (actor.name.as_str(), actor.role.as_deref()),
        ("alice@example.com", Some("oncall"))
    );
    assert_eq!(
        (record.service.as_str(), record.operation()),
        ("lambda", "UpdateFunctionCode")
    );
    assert_eq!(record.at.to_string(), "2026-11-22T11:00:00Z");
    assert_eq!(record.outcome, EventOutcome::Done);
    assert_eq!(record.from.as_deref(), Some("198.51.100.7"));
    assert_eq!(record.agent.as_deref(), Some("aws-cli/2.31"));
    assert_eq!(record.account.as_deref(), Some("123456789012"));
    assert_eq!(record.values("functionName"), ["orders-write"]);
    assert_eq!(record.values("list.0.a"), ["1"]);
    assert!(record.values("dryRun").is_empty());
}

#[tokio::test]
async fn every_kind_of_identity_is_called_by_its_name() {
    for (identity, expected) in [
        (
            json!({ "type": "IAMUser", "userName": "bob", "arn": "arn:aws:iam::1:user/bob" }),
            "bob",
        ),
        (
            json!({ "type": "AWSService", "invokedBy": "rds.amazonaws.com" }),
            "rds (AWS)",
        ),
        (
            json!({ "type": "Root", "arn": "arn:aws:iam::1:root" }),
            "root user",
        ),
        (
            json!({ "type": "IdentityCenterUser", "onBehalfOf": { "userId": "u-1" } }),
            "u-1",
        ),
        (json!({ "type": "Unknown", "principalId": "P1" }), "P1"),
        (json!({}), "outside"),
        (json!("nobody"), "outside"),
        (json!(null), "outside"),
    ] {
        let record = record(&update_code(&identity)).await;
        assert_eq!(record.actor.unwrap().said(), expected, "{identity}");
    }
    let mut stack = assumed();
    stack["invokedBy"] = json!("cloudformation.amazonaws.com");
    let actor = record(&update_code(&stack)).await.actor.unwrap();
    assert_eq!(actor.said(), "alice@example.com through cloudformation");
    stack["sessionContext"]["sourceIdentity"] = json!("alice");
    let actor = record(&update_code(&stack)).await.actor.unwrap();
    assert_eq!(actor.said(), "alice through cloudformation");
}

#[tokio::test]
async fn a_refused_call_is_known_as_one() {
    let mut inner = update_code(&assumed());
    inner["errorCode"] = json!("AccessDenied");
    inner["errorMessage"] = json!("not\u{1b}[2J allowed");
    let refused = record(&inner).await.outcome;
    assert_eq!(
        refused,
        EventOutcome::Refused {
            code: "AccessDenied".into(),
            message: "not[2J allowed".into()
        }
    );
    inner["errorCode"] = json!(17);
    let outcome = record(&inner).await.outcome;
    assert!(
        matches!(outcome, EventOutcome::Refused { .. }),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn an_event_whose_json_cannot_be_read_is_neither_lost_nor_taken_for_a_change() {
    for text in [
        json!("{\"eventName\": "),
        json!("[]"),
        json!("7"),
        json!(null),
    ] {
        let mut broken = event(&update_code(&assumed()));
        broken["CloudTrailEvent"] = text;
        let (all, unreadable) = records(vec![broken]).await;
        assert_eq!(unreadable, 0);
        assert_eq!(all[0].outcome, EventOutcome::Unknown);
        assert_eq!(all[0].actor.as_ref().unwrap().name, "outside");
        assert_eq!(all[0].resources, ["orders-write"]);
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let mut broken = event(&update_code(&assumed()));
    broken["CloudTrailEvent"] = json!(deep);
    assert_eq!(
        records(vec![broken]).await.0[0].outcome,
        EventOutcome::Unknown
    );
    let nameless = json!({ "EventId": "e-2", "EventTime": 1_795_345_200 });
    let timeless = json!({ "EventName": "X", "EventSource": "lambda.amazonaws.com" });
    let (all, unreadable) = records(vec![nameless, timeless]).await;
    assert_eq!((all.len(), unreadable), (0, 2));
}

#[tokio::test]
async fn nothing_that_a_caller_wrote_reaches_the_terminal_or_grows_without_limit() {
    let mut inner = update_code(&assumed());
    inner["userAgent"] = json!("evil\u{1b}]0;title\u{7}\u{202e}");
    inner["requestParameters"] =
        json!({ "functionName": "x".repeat(1_000_000), "many": vec!["v"; 100_000] });
    inner["requestParameters"]["k\u{1b}[31m"] = json!("v");
    let record = record(&inner).await;
    assert_eq!(record.agent.as_deref(), Some("evil]0;title"));
    assert!(record.parameters.len() <= 200);
    let text = format!("{:?}", record.parameters);
    assert!(!text.contains("\\u{1b}") && text.len() < 10_000);
}

#[tokio::test]
async fn each_way_to_get_no_answer_is_told_as_what_it_is() {
    let missing = |status, code: &'static str| async move {
        let session = answering(move |_| json_error(status, code, "no")).await;
        let error = session.cloudtrail(&ireland()).changes(window(), None).await;
        Missing::from(error.unwrap_err())
    };
    assert_eq!(
        missing(400, "AccessDeniedException").await,
        Missing::NotAllowed {
            action: "cloudtrail:LookupEvents".into()
        }
    );
    for (code, words) in [
        ("ThrottlingException", "too many requests"),
        ("ExpiredTokenException", "credentials have expired"),
        ("InvalidTimeRangeException", "InvalidTimeRangeException"),
    ] {
        let why = missing(400, code).await;
        assert!(
            matches!(&why, Missing::CouldNotAsk { why } if why.contains(words)),
            "{why}"
        );
    }
    let session = answering(|_| reply(200, "<html>busy</html>")).await;
    let error = session
        .cloudtrail(&ireland())
        .changes(window(), None)
        .await
        .unwrap_err();
    assert!(error.message.contains("not valid"), "{}", error.message);
}

#[tokio::test(start_paused = true)]
async fn a_region_that_never_answers_is_given_up_in_time() {
    let session = deaf().await;
    let error = session
        .cloudtrail(&ireland())
        .changes(window(), None)
        .await
        .unwrap_err();
    let why = Missing::from(error);
    assert!(
        matches!(&why, Missing::CouldNotAsk { why } if why == "no answer in time"),
        "{why}"
    );
}

#[tokio::test]
async fn a_history_of_alarms_that_cannot_be_read_is_no_empty_one() {
    let session = answering(|request: Request| {
        assert!(request.is("DescribeAlarmHistory"));
        reply(200, "<html>busy</html>")
    })
    .await;
    let turns = session.cloudwatch(&ireland()).alarm_turns(window()).await;
    let error = turns.unwrap_err();
    assert_eq!(error.operation, "DescribeAlarmHistory");
    assert!(matches!(Missing::from(error), Missing::CouldNotAsk { .. }));
}
