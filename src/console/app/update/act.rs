//! What actions do on a screen.

use super::navigate::{focus, freeze, go, page, palette, region, set_pace, step, themes, travel};

use super::super::{
    Action, Effect, Gravity, Leads, OrderKind, Overlay, Screen, State, Subject, columns,
    palette as commands,
};
use super::notice::notify;
use super::{approvals, charts, explain, fleets, further, guided, logs, replay, run};
use super::{several, sort};
use gwctl_fleet::{CheckKind, Observed, Pace, Region};

pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    if let Some(effects) = replay::act(state, action) {
        return effects;
    }
    match action {
        Action::Up => step(state, -1),
        Action::Down => step(state, 1),
        Action::PageUp => step(state, -page(state)),
        Action::Mark if *state.screen() == Screen::Fleets => several::mark(state),
        Action::PageDown | Action::Mark => step(state, page(state)),
        Action::Top => step(state, isize::MIN),
        Action::Bottom => step(state, isize::MAX),
        Action::NextPanel => focus(state, 1),
        Action::PreviousPanel => focus(state, -1),
        Action::Open => return open(state),
        Action::Back => several::back(state),
        Action::Show(tab) => match &tab.entrance().leads {
            Leads::To(screen) => go(state, screen.clone()),
            Leads::ToRegion => region(state),
            Leads::ToRun => several::show_run_or_all(state),
            Leads::ToFleets => fleets::show(state),
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
        Action::Sort => sort::choose(state),
        Action::Copy => return copy(state),
        Action::Raw => raw(state),
        Action::Link => return link(state),
        Action::Request => logs::request(state),
        Action::Follow => logs::follow(state),
        Action::CountBy => logs::count_by(state),
        Action::Shorter => charts::window(state, false),
        Action::Longer => charts::window(state, true),
        Action::Agree if *state.screen() == Screen::Fleets => fleets::agree(state),
        Action::Agree => logs::agree(state),
        Action::ChartLeft
        | Action::ChartRight
        | Action::MinuteBack
        | Action::MinuteForward
        | Action::Enlarge
        | Action::Onset => return charts::act(state, action),
        Action::Refresh => {
            notify(state, "asking everything again", Gravity::Info);
            state.timeline.again = true;
            state.logs.ask_again();
            state.logged.again = true;
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
        Action::Actions if *state.screen() == Screen::Fleets => several::menu(state),
        Action::Actions => guided::menu(state),
        Action::Waive => return run::order(state, OrderKind::Alone),
        // In the wizard alone, or in a recording and done already.
        Action::Mechanism
        | Action::PictureBefore
        | Action::PictureAfter
        | Action::VerdictBefore
        | Action::VerdictAfter
        | Action::Faster => {}
        Action::Pause => return run::order(state, OrderKind::Pause),
        Action::Retry => return run::order(state, OrderKind::Retry),
        Action::Skip => return run::order(state, OrderKind::Skip),
        Action::Continue if *state.screen() != Screen::Run => return charts::act(state, action),
        Action::Continue => return run::order(state, OrderKind::Continue),
        Action::Overrule => return run::order(state, OrderKind::Overrule),
        Action::Undo => return run::order(state, OrderKind::Undo),
        Action::Abandon => return run::order(state, OrderKind::Abandon),
        Action::Note => return run::order(state, OrderKind::Note),
        Action::TakeOver => return run::order(state, OrderKind::TakeOver),
        Action::HandOver => return run::order(state, OrderKind::HandOver),
        Action::Accept => return run::order(state, OrderKind::Accept),
        Action::Approvals => approvals::list(state),
        Action::Redraw => return vec![Effect::Repaint],
        Action::Suspend => return run::suspend(state),
        Action::Quit => return run::quit(state),
    }
    Vec::new()
}

pub(super) fn open(state: &mut State) -> Vec<Effect> {
    let Some(subject) = state.selected().map(|row| row.subject) else {
        return Vec::new();
    };
    match &subject {
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
        | Subject::Log(_)
        | Subject::Happened(_)
        | Subject::Alarm(..)
        | Subject::Change(_)
        | Subject::LogGroup(..)
        | Subject::Rest(_)
        | Subject::Said(_) => {}
        Subject::Pattern(_) => {
            logs::open_lines(state);
            return Vec::new();
        }
        Subject::Counted(index) => {
            if logs::open_patterns(state, *index) {
                return Vec::new();
            }
        }
        Subject::LogLine(..) => {
            logs::whole(state, false);
            return Vec::new();
        }
        Subject::Fleet(_) => return fleets::open(state, &subject),
        Subject::Hypothesis(_, index) => return explain::open(state, *index),
        Subject::ToDo(index) => return explain::take(state, *index),
        Subject::Could(region) => {
            let ready = state.standing.of(state.screen(), region);
            let intent = ready.map(|ready| ready.intent.clone());
            return intent.map_or_else(Vec::new, |intent| guided::begin(state, &intent));
        }
        Subject::Site(_) | Subject::Member(_) | Subject::Answer(..) => {
            let region = subject.region().and_then(|region| known(state, region));
            let elsewhere =
                region.filter(|region| state.screen() != &Screen::Region(region.clone()));
            if let Some(region) = elsewhere {
                go(state, Screen::Region(region));
                return Vec::new();
            }
        }
    }
    detail(state);
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

fn detail(state: &mut State) {
    let title = state.heading(state.focused()).into_owned();
    let row = state.selected();
    let shown = row.map(|row| (row.cells().clone(), further::of(state, &row.subject)));
    state.overlay = shown.map(|(cells, further)| Overlay::Detail {
        title,
        cells,
        further: Box::new(further),
        scroll: 0,
    });
}

/// `v`: what is under the cursor as JSON, or a line of a log as it was written.
fn raw(state: &mut State) {
    if *state.screen() == Screen::Logs {
        return logs::whole(state, true);
    }
    let subject = state.selected().map(|row| row.subject);
    let known = subject.map(|subject| further::of(state, &subject));
    if known.is_none_or(|known| known.json.is_empty()) {
        let text = "JSON is there for alarms, changes and events of the timeline";
        return notify(state, text, Gravity::Info);
    }
    detail(state);
    turn_raw(state);
}

/// Turns the open window to JSON, or back.
pub(super) fn turn_raw(state: &mut State) {
    if let Some(Overlay::Detail {
        further, scroll, ..
    }) = &mut state.overlay
        && !further.json.is_empty()
    {
        further.raw = !further.raw;
        *scroll = 0;
    }
}

/// `o`: copies where AWS's console shows what is open, or else what is under the cursor.
pub(super) fn link(state: &mut State) -> Vec<Effect> {
    let url = match &state.overlay {
        Some(Overlay::Detail { further, .. }) => further.url.clone(),
        Some(_) => return Vec::new(),
        None => {
            let row = state.selected();
            row.and_then(|row| further::of(state, &row.subject).url)
        }
    };
    let Some(url) = url else {
        let text = "gwctl knows no page of AWS's console for this";
        notify(state, text, Gravity::Info);
        return Vec::new();
    };
    notify(state, format!("copied {url}"), Gravity::Info);
    vec![Effect::Copy(url)]
}

/// `y` in the window of a row.
pub(super) fn copy_open(state: &mut State) -> Vec<Effect> {
    let Some(Overlay::Detail { cells, further, .. }) = &state.overlay else {
        return Vec::new();
    };
    let (text, said) = if further.raw {
        (further.json.join("\n"), "copied the JSON")
    } else {
        let told = cells.iter().filter(|(_, text)| !text.is_empty());
        let lines = told.map(|(name, text)| format!("{name}: {text}"));
        (lines.collect::<Vec<_>>().join("\n"), "copied the row")
    };
    notify(state, said, Gravity::Info);
    vec![Effect::Copy(text)]
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
    let Some(text) = state.selected().map(|row| row.to_text()) else {
        notify(state, "nothing under the cursor to copy", Gravity::Info);
        return Vec::new();
    };
    notify(state, "copied the row", Gravity::Info);
    vec![Effect::Copy(text)]
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
    let mut help = state.keymap.help(
        enter_does(state),
        (state.has_faults, state.replay.is_some()),
        commands::help(state.has_faults),
    );
    let names = commands::names_of_columns(state);
    help.sections.extend(columns::help(state, &names));
    let own = commands::own_help(state);
    if !own.is_empty() {
        help.sections.push(("Commands of your own".into(), own));
    }
    state.overlay = Some(Overlay::Help { help, scroll: 0 });
}
