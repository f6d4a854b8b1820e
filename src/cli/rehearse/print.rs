//! The table of rehearsals.

use std::collections::BTreeMap;

use super::{Figures, Row};
use crate::fleet::{clean_markdown, format};

/// What the figures mean.
const LEGEND: &str = "RTO: from the confirmation until clients get answers to at least 99 % of requests, and the database accepts \
writes again; 0 s: neither was interrupted. Report: the recovery time that gwctl's own report of the run states, from what gwctl \
could observe. RPO: seconds of acknowledged writes that were lost. Failed: requests answered with 5xx or 429, or not answered. \
429: how many of these were answered with 429. Failed requests, lost writes and time cover the full drill, to the other Region \
and back, without the wait for the last figures. The simulated world counts every figure except the report's. Held: how often \
the run waited for the operator. Waived: failed checks that the operator waived by name; a real operator may stop there. Every \
fault ends after 20 min.";

const HEADS: [&str; 11] = [
    "scenario",
    "how",
    "RTO",
    "report",
    "RPO",
    "failed",
    "429",
    "writes lost",
    "took",
    "held",
    "waived",
];

pub(super) fn json(rows: &[Row]) -> String {
    let document = serde_json::json!({ "schema": "gwctl.rehearsal/2", "rehearsals": rows });
    format!("{document:#}\n")
}

pub(super) fn markdown(rows: &[Row]) -> String {
    let rule = "|---|---".to_owned() + &"|--:".repeat(HEADS.len() - 2);
    let lines: Vec<String> = lines(rows)
        .iter()
        .map(|(cells, outcome)| format!("| {} | {} |", cells.join(" | "), clean_markdown(outcome)))
        .collect();
    let lines = lines.join("\n");
    let asked: Vec<String> = rows
        .iter()
        .flat_map(|row| asked(row).into_iter())
        .map(|line| format!("- {}\n", clean_markdown(&line)))
        .collect();
    let asked = if asked.is_empty() {
        String::new()
    } else {
        format!("\nWhat the operator was asked:\n\n{}", asked.concat())
    };
    format!(
        "| {} | outcome |\n{rule}|---|\n{lines}\n\n{LEGEND}\n{asked}",
        HEADS.join(" | ")
    )
}

pub(super) fn table(rows: &[Row]) -> String {
    let lines = lines(rows);
    let wide = |column: usize| {
        let cells = lines.iter().map(|(cells, _)| cells[column].chars().count());
        cells.chain([HEADS[column].len()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..HEADS.len()).map(wide).collect();
    // Words to the left, figures to the right.
    let padded = |(at, cell): (usize, &str)| match (at, widths[at]) {
        (0 | 1, width) => format!("{cell:<width$}  "),
        (_, width) => format!("{cell:>width$}  "),
    };
    let line = |cells: [&str; HEADS.len()], last: &str| {
        let cells: String = cells.into_iter().enumerate().map(padded).collect();
        format!("{cells}{last}\n")
    };
    let body: String = lines
        .iter()
        .map(|(cells, outcome)| line(cells.each_ref().map(String::as_str), outcome))
        .collect();
    let asked: Vec<String> = rows.iter().flat_map(asked).collect();
    format!(
        "{}{body}\n{LEGEND}\n\n{}\n",
        line(HEADS, "outcome"),
        asked.join("\n")
    )
}

/// Two lines a scenario, each with how it ended.
fn lines(rows: &[Row]) -> Vec<([String; HEADS.len()], String)> {
    rows.iter()
        .flat_map(|row| {
            [
                ("side by side", row.scenario.as_str(), &row.planned),
                ("one by one", "", &row.one_by_one),
            ]
        })
        .map(|(how, scenario, figures)| (cells(scenario, how, figures), figures.outcome.clone()))
        .collect()
}

fn cells(scenario: &str, how: &str, figures: &Figures) -> [String; HEADS.len()] {
    let ran = !figures.outcome.starts_with("refused");
    let shown = |text: String| if ran { text } else { "–".into() };
    let seconds = |s: Option<i64>| s.map_or_else(|| "not recovered".into(), |s| format!("{s} s"));
    let count = |n: f64| shown(format::count(n));
    let times = |n: usize| match (ran, n) {
        (false, _) => "–".into(),
        (_, 0) => "no".into(),
        (_, 1) => "once".into(),
        (_, n) => format!("{n} times"),
    };
    [
        scenario.to_owned(),
        how.to_owned(),
        shown(seconds(figures.rto_s)),
        shown(seconds(figures.reported.recovery_s)),
        shown(format::millis(figures.rpo_s * 1e3)),
        count(figures.failed_requests),
        count(figures.throttled_requests),
        count(figures.writes_lost),
        shown(minutes(figures.took_s)),
        times(figures.holds.len()),
        match figures.waived.len() {
            _ if !ran => "–".into(),
            0 => "none".into(),
            n => n.to_string(),
        },
    ]
}

/// What the operator waived and what held the run, each once, with how often.
fn asked(row: &Row) -> Vec<String> {
    let of = |how: &str, figures: &Figures| {
        let waived = figures
            .waived
            .iter()
            .map(|check| format!("{}, {how}: waived {check}", row.scenario));
        let mut holds: BTreeMap<String, (usize, &String)> = BTreeMap::new();
        for hold in &figures.holds {
            // Held for the same, with other figures.
            let same: String = hold.chars().filter(|c| !c.is_ascii_digit()).collect();
            holds.entry(same).or_insert((0, hold)).0 += 1;
        }
        let holds = holds.into_values().map(|(times, hold)| {
            let times = if times == 1 {
                "once".into()
            } else {
                format!("{times} times")
            };
            format!("{}, {how}: held {times}: {hold}", row.scenario)
        });
        waived.chain(holds).collect::<Vec<String>>()
    };
    let planned = of("side by side", &row.planned);
    let one_by_one = of("one by one", &row.one_by_one);
    [planned, one_by_one].concat()
}

fn minutes(seconds: i64) -> String {
    format!("{} min {:02} s", seconds / 60, seconds % 60)
}
