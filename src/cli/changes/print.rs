//! The report for people.

use std::fmt::Write as _;

use super::report::Report;
use crate::fleet::format::{clock, date, span};
use crate::fleet::{Event, clean_line, clean_markdown};

/// The lists, with what to say where one is empty: own changes, others, refused calls.
const OTHERS: &str = "Other resources of the same services";
const REFUSED: &str = "Refused: nothing was changed";

/// Aligned, for a terminal.
pub fn table(report: &Report) -> String {
    let mut text = format!("{}\n", head(report));
    let all: Vec<&Event> = report.happened.log.events.iter().collect();
    let widths = Widths::of(&all);
    let own: Vec<&Event> = report.happened.log.own().collect();
    if own.is_empty() {
        let _ = writeln!(text, "{}", none(report));
    }
    rows(&mut text, report, &own, &widths);
    for (title, events) in lists(report) {
        let _ = writeln!(text, "\n{title}");
        rows(&mut text, report, &events, &widths);
    }
    let notes = notes(report);
    if !notes.is_empty() {
        let _ = writeln!(text);
    }
    for note in notes {
        let _ = writeln!(text, "{note}");
    }
    text
}

/// For an incident channel.
pub fn markdown(report: &Report) -> String {
    let mut text = format!("## {}\n\n", clean_markdown(&head(report)));
    let own: Vec<&Event> = report.happened.log.own().collect();
    if own.is_empty() {
        let _ = writeln!(text, "{}\n", none(report));
    } else {
        markdown_rows(&mut text, report, &own);
    }
    for (title, events) in lists(report) {
        let _ = writeln!(text, "**{title}**\n");
        markdown_rows(&mut text, report, &events);
    }
    for note in notes(report) {
        let _ = writeln!(text, "- {}", clean_markdown(&note));
    }
    text
}

fn head(report: &Report) -> String {
    let time = span(report.happened.to.duration_since(report.happened.from));
    format!(
        "Changes of {} in the last {time}",
        clean_line(&report.fleet)
    )
}

/// No change is only as sure as the answers.
fn none(report: &Report) -> &'static str {
    if report.gaps().is_empty() {
        "No change of the fleet is known."
    } else {
        "No change of the fleet is known, but not everything could be asked."
    }
}

/// What is told apart from the fleet's own changes, without empty lists.
fn lists(report: &Report) -> Vec<(&'static str, Vec<&Event>)> {
    let others: Vec<&Event> = report.happened.log.others().collect();
    let mut refused: Vec<&Event> = report.happened.log.refused().collect();
    refused.sort_by_key(|event| !event.is_own());
    let mut lists = vec![(OTHERS, others), (REFUSED, refused)];
    lists.retain(|(_, events)| !events.is_empty());
    lists
}

/// What could not be asked, and how late the sources are.
fn notes(report: &Report) -> Vec<String> {
    let mut notes = report.gaps();
    notes.extend(report.happened.not_offered());
    notes.extend(report.lateness());
    if report.happened.log.left_out > 0 {
        notes.push(format!(
            "{} other calls of these accounts are not shown",
            report.happened.log.left_out
        ));
    }
    notes.iter().map(|note| clean_line(note)).collect()
}

/// How wide the columns are.
struct Widths {
    region: usize,
    kind: usize,
    who: usize,
}

impl Widths {
    fn of(events: &[&Event]) -> Self {
        let widest =
            |part: fn(&Event) -> usize| events.iter().map(|one| part(one)).max().unwrap_or(0);
        Self {
            region: widest(|one| region(one).len()),
            kind: widest(|one| one.kind.word().len()),
            who: widest(|one| who(one).chars().count()),
        }
    }
}

fn rows(text: &mut String, report: &Report, events: &[&Event], widths: &Widths) {
    let Widths {
        region: r,
        kind: k,
        who: w,
    } = widths;
    for event in events {
        let (at, who) = (moment(report, event), clean_line(&who(event)));
        let (region, what) = (region(event), clean_line(&event.said()));
        let _ = writeln!(
            text,
            "{at}  {region:<r$}  {:<k$}  {who:<w$}  {what}",
            event.kind
        );
    }
}

fn markdown_rows(text: &mut String, report: &Report, events: &[&Event]) {
    let _ = writeln!(
        text,
        "| at (UTC) | Region | kind | who | what |\n|---|---|---|---|---|"
    );
    for event in events {
        let (who, what) = (clean_markdown(&who(event)), clean_markdown(&event.said()));
        let (at, region) = (moment(report, event), region(event));
        let _ = writeln!(
            text,
            "| {at} | {region} | {} | {who} | {what} |",
            event.kind
        );
    }
    let _ = writeln!(text);
}

/// With the date where the report reaches over more than a day.
fn moment(report: &Report, event: &Event) -> String {
    let time = clock(event.at);
    if date(report.happened.from) == date(report.happened.to) {
        time
    } else {
        format!("{} {time}", date(event.at))
    }
}

fn region(event: &Event) -> &str {
    event
        .region
        .as_ref()
        .map_or("global", |region| region.as_str())
}

/// Nobody is named by what only the picture saw.
fn who(event: &Event) -> String {
    event.who.clone().unwrap_or_else(|| "–".into())
}
