//! The report for programs: `gwctl.logs/1`.

use serde_json::{Map, Value, json};

use super::report::Report;
use super::sheet::paid;
use crate::fleet::Missing;
use crate::fleet::logs::{AccessLog, AccessSetting, Pattern, Placed};
use crate::observe::logs::Group;

/// Lines of a pattern that stand below it; how many more were counted stands beside them.
const NEWEST: usize = 5;

/// All of it.
pub fn draw(report: &Report) -> Value {
    let book = &report.book;
    let mut document = json!({
        "schema": "gwctl.logs/1",
        "fleet": report.fleet,
        "since": book.since,
        "until": book.until,
        "groups": book.groups.iter().map(group).collect::<Vec<_>>(),
        "access_logs": book.access.iter().map(|access| json!({
            "region": access.region,
            "places": access.places.as_ref().ok().map(|all| all.iter().map(place).collect::<Vec<_>>()),
            "missing": access.places.as_ref().err(),
        })).collect::<Vec<_>>(),
        "lateness": book.lateness.map(|(median, longest)| json!({
            "median_ms": median.as_millis() as u64,
            "longest_ms": longest.as_millis() as u64,
        })),
        "cost": book.cost(),
        "insights": book.paid.as_ref().map(paid),
        "notes": book.notes(),
        "exit_code": report.exit().code(),
    });
    if report.wants_lines {
        document["lines"] = book.lines.iter().map(|one| line(one)).collect();
    } else {
        let patterns = book.patterns.iter();
        document["patterns"] = patterns.map(|one| pattern(report, one)).collect();
    }
    document
}

fn place(place: &AccessSetting) -> Value {
    match &place.to {
        AccessLog::Group(name) => json!({ "group": name }),
        AccessLog::Firehose(name) => json!({ "firehose": name }),
        AccessLog::Other(arn) => json!({ "other": arn }),
    }
}

fn group(group: &Group) -> Value {
    let read = group.read.as_ref().ok().and_then(Option::as_ref);
    json!({
        "region": group.region,
        "functions": group.sources,
        "group": group.name,
        "edge": group.kind.is_router(),
        "access_log": group.kind.access().is_some(),
        "database": group.kind.is_database(),
        "calls": group.calls,
        "state": match &group.read {
            Ok(Some(_)) => "read",
            Ok(None) => "no-group",
            Err(Missing::NotAllowed { .. }) => "not-allowed",
            Err(_) => "could-not-ask",
        },
        "missing": group.read.as_ref().err(),
        "events": read.map(|read| read.events),
        "errors_since": read.map(|read| read.errors.0),
        "errors_until": read.map(|read| read.errors.1),
        "oldest_errors_until": read.and_then(|read| read.oldest).map(|oldest| oldest.1),
        "lines_since": read.and_then(|read| read.lines).map(|lines| lines.0),
        "lines_until": read.and_then(|read| read.lines).map(|lines| lines.1),
        "cut": read.map(|read| &read.cut),
    })
}

fn pattern(report: &Report, pattern: &Pattern) -> Value {
    let regions: Map<String, Value> = pattern
        .regions
        .iter()
        .map(|(region, tally)| {
            let told = json!({
                "count": tally.count,
                "per_minute": report.book.per_minute(pattern, region),
                "first": tally.first,
                "last": tally.last,
            });
            (region.to_string(), told)
        })
        .collect();
    let newest = pattern.newest.iter().rev().take(NEWEST);
    let shown: Vec<Value> = newest.map(|one| line(one)).collect();
    json!({
        "text": pattern.text,
        "error": pattern.is_error(),
        "failure": pattern.failure.map(crate::fleet::logs::Failure::key),
        "level": pattern.level.map(crate::fleet::logs::Level::name),
        "functions": pattern.sources,
        "count": pattern.count(),
        "regions": regions,
        "first": pattern.first(),
        "last": pattern.last(),
        "example": line(&pattern.example),
        "newest": shown,
        "left_out": pattern.count().saturating_sub(shown.len() as u64),
    })
}

/// One line.
pub fn line(placed: &Placed) -> Value {
    let line = &placed.line;
    json!({
        "at": placed.at,
        "region": placed.region,
        "function": placed.source,
        "level": line.level.map(crate::fleet::logs::Level::name),
        "failure": line.failure.map(crate::fleet::logs::Failure::key),
        "request_id": line.request_id,
        "text": line.text,
        "stack": line.stack,
    })
}
