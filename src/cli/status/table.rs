//! Aligned columns for people.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use super::Report;
use super::figure::legend;
use super::readiness;
use super::rows;
use super::runs::Runs;
use crate::fleet::columns::{Column, Drawn};
use crate::fleet::{Judgement, Reason, Site, Verdict, clean_line, parts_once, without_repeats};

/// Longest cell of a column.
const LONGEST: usize = 40;

/// The whole report.
pub fn draw(report: &Report, color: bool) -> String {
    let picture = &report.picture;
    let mut text = String::new();
    let verdict = paint(
        picture.judgement.verdict,
        &picture.judgement.verdict.word().to_uppercase(),
        color,
    );
    let _ = writeln!(
        text,
        "{}  {verdict}  {}",
        clean_line(&picture.name),
        picture.at.strftime("%Y-%m-%d %H:%M:%SZ")
    );
    for line in parts_once(&picture.judgement.reasons) {
        let _ = writeln!(text, "  {}", clean_line(&line));
    }
    text.push('\n');

    let (columns, rows) = rows::regions(picture);
    grid(&mut text, &columns, &rows, color);
    // A Region's only reason is told above already, unless it is no worse than healthy.
    let told = |judgement: &Judgement| {
        judgement.reasons.len() == 1 && judgement.verdict != Verdict::Healthy
    };
    let untold = picture.sites.iter().filter(|site| !told(&site.judgement));
    reasons(&mut text, untold, color);
    text.push('\n');

    let rest = rows::rest(picture);
    for (name, said) in &rest {
        let _ = writeln!(text, "{name:<13} {}", clean_line(said));
    }
    for (name, said) in report.runs.iter().flat_map(Runs::lines) {
        let _ = writeln!(text, "{name:<13} {}", clean_line(&said));
    }
    could(&mut text, report);
    unanswered(&mut text, report);
    let cells = rows.iter().flatten();
    let said: Vec<&String> = cells.chain(rest.iter().map(|(_, said)| said)).collect();
    explain(&mut text, &said);
    text
}

/// Each reason once, with the Regions that it is about.
fn reasons<'a>(text: &mut String, sites: impl Iterator<Item = &'a Site>, color: bool) {
    let mut told: Vec<(&Reason, Vec<&str>)> = Vec::new();
    for site in sites {
        for reason in without_repeats(&site.judgement.reasons) {
            match told.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, whose)) => whose.push(site.region.as_str()),
                None => told.push((reason, vec![site.region.as_str()])),
            }
        }
    }
    for (reason, whose) in told {
        let verdict = paint(reason.verdict, reason.verdict.word(), color);
        let (whose, said) = (whose.join(", "), clean_line(&reason.text));
        let _ = writeln!(text, "  {whose} {verdict}: {said}");
    }
}

fn grid(text: &mut String, columns: &[&Column], rows: &[Vec<String>], color: bool) {
    let clean = |cell: &String| crate::fleet::clean(cell, LONGEST);
    let rows: Vec<Vec<String>> = std::iter::once(&rows::heads(columns))
        .chain(rows)
        .map(|row| row.iter().map(clean).collect())
        .collect();
    let widths: Vec<usize> = (0..columns.len())
        .map(|n| rows.iter().map(|row| row[n].width()).max().unwrap_or(0))
        .collect();
    for (line, row) in rows.iter().enumerate() {
        let mut cells = String::new();
        for ((column, width), cell) in columns.iter().zip(&widths).zip(row) {
            let gap = " ".repeat(width - cell.width());
            // Names to the left, figures to the right.
            let padded = match column.drawn {
                Drawn::Words | Drawn::Region => format!("{cell}{gap}"),
                Drawn::Figure | Drawn::Bar | Drawn::Curve(_) => format!("{gap}{cell}"),
            };
            let painted = match verdict(cell).filter(|_| column.name == "verdict" && line > 0) {
                Some(verdict) => paint(verdict, &padded, color),
                None => padded,
            };
            let _ = write!(cells, "{painted}  ");
        }
        let _ = writeln!(text, "{}", cells.trim_end());
    }
}

/// What could be done with each Region now.
fn could(text: &mut String, report: &Report) {
    let rows = readiness::rows(&report.readiness, &report.picture);
    let table: Vec<[String; 3]> = [readiness::HEADS.map(str::to_owned)]
        .into_iter()
        .chain(rows)
        .collect();
    let wide = |column: usize| {
        table
            .iter()
            .map(|row| row[column].width())
            .max()
            .unwrap_or(0)
    };
    let widths: [usize; 2] = std::array::from_fn(wide);
    text.push('\n');
    for [region, promoted, evacuated] in &table {
        let line = format!(
            "{region:<0$}  {promoted:<1$}  {evacuated}",
            widths[0], widths[1]
        );
        let _ = writeln!(text, "{line}");
    }
    for line in readiness::against(&report.readiness) {
        let _ = writeln!(text, "  {}", clean_line(&line));
    }
}

fn unanswered(text: &mut String, report: &Report) {
    if report.unanswered.is_empty() {
        return;
    }
    let _ = writeln!(text, "\nNot answered:");
    for sentence in super::unanswered::sentences(&report.unanswered) {
        let _ = writeln!(text, "  {}", clean_line(&sentence));
    }
}

/// Explains the marks that occur in `said`.
pub fn explain(text: &mut String, said: &[&String]) {
    let has = |mark: &str| {
        let mut words = said.iter().flat_map(|cell| cell.split([' ', ',']));
        words.any(|word| word == mark)
    };
    let used: Vec<String> = legend()
        .iter()
        .filter(|(mark, _)| has(mark))
        .map(|(mark, meaning)| format!("{mark} {meaning}"))
        .collect();
    if !used.is_empty() {
        let _ = writeln!(text, "\n{}", used.join("   "));
    }
}

fn verdict(word: &str) -> Option<Verdict> {
    [
        Verdict::Healthy,
        Verdict::Unknown,
        Verdict::Degraded,
        Verdict::Down,
    ]
    .into_iter()
    .find(|it| it.word() == word)
}

pub fn paint(verdict: Verdict, text: &str, color: bool) -> String {
    if !color {
        return text.to_owned();
    }
    let code = match verdict {
        Verdict::Healthy => "32",
        Verdict::Unknown => "35",
        Verdict::Degraded => "33",
        Verdict::Down => "1;31",
    };
    format!("\x1b[{code}m{text}\x1b[0m")
}
