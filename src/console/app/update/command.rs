//! What commands do.

use super::super::palette::{self, Command};
use super::super::{Action, Effect, Filter, Gravity, Overlay, Screen, State, columns};
use super::notice::notify;
use super::{act, charts, guided, logs, navigate, replay, run, run_note, several, switch};

/// Whether a command asks or changes something.
const fn is_for_the_fleet(command: &Command) -> bool {
    matches!(
        command,
        Command::Guided(_)
            | Command::Arm
            | Command::Disarm
            | Command::Pace(_)
            | Command::MfaCode(_)
            | Command::Note(_)
            | Command::HandOver(_)
            | Command::Runs
            | Command::Approvals
    )
}

pub(super) fn run(state: &mut State, command: Command) -> Vec<Effect> {
    if state.replay.is_some() && is_for_the_fleet(&command) {
        notify(state, replay::RECORDED, Gravity::Error);
        return Vec::new();
    }
    // What was said of something before would seem to be said of this.
    state.notice = None;
    let action = match command {
        Command::Show(tab) => Action::Show(tab),
        Command::Fleet(None) => Action::Show(Screen::Fleet.tab()),
        Command::Fleet(Some(name)) => return switch::to(state, name),
        Command::Region(Some(region)) => {
            navigate::go(state, Screen::Region(region));
            return Vec::new();
        }
        Command::Logs(window) => {
            logs::look_at(state, window.as_deref().unwrap_or_default());
            return Vec::new();
        }
        Command::Region(None) => {
            if let Some(region) = state.region_at_hand() {
                navigate::go(state, Screen::Region(region));
            }
            return Vec::new();
        }
        Command::Theme(Some(name)) => {
            notify(state, format!("theme {name}"), Gravity::Info);
            state.theme = name;
            return Vec::new();
        }
        Command::Own(name) => {
            let own = state.own.iter().find(|own| own.name == name).cloned();
            return own.map_or_else(Vec::new, |own| super::own::run(state, &own));
        }
        Command::Snap(file) => return vec![Effect::Snap(file)],
        Command::MfaCode(code) => return mfa(state, code),
        Command::Pace(pace) => return navigate::set_pace(state, pace),
        Command::Filter(text) => {
            set_filter(state, &text);
            return Vec::new();
        }
        Command::Note(text) => return run_note::noted(state, text),
        Command::HandOver(to) => return run::hand_over(state, to),
        Command::Range(range) => {
            charts::set_range(state, range);
            return Vec::new();
        }
        Command::At(time) => return replay::to(state, time),
        Command::Columns(chosen) => {
            match chosen {
                Some(chosen) => state.columns = chosen,
                None => state.overlay = Some(columns::list(state)),
            }
            return Vec::new();
        }
        Command::ListColumns(names) => return list_columns(state, names),
        Command::SortList(by) => {
            let panel = state.focused();
            super::sort::by_rows(state, panel, by);
            super::cursor::settle(state);
            return Vec::new();
        }
        Command::Sort(sort) => {
            state.sort = sort;
            super::cursor::settle(state);
            return Vec::new();
        }
        Command::Mark(which) => return several::mark_all(state, which.as_deref()),
        Command::Guided(intent) if *state.screen() == Screen::Fleets => {
            return several::begin(state, &intent);
        }
        Command::Guided(intent) => return guided::begin(state, &intent),
        Command::Arm => {
            guided::arm(state);
            return Vec::new();
        }
        Command::Disarm => {
            guided::disarm(state);
            return Vec::new();
        }
        Command::Runs => {
            state.overlay = Some(Overlay::Runs { list: None, row: 0 });
            return vec![Effect::ListRuns];
        }
        Command::Approvals => Action::Approvals,
        Command::Actions => Action::Actions,
        Command::Run => Action::Show(Screen::Run.tab()),
        Command::Theme(None) => Action::Themes,
        Command::Refresh => Action::Refresh,
        Command::Freeze => Action::Freeze,
        Command::Faults => Action::Faults,
        Command::Copy => Action::Copy,
        Command::Back => Action::HistoryBack,
        Command::Forward => Action::HistoryForward,
        Command::Last => Action::LastPlace,
        Command::Onset => Action::Onset,
        Command::Help => Action::Help,
        Command::Quit => Action::Quit,
    };
    act::act(state, action)
}

/// Shows these columns of the focused list alone, or the choice of them.
fn list_columns(state: &mut State, names: Option<Vec<String>>) -> Vec<Effect> {
    match names {
        Some(names) => super::sort::show_only(state, &names),
        None => super::sort::choose(state),
    }
    Vec::new()
}

/// Hands an MFA code to whoever waits for it.
fn mfa(state: &mut State, code: String) -> Vec<Effect> {
    if state.shown.waiting.is_some() {
        return vec![Effect::MfaCode(code)];
    }
    let why = "nothing waits for the code of an MFA device";
    notify(state, why, Gravity::Error);
    Vec::new()
}

/// Lays `text` over the focused list; what is no filter leaves the list as it is, and is returned
/// as an explanation.
pub(super) fn set_filter(state: &mut State, text: &str) -> Option<String> {
    let spot = state.spot(state.focused());
    match Filter::parse(text, &palette::names_of_columns(state)) {
        Ok(Some(filter)) => {
            state.filters.insert(spot, filter);
            None
        }
        Ok(None) => {
            state.filters.remove(&spot);
            None
        }
        Err(why) => Some(why.to_string()),
    }
}
