//! Questions to the operator at a terminal. An answer may be long in coming: everything else goes on.

use std::io::{IsTerminal, Write};

use tokio::task::JoinHandle;

use crate::actions::{Hold, Order, RunState};

/// Whether somebody sits there.
pub fn terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// A line that is being waited for; none once there will be no more.
pub type Line = JoinHandle<Option<String>>;

/// Asks, and waits for a line. Virtual time stands still meanwhile.
pub fn ask(prompt: &str) -> Line {
    show(prompt);
    tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        match std::io::stdin().read_line(&mut line) {
            Ok(read) if read > 0 => Some(line.trim().to_owned()),
            _ => None,
        }
    })
}

/// Shows a prompt, once more where lines came in between.
pub fn show(prompt: &str) {
    let mut out = std::io::stderr().lock();
    let _ = write!(out, "{prompt} ").and_then(|()| out.flush());
}

/// What is being asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// What to do about what holds the run, and whether it can be undone.
    What(Hold, Back),
    /// Why the step is left out.
    Skip(String),
    /// Why to go on over an abort criterion.
    Overrule,
    /// Why to go on without the shared table.
    Alone,
    /// The target's name, to undo.
    Undo,
    /// Why the run is given up.
    Abandon,
    /// A note.
    Note,
}

/// Whether a run has a way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Back {
    /// Its plan says how.
    Way,
    /// Why there is none.
    None(&'static str),
}

impl Back {
    /// Of a run.
    pub fn of(state: &RunState) -> Self {
        state.no_way_back().map_or(Self::Way, Self::None)
    }
}

/// What an answer means.
#[derive(Debug, PartialEq, Eq)]
pub enum Typed {
    /// Tell the run.
    Order(Order),
    /// Ask further.
    Ask(Question),
    /// Say this, and ask the first question again.
    Again(String),
    /// Leave the run as it is.
    Leave,
}

impl Question {
    /// In a line.
    pub fn prompt(&self, confirm: &str) -> String {
        match self {
            Self::What(hold, back) => {
                let first = match hold {
                    Hold::Step { .. } => "[r]etry  [s]kip",
                    Hold::Table { .. } => "[r]etry  [w]aive the shared table",
                    Hold::Gate { .. } => "[Enter] goes on",
                    Hold::Trip { .. } => "[o]verrule",
                };
                let undo = if *back == Back::Way { "  [u]ndo" } else { "" };
                format!("{first}{undo}  [a]bandon  [n]ote  [q]uit and leave it resumable >")
            }
            Self::Skip(step) => format!("Why do you skip {step}? (empty: do not skip it) >"),
            Self::Overrule => "Why go on anyway? (empty: do not go on) >".into(),
            Self::Alone => "Why go on without the shared table? (empty: do not go on) >".into(),
            Self::Undo => format!("Type {confirm} to take back what was done >"),
            Self::Abandon => "Why do you abandon the run? (empty: keep it) >".into(),
            Self::Note => "Note >".into(),
        }
    }

    /// What `line` answers; no line is the end of the input.
    pub fn answer(&self, line: Option<&str>, confirm: &str) -> Typed {
        let Some(line) = line else {
            return Typed::Leave;
        };
        let why = |order: fn(String) -> Order| match line {
            "" => Typed::Again("Nothing was done.".into()),
            reason => Typed::Order(order(reason.into())),
        };
        match self {
            Self::What(hold, back) => what(hold, *back, line),
            Self::Skip(step) if !line.is_empty() => Typed::Order(Order::Skip {
                step: step.clone(),
                reason: line.into(),
            }),
            Self::Skip(_) => Typed::Again("Nothing was done.".into()),
            Self::Overrule => why(|reason| Order::Overrule { reason }),
            Self::Alone => why(|reason| Order::Alone { reason }),
            Self::Abandon => why(|reason| Order::Abandon { reason }),
            Self::Note => why(Order::note),
            Self::Undo if line == confirm => Typed::Order(Order::Undo),
            Self::Undo => Typed::Again(format!("`{line}` is not `{confirm}`: nothing was done.")),
        }
    }
}

fn what(hold: &Hold, back: Back, line: &str) -> Typed {
    match (line, hold) {
        ("r", Hold::Step { step, .. } | Hold::Table { step, .. }) => {
            Typed::Order(Order::Retry { step: step.clone() })
        }
        ("s", Hold::Step { step, .. }) => Typed::Ask(Question::Skip(step.clone())),
        ("" | "c", Hold::Gate { step, .. }) => Typed::Order(Order::Continue { step: step.clone() }),
        ("o", Hold::Trip { .. }) => Typed::Ask(Question::Overrule),
        ("w", Hold::Table { .. }) => Typed::Ask(Question::Alone),
        ("u", _) => match back {
            Back::Way => Typed::Ask(Question::Undo),
            Back::None(why) => Typed::Again(why.into()),
        },
        ("a", _) => Typed::Ask(Question::Abandon),
        ("n", _) => Typed::Ask(Question::Note),
        ("q", _) => Typed::Leave,
        (other, _) => Typed::Again(format!("`{other}` is not one of these.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held() -> Question {
        asked(Back::Way)
    }

    fn asked(back: Back) -> Question {
        let hold = Hold::Step {
            step: "evacuate".into(),
            why: "refused".into(),
        };
        Question::What(hold, back)
    }

    #[test]
    fn undo_is_offered_only_where_there_is_a_way_back() {
        assert!(held().prompt("x").contains("[u]ndo"));
        assert_eq!(held().answer(Some("u"), "x"), Typed::Ask(Question::Undo));
        let without = asked(Back::None("it cannot be undone"));
        assert!(!without.prompt("x").contains("undo"));
        assert_eq!(
            without.answer(Some("u"), "x"),
            Typed::Again("it cannot be undone".into())
        );
    }

    #[test]
    fn a_held_step_is_retried_at_once_and_skipped_only_with_a_reason() {
        let retry = Order::Retry {
            step: "evacuate".into(),
        };
        assert_eq!(held().answer(Some("r"), "x"), Typed::Order(retry));
        let skip = Question::Skip("evacuate".into());
        assert_eq!(held().answer(Some("s"), "x"), Typed::Ask(skip.clone()));
        assert!(matches!(skip.answer(Some(""), "x"), Typed::Again(_)));
        assert!(matches!(
            skip.answer(Some("done by hand"), "x"),
            Typed::Order(Order::Skip { .. })
        ));
    }

    #[test]
    fn the_shared_table_is_waived_only_where_the_run_waits_for_it_and_with_a_reason() {
        let hold = Hold::Table {
            step: "evacuate".into(),
            why: "no answer".into(),
        };
        let asked = Question::What(hold, Back::Way);
        assert!(asked.prompt("x").contains("[w]aive the shared table"));
        assert_eq!(asked.answer(Some("w"), "x"), Typed::Ask(Question::Alone));
        assert!(matches!(held().answer(Some("w"), "x"), Typed::Again(_)));
        assert!(matches!(
            Question::Alone.answer(Some(""), "x"),
            Typed::Again(_)
        ));
        let alone = Order::Alone {
            reason: "dark".into(),
        };
        let answer = Question::Alone.answer(Some("dark"), "x");
        assert_eq!(answer, Typed::Order(alone));
    }

    #[test]
    fn undo_takes_the_targets_name_and_nothing_else() {
        let undo = Question::Undo;
        assert_eq!(
            undo.answer(Some("eu-west-1"), "eu-west-1"),
            Typed::Order(Order::Undo)
        );
        assert!(matches!(
            undo.answer(Some("y"), "eu-west-1"),
            Typed::Again(_)
        ));
    }

    #[test]
    fn an_empty_line_goes_on_at_a_gate_alone_and_the_end_of_input_leaves() {
        let gate = Hold::Gate {
            step: "look".into(),
            text: String::new(),
        };
        let gate = Question::What(gate, Back::Way);
        assert!(matches!(
            gate.answer(Some(""), "x"),
            Typed::Order(Order::Continue { .. })
        ));
        assert!(matches!(held().answer(Some(""), "x"), Typed::Again(_)));
        assert_eq!(held().answer(None, "x"), Typed::Leave);
    }
}
