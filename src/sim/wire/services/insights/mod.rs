//! CloudWatch Logs Insights (aws-facts §13.3): what is asked, and the plain commands of its language.

mod eval;
mod parse;
mod row;
mod words;

use jiff::Timestamp;

use crate::wire::fault::Fault;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::value::{Value, members, shape};
use crate::world::{Found, LogGroup, State};
use parse::Query;
use words::Malformed;

/// Rows of an answer where nobody names a limit, and at most on a page (aws-facts §13.1).
const ROWS: i64 = 10_000;
/// Log groups that a query takes.
const GROUPS: usize = 50;

fn invalid(message: impl Into<String>) -> Fault {
    Fault::bad("InvalidParameterException", message)
}

fn no_group() -> Fault {
    let message = "The specified log group does not exist.";
    Fault::bad("ResourceNotFoundException", message)
}

fn malformed(error: Malformed) -> Fault {
    let location = shape! {
        "startCharOffset": error.begin as f64,
        "endCharOffset": error.end as f64,
    };
    let told = shape! { "location": location, "message": error.message.as_str() };
    Fault::bad("MalformedQueryException", error.message).with("queryCompileError", told)
}

/// `StartQuery`: what is found is known at once, and told when its time has come.
pub fn start(state: &mut State, ask: &Ask) -> Answer {
    let input = &ask.input;
    let text = input.need("queryString")?;
    let since = input
        .int("startTime")?
        .ok_or_else(|| Fault::missing("startTime"))?;
    let until = input
        .int("endTime")?
        .ok_or_else(|| Fault::missing("endTime"))?;
    if since > until {
        return Err(invalid("startTime must not be after endTime"));
    }
    let limit = input.int("limit")?.unwrap_or(ROWS);
    if !(1..=ROWS * 10).contains(&limit) {
        return Err(invalid("limit is from 1 to 100000"));
    }
    let names = names(input);
    if names.is_empty() || names.len() > GROUPS {
        return Err(invalid("A query takes from 1 to 50 log groups"));
    }
    let query = Query::parse(text).map_err(malformed)?;
    let mut groups: Vec<(String, LogGroup)> = Vec::new();
    for name in names {
        let group = state.log_group(&ask.region, &name).ok_or_else(no_group)?;
        groups.push((name, group));
    }
    if !state.queries.has_room(&ask.region, ask.now) {
        let message = "Maximum number of concurrent queries exceeded.";
        return Err(Fault::bad("LimitExceededException", message));
    }
    let (account, _) = ask.signer.identity(state);
    let search = eval::Search {
        since: since * 1_000,
        until: until * 1_000 + 999,
        now: ask.now.as_millisecond(),
        account: &account,
    };
    let found = eval::run(&query, &groups, &search, limit as usize);
    let seed = state.seed();
    let id = state.queries.start(&ask.region, ask.now, found, seed);
    Ok(shape! { "queryId": id }.into())
}

/// Groups by name or ARN.
fn names(input: &Value) -> Vec<String> {
    let mut names: Vec<String> = input
        .text("logGroupName")
        .map(str::to_owned)
        .into_iter()
        .collect();
    for list in ["logGroupNames", "logGroupIdentifiers"] {
        let listed = input.texts(list).into_iter();
        names.extend(listed.map(|one| {
            let name = one.rsplit_once("log-group:").map_or(one, |(_, name)| name);
            name.trim_end_matches(":*").to_owned()
        }));
    }
    names
}

/// `GetQueryResults`: a part while it runs.
pub fn results(state: &State, ask: &Ask) -> Answer {
    let id = ask.input.need("queryId")?;
    let query = state
        .queries
        .get(&ask.region, id)
        .ok_or_else(unknown_query)?;
    let status = query.status(ask.now);
    let share = match status {
        "Scheduled" => 0.0,
        "Complete" => 1.0,
        _ => query.done(ask.now),
    };
    let Found {
        rows,
        bytes,
        scanned,
        matched,
        groups,
    } = &query.found;
    let part = |figure: f64| (figure * share).floor();
    let shown = part(rows.len() as f64) as usize;
    let rows = rows.iter().take(shown).map(|row| {
        members(row.iter().map(|(field, value)| {
            shape! { "field": field.as_str(), "value": value.as_str() }
        }))
    });
    // What was stopped scanned what it had scanned.
    let bytes = if status == "Cancelled" {
        *bytes as f64
    } else {
        part(*bytes as f64)
    };
    Ok(shape! {
        "queryLanguage": "CWLI",
        "status": status,
        "results": members(rows),
        "statistics": shape! {
            "recordsMatched": part(*matched as f64),
            "recordsScanned": part(*scanned as f64),
            "bytesScanned": bytes,
            "estimatedRecordsSkipped": 0.0,
            "estimatedBytesSkipped": 0.0,
            "logGroupsScanned": *groups as f64,
        },
    }
    .into())
}

/// `StopQuery`.
pub fn stop(state: &mut State, ask: &Ask) -> Answer {
    let id = ask.input.need("queryId")?;
    match state.queries.stop(&ask.region, id, ask.now) {
        Some(true) => Ok(shape! { "success": true }.into()),
        Some(false) => Err(invalid("The query has ended already: it cannot be stopped")),
        None => Err(unknown_query()),
    }
}

fn unknown_query() -> Fault {
    Fault::bad(
        "ResourceNotFoundException",
        "The specified query does not exist.",
    )
}

/// `DescribeLogGroups`, by a prefix.
pub fn groups(state: &State, ask: &Ask) -> Answer {
    let prefix = ask.input.text("logGroupNamePrefix").unwrap_or_default();
    if ask
        .input
        .int("limit")?
        .is_some_and(|limit| !(1..=50).contains(&limit))
    {
        return Err(invalid("limit is from 1 to 50"));
    }
    let names = state.log_group_names(&ask.region);
    let found = names.into_iter().filter(|name| name.starts_with(prefix));
    let groups = found.filter_map(|name| {
        let group = state.log_group(&ask.region, &name)?;
        let (bytes, created) = stored(&group)?;
        Some(shape! {
            "logGroupName": name,
            "creationTime": created,
            "storedBytes": bytes,
            "logGroupClass": "STANDARD",
        })
    });
    Ok(shape! { "logGroups": members(groups) }.into())
}

/// Slots of a group that are weighed; the others are taken to be like them.
const WEIGHED: usize = 60;

/// Bytes, and milliseconds since 1970 of the first of them.
fn stored(group: &LogGroup) -> Option<(i64, i64)> {
    let step = group.len().div_ceil(WEIGHED).max(1);
    let (mut bytes, mut first) = (0_i64, None);
    for at in (0..group.len()).step_by(step) {
        for event in group.events(at) {
            bytes += i64::try_from(event.message.len()).unwrap_or_default();
            first = Some(first.map_or(event.at, |first: i64| first.min(event.at)));
        }
    }
    Some((bytes * i64::try_from(step).unwrap_or(1), first?))
}

/// As Insights writes a moment, in UTC (aws-facts §13.3).
fn moment(ms: i64) -> String {
    Timestamp::from_millisecond(ms).map_or_else(
        |_| String::new(),
        |at| at.strftime("%Y-%m-%d %H:%M:%S.%3f").to_string(),
    )
}
