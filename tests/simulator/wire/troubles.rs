//! Troubles of functions and of the database, as AWS shows them.

use std::time::Duration;

use gwctl::aws::{Bound, LogQuestion};
use gwctl::fleet::logs::LogLine;
use gwctl::sim::{Scenario, Sim};
use jiff::{SignedDuration, Timestamp};

use super::logs::{region, session};
use super::{noon, world, world_of};

const FUNCTIONS: [&str; 2] = ["orders-read", "orders-write"];

/// What a metric of a function counted in the two minutes that ended two minutes before `now`, the start of a minute.
fn counted_at(now: Timestamp, sim: &Sim, (code, function): (&str, &str), metric: &str) -> f64 {
    let state = sim.state();
    let found = state.metrics.query(
        code,
        "AWS/Lambda",
        metric,
        &[("FunctionName", function)],
        "Sum",
        60,
        now - SignedDuration::from_mins(4),
        now - SignedDuration::from_secs(121),
    );
    found.iter().map(|(_, sum)| sum).sum()
}

/// As [`counted_at`], of now.
fn counted(sim: &Sim, code: &str, function: &str, metric: &str) -> f64 {
    counted_at(sim.clock().now(), sim, (code, function), metric)
}

fn share(sim: &Sim, code: &str, function: &str) -> f64 {
    let invocations = counted(sim, code, function, "Invocations");
    counted(sim, code, function, "Errors") / invocations.max(1.0)
}

/// The errors that a function logs in the same time.
async fn errors(now: Timestamp, sim: &Sim, code: &str, function: &str) -> Vec<String> {
    let question = LogQuestion {
        group: &format!("/aws/lambda/{function}"),
        since: now - SignedDuration::from_mins(4),
        until: now - SignedDuration::from_secs(121),
        pattern: Some("?ERROR ?\"Task timed out\""),
        bound: Bound {
            events: 1_000_000,
            bytes: 1 << 30,
            pages: 1_000,
        },
        oldest_first: false,
    };
    let logs = session(sim).await.logs(&region(code));
    // Within the rate that the account has in the Region.
    let turn = async || tokio::time::sleep(Duration::from_millis(200)).await;
    let answer = logs.filter(&question, turn).await.unwrap();
    let lines = answer.events.iter().map(|one| LogLine::read(&one.message));
    lines
        .filter(LogLine::is_error)
        .map(|line| line.text)
        .collect()
}

/// Records of calls of the last quarter of an hour, whether they can be read yet or not.
fn records(sim: &Sim, code: &str) -> Vec<(String, String)> {
    let state = sim.state();
    let account = state.resources.caller.account.clone();
    let later = state.now() + SignedDuration::from_hours(1);
    let since = state.now() - SignedDuration::from_mins(15);
    let here = region(code);
    let all = state.trail.readable(&account, &here, later);
    all.filter(|record| record.at >= since)
        .map(|record| (record.name.clone(), record.text.clone()))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn functions_log_what_their_metrics_count_in_the_words_of_what_is_wrong() {
    for (scenario, code, words) in [
        ("bad-deploy", "eu-west-1", "Error: "),
        ("bad-config", "ap-southeast-1", "Error: "),
        ("connections-exhausted", "us-east-1", "error: "),
        (
            "write-forwarding-broken",
            "eu-west-1",
            "in a read-only transaction",
        ),
        (
            "secret-rotated",
            "ap-southeast-1",
            "password authentication failed for user",
        ),
        (
            "dependency-slow",
            "ap-southeast-1",
            "Task timed out after 10.00 seconds",
        ),
    ] {
        let sim = world(scenario);
        // Reading takes time: both are of the same two minutes.
        let now = sim.clock().now();
        let (mut all, mut failed) = (Vec::new(), 0.0);
        // A wrong setting is of one of them, by the seed; of the others the one that writes is enough.
        let functions = if scenario == "bad-config" {
            &FUNCTIONS[..]
        } else {
            &FUNCTIONS[1..]
        };
        for function in functions {
            all.extend(errors(now, &sim, code, function).await);
            failed += counted_at(now, &sim, (code, function), "Errors");
        }
        let said = all.iter().filter(|text| text.contains(words)).count() as f64;
        let ratio = all.len() as f64 / failed;
        assert!(
            failed > 100.0 && (ratio - 1.0).abs() < 0.12,
            "{scenario}: {} lines, {failed} errors",
            all.len()
        );
        assert!(
            said > 0.55 * all.len() as f64,
            "{scenario}: {said} of {}",
            all.len()
        );
    }
}

#[test]
fn a_bad_deployment_changes_code_version_and_date_and_its_record_tells_who() {
    let sim = world("bad-deploy");
    let now = sim.clock().now();
    let function = |code: &str| {
        let state = sim.state();
        let mut all = state.resources.functions.iter();
        all.find(|one| one.region == region(code) && one.name == "orders-write")
            .unwrap()
            .clone()
    };
    let (changed, other) = (function("eu-west-1"), function("us-east-1"));
    assert_ne!(changed.code_sha256, other.code_sha256);
    assert_eq!(changed.version, other.version + 1);
    assert!(now.duration_since(changed.last_modified) < SignedDuration::from_mins(9));
    let (name, text) = records(&sim, "eu-west-1").remove(0);
    assert_eq!(name, "UpdateFunctionCode20150331v2");
    assert!(
        text.contains("assumed-role") && text.contains("orders-write"),
        "{text}"
    );

    assert!(share(&sim, "eu-west-1", "orders-write") > 0.4);
    for (code, function) in [("eu-west-1", "orders-read"), ("us-east-1", "orders-write")] {
        assert!(share(&sim, code, function) < 0.01, "{code} {function}");
    }
    // Whoever loads other code ends it.
    let code = b"// as it was".to_vec();
    sim.state()
        .update_function_code(&region("eu-west-1"), "orders-write", code, false);
    sim.advance(Duration::from_mins(8));
    assert!(share(&sim, "eu-west-1", "orders-write") < 0.01);
}

/// The worst of the last minutes.
fn worst(sim: &Sim, dimension: (&str, &str), (namespace, metric): (&str, &str)) -> f64 {
    let state = sim.state();
    let now = sim.clock().now();
    let (from, to) = (now - SignedDuration::from_mins(4), now);
    let points = state.metrics.query(
        "eu-west-1",
        namespace,
        metric,
        &[dimension],
        "Sum",
        60,
        from,
        to,
    );
    points.iter().map(|(_, sum)| *sum).fold(0.0, f64::max)
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_answers_500_itself_fails_no_invocation() {
    let text = "title = \"Caught\"\n[[event]]\nat = \"-8m\"\nstart = \"bad-deploy\"\nregion = \"eu-west-1\"\nanswers = 500";
    let sim = world_of(Scenario::parse("caught.toml", text).unwrap());
    assert!(share(&sim, "eu-west-1", "orders-write") < 0.01);
    let api = {
        let state = sim.state();
        let mut apis = state.resources.apis.iter();
        let here = apis.find(|api| api.region == region("eu-west-1"));
        here.unwrap().id.clone()
    };
    let of_api = |metric| worst(&sim, ("ApiId", &api), ("AWS/ApiGateway", metric));
    let (failed, all) = (of_api("5xx"), of_api("Count"));
    assert!(failed > 0.05 * all, "{failed} of {all}");

    let state = sim.state();
    let lines = |group: &str| -> Vec<String> {
        let group = state.log_group(&region("eu-west-1"), group).unwrap();
        let slots = group.len() - 6..group.len();
        let events = slots.flat_map(|slot| group.events(slot));
        events.map(|event| event.message).collect()
    };
    let logged = lines("/aws/lambda/orders-write");
    let errors = logged.iter().filter(|line| line.contains("\tERROR\t"));
    let errors: Vec<&String> = errors.collect();
    assert!(errors.len() > 20, "{}", errors.len());
    let thrown = errors.iter().filter(|line| line.contains("Invoke Error"));
    assert!(thrown.count() * 20 < errors.len());
    assert!(logged.iter().all(|line| !line.contains("Status: error")));
    let answers = lines("/orders/access/eu-west-1");
    let own = answers
        .iter()
        .filter(|line| line.contains(r#""status":"500""#) && line.contains(r#""istatus":"500""#));
    assert!(own.count() > 20);
}

#[test]
fn what_a_setting_was_set_to_is_in_no_record() {
    let sim = world("bad-config");
    let (name, text) = records(&sim, "ap-southeast-1").remove(0);
    assert_eq!(name, "UpdateFunctionConfiguration20150331v2");
    assert!(!text.contains("nvironment"), "{text}");
}

#[test]
fn a_good_deployment_harms_nothing() {
    let sim = world("good-deploy");
    assert_eq!(records(&sim, "eu-west-1").len(), 2);
    for function in FUNCTIONS {
        assert!(share(&sim, "eu-west-1", function) < 0.01, "{function}");
    }
}

#[test]
fn connections_grow_until_the_cluster_takes_no_more() {
    let sim = world("connections-exhausted");
    let state = sim.state();
    let (from, to) = (noon() - SignedDuration::from_mins(20), noon());
    let points = state.metrics.query(
        "us-east-1",
        "AWS/RDS",
        "DatabaseConnections",
        &[("DBClusterIdentifier", "orders-use1")],
        "Maximum",
        60,
        from,
        to,
    );
    let (first, last) = (points.first().unwrap().1, points.last().unwrap().1);
    assert!(
        first < 700.0 && (1_600.0..1_800.0).contains(&last),
        "{points:?}"
    );
}

#[test]
fn without_forwarding_writes_fail_there_alone_and_reads_go_on() {
    let sim = world("write-forwarding-broken");
    assert!(share(&sim, "eu-west-1", "orders-write") > 0.99);
    for (code, function) in [
        ("eu-west-1", "orders-read"),
        ("us-east-1", "orders-write"),
        ("ap-southeast-1", "orders-write"),
    ] {
        assert!(share(&sim, code, function) < 0.01, "{code} {function}");
    }
}

#[test]
fn what_lambda_throttles_is_answered_as_an_error_and_logs_nothing() {
    let sim = world("concurrency-exhausted");
    let throttles = counted(&sim, "eu-west-1", "orders-write", "Throttles");
    assert!(throttles > 200.0, "{throttles}");
    assert!(share(&sim, "eu-west-1", "orders-write") < 0.01);
}

#[test]
fn every_trouble_ends_when_it_is_over() {
    for fault in [
        "bad-deploy:eu-west-1",
        "bad-config:eu-west-1",
        "connections-exhausted:us-east-1",
        "write-forwarding-broken:eu-west-1",
        "secret-rotated",
        "dependency-slow:eu-west-1",
        "concurrency-exhausted:eu-west-1",
    ] {
        let sim = world("calm");
        let code = fault.split_once(':').map_or("eu-west-1", |(_, code)| code);
        let bad = || -> f64 {
            let each = FUNCTIONS.iter().map(|function| {
                share(&sim, code, function) + counted(&sim, code, function, "Throttles") / 1e4
            });
            each.sum()
        };
        sim.start_fault(fault).unwrap();
        sim.advance(Duration::from_mins(8));
        assert!(bad() > 0.03, "{fault}: {}", bad());
        sim.end_fault(fault).unwrap();
        sim.advance(Duration::from_mins(8));
        assert!(bad() < 0.01, "{fault}: {}", bad());
    }
}
