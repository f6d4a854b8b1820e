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

const COLUMNS: usize = 7;
const HEADS: [&str; COLUMNS] = [
    "RUN", "FLEET", "WHEN", "ACTION", "TARGET", "PHASE", "OPERATOR",
];
/// Where the phase stands.
const PHASE: usize = 5;
/// What a narrow terminal does without, first to last: the identifier of a run begins with both.
const SPARED: [usize; 2] = [2, 3];
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
    let rows: Vec<[String; COLUMNS]> = std::iter::once(HEADS.map(str::to_owned))
        .chain(runs.iter().map(|run| row(run, folder)))
        .map(|row| row.map(|cell| clean(&cell, LONGEST)))
        .collect();
    let phases: Vec<Option<Phase>> = runs.iter().map(Summary::phase).collect();
    let mut text = aligned(&rows, &phases, paper);
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

/// The rows, the first of them the headings: no line is longer than the terminal is wide, as far as columns can be
/// spared and the last one can be cut.
fn aligned(rows: &[[String; COLUMNS]], phases: &[Option<Phase>], paper: Paper) -> String {
    let width = |n: usize| rows.iter().map(|row| row[n].width()).max().unwrap_or(0);
    let widths: [usize; COLUMNS] = std::array::from_fn(width);
    let room = paper.width.unwrap_or(usize::MAX);
    let mut kept: Vec<usize> = (0..COLUMNS).collect();
    let taken = |kept: &[usize]| kept.iter().map(|n| widths[*n] + 2).sum::<usize>() - 2;
    for spared in SPARED {
        if taken(&kept) > room {
            kept.retain(|n| *n != spared);
        }
    }
    let last = COLUMNS - 1;
    let for_last = room.saturating_sub(taken(&kept) - widths[last]).max(1);
    let mut text = String::new();
    for (line, row) in rows.iter().enumerate() {
        let cells = kept.iter().map(|n| {
            let cell = match *n {
                n if n == last => clean(&row[n], for_last),
                n => pad(&row[n], widths[n]),
            };
            match (line.checked_sub(1), *n) {
                (None, _) => paper.ink(Ink::Faint, &cell),
                (Some(run), PHASE) => paper.ink(ink(phases[run]), &cell),
                _ => cell,
            }
        });
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
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

fn row(run: &Summary, folder: &Folder) -> [String; COLUMNS] {
    match &run.state {
        Err(_) => {
            let mut row = [const { String::new() }; COLUMNS];
            row[0].clone_from(&run.id);
            row[PHASE] = phase(run, folder);
            row
        }
        Ok(state) => [
            run.id.clone(),
            state.plan.fleet.clone(),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<[String; COLUMNS]> {
        let run = |fleet: &str| {
            [
                "20261123-120135-evacuate-3f2a",
                fleet,
                "2026-11-23 12:01:35Z",
                "evacuate",
                "ap-southeast-1",
                "running, live",
                "a.long.name@workstation-of-the-platform-team",
            ]
            .map(str::to_owned)
        };
        vec![HEADS.map(str::to_owned), run("orders"), run("basket")]
    }

    fn at(width: Option<usize>) -> String {
        let paper = Paper {
            width,
            color: false,
        };
        aligned(&rows(), &[None, None], paper)
    }

    #[test]
    fn at_80_columns_each_run_is_in_one_line_with_its_fleet_its_target_and_its_phase() {
        let text = at(Some(80));
        assert!(text.lines().all(|line| line.width() <= 80), "{text}");
        let whole = "20261123-120135-evacuate-3f2a  basket  ap-southeast-1  running, live  a.";
        assert!(text.contains(whole), "{text}");
        assert!(
            text.starts_with("RUN                            FLEET   TARGET "),
            "{text}"
        );
    }

    #[test]
    fn a_program_reads_every_column_whole() {
        let text = at(None);
        let whole = "2026-11-23 12:01:35Z  evacuate  ap-southeast-1  running, live  a.long.name@workstation-of-the-platform-team";
        assert!(text.contains(&format!("basket  {whole}")), "{text}");
    }
}
