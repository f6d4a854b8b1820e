//! A run that needs its operator: what holds it, and the exact commands that go on.

use std::fmt::Write;

use super::again::Again;
use crate::actions::{RunState, SHARED_TABLE, StepStatus};

/// Something that holds a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hold {
    /// A step that failed, or cannot be judged.
    Step {
        /// Which.
        step: String,
        /// Why.
        why: String,
    },
    /// A step that waits for the table that the team shares.
    Table {
        /// Which.
        step: String,
        /// Why.
        why: String,
    },
    /// A step that is meant to wait for a word.
    Gate {
        /// Which.
        step: String,
        /// What it says.
        text: String,
    },
    /// An abort criterion that was met.
    Trip {
        /// Which.
        criterion: String,
        /// What was seen.
        text: String,
    },
}

/// Everything that holds `state`, what went wrong first.
pub fn holds(state: &RunState) -> Vec<Hold> {
    let mut holds = Vec::new();
    if let Some(trip) = state.tripped() {
        holds.push(Hold::Trip {
            criterion: trip.criterion.clone(),
            text: trip.text.clone(),
        });
    }
    for step in state.active() {
        let Some(now) = state.steps.get(&step.id) else {
            continue;
        };
        if now.status != StepStatus::Held {
            continue;
        }
        let (step, why) = (step.id.clone(), now.held.clone().unwrap_or_default());
        holds.push(if now.gate {
            Hold::Gate { step, text: why }
        } else if now.table {
            Hold::Table { step, why }
        } else {
            Hold::Step { step, why }
        });
    }
    holds.sort_by_key(|hold| matches!(hold, Hold::Gate { .. }));
    holds
}

/// Whether anything is under way, or about to be.
pub fn moving(state: &RunState) -> bool {
    let begins = !state.paused && state.tripped().is_none() && !state.ready().is_empty();
    begins
        || state
            .active()
            .any(|step| state.status(&step.id) == StepStatus::Running)
}

impl Hold {
    /// What holds, and why.
    pub fn sentence(&self) -> String {
        match self {
            Self::Step { step, why } | Self::Table { step, why } => {
                format!("held at `{step}`: {why}")
            }
            Self::Gate { step, text } => format!("`{step}` waits for you: {text}"),
            Self::Trip { criterion, text } => {
                format!("held by the abort criterion `{criterion}`: {text}")
            }
        }
    }

    /// The commands that go on, each with what it does.
    fn commands(&self) -> Vec<(String, &'static str)> {
        match self {
            Self::Step { step, .. } => vec![
                (
                    format!("--retry {step}"),
                    "look again, and send again if it is not done",
                ),
                (format!("--skip {step} --reason \"…\""), "go on without it"),
            ],
            Self::Table { step, .. } => vec![
                (
                    format!("--retry {step}"),
                    "ask the shared table again, and go on where it answers",
                ),
                (
                    format!("--waive {SHARED_TABLE} --reason \"…\""),
                    "go on alone while the shared table does not answer: nobody on another machine is kept from acting",
                ),
            ],
            Self::Gate { .. } => vec![("--continue".into(), "go on")],
            Self::Trip { .. } => {
                vec![("--overrule \"…\"".into(), "go on anyway, with a reason")]
            }
        }
    }
}

/// How to go on with a held run, for a shell.
pub fn commands(again: &Again, state: &RunState, holds: &[Hold]) -> String {
    let id = &state.id;
    let mut lines: Vec<(String, &str)> = Vec::new();
    for (flags, does) in holds.iter().flat_map(Hold::commands) {
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
