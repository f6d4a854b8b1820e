//! `gwctl logs --by function` and `--by error`: errors by who logs them, and by what they say.

use serde_json::{Map, Value, json};

use super::args::Logs;
use super::report::Report;
use super::sheet::{Sheet, paid};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::flags::Output;
use crate::cli::output::print;
use crate::fleet::logs::BreakdownRow;
use crate::fleet::{Marks, Region, clean, format};
use crate::observe::logs::{Book, Counted, CountedBy};

/// Longest name of a row.
const LONGEST: usize = 100;

/// Prints what was read.
pub fn told(report: &Report, args: &Logs, by: CountedBy) -> Result<Exit, Failure> {
    let rows = report.book.counts(by);
    print(&match args.output {
        Output::Json => format!("{:#}\n", document(report, by, &rows)),
        people => sheet(report, by, &rows).drawn(people),
    })?;
    Ok(report.exit())
}

fn sheet(report: &Report, by: CountedBy, rows: &[BreakdownRow]) -> Sheet {
    let book = &report.book;
    let mut heads = vec![by.name().to_uppercase()];
    heads.extend(book.regions.iter().map(ToString::to_string));
    let row = |row: &BreakdownRow| {
        let regions = book.regions.iter();
        let cells = regions.map(|region| cell(book, by, row, region));
        [clean(&row.name, LONGEST)]
            .into_iter()
            .chain(cells)
            .collect()
    };
    Sheet {
        fleet: report.fleet.clone(),
        things: by.things(),
        thing: "error",
        by: by.name(),
        heads,
        rows: rows.iter().map(row).collect(),
        notes: book.notes(),
    }
}

fn cell(book: &Book, by: CountedBy, row: &BreakdownRow, region: &Region) -> String {
    match book.count_in(by, row, region) {
        Counted::Times { count, at_least } => {
            let sign = if at_least { "≥ " } else { "" };
            format!("{sign}{}", format::count(count as f64))
        }
        Counted::Missing(why) => Marks::UNICODE.of(why).to_owned(),
        Counted::NoGroup => Marks::UNICODE.no_data.to_owned(),
    }
}

fn document(report: &Report, by: CountedBy, rows: &[BreakdownRow]) -> Value {
    let book = &report.book;
    let row = |row: &BreakdownRow| {
        let regions: Map<String, Value> = book
            .regions
            .iter()
            .map(|region| {
                let told = match book.count_in(by, row, region) {
                    Counted::Times { count, at_least } => {
                        json!({ "count": count, "at_least": at_least })
                    }
                    Counted::Missing(why) => json!({ "missing": why }),
                    Counted::NoGroup => Value::Null,
                };
                (region.to_string(), told)
            })
            .collect();
        json!({ "name": row.name, "count": row.count(), "regions": regions })
    };
    json!({
        "schema": "gwctl.errors/1",
        "fleet": report.fleet,
        "by": by.name(),
        "since": book.since,
        "until": book.until,
        "rows": rows.iter().map(row).collect::<Vec<_>>(),
        "regions": book.regions,
        "notes": book.notes(),
        "insights": book.paid.as_ref().map(paid),
        "exit_code": report.exit().code(),
    })
}
