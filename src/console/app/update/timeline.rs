//! When what happened is asked for, by the screens that show it, and what comes of it.

use std::sync::Arc;

use jiff::SignedDuration;

use super::super::timeline::{Logged, SINCE};
use super::super::{Connection, Effect, Panel, Screen, State, charts_of};
use super::cursor::point_at;
use gwctl_fleet::Event;
use gwctl_observe::{Errors, Happened};
use gwctl_recording::Noted;

/// Asks when it is shown and due. A screen that is frozen asks nothing.
pub(super) fn due(state: &mut State) -> Vec<Effect> {
    let (shows, reads) = match state.screen() {
        Screen::Timeline => (true, false),
        Screen::Explain => (true, true),
        _ => (false, false),
    };
    let live = state.frozen.is_none() && state.replay.is_none();
    let may = live && state.connection == Connection::Open;
    let mut effects = Vec::new();
    let since = reach(state);
    if may && shows && state.timeline.is_due(state.clock, since) {
        state.timeline.asking = Some(state.clock);
        state.timeline.again = false;
        effects.push(Effect::AskHappened(state.opened, since));
    }
    let live = state.replay.is_none() && state.connection == Connection::Open;
    let drawn = !charts_of(state.screen()).is_empty();
    if live && drawn && state.timeline.are_runs_due(state.clock) {
        state.timeline.runs_asked = Some(state.clock);
        effects.push(Effect::ReadRuns(state.opened, state.clock - since));
    }
    if may && reads && state.logged.is_due(state.clock) {
        state.logged.asking = Some(state.clock);
        state.logged.again = false;
        effects.push(Effect::AskErrors(state.opened));
    }
    effects
}

/// How far back events are asked for: as far as the charts of the Timeline reach.
fn reach(state: &State) -> SignedDuration {
    if *state.screen() != Screen::Timeline {
        return SINCE;
    }
    let from = state.charts.span(state.now).from;
    // By the hour, so that a time that moves is not another time.
    let hours = (state.now.duration_since(from).as_secs() + 3_599) / 3_600;
    SINCE.max(SignedDuration::from_hours(hours))
}

/// What the functions log as errors.
pub(super) fn logged(state: &mut State, generation: u64, errors: Errors) {
    if generation == state.opened {
        state.logged = Logged {
            errors: Some(Arc::new(errors)),
            ..Logged::default()
        };
    }
}

/// What runs did.
pub(super) fn runs_came(state: &mut State, generation: u64, runs: Vec<Event>) -> Vec<Effect> {
    if generation == state.opened {
        stay_newest(state, |state| state.timeline.take_runs(runs));
    }
    Vec::new()
}

/// Something was written down, where no run was under way.
pub(super) fn noted(state: &mut State, text: String) {
    let noted = Noted {
        at: state.clock,
        by: "this console".into(),
        text,
    };
    state.timeline.add_note(noted);
}

/// What happened came.
pub(super) fn came(state: &mut State, generation: u64, happened: Happened) {
    if generation == state.opened {
        stay_newest(state, |state| {
            state.timeline.take(Some(Arc::new(happened)));
        });
    }
}

/// A cursor on the newest event stays on the newest, unless a minute of the charts is read.
fn stay_newest(state: &mut State, change: impl FnOnce(&mut State)) {
    let at_end = |state: &State, panel| state.cursor(panel) + 1 >= state.count(panel);
    let here = *state.screen() == Screen::Timeline && state.charts.cursor.is_none();
    let panels = [Panel::Timeline, Panel::Others];
    let newest = panels.map(|panel| here && at_end(state, panel));
    change(state);
    for (panel, newest) in panels.into_iter().zip(newest) {
        if newest {
            point_at(state, panel, usize::MAX);
        }
    }
}
