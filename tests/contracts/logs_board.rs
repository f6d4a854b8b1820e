//! The logs as a console reads them: what came is told at once, and what follows is added to it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use gwctl::aws::Session;
use gwctl::fleet::{FleetSpec, Region};
use gwctl::observe::logs::{Book, LogBoard, LogReader, LogsAsked, Newness};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::stage::{self, Request, TokioClock, answering, json, json_error};

fn noon() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn fleet() -> FleetSpec {
    toml::from_str(
        "domain = \"api.orders.example.com\"\n[edge]\ndistribution = \"E1\"\nhosted_zone = \"Z1\"\n\
         latency_record = \"latency.orders.example.com\"\n\
         [[sites]]\nregion = \"eu-west-1\"\napi = \"a1\"\nfunctions = [\"orders-read\"]\n\
         [[sites]]\nregion = \"eu-central-1\"\napi = \"a2\"\nfunctions = [\"orders-read\"]\n",
    )
    .unwrap()
}

fn reader(session: Session) -> LogReader {
    LogReader::new(session, fleet(), TokioClock::start())
}

fn board() -> LogBoard {
    LogBoard::new(LogsAsked::all(
        noon() - SignedDuration::from_mins(15),
        noon(),
    ))
}

fn event(before_s: i64, message: &str) -> Value {
    let at = noon().as_millisecond() - before_s * 1_000;
    json!({
        "eventId": format!("id-{before_s}-{message}"), "timestamp": at, "ingestionTime": at + 900,
        "logStreamName": "2026/11/22/[7]aa", "message": message,
    })
}

fn error(before_s: i64, what: &str) -> Value {
    event(
        before_s,
        &format!("2026-11-22T12:00:00.000Z\tx\tERROR\t{what}\n"),
    )
}

fn page(events: &[Value], next: Option<&str>) -> http::Response<Vec<u8>> {
    json(
        200,
        &json!({ "events": events, "nextToken": next }).to_string(),
    )
}

/// What is answered where a group and no access log is; none for a question about lines.
fn places(request: &Request) -> Option<http::Response<Vec<u8>>> {
    let path = request.path();
    if path.contains("/functions/") {
        let body = json!({ "FunctionName": "f", "LoggingConfig": { "LogGroup": "/orders/reads" } });
        return Some(json(200, &body.to_string()));
    }
    path.contains("/stages")
        .then(|| json(200, r#"{"items":[]}"#))
}

fn is_in(request: &Request, code: &str) -> bool {
    request
        .header("authorization")
        .unwrap()
        .contains(&format!("/{code}/"))
}

fn asked(request: &Request) -> Value {
    serde_json::from_slice(request.body()).unwrap()
}

async fn filled(reader: &LogReader, board: &LogBoard) -> Vec<Book> {
    let told = Mutex::new(Vec::new());
    reader
        .fill(board, |book| told.lock().unwrap().push(book))
        .await;
    told.into_inner().unwrap()
}

async fn followed(reader: &LogReader, board: &LogBoard, seconds: i64) -> Book {
    let last = Mutex::new(None);
    let now = noon() + SignedDuration::from_secs(seconds);
    reader
        .follow(board, now, |book| *last.lock().unwrap() = Some(book))
        .await;
    last.into_inner().unwrap().unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_first_region_that_answers_is_told_while_another_hangs() {
    let session = stage::session(|request: Request| async move {
        if is_in(&request, "eu-west-1") {
            std::future::pending::<()>().await;
        }
        Ok(places(&request).unwrap_or_else(|| page(&[error(5, "no")], None)))
    })
    .await;
    let books = filled(&reader(session), &board()).await;
    let first = books.iter().find(|book| !book.lines.is_empty()).unwrap();
    let waiting: Vec<&str> = first.waiting.keys().map(Region::as_str).collect();
    assert!(waiting.contains(&"eu-west-1"), "{waiting:?}");
    assert!(
        first
            .gaps()
            .iter()
            .any(|gap| gap == "eu-west-1: no answer yet")
    );
    let last = books.last().unwrap();
    assert!(last.waiting.is_empty());
    let gaps = last.gaps().join("\n");
    assert!(
        gaps.contains("eu-west-1 orders-read: could not ask"),
        "{gaps}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_follows_is_added_once_and_only_the_new_is_asked_for() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = seen.clone();
    let looked_up = Arc::new(AtomicUsize::new(0));
    let lookups = looked_up.clone();
    let session = answering(move |request| {
        if let Some(place) = places(&request) {
            lookups.fetch_add(1, Ordering::Relaxed);
            return place;
        }
        let body = asked(&request);
        let first = body["endTime"] == noon().as_millisecond();
        noted.lock().unwrap().push(body);
        if first {
            page(&[error(5, "one"), error(700, "old")], None)
        } else {
            page(&[error(-8, "two"), error(5, "one")], None)
        }
    })
    .await;
    let (reader, board) = (reader(session), board());
    let before = filled(&reader, &board).await.pop().unwrap();
    assert_eq!((before.lines.len(), before.calls()), (4, 2));
    let asked_for = looked_up.load(Ordering::Relaxed);
    let after = followed(&reader, &board, 10).await;
    assert_eq!(
        looked_up.load(Ordering::Relaxed),
        asked_for,
        "where logs are is known"
    );
    assert_eq!((after.lines.len(), after.calls()), (6, 4));
    assert!(after.is_complete() && after.waiting.is_empty());
    assert_eq!(after.until, noon() + SignedDuration::from_secs(10));
    let last = seen.lock().unwrap().pop().unwrap();
    assert_eq!(last["startTime"], noon().as_millisecond() - 60_000);
    // What is older than the time that is looked at goes.
    let later = followed(&reader, &board, 300).await;
    assert_eq!(later.lines.len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_question_that_fails_keeps_what_was_read_and_says_since_when() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let session = answering(move |request| {
        if let Some(place) = places(&request) {
            return place;
        }
        if counted.fetch_add(1, Ordering::Relaxed) < 2 {
            page(&[error(5, "one")], None)
        } else {
            json_error(400, "ThrottlingException", "Rate exceeded")
        }
    })
    .await;
    let (reader, board) = (reader(session), board());
    filled(&reader, &board).await;
    let book = followed(&reader, &board, 10).await;
    assert_eq!(book.lines.len(), 2);
    assert!(!book.is_complete());
    let gaps = book.gaps().join("\n");
    assert!(
        gaps.contains("nothing after 12:00:00Z could be read: could not ask"),
        "{gaps}"
    );
}

/// Where the newest errors alone fit, the oldest are read as well: what is among them is not new.
#[tokio::test(start_paused = true)]
async fn the_oldest_errors_tell_whether_a_newer_one_is_new() {
    let session = answering(move |request| {
        if let Some(place) = places(&request) {
            return place;
        }
        let body = asked(&request);
        if body["startFromHead"] == true {
            return page(
                &[
                    error(800, "order 17 was changed"),
                    error(500, "order 18 was changed"),
                ],
                None,
            );
        }
        // Without an end: cut.
        page(
            &[
                error(20, "order 19 was changed"),
                error(30, "connection refused"),
            ],
            Some("more"),
        )
    })
    .await;
    let book = filled(&reader(session), &board()).await.pop().unwrap();
    let newness = |words: &str| {
        let pattern = book
            .patterns
            .iter()
            .find(|one| one.text.contains(words))
            .unwrap();
        book.newness(pattern)
    };
    assert_eq!(newness("refused"), Newness::New);
    assert_eq!(newness("was changed"), Newness::Known);
    assert!(
        book.patterns[0].text.contains("refused"),
        "new errors first"
    );
    assert!(!book.is_complete());
}

#[tokio::test(start_paused = true)]
async fn an_access_log_is_read_in_its_own_format() {
    let format = r#"{\"s\":\"$context.status\",\"r\":\"$context.routeKey\",\"l\":\"$context.integration.requestId\",\"ua\":\"$context.identity.userAgent\"}"#;
    let id = "6bf2d5a1-4f52-4c1e-9d0b-2a4de5ffab01";
    let written = move |status: &str, agent: &str| {
        json!({ "s": status, "r": "GET /orders", "l": id, "ua": agent }).to_string()
    };
    let session = answering(move |request| {
        if request.path().contains("/stages") {
            let arn = "arn:aws:logs:eu-west-1:1:log-group:/orders/access";
            return json(
                200,
                &format!(r#"{{"items":[{{"accessLogSettings":{{"destinationArn":"{arn}","format":"{format}"}}}}]}}"#),
            );
        }
        if let Some(place) = places(&request) {
            return place;
        }
        let body = asked(&request);
        if body["logGroupName"] != "/orders/access" {
            return page(&[event(3, &format!("2026-11-22T11:59:57.000Z\t{id}\tERROR\tno\n"))], None);
        }
        let checker = "Amazon-Route53-Health-Check-Service (ref 1; report http://amzn.to/1vsZADi)";
        match body["filterPattern"].as_str() {
            Some(pattern) => {
                assert_eq!(pattern, r#"{ $.s = "5*" }"#);
                page(&[event(2, &written("502", "\u{1b}[2Jcurl"))], None)
            }
            None => page(
                &[event(1, &written("200", checker)), event(2, &written("502", "\u{1b}[2Jcurl"))],
                Some("more"),
            ),
        }
    })
    .await;
    let book = filled(&reader(session), &board()).await.pop().unwrap();
    let texts: Vec<&str> = book.patterns.iter().map(|one| one.text.as_str()).collect();
    assert!(texts.contains(&"502 GET /orders"), "{texts:?}");
    assert!(
        texts.contains(&"health checker: 200 GET /orders"),
        "{texts:?}"
    );
    let its = book
        .lines
        .iter()
        .filter(|one| one.line.request_id.as_deref() == Some(id));
    assert!(its.clone().any(|one| &*one.source == "access log"));
    assert!(
        its.clone().any(|one| &*one.source == "orders-read"),
        "one id leads from the API to the function"
    );
    assert!(book.lines.iter().all(|one| !one.raw.contains('\u{1b}')));
}
