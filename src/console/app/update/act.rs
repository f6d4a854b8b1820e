//! What actions do on a screen.

use std::sync::Arc;

use super::super::{
    Action, Effect, Gravity, Leads, OrderKind, Overlay, Palette, Panel, Row, Screen, State,
    Subject, palette as commands,
};
use super::{guided, notify, run};
use gwctl_fleet::{CheckKind, Observed, Pace, Region};

/// Rows of a page before anything was drawn.
const PAGE: usize = 10;

pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::Up => step(state, -1),
        Action::Down => step(state, 1),
        Action::PageUp => step(state, -page(state)),
        Action::PageDown => step(state, page(state)),
        Action::Top => step(state, isize::MIN),
        Action::Bottom => step(state, isize::MAX),
        Action::NextPanel => focus(state, 1),
        Action::PreviousPanel => focus(state, -1),
        Action::Open => return open(state),
        Action::Back => back(state),
        Action::Show(tab) => match &tab.entrance().leads {
            Leads::To(screen) => go(state, screen.clone()),
            Leads::ToRegion => region(state),
            Leads::ToRun => run::show(state),
        },
        Action::LastPlace => travel(state, super::super::History::last),
        Action::HistoryBack => travel(state, super::super::History::back),
        Action::HistoryForward => travel(state, super::super::History::forward),
        Action::Palette => palette(state, ""),
        Action::Filter => {
            let before = state
                .filter(state.focused())
                .map(|f| f.text().to_string())
                .unwrap_or_default();
            state.overlay = Some(Overlay::Filter {
                input: before.clone().into(),
                before,
                error: None,
            });
        }
        Action::Copy => return copy(state),
        Action::Refresh => {
            notify(state, "asking everything again", Gravity::Info);
            return vec![Effect::Refresh];
        }
        Action::Pace => {
            let pace = if state.pace == Pace::Calm {
                Pace::Incident
            } else {
                Pace::Calm
            };
            return set_pace(state, pace);
        }
        Action::Freeze => freeze(state),
        Action::Themes => themes(state),
        Action::Faults => return faults(state),
        Action::Help => help(state),
        Action::Actions => guided::menu(state),
        // In the wizard alone.
        Action::Waive | Action::Mechanism => {}
        Action::Pause => return run::order(state, OrderKind::Pause),
        Action::Retry => return run::order(state, OrderKind::Retry),
        Action::Skip => return run::order(state, OrderKind::Skip),
        Action::Continue => return run::order(state, OrderKind::Continue),
        Action::Overrule => return run::order(state, OrderKind::Overrule),
        Action::Undo => return run::order(state, OrderKind::Undo),
        Action::Abandon => return run::order(state, OrderKind::Abandon),
        Action::Note => return run::order(state, OrderKind::Note),
        Action::TakeOver => return run::order(state, OrderKind::TakeOver),
        Action::Redraw => return vec![Effect::Repaint],
        Action::Suspend => return run::suspend(state),
        Action::Quit => return run::quit(state),
    }
    Vec::new()
}

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

fn travel(state: &mut State, how: fn(&mut super::super::History) -> bool) {
    if how(&mut state.history) {
        state.zoom = None;
    } else {
        notify(state, "no such place in history", Gravity::Info);
    }
}

/// The Region at hand; pressed again there, the next one.
fn region(state: &mut State) {
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
}

pub(super) fn set_cursor(state: &mut State, panel: Panel, row: usize) {
    let rows = state.rows(panel);
    super::point_at(state, panel, row, &rows);
}

fn page(state: &State) -> isize {
    let height = state
        .hits
        .window(Some(state.focused()))
        .map_or(PAGE, |window| window.height);
    isize::try_from(height.saturating_sub(1).max(1)).unwrap_or(1)
}

fn focus(state: &mut State, by: isize) {
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

/// One level back: the enlarged chart, then the filter, then the screen. Never out of the console.
fn back(state: &mut State) {
    let spot = state.spot(state.focused());
    if state.zoom.take().is_some() || state.filters.remove(&spot).is_some() {
        return;
    }
    go(state, Screen::Fleet);
}

pub(super) fn open(state: &mut State) -> Vec<Effect> {
    let Some(row) = state.selected() else {
        return Vec::new();
    };
    match &row.subject {
        Subject::Chart(_, chart) => {
            state.zoom = if state.zoom == Some(*chart) {
                None
            } else {
                Some(*chart)
            };
            return Vec::new();
        }
        Subject::Record(_, index) => {
            let records = state.shown.edge.records.last();
            let check = records.and_then(|records| records.get(*index)?.health_check.clone());
            if let Some(votable) = check.and_then(|check| votable(state, &check)) {
                return ask_votes(state, votable);
            }
        }
        Subject::Check(check) => {
            if let Some(votable) = votable(state, check) {
                return ask_votes(state, votable);
            }
        }
        Subject::Function(..)
        | Subject::Event(..)
        | Subject::Operation(_)
        | Subject::Call(..)
        | Subject::Step(_)
        | Subject::Sent(..)
        | Subject::Log(_) => {}
        Subject::Change(index) => {
            let change = state.shown.changes.get(*index);
            if let Some(region) = change.and_then(|change| known(state, change.region.as_ref()?)) {
                go(state, Screen::Region(region));
                return Vec::new();
            }
        }
        Subject::Site(_) | Subject::Alarm(..) | Subject::Member(_) | Subject::Answer(..) => {
            let region = row.subject.region().and_then(|region| known(state, region));
            let elsewhere =
                region.filter(|region| state.screen() != &Screen::Region(region.clone()));
            if let Some(region) = elsewhere {
                go(state, Screen::Region(region));
                return Vec::new();
            }
        }
    }
    detail(state, row);
    Vec::new()
}

/// What Enter does where the cursor is, for help.
fn enter_does(state: &State) -> &'static str {
    let in_region = matches!(state.screen(), Screen::Region(_));
    state.focused().enter(in_region)
}

fn known(state: &State, region: &Region) -> Option<Region> {
    state.shown.site(region).map(|site| site.region.clone())
}

fn detail(state: &mut State, row: Row) {
    let title = state.focused().title().to_string();
    state.overlay = Some(Overlay::Detail {
        title,
        cells: row.cells,
        scroll: 0,
    });
}

/// The check whose votes can be asked for: only checks of an endpoint have checkers, so that of a
/// calculated one is its first endpoint child (aws-facts §3.4).
fn votable(state: &State, check: &str) -> Option<String> {
    let checks = &state.shown.edge.checks;
    let is_endpoint = |id: &str| {
        let config = checks.get(id).and_then(|check| check.config.last());
        config.is_some_and(|config| matches!(config.kind, CheckKind::Endpoint { .. }))
    };
    if is_endpoint(check) {
        return Some(check.into());
    }
    match &checks.get(check)?.config.last()?.kind {
        CheckKind::Calculated { children, .. } => {
            children.iter().find(|id| is_endpoint(id)).cloned()
        }
        _ => None,
    }
}

pub(super) fn ask_votes(state: &mut State, check: String) -> Vec<Effect> {
    state.generation += 1;
    let effect = Effect::Votes(state.generation, check.clone());
    state.overlay = Some(Overlay::Votes {
        check,
        votes: Observed::default(),
        scroll: 0,
    });
    vec![effect]
}

pub(super) fn copy(state: &mut State) -> Vec<Effect> {
    let Some(row) = state.selected() else {
        notify(state, "nothing under the cursor to copy", Gravity::Info);
        return Vec::new();
    };
    notify(state, "copied the row", Gravity::Info);
    vec![Effect::Copy(row.to_text())]
}

pub(super) fn set_pace(state: &mut State, pace: Pace) -> Vec<Effect> {
    state.pace = pace;
    let text = match pace {
        Pace::Calm => "calm pace",
        Pace::Incident => "incident pace: topology, health and probes are asked for more often",
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

pub(super) fn faults(state: &mut State) -> Vec<Effect> {
    if !state.has_faults {
        notify(
            state,
            "faults exist in the demo only: this fleet is real",
            Gravity::Error,
        );
        return Vec::new();
    }
    state.overlay = Some(Overlay::Faults {
        list: Vec::new(),
        row: 0,
    });
    vec![Effect::ListFaults]
}

pub(super) fn help(state: &mut State) {
    let help = state.keymap.help(enter_does(state), state.has_faults);
    state.overlay = Some(Overlay::Help { help, scroll: 0 });
}
