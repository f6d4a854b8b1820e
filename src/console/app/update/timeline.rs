//! When the Timeline screen asks, and what comes of it.

use std::sync::Arc;

use super::super::timeline::{SINCE, Timeline};
use super::super::{Connection, Effect, Panel, Screen, State};
use super::cursor::point_at;
use gwctl_observe::Happened;

/// Asks when it is shown and due. A screen that is frozen asks nothing.
pub(super) fn due(state: &mut State) -> Option<Effect> {
    let live = state.frozen.is_none() && state.replay.is_none();
    let shown = *state.screen() == Screen::Timeline && live;
    let may = shown && state.connection == Connection::Open && state.timeline.is_due(state.clock);
    may.then(|| {
        state.timeline.asking = Some(state.clock);
        state.timeline.again = false;
        Effect::AskHappened(state.opened, SINCE)
    })
}

/// A cursor on the newest event stays on the newest.
pub(super) fn came(state: &mut State, generation: u64, happened: Happened) {
    if generation != state.opened {
        return;
    }
    let at_end = |state: &State, panel| state.cursor(panel) + 1 >= state.count(panel);
    let here = *state.screen() == Screen::Timeline;
    let panels = [Panel::Timeline, Panel::Others];
    let newest = panels.map(|panel| here && at_end(state, panel));
    state.timeline = Timeline {
        happened: Some(Arc::new(happened)),
        ..Timeline::default()
    };
    for (panel, newest) in panels.into_iter().zip(newest) {
        if newest {
            point_at(state, panel, usize::MAX);
        }
    }
}
