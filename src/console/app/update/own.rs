//! Running a command of one's own: filled in, confirmed where it changes something, its answer shown.

use super::super::own_command::{Ran, Written};
use super::super::{Ask, Effect, Gravity, Overlay, OwnCommand, PromptFor, State};
use super::fill::filled;
use super::notice::notify;
use super::rejected::Rejected;
use gwctl_actions::NotConfirmed;

/// Runs `command` for the row under the cursor, or asks first.
pub(super) fn run(state: &mut State, command: &OwnCommand) -> Vec<Effect> {
    let argv = match filled(command, state) {
        Ok(argv) => argv,
        Err(why) => {
            notify(state, why.to_string(), Gravity::Error);
            return Vec::new();
        }
    };
    if !command.changes {
        return begin(state, argv);
    }
    if let Some(why) = state.how_to_open() {
        notify(state, why, Gravity::Error);
        return Vec::new();
    }
    state.overlay = Some(Overlay::Ask(Box::new(Ask {
        what: PromptFor::Command(command.name.clone(), argv),
        input: tui_input::Input::default(),
        error: None,
    })));
    Vec::new()
}

/// What was typed to confirm it.
pub(super) fn confirmed(
    state: &mut State,
    name: &str,
    argv: Vec<String>,
    typed: &str,
) -> Result<Vec<Effect>, Rejected> {
    if typed.trim() != name {
        let (typed, expected) = (typed.trim().to_owned(), name.to_owned());
        return Err(NotConfirmed::Mistyped { typed, expected }.into());
    }
    Ok(begin(state, argv))
}

fn begin(state: &mut State, argv: Vec<String>) -> Vec<Effect> {
    state.generation += 1;
    let number = state.generation;
    state.overlay = Some(Overlay::Ran(Box::new(Ran {
        number,
        argv: argv.clone(),
        ended: None,
        scroll: 0,
    })));
    vec![Effect::RunCommand(number, argv)]
}

/// It ended.
pub(super) fn ended(
    state: &mut State,
    number: u64,
    result: Result<Written, String>,
) -> Vec<Effect> {
    if let Some(Overlay::Ran(ran)) = &mut state.overlay
        && ran.number == number
    {
        ran.ended = Some(result);
    }
    Vec::new()
}
