//! From one fleet to another.

use super::super::{
    Charts, Connection, Effect, History, Logged, Screen, Standing, State, Timeline,
};
use super::navigate;

/// Watches another fleet instead; nothing of the one before stays on screen.
pub(super) fn to(state: &mut State, name: String) -> Vec<Effect> {
    if name == state.fleet && matches!(state.connection, Connection::Open | Connection::Opening) {
        navigate::go(state, Screen::Fleet);
        return Vec::new();
    }
    state.generation += 1;
    state.opened = state.generation;
    state.connection = Connection::Opening;
    state.history = History::new(Screen::Fleet);
    state.focus.clear();
    state.cursors.clear();
    state.filters.clear();
    state.sorts.clear();
    state.zoom = None;
    state.charts = Charts::default();
    state.timeline = Timeline::default();
    state.logs = state.logs.anew();
    state.logged = Logged::default();
    state.standing = Standing::default();
    state.guided.waiting.clear();
    state.frozen = None;
    state.fleet.clone_from(&name);
    vec![Effect::Open(state.opened, name, state.pace)]
}
