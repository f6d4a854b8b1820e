//! A run that needs its operator: whether anything moves, and the exact commands that go on.

use std::fmt::Write;

use super::again::Again;
use crate::actions::{Hold, RunState, SHARED_TABLE, StepStatus};

/// Whether anything is under way, or about to be.
pub fn moving(state: &RunState) -> bool {
    let begins = !state.paused && state.tripped().is_none() && !state.ready().is_empty();
    begins
        || state
            .active()
            .any(|step| state.status(&step.id) == StepStatus::Running)
}

/// The commands that go on, each with what it does.
fn ways_on(hold: &Hold) -> Vec<(String, &'static str)> {
    match hold {
        Hold::Step { step, .. } => vec![
            (
                format!("--retry {step}"),
                "look again, and send again if it is not done",
            ),
            (format!("--skip {step} --reason \"…\""), "go on without it"),
        ],
        Hold::Table { step, .. } => vec![
            (
                format!("--retry {step}"),
                "ask the shared table again, and go on where it answers",
            ),
            (
                format!("--waive {SHARED_TABLE} --reason \"…\""),
                "go on alone while the shared table does not answer: nobody on another machine is kept from acting",
            ),
        ],
        Hold::Gate { .. } => vec![("--continue".into(), "go on")],
        Hold::Trip { .. } => {
            vec![("--overrule \"…\"".into(), "go on anyway, with a reason")]
        }
    }
}

/// How to go on with a held run, for a shell.
pub fn commands(again: &Again, state: &RunState, holds: &[Hold]) -> String {
    let id = &state.id;
    let mut lines: Vec<(String, &str)> = Vec::new();
    for (flags, does) in holds.iter().flat_map(ways_on) {
        lines.push((
            again.command("resume", id, &format!("{flags} --write")),
            does,
        ));
    }
    if state.no_way_back().is_none() {
        lines.push((
            again.command("undo", id, "--write"),
            "take back what was done",
        ));
    }
    lines.push((
        again.command("abandon", id, "--reason \"…\""),
        "leave everything as it is now",
    ));
    let mut text = String::from("To go on:\n");
    for (command, does) in lines {
        let _ = write!(text, "  {command}\n      {does}\n");
    }
    text
}
