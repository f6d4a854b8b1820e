//! `gwctl logs --by route`: requests by what the access logs tell of them.

use serde_json::{Map, Value, json};

use super::args::Logs;
use super::sheet::{Sheet, paid};
use super::{asked, begin, range, reader};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::flags::{Global, Output};
use crate::cli::output::print;
use crate::cli::target::Target;
use crate::fleet::logs::{Answered, BreakdownRow, By, breakdown};
use crate::fleet::{clean, format};
use crate::observe::logs::{COST, RequestsRead};

/// Asks and prints.
pub fn run(global: &Global, args: &Logs, by: By) -> Result<Exit, Failure> {
    let read = async |target: Target| {
        let read = read(&target, args).await?;
        Ok::<_, Failure>((target.name.clone(), read))
    };
    let (fleet, read) = args.fleet.with(global, true, read)??;
    let rows = breakdown(&read.requests, by);
    print(&match args.output {
        Output::Json => format!("{:#}\n", document(&fleet, by, &read, &rows)),
        people => sheet(&fleet, by, &read, &rows).drawn(people),
    })?;
    Ok(exit(&read))
}

fn exit(read: &RequestsRead) -> Exit {
    if read.gaps.is_empty() {
        Exit::Success
    } else {
        Exit::Partial
    }
}

async fn read(target: &Target, args: &Logs) -> Result<RequestsRead, Failure> {
    let now = target.clock.now();
    let reader = reader(target);
    let asked = asked(args, begin(args, now), now);
    if args.since <= range::LINE_BY_LINE {
        return Ok(Box::pin(reader.requests(&asked)).await);
    }
    let plan = Box::pin(reader.requests_plan(&asked)).await;
    range::agree(&plan, args).await?;
    let stop = crate::observe::logs::StopSearch::default();
    range::until_interrupted(&stop, reader.requests_range(&plan, &stop)).await
}

/// `1,204 (3 % failed)`.
fn cell(answered: Option<&Answered>) -> String {
    let Some(answered) = answered.filter(|one| one.count > 0) else {
        return "0".into();
    };
    let count = format::count(answered.count as f64);
    match answered.failed {
        Some(0) => count,
        Some(failed) => {
            let share = 100.0 * failed as f64 / answered.count as f64;
            format!("{count} ({share:.1} % 5xx)")
        }
        None => format!("{count} (5xx: not known)"),
    }
}

fn name(row: &BreakdownRow) -> String {
    let who = if row.checker { "health checkers: " } else { "" };
    format!("{who}{}", clean(&row.name, 80))
}

fn slow(row: &BreakdownRow) -> String {
    row.p95_ms.map_or_else(|| "-".into(), format::millis)
}

fn heads(by: By, read: &RequestsRead) -> Vec<String> {
    let mut heads = vec![by.name().to_uppercase()];
    heads.extend(read.regions.iter().map(ToString::to_string));
    heads.push("SLOWEST p95".into());
    heads
}

fn cells(read: &RequestsRead, row: &BreakdownRow) -> Vec<String> {
    let mut cells = vec![name(row)];
    cells.extend(
        read.regions
            .iter()
            .map(|region| cell(row.regions.get(region))),
    );
    cells.push(slow(row));
    cells
}

/// What the reader must know, a sentence each.
fn notes(read: &RequestsRead) -> Vec<String> {
    let mut notes = read.gaps.clone();
    notes.push(
        read.paid
            .as_ref()
            .map_or_else(|| COST.into(), crate::observe::logs::Paid::said),
    );
    notes
}

fn sheet(fleet: &str, by: By, read: &RequestsRead, rows: &[BreakdownRow]) -> Sheet {
    Sheet {
        fleet: fleet.to_owned(),
        things: "requests",
        thing: "request",
        by: by.name(),
        heads: heads(by, read),
        rows: rows.iter().map(|row| cells(read, row)).collect(),
        notes: notes(read),
    }
}

fn document(fleet: &str, by: By, read: &RequestsRead, rows: &[BreakdownRow]) -> Value {
    let row = |row: &BreakdownRow| {
        let regions: Map<String, Value> = row
            .regions
            .iter()
            .map(|(region, one)| {
                let told = json!({ "count": one.count, "failed": one.failed });
                (region.to_string(), told)
            })
            .collect();
        json!({
            "name": row.name,
            "health_checkers": row.checker,
            "count": row.count(),
            "failed": row.failed(),
            "p95_ms": row.p95_ms,
            "regions": regions,
        })
    };
    json!({
        "schema": "gwctl.requests/1",
        "fleet": fleet,
        "by": by.name(),
        "rows": rows.iter().map(row).collect::<Vec<_>>(),
        "regions": read.regions,
        "gaps": read.gaps,
        "insights": read.paid.as_ref().map(paid),
        "exit_code": exit(read).code(),
    })
}
