//! Logs: pages, bounds, refusals, silence, and where the groups are.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gwctl::aws::{AwsError, Bound, Cut, ErrorKind, LogAnswer, LogQuestion, Logs, Session};
use gwctl::fleet::logs::{AccessLog, lateness};
use gwctl::fleet::{ApiKind, FleetSpec, Missing};
use gwctl::observe::logs::{LogReader, LogsAsked};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::stage::{self, Request, TokioClock, answering, ireland, json, json_error, region};

const BOUND: Bound = Bound {
    events: 100,
    bytes: 1 << 20,
    pages: 6,
};

fn noon() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn question(bound: Bound) -> LogQuestion<'static> {
    LogQuestion {
        group: "/aws/lambda/orders-read",
        since: noon() - SignedDuration::from_mins(15),
        until: noon(),
        pattern: Some("?ERROR ?\"timed out\""),
        oldest_first: false,
        bound,
    }
}

async fn filter(session: &Session, bound: Bound) -> Result<LogAnswer, AwsError> {
    let logs = session.logs(&ireland());
    logs.filter(&question(bound), async || ()).await
}

/// An event so many seconds before noon, that CloudWatch Logs had a second and a half later.
fn event(before_s: i64, message: &str) -> Value {
    let at = noon().as_millisecond() - before_s * 1_000;
    json!({
        "eventId": format!("id-{before_s}"), "timestamp": at, "ingestionTime": at + 1_500,
        "logStreamName": "2026/11/22/[7]aa", "message": message,
    })
}

fn page(events: &[Value], next: Option<&str>) -> http::Response<Vec<u8>> {
    let mut body = json!({ "events": events, "searchedLogStreams": [] });
    if let Some(next) = next {
        body["nextToken"] = next.into();
    }
    json(200, &body.to_string())
}

fn asked(request: &Request) -> Value {
    serde_json::from_slice(request.body()).unwrap()
}

#[tokio::test]
async fn empty_pages_with_a_token_are_followed_to_the_end() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = seen.clone();
    let session = answering(move |request| {
        assert!(request.is("Logs_20140328.FilterLogEvents"));
        assert!(
            request
                .header("authorization")
                .unwrap()
                .contains("/eu-west-1/logs/")
        );
        let body = asked(&request);
        noted.lock().unwrap().push(body.clone());
        match body["nextToken"].as_str() {
            None => page(&[], Some("one")),
            Some("one") => page(
                &[event(3, "ERROR newest"), event(9, "ERROR older")],
                Some("two"),
            ),
            Some("two") => page(&[], Some("three")),
            Some("three") => page(&[event(60, "ERROR oldest")], None),
            other => panic!("{other:?}"),
        }
    })
    .await;
    let answer = filter(&session, BOUND).await.unwrap();
    let told: Vec<&str> = answer
        .events
        .iter()
        .map(|one| one.message.as_str())
        .collect();
    assert_eq!(told, ["ERROR oldest", "ERROR older", "ERROR newest"]);
    assert!(answer.cut.is_none());
    assert_eq!(
        (answer.since, answer.until),
        (question(BOUND).since, noon())
    );
    let (median, longest) = lateness(&answer.events).unwrap();
    assert_eq!((median.as_millis(), longest.as_millis()), (1_500, 1_500));
    let first = &seen.lock().unwrap()[0];
    assert_eq!(first["logGroupName"], "/aws/lambda/orders-read");
    assert_eq!(first["endTime"], noon().as_millisecond());
    assert_eq!(first["startTime"], noon().as_millisecond() - 900_000);
    assert_eq!(first["filterPattern"], "?ERROR ?\"timed out\"");
    assert_eq!(first["startFromHead"], false);
}

#[tokio::test]
async fn what_has_no_end_is_cut_and_says_which_time_it_covers() {
    // Newest first, as it is asked for: the oldest are missing.
    let page_of = |from: i64| {
        let events = (from..from + 50).map(|before| event(before, "ERROR"));
        events.collect::<Vec<Value>>()
    };
    let count = AtomicI64::new(0);
    let session = answering(move |_| {
        let before = count.fetch_add(50, Ordering::Relaxed);
        page(&page_of(before), Some("more"))
    })
    .await;
    let answer = filter(&session, BOUND).await.unwrap();
    assert!(matches!(answer.cut, Some(Cut::Bound(BOUND))));
    assert_eq!(answer.events.len(), 100);
    assert_eq!(answer.until, noon());
    assert_eq!(answer.since, noon() - SignedDuration::from_secs(99));

    // Oldest first, as an emulator does: the newest are missing.
    let session = answering(move |_| {
        let mut events = page_of(700);
        events.reverse();
        page(&events, Some("more"))
    })
    .await;
    let few = Bound {
        events: 50,
        ..BOUND
    };
    let answer = filter(&session, few).await.unwrap();
    assert_eq!(answer.since, question(few).since);
    assert_eq!(answer.until, noon() - SignedDuration::from_secs(700));

    // Empty pages alone: nothing is known of any time.
    let session = answering(|_| page(&[], Some("more"))).await;
    let answer = filter(&session, BOUND).await.unwrap();
    assert!(answer.cut.is_some() && answer.since == answer.until);
    assert_eq!(session.ledger().calls(), 6, "as many calls as are allowed");
}

#[tokio::test]
async fn bytes_are_bounded_too_and_a_line_of_a_megabyte_is_cut() {
    let long = "x".repeat(1 << 20);
    let session = answering(move |_| {
        page(
            &[event(1, &long), event(2, "\u{1b}[2J\u{202e}ERROR\n\tat f")],
            Some("more"),
        )
    })
    .await;
    let answer = filter(&session, BOUND).await.unwrap();
    assert_eq!(session.ledger().calls(), 1);
    assert!(matches!(answer.cut, Some(Cut::Bound(_))));
    assert_eq!(answer.events[0].message, "[2JERROR\n\tat f");
    let cut = &answer.events[1].message;
    assert!(cut.len() < 66_000 && cut.ends_with("(cut: 1048576 bytes in all)"));
}

#[tokio::test]
async fn events_without_a_time_are_counted_and_odd_replies_are_garbled() {
    let session = answering(|_| {
        json(
            200,
            r#"{"events":[{"message":"x"},{"timestamp":9223372036854775807,"message":"y"},{"timestamp":1}]}"#,
        )
    })
    .await;
    let answer = filter(&session, BOUND).await.unwrap();
    assert_eq!((answer.events.len(), answer.undated), (1, 2));
    assert_eq!(lateness(&answer.events), None);
    for body in ["{\"events\": [{", "[]", "{\"events\":{}}"] {
        let session = answering(move |_| json(200, body)).await;
        let error = filter(&session, BOUND).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Garbled, "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_throttled_page_is_tried_again_and_what_was_read_is_kept() {
    let count = AtomicUsize::new(0);
    let session = answering(move |_| match count.fetch_add(1, Ordering::Relaxed) {
        1 => page(&[event(5, "ERROR")], Some("more")),
        _ => json_error(400, "ThrottlingException", "Rate exceeded"),
    })
    .await;
    let answer = filter(&session, BOUND).await.unwrap();
    assert_eq!(answer.events.len(), 1);
    let Some(Cut::Failed(error)) = answer.cut else {
        panic!("{:?}", answer.cut);
    };
    assert_eq!(error.kind, ErrorKind::Throttled);
    let always = answering(|_| json_error(400, "ThrottlingException", "Rate exceeded")).await;
    let error = filter(&always, BOUND).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Throttled);
}

#[tokio::test]
async fn a_missing_permission_is_named() {
    let said = "User: arn:aws:sts::1:assumed-role/oncall/ana is not authorized to perform: logs:FilterLogEvents on \
                resource: arn:aws:logs:eu-west-1:1:log-group:/aws/lambda/orders-read:log-stream: because no \
                identity-based policy allows the logs:FilterLogEvents action";
    let session = answering(move |_| json_error(400, "AccessDeniedException", said)).await;
    let error = filter(&session, BOUND).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotAllowed, "{error}");
    assert!(
        matches!(Missing::from(error), Missing::NotAllowed { action } if action == "logs:FilterLogEvents")
    );
}

#[test]
fn each_region_has_the_rate_that_aws_documents() {
    for (code, most) in [
        ("us-east-1", "25"),
        ("eu-central-1", "5"),
        ("eu-west-1", "10"),
    ] {
        assert_eq!(Logs::most_a_second(&region(code)).to_string(), most);
    }
}

fn fleet() -> FleetSpec {
    toml::from_str(
        "domain = \"api.orders.example.com\"\n[edge]\ndistribution = \"E1\"\nhosted_zone = \"Z1\"\n\
         latency_record = \"latency.orders.example.com\"\nrouter = \"orders-router\"\n\
         [[sites]]\nregion = \"eu-west-1\"\napi = \"a1\"\nfunctions = [\"orders-read\"]\n\
         [[sites]]\nregion = \"eu-central-1\"\napi = \"a2\"\nfunctions = [\"orders-read\"]\n",
    )
    .unwrap()
}

fn everything() -> LogsAsked {
    LogsAsked {
        since: noon() - SignedDuration::from_mins(15),
        until: noon(),
        regions: Vec::new(),
        function: None,
        filter: None,
        errors: false,
    }
}

fn reader(session: Session) -> LogReader {
    LogReader::new(session, fleet(), TokioClock::start())
}

/// What Lambda says of a function whose group its owner chose.
fn configured(group: &str) -> http::Response<Vec<u8>> {
    let body =
        json!({ "FunctionName": "f", "LoggingConfig": { "LogFormat": "Text", "LogGroup": group } });
    json(200, &body.to_string())
}

fn is_in(request: &Request, code: &str) -> bool {
    let scope = format!("/{code}/");
    request.header("authorization").unwrap().contains(&scope)
}

#[tokio::test(start_paused = true)]
async fn a_region_that_hangs_delays_no_other_and_a_router_that_never_ran_is_no_error() {
    let session = stage::session(|request: Request| async move {
        if is_in(&request, "eu-west-1") {
            std::future::pending::<()>().await;
        }
        let path = request.path().to_owned();
        Ok(if path.contains("/stages") {
            json(200, r#"{"items":[]}"#)
        } else if path.contains("orders-router") {
            configured("/aws/lambda/orders-router")
        } else if path.contains("/functions/") {
            configured("/orders/reads")
        } else {
            let body = asked(&request);
            match body["logGroupName"].as_str().unwrap() {
                "/orders/reads" => {
                    page(&[event(5, "2026-11-22T11:59:55.000Z\tx\tERROR\tno")], None)
                }
                "/aws/lambda/us-east-1.orders-router" => json_error(
                    400,
                    "ResourceNotFoundException",
                    "The specified log group does not exist.",
                ),
                other => panic!("nobody configured {other}"),
            }
        })
    })
    .await;
    let begun = tokio::time::Instant::now();
    let found = reader(session).read(&everything()).await;
    assert!(
        begun.elapsed() < Duration::from_secs(30),
        "{:?}",
        begun.elapsed()
    );
    let of = |code: &str, source: &str| {
        let mut all = found.iter();
        all.find(|one| one.region.as_str() == code && one.sources.contains(source))
            .unwrap()
    };
    let read = of("eu-central-1", "orders-read").read.as_ref().unwrap();
    assert_eq!(read.as_ref().unwrap().events.len(), 1);
    assert!(matches!(
        of("eu-west-1", "orders-read").read,
        Err(Missing::CouldNotAsk { .. })
    ));
    assert!(matches!(of("eu-central-1", "orders-router").read, Ok(None)));
    assert!(matches!(of("us-east-1", "orders-router").read, Ok(None)));
    assert!(matches!(
        of("eu-west-1", "orders-router").read,
        Err(Missing::CouldNotAsk { .. })
    ));
}

#[tokio::test]
async fn a_function_that_is_not_there_and_one_without_a_group_are_told() {
    let session = answering(|request| {
        if is_in(&request, "eu-west-1") {
            json_error(
                404,
                "ResourceNotFoundException",
                "Function not found: orders-read",
            )
        } else if request.path().contains("/functions/") {
            json(200, r#"{"FunctionName":"orders-read"}"#)
        } else {
            panic!("no group is known")
        }
    })
    .await;
    let only = LogsAsked {
        function: Some("orders-read".into()),
        ..everything()
    };
    let found = reader(session).read(&only).await;
    let told: Vec<String> = found
        .iter()
        .map(|one| format!("{} {}", one.region, one.read.as_ref().unwrap_err()))
        .collect();
    assert!(
        told[0].contains("eu-central-1 could not ask") && told[0].contains("LogGroup"),
        "{told:?}"
    );
    assert!(told[1].contains("Function not found"), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn questions_keep_to_the_regions_rate() {
    let times = Arc::new(Mutex::new(Vec::new()));
    let noted = times.clone();
    let session = answering(move |request| {
        if request.path().contains("/functions/") {
            return configured("/orders/reads");
        }
        noted.lock().unwrap().push(tokio::time::Instant::now());
        page(&[], Some("more"))
    })
    .await;
    let errors = LogsAsked {
        regions: vec![region("eu-central-1")],
        errors: true,
        ..everything()
    };
    reader(session).read(&errors).await;
    let times = times.lock().unwrap();
    assert!(times.len() >= 20, "{}", times.len());
    for window in times.windows(6) {
        let took = window[5].duration_since(window[0]);
        assert!(
            took >= Duration::from_secs(1),
            "six questions within {took:?}"
        );
    }
}

#[tokio::test]
async fn an_access_log_is_where_its_stage_says_and_firehose_is_told_from_a_group() {
    let session = answering(|request| match request.path() {
        "/v2/apis/a1/stages" => json(
            200,
            r#"{"items":[{"stageName":"$default","accessLogSettings":{"destinationArn":"arn:aws:logs:eu-west-1:1:log-group:orders-access","format":"{\"s\":\"$context.status\"}"}},{"stageName":"beta"}]}"#,
        ),
        "/restapis/a2/stages/live" => json(
            200,
            r#"{"stageName":"live","accessLogSettings":{"destinationArn":"arn:aws:firehose:eu-west-1:1:deliverystream/amazon-apigateway-orders"}}"#,
        ),
        other => panic!("{other}"),
    })
    .await;
    let api = session.apigateway(&ireland());
    let http = api.access_logs("a1", ApiKind::Http, None).await.unwrap();
    let [setting] = &http[..] else {
        panic!("one stage writes: {http:?}");
    };
    assert_eq!(setting.to, AccessLog::Group("orders-access".into()));
    assert!(setting.format.failures().is_some());
    let rest = api
        .access_logs("a2", ApiKind::Rest, Some("live"))
        .await
        .unwrap();
    assert_eq!(
        rest[0].to,
        AccessLog::Firehose("amazon-apigateway-orders".into())
    );
}
