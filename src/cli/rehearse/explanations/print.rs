//! The table of explanations.

use super::Tried;
use super::judged::Judged;
use crate::fleet::clean_markdown;

/// What the columns mean.
const LEGEND: &str = "First: a true cause is the first hypothesis. First three: every true cause is among the first three. \
Named: every true cause is among all hypotheses. Onset: of the causes that were named and whose onset is known, how many \
are told within two minutes of it. Calm days begin at different hours; first means that nothing is accused. Pairs: two \
troubles at once, neither of which hides the other: without sight nothing is seen, and without clients nothing fails.";

const HEADS: [&str; 6] = [
    "scenario",
    "worlds",
    "first",
    "first three",
    "named",
    "onset",
];

pub(super) fn json(tried: &Tried) -> String {
    let document = serde_json::json!({ "schema": "gwctl.explanations/1", "explanations": tried });
    format!("{document:#}\n")
}

pub(super) fn markdown(tried: &Tried) -> String {
    let lines: Vec<String> = rows(tried)
        .iter()
        .map(|cells| format!("| {} |\n", cells.join(" | ")))
        .collect();
    let wrong: Vec<String> = tried
        .wrong
        .iter()
        .map(|line| format!("- {}\n", clean_markdown(line)))
        .collect();
    let wrong = match wrong.as_slice() {
        [] => String::new(),
        wrong => format!("\nNot right:\n\n{}", wrong.concat()),
    };
    let rule = format!("|---{}|", "|--:".repeat(HEADS.len() - 1));
    format!(
        "| {} |\n{rule}\n{}\n{LEGEND}\n{wrong}",
        HEADS.join(" | "),
        lines.concat()
    )
}

pub(super) fn table(tried: &Tried) -> String {
    let rows = rows(tried);
    let wide = |column: usize| {
        let cells = rows.iter().map(|cells| cells[column].len());
        cells.chain([HEADS[column].len()]).max().unwrap_or(0)
    };
    let widths: [usize; HEADS.len()] = std::array::from_fn(wide);
    let line = |cells: [&str; HEADS.len()]| {
        let [name, figures @ ..] = cells;
        let figures = figures.iter().zip(&widths[1..]);
        let figures: Vec<String> = figures
            .map(|(cell, wide)| format!("  {cell:>wide$}"))
            .collect();
        format!("{name:<wide$}{}\n", figures.concat(), wide = widths[0])
    };
    let body: String = rows
        .iter()
        .map(|cells| line(cells.each_ref().map(String::as_str)))
        .collect();
    let wrong = tried.wrong.iter().map(|one| format!("{one}\n"));
    format!(
        "{}{body}\n{LEGEND}\n\n{}",
        line(HEADS),
        wrong.collect::<String>()
    )
}

fn rows(tried: &Tried) -> Vec<[String; HEADS.len()]> {
    let all = tried.scenarios.iter().chain([&tried.calm, &tried.pairs]);
    all.filter(|row| row.tried > 0).map(cells).collect()
}

fn cells(row: &Judged) -> [String; HEADS.len()] {
    let of = |part: usize, whole: usize| match whole {
        0 => "–".to_owned(),
        _ if part == whole => "all".to_owned(),
        _ => format!("{part} of {whole}"),
    };
    let named = |part: usize| of(part, if row.truths { row.tried } else { 0 });
    [
        row.name.clone(),
        row.tried.to_string(),
        of(row.first, row.tried),
        named(row.first_few),
        named(row.named),
        of(row.onsets_right, row.onsets),
    ]
}
