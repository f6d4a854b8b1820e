//! For pasting into an incident channel.

use std::fmt::Write;

use super::Report;
use super::readiness;
use super::rows;
use super::runs::Runs;
use crate::fleet::{Judgement, clean_markdown as plain};

/// The whole report.
pub fn draw(report: &Report) -> String {
    let picture = &report.picture;
    let mut text = String::new();
    let at = picture.at.strftime("%Y-%m-%d %H:%M:%SZ");
    let _ = writeln!(
        text,
        "### {}: {}",
        plain(&picture.name),
        picture.judgement.verdict.word().to_uppercase()
    );
    let _ = writeln!(text, "\n_{at}, by gwctl {}_\n", env!("CARGO_PKG_VERSION"));
    reasons(&mut text, "", &picture.judgement);
    for site in &picture.sites {
        reasons(&mut text, site.region.as_str(), &site.judgement);
    }
    let (columns, rows) = rows::regions(picture);
    let _ = writeln!(text, "\n| {} |", rows::heads(&columns).join(" | "));
    let _ = writeln!(text, "|{}", "---|".repeat(columns.len()));
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| plain(cell)).collect();
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    text.push('\n');
    for (name, said) in rows::rest(picture) {
        let _ = writeln!(text, "- **{name}**: {}", plain(&said));
    }
    for (name, said) in report.runs.iter().flat_map(Runs::lines) {
        let _ = writeln!(text, "- **{name}**: {}", plain(&said));
    }
    let _ = writeln!(
        text,
        "\n| {} |\n|---|---|---|",
        readiness::HEADS.join(" | ")
    );
    for row in readiness::rows(&report.readiness, picture) {
        let _ = writeln!(text, "| {} |", row.map(|cell| plain(&cell)).join(" | "));
    }
    text.push('\n');
    for line in readiness::against(&report.readiness) {
        let _ = writeln!(text, "- {}", plain(&line));
    }
    if !report.unanswered.is_empty() {
        let _ = writeln!(text, "\n**Not answered**\n");
        for sentence in super::unanswered::sentences(&report.unanswered) {
            let _ = writeln!(text, "- {}", plain(&sentence));
        }
    }
    text
}

fn reasons(text: &mut String, whose: &str, judgement: &Judgement) {
    for reason in &judgement.reasons {
        let whose = if whose.is_empty() {
            String::new()
        } else {
            format!("{whose} ")
        };
        let _ = writeln!(
            text,
            "- {whose}**{}**: {}",
            reason.verdict.word(),
            plain(&reason.text)
        );
    }
}
