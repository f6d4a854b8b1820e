//! What the Logs screen counts instead of patterns, in words.

use super::rows::Cells;
use gwctl_fleet::format;
use gwctl_fleet::logs::{BreakdownRow, By};
use gwctl_observe::logs::{Book, Counted, CountedBy};

/// What is counted, one after the other; patterns tell by themselves what errors say.
pub(super) const COUNTED: [CountedBy; 4] = [
    CountedBy::Function,
    CountedBy::Requests(By::Route),
    CountedBy::Requests(By::Method),
    CountedBy::Requests(By::Status),
];

/// The heading of what is counted.
pub(super) const fn counted_heading(by: CountedBy) -> &'static str {
    match by {
        CountedBy::Function => "Errors by function",
        CountedBy::Error => "Errors by what they say",
        CountedBy::Requests(By::Route) => "Requests by route",
        CountedBy::Requests(By::Method) => "Requests by method",
        CountedBy::Requests(By::Status) => "Requests by status",
    }
}

pub(super) fn counted_cells(book: &Book, by: CountedBy, row: &BreakdownRow) -> Cells {
    let each = book.regions.iter().map(|region| {
        let told = match book.count_in(by, row, region) {
            Counted::Times { count, at_least } => {
                let sign = if at_least { "at least " } else { "" };
                format!("{sign}{}", format::count(count as f64))
            }
            Counted::Missing(why) => why.to_string(),
            Counted::NoGroup => "no log group".into(),
        };
        format!("{region}: {told}")
    });
    let each: Vec<String> = each.collect();
    let failed = row.failed().filter(|_| by.is_of_requests());
    vec![
        (by.name(), row.name.clone()),
        (
            "who",
            if row.checker { "health checkers" } else { "" }.into(),
        ),
        ("count", format::count(row.count() as f64)),
        (
            "5xx",
            failed.map_or_else(String::new, |failed| format::count(failed as f64)),
        ),
        (
            "slowest p95",
            row.p95_ms.map_or_else(String::new, format::millis),
        ),
        ("regions", each.join("; ")),
    ]
}
