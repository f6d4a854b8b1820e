//! Logs Insights over several Regions: what each answers, refuses or leaves open, and that what nobody waits for is
//! stopped.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gwctl::aws::Session;
use gwctl::fleet::FleetSpec;
use gwctl::observe::logs::{Book, LogReader, LogsAsked, StopSearch};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::stage::{Request, TokioClock, answering, json, json_error};

fn noon() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

/// What was called, by Region and operation.
type Seen = Arc<Mutex<BTreeMap<(String, String), usize>>>;

fn seen(all: &Seen, region: &str, operation: &str) -> usize {
    let all = all.lock().unwrap();
    all.get(&(region.to_owned(), operation.to_owned()))
        .copied()
        .unwrap_or(0)
}

fn region_of(request: &Request) -> String {
    let signed = request.header("authorization").unwrap().to_owned();
    signed.split('/').nth(2).unwrap().to_owned()
}

fn operation(request: &Request) -> String {
    let target = request.header("x-amz-target").unwrap_or_default();
    target.rsplit('.').next().unwrap().to_owned()
}

fn row(at: &str, message: &str) -> Value {
    json!([
        { "field": "@timestamp", "value": at },
        { "field": "@message", "value": message },
        { "field": "@logStream", "value": "2026/11/22/[7]aa" },
        { "field": "@log", "value": "123456789012:/aws/lambda/orders-read" },
        { "field": "@ptr", "value": at },
    ])
}

fn results(status: &str, rows: &[Value], matched: f64) -> http::Response<Vec<u8>> {
    let body = json!({
        "status": status, "results": rows,
        "statistics": { "bytesScanned": 2e9, "recordsMatched": matched, "recordsScanned": 9e6 },
    });
    json(200, &body.to_string())
}

fn usual(request: &Request, region: &str) -> http::Response<Vec<u8>> {
    match operation(request).as_str() {
        "DescribeLogGroups" => {
            let body = json!({ "logGroups": [{
                "logGroupName": "/aws/lambda/orders-read", "storedBytes": 240_000_000_000_i64,
                "creationTime": (noon() - SignedDuration::from_hours(240)).as_millisecond(),
            }] });
            json(200, &body.to_string())
        }
        "StartQuery" => json(
            200,
            &json!({ "queryId": format!("q-{region}") }).to_string(),
        ),
        "StopQuery" => json(200, r#"{"success":true}"#),
        "GetQueryResults" => results(
            "Complete",
            &[row("2026-11-22 11:00:00.000", "ERROR it broke 17")],
            1.0,
        ),
        // The configuration of a function.
        _ => json(
            200,
            r#"{"LoggingConfig":{"LogGroup":"/aws/lambda/orders-read"}}"#,
        ),
    }
}

async fn stage_of(
    answer: impl Fn(&Request, &str) -> http::Response<Vec<u8>> + Send + Sync + 'static,
) -> (Session, Seen) {
    let all = Seen::default();
    let noted = all.clone();
    let session = answering(move |request| {
        let region = region_of(&request);
        let key = (region.clone(), operation(&request));
        *noted.lock().unwrap().entry(key).or_default() += 1;
        answer(&request, &region)
    })
    .await;
    (session, all)
}

fn spec() -> FleetSpec {
    toml::from_str(
        "domain = \"api.orders.example.com\"\n[edge]\ndistribution = \"E1\"\nhosted_zone = \"Z1\"\n\
         latency_record = \"latency.orders.example.com\"\n\
         [[sites]]\nregion = \"eu-west-1\"\nfunctions = [\"orders-read\"]\n\
         [[sites]]\nregion = \"us-east-1\"\nfunctions = [\"orders-read\"]\n",
    )
    .unwrap()
}

fn reader(session: &Session) -> LogReader {
    LogReader::new(session.clone(), spec(), TokioClock::start())
}

fn day() -> LogsAsked {
    LogsAsked::all(noon() - SignedDuration::from_hours(24), noon())
}

async fn asked(session: &Session) -> Book {
    let reader = reader(session);
    let plan = reader.range_plan(&day()).await;
    reader.range(&plan, &StopSearch::default(), |_| {}).await
}

#[tokio::test(start_paused = true)]
async fn the_price_is_estimated_before_and_told_after() {
    let (session, all) = stage_of(usual).await;
    let reader = reader(&session);
    let plan = reader.range_plan(&day()).await;
    // A tenth of 240 GB in each of two Regions.
    assert_eq!(plan.expected(), (48_000_000_000, Vec::new()));
    assert!(
        plan.price().contains("48 GB, $0.24") && plan.price().contains("estimate"),
        "{}",
        plan.price()
    );
    assert_eq!(
        seen(&all, "eu-west-1", "StartQuery"),
        0,
        "nothing was asked yet"
    );
    let book = reader.range(&plan, &StopSearch::default(), |_| {}).await;
    let paid = book.paid.as_ref().unwrap();
    assert_eq!(
        (paid.scanned, paid.expected),
        (4_000_000_000, 48_000_000_000)
    );
    assert!(paid.said().contains("4.0 GB, $0.02"), "{}", paid.said());
    assert_eq!(book.patterns.len(), 1);
    assert_eq!(book.patterns[0].count(), 2);
    assert!(book.is_complete());
    for region in ["eu-west-1", "us-east-1"] {
        assert_eq!(
            (
                seen(&all, region, "StartQuery"),
                seen(&all, region, "StopQuery")
            ),
            (1, 0)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn more_lines_than_rows_are_no_complete_count() {
    let (session, _) = stage_of(|request, region| match operation(request).as_str() {
        "GetQueryResults" => results(
            "Complete",
            &[row("2026-11-22 11:00:00.000", "ERROR it broke")],
            70_000.0,
        ),
        _ => usual(request, region),
    })
    .await;
    let book = asked(&session).await;
    assert!(!book.is_complete());
    let gaps = book.gaps().join("\n");
    assert!(
        gaps.contains("only the newest 1 of 70,000 matching lines of this Region were read"),
        "{gaps}"
    );
    assert!(
        gaps.contains("errors are complete for 11:00:00–12:00:00Z alone"),
        "{gaps}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_refused_permission_is_named_and_the_other_region_answers() {
    let (session, _) = stage_of(
        |request, region| match (operation(request).as_str(), region) {
            ("StartQuery", "us-east-1") => json_error(400, "AccessDeniedException", "no"),
            _ => usual(request, region),
        },
    )
    .await;
    let book = asked(&session).await;
    let gaps = book.gaps().join("\n");
    assert!(
        gaps.contains("us-east-1") && gaps.contains("logs:StartQuery"),
        "{gaps}"
    );
    assert_eq!(book.patterns[0].count(), 1);
}

#[tokio::test(start_paused = true)]
async fn too_many_queries_at_once_are_tried_again_and_then_told() {
    let tries = Arc::new(Mutex::new(0));
    let counted = tries.clone();
    let (session, all) =
        stage_of(
            move |request, region| match (operation(request).as_str(), region) {
                ("StartQuery", "us-east-1") => {
                    json_error(400, "LimitExceededException", "too many")
                }
                ("StartQuery", _) => {
                    let mut tries = counted.lock().unwrap();
                    *tries += 1;
                    if *tries < 3 {
                        return json_error(400, "ThrottlingException", "Rate exceeded");
                    }
                    usual(request, region)
                }
                _ => usual(request, region),
            },
        )
        .await;
    let book = asked(&session).await;
    assert_eq!(*tries.lock().unwrap(), 3);
    assert_eq!(seen(&all, "us-east-1", "StartQuery"), 5);
    let gaps = book.gaps().join("\n");
    assert!(
        gaps.contains("us-east-1") && gaps.contains("LimitExceededException"),
        "{gaps}"
    );
    assert!(!gaps.contains("eu-west-1"), "{gaps}");
}

#[tokio::test(start_paused = true)]
async fn whoever_leaves_stops_every_query_that_was_started() {
    let (session, all) = stage_of(|request, region| match operation(request).as_str() {
        "GetQueryResults" => results("Running", &[], 0.0),
        _ => usual(request, region),
    })
    .await;
    let reader = reader(&session);
    let plan = reader.range_plan(&day()).await;
    let nobody = StopSearch::default();
    let left = tokio::time::timeout(Duration::from_secs(7), reader.range(&plan, &nobody, |_| {}));
    assert!(left.await.is_err(), "it runs");
    tokio::time::sleep(Duration::from_secs(5)).await;
    for region in ["eu-west-1", "us-east-1"] {
        let looks = seen(&all, region, "GetQueryResults");
        assert!(
            (5..=8).contains(&looks),
            "{region}: {looks} looks in 7 seconds"
        );
        assert_eq!(seen(&all, region, "StopQuery"), 1, "{region}");
    }
    // Told to stop, it tells what it has.
    let stop = StopSearch::default();
    let told = async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        stop.stop();
    };
    let (book, ()) = tokio::join!(reader.range(&plan, &stop, |_| {}), told);
    assert!(book.gaps().join("\n").contains("the query was stopped"));
    assert_eq!(seen(&all, "eu-west-1", "StopQuery"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_query_that_does_not_end_is_stopped_and_told() {
    let (session, all) = stage_of(
        |request, region| match (operation(request).as_str(), region) {
            ("GetQueryResults", "us-east-1") => results("Running", &[], 0.0),
            _ => usual(request, region),
        },
    )
    .await;
    let book = asked(&session).await;
    let gaps = book.gaps().join("\n");
    assert!(gaps.contains("it took longer than 5 min"), "{gaps}");
    assert_eq!(seen(&all, "us-east-1", "StopQuery"), 1);
    assert_eq!(seen(&all, "eu-west-1", "StopQuery"), 0);
}
