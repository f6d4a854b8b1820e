//! The explanation for people.

use std::fmt::Write as _;

use super::report::Report;
use crate::explain::Turned;
use crate::fleet::format::{date, minute, percent};
use crate::fleet::{clean_line, clean_markdown};

const UNSEEN: &str = "Not answered, and could change this answer:";
const NEW: &str = "New, and not explained yet:";
const ORDER: &str = "Figures that took another level, in this order:";

/// Aligned, for a terminal.
pub fn table(report: &Report) -> String {
    let mut text = format!("{}\n", head(report));
    if report.explanation.hypotheses.is_empty() {
        let _ = writeln!(text, "\n{}", nothing(report));
    }
    for (place, hypothesis) in report.explanation.hypotheses.iter().enumerate() {
        let _ = writeln!(
            text,
            "\n{}  {}",
            place + 1,
            clean_line(&hypothesis.sentence)
        );
        for (name, lines) in parts(report, place) {
            for (index, line) in lines.iter().enumerate() {
                let name = if index == 0 { name } else { "" };
                let _ = writeln!(text, "   {name:<8} {}", clean_line(line));
            }
        }
    }
    list(&mut text, NEW, &new(report));
    list(&mut text, ORDER, &order(report));
    list(&mut text, UNSEEN, &report.unseen);
    for line in &report.lateness {
        let _ = writeln!(text, "\n{}", clean_line(line));
    }
    text
}

/// For an incident channel.
pub fn markdown(report: &Report) -> String {
    let mut text = format!("## {}\n\n", clean_markdown(&head(report)));
    if report.explanation.hypotheses.is_empty() {
        let _ = writeln!(text, "{}\n", nothing(report));
    }
    for (place, hypothesis) in report.explanation.hypotheses.iter().enumerate() {
        let _ = writeln!(
            text,
            "{}. **{}**",
            place + 1,
            clean_markdown(&hypothesis.sentence)
        );
        for (name, lines) in parts(report, place) {
            for line in lines {
                let _ = writeln!(text, "   - {name}: {}", clean_markdown(&line));
            }
        }
    }
    for (title, lines) in [(NEW, new(report)), (ORDER, order(report))] {
        if !lines.is_empty() {
            let _ = writeln!(text, "\n{title}\n");
        }
        for line in &lines {
            let _ = writeln!(text, "- {}", clean_markdown(line));
        }
    }
    if !report.unseen.is_empty() {
        let _ = writeln!(text, "\n{UNSEEN}\n");
    }
    for line in report.unseen.iter().chain(&report.lateness) {
        let _ = writeln!(text, "- {}", clean_markdown(line));
    }
    text
}

/// Lines below a title, or nothing.
fn list(text: &mut String, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{title}");
    for line in lines {
        let _ = writeln!(text, "  {}", clean_line(line));
    }
}

/// What is new and no hypothesis tells.
fn new(report: &Report) -> Vec<String> {
    report.unexplained.iter().map(ToString::to_string).collect()
}

/// What turned, the first first.
fn order(report: &Report) -> Vec<String> {
    let turned = report.turned.iter();
    turned.map(Turned::sentence).collect()
}

fn head(report: &Report) -> String {
    let at = report.explanation.at;
    format!(
        "{} is {}: what most likely happened, {} {} UTC",
        clean_line(&report.picture.name),
        report.picture.judgement.verdict,
        date(at),
        minute(at)
    )
}

fn nothing(report: &Report) -> &'static str {
    if report.whole {
        "Nothing that gwctl sees is wrong."
    } else {
        "Nothing is wrong with what gwctl could see, and it could not see everything."
    }
}

/// What is told of the hypothesis at `place`, line by line.
fn parts(report: &Report, place: usize) -> Vec<(&'static str, Vec<String>)> {
    let Some(hypothesis) = report.explanation.hypotheses.get(place) else {
        return Vec::new();
    };
    let sure = format!("{}: {}", hypothesis.sure.word(), hypothesis.why);
    let hit = hypothesis
        .hit_percent
        .map(|hit| format!("{} of all clients' requests fail", percent(hit)));
    let routes = report.hits.get(place).cloned().unwrap_or_default();
    let all = [
        ("sure", vec![sure]),
        ("hits", hit.into_iter().chain(routes).collect()),
        ("for", hypothesis.supports.clone()),
        ("against", hypothesis.contradicts.clone()),
        ("to tell", hypothesis.apart.clone().into_iter().collect()),
        ("do", hypothesis.actions.clone()),
        (
            "by hand",
            hypothesis.by_hand().map(Into::into).into_iter().collect(),
        ),
    ];
    all.into_iter()
        .filter(|(_, lines)| !lines.is_empty())
        .collect()
}
