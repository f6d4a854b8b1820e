//! The report for people.

use std::fmt::Write;

use super::lines::line;
use super::report::Report;
use crate::cli::output::aligned;
use crate::fleet::logs::Pattern;
use crate::fleet::{clean, clean_line, format};

/// Patterns that are printed; the rest is counted.
const MOST: usize = 40;
/// Longest text of a pattern or an example.
const LONGEST: usize = 200;
/// Lines of a stack trace below an example.
const FRAMES: usize = 3;

/// Patterns with every Region side by side, or lines.
pub fn draw(report: &Report) -> String {
    let mut text = head(report);
    if report.wants_lines {
        text.extend(report.book.lines.iter().map(|one| line(one)));
    } else {
        rows(&mut text, report);
    }
    text.push('\n');
    for note in report.book.notes() {
        let _ = writeln!(text, "{}", clean_line(&note));
    }
    text
}

fn head(report: &Report) -> String {
    let all = report.book.groups.len();
    let read = report.book.groups.iter().filter(|group| group.read.is_ok());
    format!(
        "{}: {} lines; {} of {all} log groups were read; {} {}–{}Z\n\n",
        clean_line(&report.fleet),
        format::count(report.book.lines.len() as f64),
        read.count(),
        format::date(report.book.since),
        format::clock(report.book.since),
        format::clock(report.book.until),
    )
}

fn rows(text: &mut String, report: &Report) {
    if report.book.patterns.is_empty() {
        text.push_str("no such line was read\n");
        return;
    }
    let shown = &report.book.patterns[..report.book.patterns.len().min(MOST)];
    let mut table: Vec<Vec<String>> = vec![heads(report)];
    for pattern in shown {
        let mut row = vec![pattern.kind().to_owned()];
        row.extend(
            report
                .book
                .regions
                .iter()
                .map(|region| report.book.cell(pattern, region)),
        );
        row.push(format::clock(pattern.first()));
        row.push(format::clock(pattern.last()));
        table.push(row);
    }
    for (n, row) in aligned(&table).into_iter().enumerate() {
        let _ = writeln!(text, "{row}");
        if let Some(pattern) = n.checked_sub(1).and_then(|n| shown.get(n)) {
            below(text, pattern);
        }
    }
    let rest = report.book.patterns.len() - shown.len();
    if rest > 0 {
        let _ = writeln!(text, "and {rest} more patterns: -o json has all");
    }
}

fn heads(report: &Report) -> Vec<String> {
    let mut heads = vec!["KIND".to_owned()];
    heads.extend(report.book.regions.iter().map(ToString::to_string));
    heads.extend(["FIRST".to_owned(), "LAST".to_owned()]);
    heads
}

/// What a pattern says, and one example.
fn below(text: &mut String, pattern: &Pattern) {
    let sources: Vec<&str> = pattern.sources.iter().map(String::as_str).collect();
    let said = clean(&pattern.text, LONGEST);
    let _ = writeln!(text, "    {}: {said}", clean_line(&sources.join(", ")));
    let example = &pattern.example;
    if example.line.text != pattern.text || !example.line.stack.is_empty() {
        let request = example.line.request_id.as_deref().unwrap_or("");
        let at = format::clock(example.at);
        let said = clean(&example.line.text, LONGEST);
        let _ = writeln!(text, "    e.g. {at} {} {request} {said}", example.region);
        for frame in example.line.stack.iter().take(FRAMES) {
            let _ = writeln!(text, "        {}", clean(frame.trim_start(), LONGEST));
        }
    }
}
