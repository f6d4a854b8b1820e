//! From a hypothesis to its explanation, and from there to a plan.

use super::super::palette::{self, Command};
use super::super::{Effect, Gravity, NextStep, Panel, Screen, State};
use super::cursor::point_at;
use super::notice::notify;
use super::{guided, navigate};

/// From the Fleet screen to the Explain screen; there, to the plan of the best of what to do.
pub(super) fn open(state: &mut State, hypothesis: usize) -> Vec<Effect> {
    if *state.screen() != Screen::Explain {
        navigate::go(state, Screen::Explain);
        state.focus.insert(Screen::Explain, Panel::Hypotheses);
        point_at(state, Panel::Hypotheses, hypothesis);
        return Vec::new();
    }
    if state.explained.steps(hypothesis).is_empty() {
        state.focus.insert(Screen::Explain, Panel::Evidence);
        return Vec::new();
    }
    take(state, 0)
}

/// Opens the plan of what to do about the hypothesis under the cursor; copies what is no guided action.
pub(super) fn take(state: &mut State, step: usize) -> Vec<Effect> {
    let steps = state.explained.steps(state.hypothesis());
    match steps.into_iter().nth(step) {
        Some(NextStep::Guided(intent)) => guided::begin(state, &intent),
        Some(NextStep::Command(line)) => ordered(state, &line),
        None => Vec::new(),
    }
}

fn ordered(state: &mut State, line: &str) -> Vec<Effect> {
    // The console has the words of the command line without their dashes: `rollback orders-write in eu-west-1`.
    let words = line.replace(" --", " ");
    if let Ok(Some(Command::Guided(intent))) = palette::parse(&words, state) {
        return guided::begin(state, &intent);
    }
    let line = format!("gwctl {line}");
    notify(state, format!("copied: {line}"), Gravity::Info);
    vec![Effect::Copy(line)]
}
