//! `gwctl runs`: all runs, the newest first.

use std::fmt::Write;

use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use crate::actions::format::span;
use crate::actions::{Asked, Folder, Phase, RunState, Summary};
use crate::cli::act::paper::{Ink, Paper, pad};
use crate::cli::clock;
use crate::cli::failure::Failure;
use crate::cli::flags::Output;
use crate::cli::output::print;
use crate::fleet::{clean, clean_line, clean_markdown};

const HEADS: [&str; 6] = ["RUN", "WHEN", "ACTION", "TARGET", "PHASE", "OPERATOR"];
/// Longest cell.
const LONGEST: usize = 44;

/// Prints them.
pub fn list(folder: &Folder, output: Output, paper: Paper) -> Result<(), Failure> {
    if let Some(why) = folder.unreadable() {
        let path = clean_line(&folder.path().display().to_string());
        return Err(Failure::new(format!(
            "the runs in {path} cannot be read: {why}"
        )));
    }
    let runs = folder.runs();
    match output {
        Output::Json => {
            let all: Vec<Value> = runs.iter().map(|run| document(run, folder)).collect();
            let mut listed = json!({ "schema": "gwctl.runs/1", "runs": all });
            let waiting = folder.asked();
            if !waiting.is_empty() {
                listed["waiting"] = waiting.iter().map(waiting_document).collect();
            }
            print(&format!("{listed:#}\n"))
        }
        Output::Markdown => {
            let mut text = format!(
                "| {} |\n|{}\n",
                HEADS.join(" | "),
                "---|".repeat(HEADS.len())
            );
            for run in &runs {
                let cells = row(run, folder).map(|cell| clean_markdown(&cell));
                let _ = writeln!(text, "| {} |", cells.join(" | "));
            }
            print(&text)
        }
        Output::Table if runs.is_empty() => print(&format!(
            "{}No runs in {}: no run was started from here yet.\n",
            waiting(folder, paper),
            clean_line(&folder.path().display().to_string())
        )),
        Output::Table => print(&format!(
            "{}{}",
            waiting(folder, paper),
            table(&runs, folder, paper)
        )),
    }
}

/// The plans that wait for approval: above the runs, for somebody waits.
fn waiting(folder: &Folder, paper: Paper) -> String {
    let now = clock::present().now();
    let mut text = String::new();
    for asked in folder.asked().iter().filter(|asked| now <= asked.until()) {
        let said = format!(
            "{}: waits for the approval of {} other, asked by {} {} ago: {}",
            asked.id,
            asked.needed,
            asked.by,
            span(now.duration_since(asked.at)),
            asked.title
        );
        let _ = writeln!(text, "{}", paper.ink(Ink::Warn, &paper.hang(2, &said)));
        let _ = writeln!(text, "  gwctl runs approve {}\n", asked.id);
    }
    text
}

fn waiting_document(asked: &Asked) -> Value {
    json!({
        "id": asked.id,
        "fleet": asked.fleet,
        "title": asked.title,
        "asked_by": asked.by,
        "arn": asked.arn,
        "at": asked.at,
        "until": asked.until(),
        "needed": asked.needed,
        "digest": asked.digest,
    })
}

fn table(runs: &[Summary], folder: &Folder, paper: Paper) -> String {
    let rows: Vec<[String; 6]> = std::iter::once(HEADS.map(str::to_owned))
        .chain(runs.iter().map(|run| row(run, folder)))
        .map(|row| row.map(|cell| clean(&cell, LONGEST)))
        .collect();
    let width = |n: usize| rows.iter().map(|row| row[n].width()).max().unwrap_or(0);
    let widths: [usize; 6] = std::array::from_fn(width);
    let mut text = String::new();
    for (line, row) in rows.iter().enumerate() {
        let cells: Vec<String> = row
            .iter()
            .enumerate()
            .map(|(n, cell)| {
                let cell = pad(cell, widths[n]);
                match (line, n) {
                    (0, _) => paper.ink(Ink::Faint, &cell),
                    (_, 4) => paper.ink(ink(runs[line - 1].phase()), &cell),
                    _ => cell,
                }
            })
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    let states = runs.iter().filter_map(|run| run.state.as_ref().ok());
    for told in states.flat_map(|run| standing_alone(run, folder)) {
        let why = paper.hang(0, &told);
        let _ = writeln!(text, "\n{}", paper.ink(Ink::Bad, &why));
    }
    for broken in runs.iter().filter_map(|run| run.state.as_ref().err()) {
        let why = paper.hang(0, &broken.to_string());
        let _ = writeln!(text, "\n{}", paper.ink(Ink::Bad, &why));
    }
    text
}

/// What of `run` the team does not know, or knows otherwise.
pub fn standing_alone(run: &RunState, folder: &Folder) -> Vec<String> {
    let alone = alone(run).map(|alone| format!("{}: {alone}", run.id));
    let conflicts = folder.conflicts(&run.id).into_iter();
    let conflicts =
        conflicts.map(|conflict| format!("{}: {conflict}. {}", run.id, conflict.advice()));
    alone.into_iter().chain(conflicts).collect()
}

/// Of a run that goes on, or went on, without the shared table.
fn alone(state: &RunState) -> Option<String> {
    let alone = state.alone.as_ref()?;
    Some(format!(
        "{} waived the shared table at {} ({}), and it does not have all lines of this run yet; `gwctl share push` copies \
         them when it answers",
        alone.by,
        alone.since.strftime("%H:%M:%SZ"),
        alone.reason
    ))
}

const fn ink(phase: Option<Phase>) -> Ink {
    match phase {
        Some(Phase::Done) => Ink::Good,
        Some(Phase::Held) | None => Ink::Bad,
        Some(Phase::Undone | Phase::Abandoned | Phase::Paused) => Ink::Warn,
        Some(Phase::Running | Phase::Undoing) => Ink::Busy,
    }
}

fn row(run: &Summary, folder: &Folder) -> [String; 6] {
    match &run.state {
        Err(_) => {
            let none = String::new;
            [
                run.id.clone(),
                none(),
                none(),
                none(),
                phase(run, folder),
                none(),
            ]
        }
        Ok(state) => [
            run.id.clone(),
            state.begun.strftime("%Y-%m-%d %H:%M:%SZ").to_string(),
            state.plan.intent.name().into(),
            state.plan.intent.target(),
            phase(run, folder),
            state.operator.clone(),
        ],
    }
}

/// The phase, and whether a process drives it.
fn phase(run: &Summary, folder: &Folder) -> String {
    let Ok(state) = &run.state else {
        return "unreadable".into();
    };
    let phase = state.phase();
    let mut text = match folder.holder(&run.id) {
        _ if phase.over() => phase.word().to_owned(),
        Some(_) => format!("{}, live", phase.word()),
        None => phase.unattended().to_owned(),
    };
    if state.alone.is_some() {
        text += ", alone";
    }
    if !folder.conflicts(&run.id).is_empty() {
        text += ", conflict";
    }
    if let Some(offered) = &state.offered {
        let _ = write!(text, ", offered to {}", offered.what.to);
    }
    text
}

fn document(run: &Summary, folder: &Folder) -> Value {
    match &run.state {
        Err(broken) => json!({ "id": run.id, "unreadable": broken.to_string() }),
        Ok(state) => {
            let live = folder.holder(&run.id).is_some();
            let phase = state.phase();
            json!({
            "id": run.id,
            "fleet": state.plan.fleet,
            "begun": state.begun,
            "ended": state.ended,
            "action": state.plan.intent.name(),
            "target": state.plan.intent.target(),
            "title": state.plan.title,
            "phase": phase.told(live),
            "live": live,
            "operator": state.operator,
            "alone": state.alone,
            "conflicts": folder.conflicts(&run.id),
            "offered_to": state.offered.as_ref().map(|offered| &offered.what.to),
            })
        }
    }
}
