//! Lines of every shape that Lambda writes (aws-facts §13.5).

use std::sync::Arc;

use jiff::Timestamp;

use super::{Failure, Level, LineKind, LogEvent, LogLine, Pattern, Placed, joined, patterns};
use crate::Region;

const ID: &str = "6bf2d5a1-4f52-4c1e-9d0b-2a4de5ffab01";

fn read(message: &str) -> LogLine {
    LogLine::read(&message.replace("UUID", ID))
}

#[test]
fn what_lambda_writes_at_every_invocation_is_routine() {
    for (message, kind) in [
        ("START RequestId: UUID Version: 7\n", LineKind::Start),
        ("END RequestId: UUID\n", LineKind::End),
        (
            "REPORT RequestId: UUID\tDuration: 128.83 ms\tBilled Duration: 296 ms\tMemory Size: 128 MB\tMax Memory \
             Used: 74 MB\tInit Duration: 166.62 ms\t\nXRAY TraceId: 1-5759e988-bd862e3fe1be46a994272793\tSegmentId: \
             557abcec3ee5a047\tSampled: true",
            LineKind::Report,
        ),
        (
            r#"{"time":"2026-11-28T10:00:00.562Z","type":"platform.start","record":{"requestId":"UUID","version":"7"}}"#,
            LineKind::Start,
        ),
        (
            r#"{"time":"2026-11-28T10:00:00.690Z","type":"platform.report","record":{"requestId":"UUID","metrics":{"durationMs":128.83,"billedDurationMs":296,"memorySizeMB":128,"maxMemoryUsedMB":74},"status":"success"}}"#,
            LineKind::Report,
        ),
    ] {
        let line = read(message);
        assert_eq!((line.kind, line.failure), (kind, None), "{message}");
        assert_eq!(line.request_id.as_deref(), Some(ID), "{message}");
        assert!(line.is_routine() && !line.is_error(), "{message}");
    }
    let init = read(
        "INIT_START Runtime Version: nodejs:22.v31\tRuntime Version ARN: arn:aws:lambda:eu-west-1::runtime:0a",
    );
    assert!(init.is_routine() && init.request_id.is_none());
}

#[test]
fn every_failure_is_recognised_in_the_text_format() {
    let report = "REPORT RequestId: UUID\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\tMax \
                  Memory Used: 74 MB\t";
    let full = report.replace("Used: 74 MB", "Used: 128 MB");
    for (message, failure) in [
        (
            "2026-11-28T10:00:03.562Z UUID Task timed out after 3.00 seconds".to_owned(),
            Failure::Timeout,
        ),
        (format!("{report}Status: timeout"), Failure::Timeout),
        (
            "INIT_REPORT Init Duration: 3003.83 ms\tPhase: invoke\tStatus: timeout".to_owned(),
            Failure::InitTimeout,
        ),
        (
            "INIT_REPORT Init Duration: 12.30 ms Phase: init Status: error Error Type: Runtime.ImportModuleError"
                .to_owned(),
            Failure::BadPackage,
        ),
        (
            format!("{report}Status: error\tError Type: Runtime.ExitError"),
            Failure::Crash,
        ),
        (
            "RequestId: UUID Error: Runtime exited with error: exit status 1\nRuntime.ExitError".to_owned(),
            Failure::Crash,
        ),
        (
            "RequestId: UUID Error: Runtime exited with error: signal: killed".to_owned(),
            Failure::Crash,
        ),
        (
            format!("{full}Status: error\tError Type: Runtime.OutOfMemory"),
            Failure::OutOfMemory,
        ),
        (
            format!("{full}Status: error\tError Type: Runtime.ExitError"),
            Failure::OutOfMemory,
        ),
        (
            "2026-11-28T10:00:00.562Z\tundefined\tERROR\tUncaught Exception \t{\"errorType\":\"Runtime.ImportModuleError\",\"errorMessage\":\"Error: Cannot find module 'pg'\",\"stack\":[\"Runtime.ImportModuleError: Error: Cannot find module 'pg'\",\"    at _loadUserApp (file:///var/runtime/index.mjs:1087:17)\"]}".to_owned(),
            Failure::BadPackage,
        ),
        (
            "[ERROR] Runtime.ImportModuleError: Unable to import module 'app': No module named 'psycopg'\nTraceback (most recent call last):".to_owned(),
            Failure::BadPackage,
        ),
        (
            "RequestId: UUID Error: fork/exec /var/task/bootstrap: no such file Runtime.InvalidEntrypoint".to_owned(),
            Failure::BadPackage,
        ),
        (
            "LAMBDA_WARNING: Unhandled exception. The most likely cause is an issue in the function code.".to_owned(),
            Failure::Unhandled,
        ),
        (
            "2026-11-28T10:00:00.562Z\tUUID\tERROR\tInvoke Error \t{\"errorType\":\"TypeError\",\"errorMessage\":\"Cannot read properties of undefined (reading 'total')\",\"stack\":[\"TypeError: Cannot read properties of undefined (reading 'total')\",\"    at price (file:///var/task/index.mjs:12:33)\"]}".to_owned(),
            Failure::Unhandled,
        ),
        (
            "2026-11-28T10:00:00.562Z\tUUID\tERROR\tUnhandled Promise Rejection \t{\"errorType\":\"Runtime.UnhandledPromiseRejection\",\"errorMessage\":\"Error: no\"}".to_owned(),
            Failure::Unhandled,
        ),
        (
            "2026-11-28T10:00:00.562Z\tUUID\tERROR\tInvoke Error \t{\"errorType\":\"Runtime.NodejsExit\",\"errorMessage\":\"The handler's promise never settled\"}".to_owned(),
            Failure::NeverSettled,
        ),
    ] {
        let line = read(&message);
        assert_eq!(line.failure, Some(failure), "{message}");
        assert!(line.is_error() && !line.is_routine(), "{message}");
    }
}

#[test]
fn every_failure_is_recognised_in_the_json_format() {
    let report = |status: &str, kind: &str| {
        format!(
            r#"{{"time":"2026-11-28T10:00:00.690Z","type":"platform.report","record":{{"requestId":"UUID","metrics":{{"durationMs":3000.0}},"status":"{status}"{kind}}}}}"#
        )
    };
    for (message, failure) in [
        (report("timeout", ""), Failure::Timeout),
        (
            report("error", r#","errorType":"Runtime.ExitError""#),
            Failure::Crash,
        ),
        (
            report("error", r#","errorType":"Runtime.OutOfMemory""#),
            Failure::OutOfMemory,
        ),
        (
            report("failure", r#","errorType":"TypeError""#),
            Failure::Unhandled,
        ),
        (
            r#"{"time":"2026-11-28T10:00:00Z","type":"platform.initReport","record":{"initializationType":"on-demand","phase":"invoke","status":"timeout","metrics":{"durationMs":3003.8}}}"#.into(),
            Failure::InitTimeout,
        ),
        (
            r#"{"timestamp":"2026-11-28T10:00:00Z","level":"ERROR","requestId":"UUID","message":{"errorType":"Runtime.NodejsExit","errorMessage":"x","stackTrace":[]}}"#.into(),
            Failure::NeverSettled,
        ),
    ] {
        let line = read(&message);
        assert_eq!(line.failure, Some(failure), "{message}");
    }
}

#[test]
fn what_a_function_logs_is_read_with_its_level_its_request_and_its_error() {
    let text = read("2026-11-28T10:00:00.562Z\tUUID\tWARN\tpool is full,\twaiting");
    assert_eq!((text.level, text.failure), (Some(Level::Warn), None));
    assert_eq!(text.text, "pool is full, waiting");
    assert_eq!(text.request_id.as_deref(), Some(ID));

    let python = read("[ERROR]\t2026-11-28T10:00:00.562Z\tUUID\tno connection");
    assert_eq!(
        (python.level, python.text.as_str()),
        (Some(Level::Error), "no connection")
    );

    let json = read(
        r#"{"timestamp":"2026-11-28T10:00:00.562Z","level":"ERROR","message":"write failed","requestId":"UUID","errorType":"ConnectionError","errorMessage":"connect ECONNREFUSED 10.0.3.17:5432","stackTrace":["ConnectionError: connect ECONNREFUSED 10.0.3.17:5432","    at connect (/var/task/db.mjs:7:9)"]}"#,
    );
    assert_eq!(
        json.text,
        "write failed ConnectionError: connect ECONNREFUSED 10.0.3.17:5432"
    );
    assert_eq!(json.stack, ["    at connect (/var/task/db.mjs:7:9)"]);
    assert_eq!(json.level, Some(Level::Error));
    let java = read(
        r#"{"timestamp":"2026-11-28T10:00:00Z","level":"INFO","message":"ok","AWSrequestId":"UUID"}"#,
    );
    assert_eq!(java.request_id.as_deref(), Some(ID));
    let object = read(
        r#"{"timestamp":"2026-11-28T10:00:00Z","level":"INFO","message":{"orders":3},"requestId":"UUID"}"#,
    );
    assert_eq!(object.text, r#"{"orders":3}"#);

    // Who quotes a failure has not failed.
    for quoting in [
        "2026-11-28T10:00:00.562Z\tUUID\tINFO\ta client saw: Task timed out after 3.00 seconds",
        r#"{"level":"INFO","message":"retry after Runtime.ExitError","requestId":"UUID"}"#,
        r#"{"level":"WARN","message":{"errorType":"Runtime.ExitError"},"requestId":"UUID"}"#,
    ] {
        assert!(!read(quoting).is_error(), "{quoting}");
    }
}

#[test]
fn hostile_lines_neither_steer_the_terminal_nor_panic() {
    for message in [
        "",
        "\n\n",
        "{",
        "{}",
        "{\"type\":\"platform.report\",\"record\":7}",
        "{\"level\":7,\"message\":null,\"errorType\":{}}",
        "\t\t\t",
        "REPORT RequestId: ",
        "é26-11-28T10:00:00.562Z\tx\tERROR\ty",
        "2026-11-2é\u{301}10:00:00.562Z\tx\tERROR\ty",
        "{\"level\":\"ERROR\",\"message\":\"\\u001b]0;pwned\\u0007 \\u202e x\"}",
        "\x1b[31mERROR\x1b[0m \x07",
    ] {
        let line = LogLine::read(message);
        let shown = format!("{}{}", line.text, line.stack.concat());
        assert!(!shown.chars().any(char::is_control), "{shown:?}");
        assert!(!shown.contains('\u{202e}'), "{shown:?}");
    }
    let line = LogLine::read(&"x".repeat(1 << 20));
    assert!(line.text.ends_with('…') && line.text.chars().count() <= 4_096);
}

fn event(second: i64, stream: &str, message: &str) -> LogEvent {
    LogEvent {
        id: format!("{second}-{stream}"),
        at: Timestamp::from_second(1_795_442_400 + second).unwrap(),
        ingested: None,
        stream: stream.into(),
        message: message.replace("UUID", ID),
    }
}

#[test]
fn a_stack_trace_stays_with_its_line_whether_it_is_one_event_or_many() {
    let one = joined(vec![event(
        0,
        "a",
        "2026-11-28T10:00:00.562Z\tUUID\tERROR\tError: no\n    at f (/var/task/a.js:1:2)\n    at g (/var/task/a.js:3:4)",
    )]);
    assert_eq!(one[0].1.stack.len(), 2);
    let many = joined(vec![
        event(0, "a", "java.lang.IllegalStateException: no"),
        event(
            0,
            "b",
            "2026-11-28T10:00:00.562Z\tUUID\tINFO\tsomebody else",
        ),
        event(0, "a", "\tat com.example.Orders.write(Orders.java:42)"),
        event(1, "a", "Caused by: java.net.ConnectException: refused"),
        event(1, "a", "\t... 12 more"),
        event(1, "a", "END RequestId: UUID"),
        event(1, "a", "  a line of its own after the end"),
        event(60, "b", "  much later"),
    ]);
    let told: Vec<(&str, usize)> = many
        .iter()
        .map(|(_, line)| (line.text.as_str(), line.stack.len()))
        .collect();
    assert_eq!(told[0], ("java.lang.IllegalStateException: no", 3));
    assert_eq!(told[1], ("somebody else", 0));
    assert_eq!(many.len(), 5, "{told:?}");
}

fn placed(region: &str, second: i64, message: &str) -> Placed {
    Placed {
        region: Region::new(region).unwrap(),
        source: "orders-write".into(),
        at: Timestamp::from_second(1_795_442_400 + second).unwrap(),
        line: LogLine::read(message),
        raw: message.into(),
    }
}

fn refused(region: &str, second: i64, n: u32) -> Placed {
    let id = format!("6bf2d5a1-4f52-4c1e-9d0b-{n:012x}");
    placed(
        region,
        second,
        &format!(
            "2026-11-28T10:00:00.562Z\t{id}\tERROR\tInvoke Error \t{{\"errorType\":\"Error\",\"errorMessage\":\"connect ECONNREFUSED 10.0.{n}.17:5432, order {n}\"}}"
        ),
    )
}

fn grouped(lines: impl IntoIterator<Item = Placed>) -> Vec<Pattern> {
    patterns(lines.into_iter().map(Arc::new))
}

fn texts(all: &[Pattern]) -> Vec<(&str, u64)> {
    all.iter()
        .map(|one| (one.text.as_str(), one.count()))
        .collect()
}

#[test]
fn lines_that_say_the_same_are_one_pattern_with_its_count_in_every_region() {
    let info =
        "2026-11-28T10:00:00.562Z\t6bf2d5a1-4f52-4c1e-9d0b-2a4de5ffab01\tINFO\torder 17 stored";
    let lines = [
        placed("eu-west-1", 0, info),
        placed("eu-west-1", 1, &info.replace("17", "18")),
        placed("eu-west-1", 2, &info.replace("17", "19")),
        refused("eu-west-1", 3, 1),
        refused("eu-west-1", 9, 2),
        refused("us-east-1", 5, 3),
        placed(
            "eu-west-1",
            9,
            "END RequestId: 6bf2d5a1-4f52-4c1e-9d0b-2a4de5ffab01",
        ),
    ];
    let all = grouped(lines);
    assert_eq!(
        texts(&all),
        [
            (
                "Invoke Error Error: connect ECONNREFUSED <address>, order <n>",
                3
            ),
            ("order <n> stored", 3),
        ],
        "errors first, Lambda's own lines left out"
    );
    let error = &all[0];
    let ireland = error.regions[&Region::new("eu-west-1").unwrap()];
    assert_eq!(ireland.count, 2);
    assert_eq!(ireland.last.duration_since(ireland.first).as_secs(), 6);
    assert_eq!(error.example.at, error.last());
    assert!(error.example.line.text.contains("10.0.2.17"));
}

#[test]
fn a_word_that_differs_is_left_open_and_other_sentences_stay_apart() {
    let warn = |what: &str| {
        placed(
            "eu-west-1",
            0,
            &format!("2026-11-28T10:00:00.562Z\t{ID}\tWARN\t{what}"),
        )
    };
    let all = grouped([
        warn("customer alice has no address on file"),
        warn("customer bob has no address on file"),
        warn("pool of connections is full, waiting now"),
    ]);
    assert_eq!(
        texts(&all),
        [
            ("customer <*> has no address on file", 2),
            ("pool of connections is full, waiting now", 1),
        ]
    );
}

#[test]
fn a_request_that_failed_is_counted_once_and_its_report_says_why() {
    let report = format!(
        "REPORT RequestId: {ID}\tDuration: 812.00 ms\tMemory Size: 128 MB\tMax Memory Used: 128 MB\tStatus: error\tError Type: Runtime.OutOfMemory"
    );
    let crash = format!("RequestId: {ID} Error: Runtime exited with error: signal: killed");
    let both = grouped([
        placed("eu-west-1", 0, &crash),
        placed("eu-west-1", 0, &report),
    ]);
    assert_eq!(both.len(), 1);
    assert_eq!(
        (both[0].count(), both[0].failure),
        (1, Some(Failure::OutOfMemory))
    );
    // Alone, the report tells it; and the same id elsewhere is another request.
    let apart = grouped([
        placed("us-east-1", 0, &crash),
        placed("eu-west-1", 0, &report),
    ]);
    assert_eq!(apart.iter().map(Pattern::count).sum::<u64>(), 2);
}

#[test]
fn a_line_of_rds_is_read_behind_either_of_its_prefixes_and_its_sqlstate_is_kept() {
    let usual = "2026-11-28 10:00:00 UTC:10.20.3.17(40100):orders_app@orders:[812]:";
    let long = |state: &str| {
        format!(
            "2026-11-28 10:00:00.123 UTC:10.20.3.17(40100):orders_app@orders:[812]:3:{state}:2026-11-28 09:59:59 UTC:\
             7/812:0:6928f0a0.32c:psql"
        )
    };
    for (prefix, said, text, level) in [
        (usual.to_owned(), "FATAL:  no", "FATAL: no", Level::Fatal),
        (
            long("28P01"),
            "FATAL:  no",
            "FATAL: 28P01: no",
            Level::Fatal,
        ),
        (
            long("25006"),
            "ERROR:  no",
            "ERROR: 25006: no",
            Level::Error,
        ),
        // With log_error_verbosity = verbose.
        (
            long("25006"),
            "ERROR:  25006: no",
            "ERROR: 25006: no",
            Level::Error,
        ),
        (long("00000"), "LOG:  yes", "yes", Level::Info),
        (
            long("00000"),
            "STATEMENT:  SELECT 'ERROR:  1'",
            "STATEMENT: SELECT 'ERROR:  1'",
            Level::Info,
        ),
        (
            usual.to_owned(),
            "ERROR:  a[1]:2:3XXXX:b",
            "ERROR: a[1]:2:3XXXX:b",
            Level::Error,
        ),
    ] {
        let line = read(&format!("{prefix}{said}"));
        assert_eq!(
            (line.text.as_str(), line.level),
            (text, Some(level)),
            "{prefix}{said}"
        );
    }
}
