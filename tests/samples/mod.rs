//! Log lines and records as others write them are read and grouped as an engineer would.

use std::collections::BTreeMap;

use gwctl::fleet::Region;
use gwctl::fleet::logs::{AccessFormat, Failure, LogLine, Pattern, Placed, patterns};
use jiff::{SignedDuration, Timestamp};

/// The events of a sample, a second from one to the next.
fn placed(events: impl IntoIterator<Item = String>) -> Vec<Placed> {
    let start: Timestamp = "2026-11-28T10:00:00Z".parse().unwrap();
    let events = events.into_iter().zip(0..);
    events
        .map(|(event, second)| Placed {
            region: Region::new("eu-west-1").unwrap(),
            source: "sample".into(),
            at: start + SignedDuration::from_secs(second),
            line: LogLine::read(&event),
            raw: event.as_str().into(),
        })
        .collect()
}

/// As CloudWatch Logs has them: a line that begins with a blank belongs to the event above it.
fn events(text: &str) -> Vec<String> {
    let mut events: Vec<String> = Vec::new();
    for line in text.lines() {
        match events.last_mut() {
            Some(before) if line.starts_with(['\t', ' ']) => {
                before.push('\n');
                before.push_str(line);
            }
            _ => events.push(line.replace("\\n", "\n")),
        }
    }
    events
}

fn grouped(text: &str) -> Vec<Pattern> {
    patterns(placed(events(text)).into_iter().map(std::sync::Arc::new))
}

/// How often each of the words is in a pattern, and in how many.
fn counted(patterns: &[Pattern], words: &str) -> (usize, u64) {
    let all = patterns
        .iter()
        .filter(|one| one.example.line.text.contains(words));
    all.fold((0, 0), |(groups, lines), one| {
        (groups + 1, lines + one.count())
    })
}

#[test]
fn lines_of_a_real_postgresql_are_grouped_by_what_they_say() {
    let text = include_str!("postgresql.log");
    let all = grouped(text);
    for words in [
        "connection received",
        "connection authorized",
        "disconnection: session time",
        "checkpoint complete",
        "terminating connection due to administrator command",
        "database system is ready to accept connections",
    ] {
        let lines = events(text)
            .iter()
            .filter(|event| event.contains(words))
            .count();
        assert_eq!(counted(&all, words), (1, lines as u64), "{words}: {all:#?}");
    }
    let errors: Vec<&str> = all
        .iter()
        .filter(|one| one.is_error())
        .map(|one| one.example.line.text.as_str())
        .collect();
    assert_eq!(errors.len(), 2, "{errors:#?}");
    assert!(
        errors
            .iter()
            .any(|one| one.contains("terminating connection")),
        "{errors:#?}"
    );
    assert!(
        errors
            .iter()
            .any(|one| one.contains("function sleep(integer)")),
        "{errors:#?}"
    );
}

#[test]
fn lines_of_lambdas_runtimes_are_grouped_by_failure_and_by_what_they_say() {
    let all = grouped(include_str!("lambda.log"));
    let mut failures: BTreeMap<&str, u64> = BTreeMap::new();
    for one in &all {
        if let Some(failure) = one.failure {
            *failures.entry(failure.name()).or_default() += one.count();
        }
    }
    let expected = [
        (Failure::Unhandled, 4),
        (Failure::Timeout, 4),
        (Failure::OutOfMemory, 1),
        (Failure::Crash, 1),
    ];
    let expected: BTreeMap<&str, u64> = expected.map(|(one, count)| (one.name(), count)).into();
    assert_eq!(failures, expected, "{all:#?}");
    assert_eq!(counted(&all, "could not store order"), (1, 3));
    assert_eq!(counted(&all, "declined"), (1, 3));
    assert_eq!(counted(&all, "stored order 1"), (1, 4));
    assert_eq!(
        counted(&all, "START RequestId"),
        (0, 0),
        "what is always written is none"
    );
}

/// The Common Log Format as API Gateway's console offers it, and a form in JSON.
const COMMON: &str = r#"$context.identity.sourceIp $context.identity.caller $context.identity.user [$context.requestTime] "$context.httpMethod $context.path $context.protocol" $context.status $context.responseLength $context.requestId"#;
const JSON: &str = r#"{"requestId":"$context.requestId","ip":"$context.identity.sourceIp","requestTime":"$context.requestTime","httpMethod":"$context.httpMethod","routeKey":"$context.routeKey","status":"$context.status","protocol":"$context.protocol","responseLength":"$context.responseLength"}"#;

#[test]
fn lines_of_access_logs_are_grouped_by_request_and_status() {
    let text = include_str!("access.log");
    let (json, common): (Vec<&str>, Vec<&str>) =
        text.lines().partition(|line| line.starts_with('{'));
    let mut all = Vec::new();
    for (format, lines) in [(COMMON, common), (JSON, json)] {
        let format = AccessFormat::of(format);
        let mut read = placed(lines.iter().map(|line| (*line).to_owned()));
        for one in &mut read {
            one.line = format.line(&one.raw).unwrap();
        }
        all.extend(patterns(read.iter().cloned().map(std::sync::Arc::new)));
    }
    let told: Vec<(&str, bool, u64)> = all
        .iter()
        .map(|one| {
            (
                one.example.line.text.split(' ').next().unwrap(),
                one.is_error(),
                one.count(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [("500", true, 4), ("200", false, 5), ("503", true, 3)],
        "{all:#?}"
    );
}
