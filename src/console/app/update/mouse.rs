//! The mouse: what was clicked follows from what was drawn where.

use super::super::{Effect, Gesture, Overlay, Screen, State, Target};
use super::{act, approvals, charts, navigate, overlay, several};

/// Rows a turn of the wheel moves.
const WHEEL: isize = 3;

pub(super) fn moved(state: &mut State, gesture: Gesture, x: u16, y: u16) -> Vec<Effect> {
    let target = state.hits.at(x, y).cloned();
    match gesture {
        Gesture::Click if state.overlay.is_some() => clicked_overlay(state, target.as_ref()),
        Gesture::Click => {
            let read = state.hits.moment(x, y);
            if let Some(at) = read {
                charts::read(state, at);
            }
            clicked(state, target, read.is_none())
        }
        Gesture::WheelUp => turned(state, target.as_ref(), -WHEEL),
        Gesture::WheelDown => turned(state, target.as_ref(), WHEEL),
    }
}

/// A second click on a row opens it where `opens`: in a chart it reads another minute.
fn clicked(state: &mut State, target: Option<Target>, opens: bool) -> Vec<Effect> {
    match target {
        Some(Target::Tab(Screen::Run)) => several::show_run_or_all(state),
        Some(Target::Tab(screen)) => navigate::go(state, screen),
        Some(Target::Approvals) => approvals::list(state),
        Some(Target::Panel(panel)) => {
            state.focus.insert(state.screen().clone(), panel);
        }
        Some(Target::Row(panel, row)) => {
            let again = state.focused() == panel && state.cursor(panel) == row;
            state.focus.insert(state.screen().clone(), panel);
            navigate::set_cursor(state, panel, row);
            if opens {
                charts::follow_list(state);
            }
            if again && opens {
                return act::open(state);
            }
        }
        Some(Target::Entry(_) | Target::Overlay) | None => {}
    }
    Vec::new()
}

/// The first click on an entry points at it, the next chooses it; one beside the window closes it.
fn clicked_overlay(state: &mut State, target: Option<&Target>) -> Vec<Effect> {
    match target {
        Some(Target::Entry(entry)) => {
            let again = match &state.overlay {
                Some(
                    Overlay::Faults { row, .. }
                    | Overlay::Themes { row, .. }
                    | Overlay::Menu { row, .. }
                    | Overlay::Runs { row, .. }
                    | Overlay::Waiting { row }
                    | Overlay::Quit { row },
                ) => row == entry,
                Some(Overlay::Palette(palette)) => palette.chosen == Some(*entry),
                _ => false,
            };
            overlay::point(state, *entry);
            if again {
                return overlay::choose(state);
            }
        }
        Some(Target::Overlay) => {}
        _ => overlay::close(state),
    }
    Vec::new()
}

fn turned(state: &mut State, target: Option<&Target>, by: isize) -> Vec<Effect> {
    if state.overlay.is_some() {
        overlay::step(state, by);
    } else if let Some(Target::Panel(panel) | Target::Row(panel, _)) = target {
        state.focus.insert(state.screen().clone(), *panel);
        navigate::step(state, by);
    }
    Vec::new()
}
