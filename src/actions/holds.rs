//! What holds a run that needs its operator.

use super::{RunState, StepStatus};

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
}
