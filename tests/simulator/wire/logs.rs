//! `FilterLogEvents` of the simulated account.

use std::collections::BTreeSet;

use gwctl::aws::{Bound, ErrorKind, LogAnswer, LogQuestion, Session};
use gwctl::fleet::logs::{AccessLog, Failure, LogLine};
use gwctl::fleet::{ApiKind, Region};
use gwctl::sim::Sim;
use gwctl::sim::wire::handler;
use jiff::SignedDuration;

use super::{noon, world};
use crate::observe::stand::answered_by;

pub async fn session(sim: &Sim) -> Session {
    answered_by(handler(sim.clone()), sim).await
}

pub fn region(code: &str) -> Region {
    Region::new(code).unwrap()
}

const ALL: Bound = Bound {
    events: 1_000_000,
    bytes: 1 << 30,
    pages: 1_000,
};

async fn read(sim: &Sim, code: &str, group: &str, pattern: Option<&str>) -> LogAnswer {
    let question = LogQuestion {
        group,
        since: noon() - SignedDuration::from_mins(3),
        until: noon() - SignedDuration::from_secs(61),
        pattern,
        oldest_first: false,
        bound: ALL,
    };
    let logs = session(sim).await.logs(&region(code));
    logs.filter(&question, async || ()).await.unwrap()
}

fn errors(sim: &Sim, code: &str, function: &str) -> f64 {
    let state = sim.state();
    let found = state.metrics.query(
        code,
        "AWS/Lambda",
        "Errors",
        &[("FunctionName", function)],
        "Sum",
        60,
        noon() - SignedDuration::from_mins(3),
        noon() - SignedDuration::from_secs(61),
    );
    found.iter().map(|(_, sum)| sum).sum()
}

#[tokio::test(start_paused = true)]
async fn a_function_that_fails_writes_as_many_errors_as_its_metric_counts() {
    let sim = world("lambda-errors");
    let group = "/aws/lambda/orders-read";
    let answer = read(
        &sim,
        "eu-west-1",
        group,
        Some("?ERROR ?\"Task timed out\" ?\"Runtime exited\""),
    )
    .await;
    let failed = answer.events.iter().map(|one| LogLine::read(&one.message));
    let failed = failed.filter(|line| line.failure.is_some()).count() as f64;
    let counted = errors(&sim, "eu-west-1", "orders-read");
    // Lines are written when an invocation ends: some belong to the minute before.
    assert!(
        counted > 1_000.0 && (failed / counted - 1.0).abs() < 0.1,
        "{failed} lines, {counted} errors"
    );
    let quiet = read(&sim, "us-east-1", group, Some("ERROR"))
        .await
        .events
        .len();
    assert!((quiet as f64) < counted / 10.0, "{quiet}");
    // The same seed writes the same lines.
    let again = read(
        &world("lambda-errors"),
        "eu-west-1",
        group,
        Some("?ERROR ?\"Task timed out\" ?\"Runtime exited\""),
    )
    .await;
    assert_eq!(again.events, answer.events);
}

#[tokio::test(start_paused = true)]
async fn without_a_writer_writes_say_that_the_database_cannot_be_reached() {
    let sim = world("primary-dark");
    let answer = read(
        &sim,
        "eu-west-1",
        "/aws/lambda/orders-write",
        Some("ETIMEDOUT"),
    )
    .await;
    assert!(answer.events.len() > 100);
    let line = LogLine::read(&answer.events[0].message);
    assert_eq!(line.failure, Some(Failure::Unhandled));
    assert!(line.text.contains(":5432"), "{}", line.text);
    let reads = read(
        &sim,
        "eu-west-1",
        "/aws/lambda/orders-read",
        Some("ETIMEDOUT"),
    )
    .await;
    assert!(reads.events.is_empty());
}

#[tokio::test(start_paused = true)]
async fn pages_give_every_event_once_in_either_order() {
    let sim = world("calm");
    let whole = read(&sim, "eu-west-1", "/aws/lambda/orders-read", None).await;
    let ids: BTreeSet<&str> = whole.events.iter().map(|one| one.id.as_str()).collect();
    assert!(
        ids.len() == whole.events.len() && ids.len() > 50,
        "{}",
        ids.len()
    );
    let logs = session(&sim).await.logs(&region("eu-west-1"));
    let question = LogQuestion {
        group: "/aws/lambda/orders-read",
        since: whole.since,
        until: whole.until,
        pattern: None,
        oldest_first: false,
        // A page holds no more than the bound: the last is cut.
        bound: Bound { events: 7, ..ALL },
    };
    let few = logs.filter(&question, async || ()).await.unwrap();
    assert_eq!(few.events.len(), 7);
    assert_eq!(few.events, whole.events[whole.events.len() - 7..]);
    for event in &whole.events {
        assert!((whole.since..=whole.until).contains(&event.at));
        assert!(event.lateness().unwrap() < SignedDuration::from_secs(90));
    }
}

#[tokio::test(start_paused = true)]
async fn a_group_that_nothing_wrote_to_is_not_there() {
    let sim = world("calm");
    for (code, group) in [
        ("eu-west-1", "/aws/lambda/nobody"),
        ("eu-west-1", "orders-read"),
        ("us-east-1", "/aws/lambda/orders-router"),
        ("ap-south-1", "/aws/lambda/us-east-1.orders-router"),
    ] {
        let question = LogQuestion {
            group,
            since: noon() - SignedDuration::from_mins(3),
            until: noon(),
            pattern: None,
            oldest_first: false,
            bound: ALL,
        };
        let logs = session(&sim).await.logs(&region(code));
        let error = logs.filter(&question, async || ()).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotFound, "{group}: {error}");
    }
    let router = read(
        &sim,
        "eu-west-1",
        "/aws/lambda/us-east-1.orders-router",
        None,
    )
    .await;
    assert!(!router.events.is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_access_log_bears_the_ids_of_the_functions_and_names_the_checkers() {
    let sim = world("lambda-errors");
    let session = session(&sim).await;
    let apis = session.apigateway(&region("eu-west-1"));
    let id = sim
        .state()
        .resources
        .apis
        .iter()
        .find(|api| api.region == region("eu-west-1"))
        .unwrap()
        .id
        .clone();
    let settings = apis.access_logs(&id, ApiKind::Http, None).await.unwrap();
    let AccessLog::Group(group) = &settings[0].to else {
        panic!("{settings:?}");
    };
    let format = &settings[0].format;
    let failed = read(&sim, "eu-west-1", group, format.failures().as_deref()).await;
    assert!(failed.events.len() > 1_000, "{}", failed.events.len());
    let functions = read(&sim, "eu-west-1", "/aws/lambda/orders-read", Some("ERROR")).await;
    let ids: BTreeSet<String> = failed
        .events
        .iter()
        .filter_map(|one| format.line(&one.message)?.request_id)
        .collect();
    let lines = functions
        .events
        .iter()
        .map(|one| LogLine::read(&one.message));
    let known = lines.filter(|line| line.request_id.as_ref().is_some_and(|id| ids.contains(id)));
    assert!(
        known.count() > 500,
        "the API's lines lead to the function's"
    );
    let checkers = read(
        &sim,
        "eu-west-1",
        group,
        Some("Amazon-Route53-Health-Check-Service"),
    )
    .await;
    // About one in two seconds (aws-facts §20.2).
    assert!(
        (50..80).contains(&checkers.events.len()),
        "{}",
        checkers.events.len()
    );
    let patterns = checkers
        .events
        .iter()
        .filter_map(|one| format.line(&one.message)?.pattern);
    assert!(
        patterns
            .into_iter()
            .all(|one| one == "health checker: 200 GET /health")
    );
}
