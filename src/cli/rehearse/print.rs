//! The table of rehearsals.

use super::{Figures, Row};

/// What the figures mean.
const LEGEND: &str = "RTO: from the confirmation until the world answers at least 99 % of requests and takes writes again, \
on the way out of the Region; 0 s: it never stopped. RPO: seconds of acknowledged writes that were lost. Failed requests, \
lost writes and the time are of the whole drill, there and back. Every figure is the simulated world's own count. What goes \
wrong ends after 20 minutes.";

const HEADS: [&str; 7] = [
    "scenario",
    "how",
    "RTO",
    "RPO",
    "failed requests",
    "writes lost",
    "took",
];

pub(super) fn json(rows: &[Row]) -> String {
    let document = serde_json::json!({ "schema": "gwctl.rehearsal/1", "rehearsals": rows });
    format!("{document:#}\n")
}

pub(super) fn markdown(rows: &[Row]) -> String {
    let rule = "|---".repeat(HEADS.len() + 1);
    let lines: Vec<String> = lines(rows)
        .iter()
        .map(|(cells, outcome)| format!("| {} | {outcome} |", cells.join(" | ")))
        .collect();
    let lines = lines.join("\n");
    format!(
        "| {} | outcome |\n{rule}|\n{lines}\n\n{LEGEND}\n",
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
    let line = |cells: [&str; 7], last: &str| {
        let cells: String = cells.into_iter().enumerate().map(padded).collect();
        format!("{cells}{last}\n")
    };
    let body: String = lines
        .iter()
        .map(|(cells, outcome)| line(cells.each_ref().map(String::as_str), outcome))
        .collect();
    format!("{}{body}\n{LEGEND}\n", line(HEADS, "outcome"))
}

/// Two lines a scenario, each with how it ended.
fn lines(rows: &[Row]) -> Vec<([String; 7], String)> {
    rows.iter()
        .flat_map(|row| {
            [
                (
                    cells(&row.scenario, "side by side", &row.planned),
                    outcome(&row.planned),
                ),
                (
                    cells("", "one by one", &row.one_by_one),
                    outcome(&row.one_by_one),
                ),
            ]
        })
        .collect()
}

fn cells(scenario: &str, how: &str, figures: &Figures) -> [String; 7] {
    let ran = !figures.outcome.starts_with("refused");
    let shown = |text: String| if ran { text } else { "–".into() };
    [
        scenario.to_owned(),
        how.to_owned(),
        shown(
            figures
                .rto_s
                .map_or_else(|| "not recovered".into(), |s| format!("{s} s")),
        ),
        shown(format!("{:.1} s", figures.rpo_s)),
        shown(format!("{:.0}", figures.failed_requests)),
        shown(format!("{:.0}", figures.writes_lost)),
        shown(minutes(figures.took_s)),
    ]
}

fn outcome(figures: &Figures) -> String {
    match figures.holds.len() {
        0 => figures.outcome.clone(),
        1 => format!("{}, held once", figures.outcome),
        n => format!("{}, held {n} times", figures.outcome),
    }
}

fn minutes(seconds: i64) -> String {
    format!("{} min {:02} s", seconds / 60, seconds % 60)
}
