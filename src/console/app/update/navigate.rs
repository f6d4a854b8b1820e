//! From screen to screen, from list to list, from row to row.

use super::super::{Effect, Gravity, Overlay, Palette, Panel, Screen, State, palette as commands};
use super::{charts, notify};
use gwctl_fleet::{Pace, Region};
use std::sync::Arc;

/// Rows of a page before anything was drawn.
const PAGE: usize = 10;

/// Opens the command line with `line` typed in.
pub(super) fn palette(state: &mut State, line: &str) {
    state.overlay = Some(Overlay::Palette(Palette {
        suggestions: commands::suggest(line, state),
        input: line.into(),
        ..Palette::default()
    }));
}

pub(super) fn go(state: &mut State, screen: Screen) {
    if state.screen() != &screen {
        state.zoom = None;
    }
    state.history.go(screen);
}

pub(super) fn travel(state: &mut State, how: fn(&mut super::super::History) -> bool) {
    if how(&mut state.history) {
        state.zoom = None;
    } else {
        notify(state, "no such place in history", Gravity::Info);
    }
}

/// The Region at hand; pressed again there, the next one.
pub(super) fn region(state: &mut State) {
    let next = match state.screen() {
        Screen::Region(here) => {
            let regions: Vec<&Region> = state.regions().collect();
            let at = regions.iter().position(|region| *region == here);
            at.map(|at| regions[(at + 1) % regions.len()].clone())
        }
        _ => state.region_at_hand(),
    };
    if let Some(region) = next {
        go(state, Screen::Region(region));
    }
}

pub(super) fn step(state: &mut State, by: isize) {
    let panel = state.focused();
    let row = state.cursor(panel).saturating_add_signed(by);
    set_cursor(state, panel, row);
    charts::follow_list(state);
}

pub(super) fn set_cursor(state: &mut State, panel: Panel, row: usize) {
    super::cursor::point_at(state, panel, row);
}

pub(super) fn page(state: &State) -> isize {
    let height = state
        .hits
        .window(Some(state.focused()))
        .map_or(PAGE, |window| window.height);
    isize::try_from(height.saturating_sub(1).max(1)).unwrap_or(1)
}

pub(super) fn focus(state: &mut State, by: isize) {
    let screen = state.screen().clone();
    let panels = screen.panels();
    let at = panels
        .iter()
        .position(|panel| *panel == state.focused())
        .unwrap_or(0);
    let count = panels.len();
    let next = (at + count).saturating_add_signed(by) % count;
    state.focus.insert(screen, panels[next]);
}

/// One level back: the enlarged chart, then the minute that is read, then the filter, then the lines of a pattern, then the screen. Never out of the console.
pub(super) fn back(state: &mut State) {
    let spot = state.spot(state.focused());
    if state.zoom.take().is_some() || charts::back(state) || state.filters.remove(&spot).is_some() {
        return;
    }
    let lists = state.screen().panels();
    if *state.screen() == Screen::Logs && state.focused() != lists[0] {
        state.focus.remove(&Screen::Logs);
        return;
    }
    if *state.screen() == Screen::Fleets {
        // The marks go before the screen does.
        if std::mem::take(&mut state.overview.marked).is_empty() {
            leave(state);
        }
        return;
    }
    go(state, Screen::Fleet);
}

/// Back to where one was before, or to the Fleet screen.
pub(super) fn leave(state: &mut State) {
    if state.history.back() {
        state.zoom = None;
    } else {
        go(state, Screen::Fleet);
    }
}

pub(super) fn set_pace(state: &mut State, pace: Pace) -> Vec<Effect> {
    state.pace = pace;
    let text = match pace {
        Pace::Calm => "calm pace",
        Pace::Incident => "incident pace: gwctl reads topology, health and probes more often",
    };
    notify(state, text, Gravity::Info);
    vec![Effect::SetPace(pace)]
}

pub(super) fn freeze(state: &mut State) {
    if state.frozen.take().is_some() {
        state.shown = Arc::clone(&state.live);
        state.now = state.clock.max(state.shown.at);
    } else {
        state.frozen = Some(state.now);
    }
}

pub(super) fn themes(state: &mut State) {
    let row = state
        .themes
        .iter()
        .position(|theme| theme.name == state.theme)
        .unwrap_or(0);
    state.overlay = Some(Overlay::Themes {
        row,
        before: state.theme.clone(),
    });
}
