//! The Logs screen counting: errors by function, requests by route, method and status.

use gwctl::console::app::{Panel, Subject};
use gwctl::fleet::Missing;
use gwctl::fleet::logs::{AccessFormat, LogEvent};
use gwctl::observe::logs::{Book, GroupLogs, GroupRead, LogKind};
use jiff::SignedDuration;

use super::logs::{book, group, groups, press, read, showing, shown};
use super::sample::ago;
use super::snapshots::keep;

const FORMAT: &str = r#"{"m":"$context.httpMethod","r":"$context.routeKey","s":"$context.status","l":"$context.responseLatency","ua":"$context.identity.userAgent"}"#;

/// A request that was answered so many seconds ago.
fn answered(seconds: i64, (method, route): (&str, &str), status: u16, agent: &str) -> LogEvent {
    let message = format!(
        r#"{{"m":"{method}","r":"{method} {route}","s":"{status}","l":"{}","ua":"{agent}"}}"#,
        20 + seconds % 60
    );
    LogEvent {
        id: format!("{seconds} {method} {route} {status}"),
        at: ago(seconds),
        ingested: Some(ago(seconds) + SignedDuration::from_millis(900)),
        stream: "a".into(),
        message,
    }
}

fn requests() -> GroupRead {
    let reads = (0..280).map(|n| answered(n, ("GET", "/orders/{id}"), 200, "app"));
    let writes = (0..140).map(|n| {
        answered(
            2 * n,
            ("POST", "/orders"),
            if n % 4 == 0 { 502 } else { 201 },
            "app",
        )
    });
    let checks = (0..60).map(|n| {
        answered(
            4 * n,
            ("GET", "/health"),
            200,
            "Amazon-Route53-Health-Check-Service (ref 1)",
        )
    });
    read(reads.chain(writes).chain(checks).collect(), None)
}

fn access(code: &str, read: Result<Option<GroupRead>, Missing>) -> GroupLogs {
    GroupLogs {
        group: Some(format!("/orders/access/{code}")),
        kind: LogKind::Access(AccessFormat::of(FORMAT)),
        ..group(code, "access log", read)
    }
}

fn with_requests() -> Book {
    let mut all = groups();
    all.push(access("eu-west-1", Ok(Some(requests()))));
    let silent = Missing::CouldNotAsk {
        why: "no answer in time".into(),
    };
    all.push(access("us-east-1", Err(silent)));
    all.push(access("ap-southeast-1", Ok(None)));
    book(all, &[])
}

#[test]
fn a_key_turns_patterns_into_counts_and_back() {
    let mut state = showing(Some(with_requests()), (120, 40));
    let patterns = state.count(Panel::Patterns);
    for (head, rows) in [
        ("Errors by function", 4),
        ("Requests by route", 3),
        ("Requests by method", 3),
        ("Requests by status", 4),
        ("Patterns", patterns),
    ] {
        assert!(press(&mut state, "B").is_empty(), "it asks nothing");
        let text = shown(&state);
        assert!(text.contains(head), "{head}\n{text}");
        assert_eq!(state.count(Panel::Patterns), rows, "{head}");
    }
}

#[test]
fn functions_and_routes_are_counted_with_every_region_side_by_side() {
    let mut state = showing(Some(with_requests()), (120, 40));
    press(&mut state, "B");
    let functions = shown(&state);
    keep("logs-by-function-120x40", &functions);
    let row = |text: &str, name: &str| {
        let mut lines = text.lines();
        lines
            .find(|line| line.contains(name))
            .unwrap_or_else(|| panic!("{name}\n{text}"))
            .to_owned()
    };
    // 45 conflicts, and 120 refused connections; elsewhere not all was read, or nothing.
    let writes = row(&functions, "orders-write");
    for cell in ["?", "165", "≥"] {
        assert!(writes.contains(cell), "{cell}: {writes}");
    }
    press(&mut state, "B");
    let routes = shown(&state);
    keep("logs-by-route-120x40", &routes);
    let failing = row(&routes, "POST /orders");
    assert!(failing.contains("25.0 %"), "{failing}");
    assert!(
        row(&routes, "checkers: GET /health").contains("0 %"),
        "{routes}"
    );
    let mut small = showing(Some(with_requests()), (80, 24));
    press(&mut small, "B B");
    keep("logs-by-route-80x24", &shown(&small));
}

#[test]
fn enter_on_a_function_shows_the_patterns_of_its_errors() {
    let mut state = showing(Some(with_requests()), (120, 40));
    press(&mut state, "B enter");
    let rows = state.rows(Panel::Patterns);
    assert!(
        rows.iter()
            .all(|row| matches!(row.subject, Subject::Pattern(_)))
    );
    assert!(!rows.is_empty());
    let writer = |row: &gwctl::console::app::Row<'_>| {
        let mut cells = row.cells().iter();
        cells.any(|(name, text)| *name == "function" && text.contains("orders-write"))
    };
    assert!(rows.iter().all(writer));
    assert_eq!(
        state.filter(Panel::Patterns).unwrap().text(),
        "function:orders-write"
    );
}
