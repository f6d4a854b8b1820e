//! For pasting into an incident channel.

use std::fmt::Write;

use super::lines::line;
use super::report::Report;
use crate::fleet::{clean, clean_markdown as plain, format};

/// Longest text of a pattern.
const LONGEST: usize = 200;
/// Patterns that are printed.
const MOST: usize = 20;

/// Patterns as a table, or lines as code.
pub fn draw(report: &Report) -> String {
    let (since, until) = (
        format::clock(report.book.since),
        format::clock(report.book.until),
    );
    let mut text = format!(
        "### Logs of {}, {} {since}–{until}Z\n\n",
        plain(&report.fleet),
        format::date(report.book.since)
    );
    if report.wants_lines {
        text.push_str("~~~\n");
        // A line of a function must not end the block.
        text.extend(
            report
                .book
                .lines
                .iter()
                .map(|one| line(one).replace("~~~", "~ ~ ~")),
        );
        text.push_str("~~~\n");
    } else {
        rows(&mut text, report);
    }
    text.push('\n');
    for note in report.book.notes() {
        let _ = writeln!(text, "- {}", plain(&note));
    }
    text
}

fn rows(text: &mut String, report: &Report) {
    let regions: Vec<String> = report
        .book
        .regions
        .iter()
        .map(ToString::to_string)
        .collect();
    let _ = writeln!(
        text,
        "| kind | pattern | {} | first | last |",
        regions.join(" | ")
    );
    let _ = writeln!(text, "|---|---|{}---|---|", "--:|".repeat(regions.len()));
    for pattern in report.book.patterns.iter().take(MOST) {
        let cells = report
            .book
            .regions
            .iter()
            .map(|region| report.book.cell(pattern, region));
        let cells: Vec<String> = cells.map(|cell| plain(&cell)).collect();
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            pattern.kind(),
            plain(&clean(&pattern.text, LONGEST)),
            cells.join(" | "),
            format::clock(pattern.first()),
            format::clock(pattern.last()),
        );
    }
    let rest = report.book.patterns.len().saturating_sub(MOST);
    if rest > 0 {
        let _ = writeln!(text, "\nand {rest} more patterns");
    }
}
