//! AWS Health: both endpoints, at a rate, and told how far its answer goes.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use gwctl::aws::{Handler, Session, SessionOptions, Timeouts, in_process};
use gwctl::fleet::{Event, FleetSpec, Missing, NO_PLAN};
use gwctl::observe::{Answered, History};
use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::stand::world;
use crate::contracts::stage::TokioClock;

const SINCE: SignedDuration = SignedDuration::from_hours(2);

/// Answers AWS Health by the endpoint's Region, the operation and the number of that call there; none is silence.
type Page = fn(region: &str, operation: &str, number: usize) -> Option<Value>;

/// What AWS Health was asked: the endpoint's Region, the operation, and when.
type Calls = Arc<Mutex<Vec<(String, String, Instant)>>>;

struct Stand {
    history: History,
    session: Session,
    spec: FleetSpec,
    calls: Calls,
}

async fn stand(page: Page) -> Stand {
    let calls = Calls::default();
    let seen = calls.clone();
    let door: Handler = Arc::new(move |request| {
        let host = request.uri().host().unwrap_or_default().to_owned();
        let mut labels = host.split('.');
        let (service, region) = (labels.next().unwrap(), labels.next().unwrap().to_owned());
        let target = request.headers().get("x-amz-target").cloned();
        let answer = if service == "health" {
            let target = target.unwrap();
            let (prefix, operation) = target.to_str().unwrap().split_once('.').unwrap();
            assert_eq!(prefix, "AWSHealth_20160804");
            let mut seen = seen.lock().unwrap();
            let before = seen.iter();
            let number = before
                .filter(|one| (&*one.0, &*one.1) == (&*region, operation))
                .count();
            seen.push((region.clone(), operation.to_owned(), Instant::now()));
            page(&region, operation, number)
        } else {
            Some(json!({}))
        };
        Box::pin(async move {
            let Some(answer) = answer else {
                return std::future::pending().await;
            };
            let status = answer["status"]
                .as_u64()
                .map_or(200, |status| status as u16);
            let reply = http::Response::builder()
                .status(status)
                .header("content-type", "application/x-amz-json-1.1");
            Ok(reply.body(answer.to_string().into_bytes()).unwrap())
        })
    });
    let clock = TokioClock::start();
    let spec = world("calm", 3).spec();
    let options = SessionOptions {
        profile: None,
        http_client: Some(in_process(door)),
        timeouts: Timeouts::default(),
        clock: clock.clone(),
    };
    Stand {
        session: Session::connect_fleet(options, &spec).await,
        history: History::new(clock),
        spec,
        calls,
    }
}

impl Stand {
    /// What AWS Health answered.
    async fn ask(&self) -> Answered {
        let all = self.history.ask(&self.session, &self.spec, SINCE).await;
        let mut health = all
            .into_iter()
            .filter(|one| one.asked.source.api == "health:DescribeEvents");
        let only = health.next().unwrap();
        assert!(health.next().is_none());
        only
    }

    fn calls(&self, region: &str, operation: &str) -> Vec<Instant> {
        let calls = self.calls.lock().unwrap();
        let of = calls
            .iter()
            .filter(|one| (&*one.0, &*one.1) == (region, operation));
        of.map(|(_, _, at)| *at).collect()
    }
}

fn event(arn: &str, service: &str, region: &str, updated: i64) -> Value {
    json!({
        "arn": arn, "service": service, "region": region, "eventTypeCategory": "issue",
        "eventTypeCode": "AWS_X", "statusCode": "open", "eventScopeCode": "PUBLIC",
        "startTime": 1_795_345_000.5, "lastUpdatedTime": updated,
    })
}

fn details(operation: &str) -> Option<Value> {
    (operation == "DescribeEventDetails").then(|| json!({ "successfulSet": [] }))
}

#[tokio::test(start_paused = true)]
async fn of_one_event_the_newer_news_counts_and_an_empty_page_is_not_the_last() {
    let stand = stand(|region, operation, number| {
        if operation == "DescribeEventDetails" {
            let words = "We see \u{1b}[31merrors\u{1b}[0m. More later.";
            return Some(json!({ "successfulSet": [
                { "event": { "arn": "arn:1" }, "eventDescription": { "latestDescription": words } },
            ], "failedSet": [{ "eventArn": "arn:2", "errorName": "X" }] }));
        }
        let passive = region == "us-east-2";
        let mut one = event(
            "arn:1",
            "LAMBDA",
            "eu-west-1",
            if passive { 10 } else { 20 },
        );
        one["statusCode"] = json!(if passive { "open" } else { "closed" });
        Some(match number {
            0 => json!({ "events": [], "nextToken": "more" }),
            _ => json!({ "events": [one, event("arn:2", "rds", "eu-west-1", 5)] }),
        })
    })
    .await;
    let answered = stand.ask().await;
    assert!(answered.asked.is_answered(), "{:?}", answered.asked);
    let told: Vec<String> = answered.events.iter().map(Event::said).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(
        told[0],
        "tells of trouble with Lambda (over): \"We see [31merrors[0m.\""
    );
    assert_eq!(told[1], "tells of trouble with RDS (open)");
    assert!(!answered.events[0].is_open_trouble_of_aws());
    assert!(answered.events[1].is_open_trouble_of_aws());
    let late = answered.asked.lateness().unwrap();
    assert!(late.contains("no figure"), "{late}");
}

#[tokio::test(start_paused = true)]
async fn what_is_of_another_region_or_service_is_not_of_the_fleet() {
    let stand = stand(|_, operation, _| {
        details(operation).or_else(|| {
            Some(json!({ "events": [
                event("arn:1", "WORKSPACES", "eu-west-1", 1), event("arn:2", "LAMBDA", "sa-east-1", 1),
                event("arn:3", "CLOUDFRONT", "global", 1), event("arn:4", "LAMBDA", "no Region \u{7}", 1),
            ] }))
        })
    })
    .await;
    let answered = stand.ask().await;
    let [edge] = &answered.events[..] else {
        panic!("{:?}", answered.events)
    };
    assert!(edge.what.contains("CloudFront"), "{edge:?}");
    assert_eq!(edge.region, None);
    assert_eq!(answered.asked.unreadable, 1);
}

#[tokio::test(start_paused = true)]
async fn a_missing_support_plan_is_said_plainly_and_asked_for_once() {
    let stand = stand(|_, _, _| {
        Some(json!({ "status": 400, "__type": "SubscriptionRequiredException", "message": "" }))
    })
    .await;
    for _ in 0..3 {
        let answered = stand.ask().await;
        assert_eq!(answered.asked.gaps(), [NO_PLAN]);
        assert!(answered.asked.is_answered(), "nobody can ask it");
        assert_eq!(answered.asked.lateness(), None);
    }
    assert_eq!(stand.calls("us-east-1", "DescribeEvents").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn one_endpoint_that_never_answers_leaves_what_the_other_tells() {
    let stand = stand(|region, operation, _| {
        if region == "us-east-1" {
            return None;
        }
        details(operation)
            .or_else(|| Some(json!({ "events": [event("arn:1", "LAMBDA", "eu-west-1", 1)] })))
    })
    .await;
    let begun = Instant::now();
    let answered = stand.ask().await;
    assert_eq!(answered.events.len(), 1);
    let why = &answered.asked.missing;
    assert!(matches!(why, Some(Missing::CouldNotAsk { .. })), "{why:?}");
    let most = Timeouts::default().operation * 2 + Duration::from_secs(1);
    assert!(begun.elapsed() <= most, "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_refused_permission_is_named_and_throttling_is_told() {
    let refused = stand(|_, _, _| {
        Some(json!({ "status": 400, "__type": "AccessDeniedException", "Message": "no" }))
    })
    .await;
    let gaps = refused.ask().await.asked.gaps();
    assert_eq!(gaps, ["not allowed: health:DescribeEvents"]);
    let throttled = stand(|_, _, _| {
        Some(json!({ "status": 400, "__type": "ThrottlingException", "message": "Rate exceeded" }))
    })
    .await;
    let gaps = throttled.ask().await.asked.gaps();
    assert!(gaps[0].contains("too many requests"), "{gaps:?}");
}

#[tokio::test(start_paused = true)]
async fn events_without_an_end_are_cut_at_a_call_a_second_and_it_says_where() {
    let stand = stand(|_, operation, number| {
        details(operation).or_else(|| {
            let events = (0..100).map(|n| {
                let n = i64::try_from(number * 100 + n).unwrap();
                event(
                    &format!("arn:{n}"),
                    "LAMBDA",
                    "eu-west-1",
                    1_795_348_000 - n,
                )
            });
            Some(json!({ "events": events.collect::<Vec<_>>(), "nextToken": "more" }))
        })
    })
    .await;
    let answered = stand.ask().await;
    assert_eq!(answered.events.len(), 500);
    assert_eq!(
        answered.asked.read_from.map(jiff::Timestamp::as_second),
        Some(1_795_348_000 - 499)
    );
    let calls = stand.calls("us-east-2", "DescribeEvents");
    assert_eq!(calls.len(), 5);
    assert!(
        calls[4] - calls[1] >= Duration::from_millis(2_900),
        "{calls:?}"
    );
}
