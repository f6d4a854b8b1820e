//! What is told of several fleets at once: before, and at the end. What cannot be done comes first.

use std::fmt::Write;

use serde_json::{Value, json};

use super::drive::Ended;
use super::{Fleet, Ready};
use crate::actions::{Folder, Hold, Intent, Phase, Plan, holds};
use crate::cli::act::again::Again;
use crate::cli::act::paper::{Ink, Paper, pad};
use crate::cli::failure::Failure;
use crate::cli::flags::Global;
use crate::cli::runs::report::keep;
use crate::fleet::clean_line;
use crate::fleet::format::span;

/// All plans, and what must be typed.
pub fn plans(intent: &Intent, fleets: &[Fleet], confirm: &str, paper: Paper) -> String {
    let mut text = String::new();
    let (ready, out): (Vec<&Fleet>, Vec<&Fleet>) =
        fleets.iter().partition(|fleet| fleet.planned.is_ok());
    let title = format!(
        "{} {}: {} of {} fleets",
        intent.name(),
        intent.choice(),
        ready.len(),
        fleets.len()
    );
    let _ = writeln!(text, "{}", paper.ink(Ink::Bold, &title));
    if !out.is_empty() {
        let _ = writeln!(text, "\n{}", paper.ink(Ink::Bold, "Left out"));
    }
    let wide = fleets
        .iter()
        .map(|fleet| name(fleet).len())
        .max()
        .unwrap_or(0);
    for fleet in out {
        if let Err(why) = &fleet.planned {
            let lead = format!("  {} ", paper.ink(Ink::Bad, "\u{2717}"));
            let said = paper.hang(wide + 6, why);
            let _ = writeln!(text, "{lead}{}  {said}", pad(name(fleet), wide));
        }
    }
    if !ready.is_empty() {
        let _ = writeln!(text, "\n{}", paper.ink(Ink::Bold, "Plans"));
    }
    for fleet in ready {
        if let Ok(Ready { plan, .. }) = &fleet.planned {
            let lead = format!("  {} ", paper.ink(Ink::Good, "\u{2713}"));
            let said = paper.hang(wide + 6, &plan.in_brief());
            let _ = writeln!(text, "{lead}{}  {said}", pad(name(fleet), wide));
            for check in plan.worth_a_look() {
                let said = paper.hang(wide + 8, &check);
                let _ = writeln!(
                    text,
                    "{}{}",
                    " ".repeat(wide + 6),
                    paper.ink(Ink::Warn, &said)
                );
            }
        }
    }
    if fleets.iter().any(|fleet| fleet.planned.is_ok()) {
        let _ = writeln!(
            text,
            "\nEach fleet has a run of its own. `{confirm}` confirms all of them; nothing is changed yet."
        );
    }
    text
}

fn name(fleet: &Fleet) -> &str {
    &fleet.name
}

/// How every run ended: what needs somebody first.
pub fn end(
    fleets: &[Fleet],
    ended: &[(String, Ended)],
    folder: &Folder,
    (global, simulated): (&Global, bool),
    paper: Paper,
) -> String {
    let again = Again::of(global, simulated);
    let mut text = String::from("\n");
    let wide = fleets
        .iter()
        .map(|fleet| name(fleet).len())
        .max()
        .unwrap_or(0);
    let mut lines: Vec<(u8, String)> = Vec::new();
    for fleet in fleets {
        if let Err(why) = &fleet.planned {
            lines.push((
                1,
                line(paper, (Ink::Bad, "left out"), (name(fleet), wide), why),
            ));
        }
    }
    let mut done = 0;
    for (fleet, ended) in ended {
        let of = (fleet.as_str(), wide);
        let (rank, said) = match ended {
            Ended::NotStarted(_, why) => (0, line(paper, (Ink::Bad, "not begun"), of, why)),
            Ended::Broken(state, why) => {
                let said = format!("{why}; {}", again.command("resume", &state.id, "--write"));
                (0, line(paper, (Ink::Bad, "broken"), of, &said))
            }
            Ended::Ran(state) if state.phase() == Phase::Done => {
                done += 1;
                let took = state
                    .ended
                    .unwrap_or(state.newest)
                    .duration_since(state.begun);
                let report = keep(folder, &state.id);
                let report =
                    report.map_or_else(|why| why.to_string(), |path| path.display().to_string());
                let said = format!("in {}; report: {report}", span(took));
                (2, line(paper, (Ink::Good, "done"), of, &said))
            }
            Ended::Ran(state) => {
                let held = holds(state).into_iter().next();
                let why = held.map_or_else(|| "left".to_owned(), |hold| hold.sentence());
                let (over, all) = state.steps_over();
                let way = again.command("resume", &state.id, "--write");
                let said = format!("{over} of {all} steps done; {why}. To go on: {way}");
                (0, line(paper, (Ink::Bad, "held"), of, &said))
            }
        };
        lines.push((rank, said));
    }
    lines.sort_by_key(|(rank, _)| *rank);
    for (_, line) in &lines {
        text.push_str(line);
    }
    let _ = writeln!(text, "\n{done} of {} fleets done.", fleets.len());
    text
}

fn line(
    paper: Paper,
    (ink, word): (Ink, &str),
    (fleet, wide): (&str, usize),
    said: &str,
) -> String {
    let word = paper.ink(ink, &pad(word, 9));
    let said = paper.hang(wide + 13, said);
    format!("{word}  {}  {said}\n", pad(fleet, wide))
}

/// `gwctl.plans/1`: all plans, and why the other fleets are left out.
pub fn document(fleets: &[Fleet], confirm: &str) -> Result<String, Failure> {
    let plans: Vec<&Plan> = fleets
        .iter()
        .filter_map(|fleet| Some(&fleet.planned.as_ref().ok()?.plan))
        .collect();
    written(&json!({
        "schema": "gwctl.plans/1",
        "confirm": confirm,
        "left_out": left_out(fleets),
        "plans": plans,
    }))
}

/// `gwctl.runs-ended/1`: how every run ended.
pub fn outcome(fleets: &[Fleet], ended: &[(String, Ended)]) -> Result<String, Failure> {
    let one = |(fleet, ended): &(String, Ended)| match ended {
        Ended::NotStarted(_, why) => {
            json!({ "fleet": fleet, "run": null, "phase": null, "why": why })
        }
        Ended::Broken(state, why) => {
            json!({ "fleet": fleet, "run": state.id, "phase": state.phase().word(), "why": why })
        }
        Ended::Ran(state) => {
            let holds: Vec<String> = holds(state).iter().map(Hold::sentence).collect();
            json!({ "fleet": fleet, "run": state.id, "phase": state.phase().word(), "why": holds.join("; ") })
        }
    };
    written(&json!({
        "schema": "gwctl.runs-ended/1",
        "left_out": left_out(fleets),
        "runs": ended.iter().map(one).collect::<Vec<_>>(),
    }))
}

fn left_out(fleets: &[Fleet]) -> Vec<Value> {
    let out = fleets.iter().filter_map(|fleet| {
        let why = fleet.planned.as_ref().err()?;
        Some(json!({ "fleet": name(fleet), "why": clean_line(why) }))
    });
    out.collect()
}

fn written(document: &Value) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(document);
    let text = text.map_err(|error| Failure::new(format!("cannot write the document: {error}")))?;
    Ok(format!("{text}\n"))
}
