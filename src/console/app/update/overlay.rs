//! Keys while something lies over the screen.

use tui_input::{Input, InputRequest};

use super::super::{
    Action, Code, Effect, Key, Overlay, Palette, Part, PromptFor, Stage, State,
    palette::{self, Command},
};
use super::line::edit;
use super::{act, approvals, command, guided, logs, navigate, own, run, several, sort};

/// Lines of a page before anything was drawn.
const PAGE: usize = 10;

pub(super) fn pressed(state: &mut State, key: Key) -> Vec<Effect> {
    match &state.overlay {
        Some(Overlay::Palette(_)) => in_palette(state, key),
        Some(Overlay::Filter { .. }) => in_filter(state, key),
        Some(Overlay::Ask(_)) => in_ask(state, key),
        Some(Overlay::Wizard(wizard))
            if wizard.part == Part::Confirm && state.takes_target(wizard) =>
        {
            in_confirmation(state, key)
        }
        Some(Overlay::Several) if takes_word(state) => in_word(state, key),
        Some(Overlay::Sort { .. }) if key.code == Code::Char(' ') => {
            sort::show_or_hide(state);
            Vec::new()
        }
        _ => match state.keymap.action(key) {
            Some(action) => in_menu(state, action),
            None => Vec::new(),
        },
    }
}

pub(super) fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    let line: String = text.chars().filter(|c| !c.is_control()).collect();
    if let Some(input) = line_editor(state) {
        for c in line.chars() {
            input.handle(InputRequest::InsertChar(c));
        }
        edited(state);
    }
    Vec::new()
}

fn line_editor(state: &mut State) -> Option<&mut Input> {
    match &mut state.overlay {
        Some(Overlay::Palette(palette)) => Some(&mut palette.input),
        Some(Overlay::Filter { input, .. }) => Some(input),
        Some(Overlay::Ask(ask)) => Some(&mut ask.input),
        Some(Overlay::Wizard(wizard)) if wizard.part == Part::Confirm => Some(&mut wizard.typed),
        Some(Overlay::Several) => {
            let several = state.guided.several.as_mut();
            let several = several.filter(|several| several.stage == Stage::Confirm);
            several.map(|several| &mut several.typed)
        }
        _ => None,
    }
}

/// The line of the palette or the filter changed.
fn edited(state: &mut State) {
    match &state.overlay {
        Some(Overlay::Palette(palette)) => {
            let suggestions = palette::suggest(palette.input.value(), state);
            if let Some(Overlay::Palette(palette)) = &mut state.overlay {
                *palette = Palette {
                    input: std::mem::take(&mut palette.input),
                    suggestions,
                    ..Palette::default()
                };
            }
        }
        Some(Overlay::Filter { input, .. }) => {
            let text = input.value().to_string();
            let why = command::set_filter(state, &text);
            if let Some(Overlay::Filter { error, .. }) = &mut state.overlay {
                *error = why;
            }
        }
        _ => {}
    }
}

fn edit_line(state: &mut State, key: Key) {
    let Some(request) = edit(key) else { return };
    let changed = line_editor(state).and_then(|input| input.handle(request));
    if changed.is_some_and(|changed| changed.value) {
        edited(state);
    }
}

fn in_palette(state: &mut State, key: Key) -> Vec<Effect> {
    match key.code {
        Code::Esc => {
            state.overlay = None;
            guided::unpark(state);
            several::unpark(state);
        }
        Code::Enter => return entered(state),
        Code::Tab => complete(state, 1),
        Code::BackTab => complete(state, -1),
        Code::Up => recall(state, 1),
        Code::Down => recall(state, -1),
        // Rubbing out an empty line closes it, as in vi.
        Code::Backspace if line_editor(state).is_some_and(|input| input.value().is_empty()) => {
            state.overlay = None;
        }
        _ => edit_line(state, key),
    }
    Vec::new()
}

fn entered(state: &mut State) -> Vec<Effect> {
    let Some(Overlay::Palette(open)) = &state.overlay else {
        return Vec::new();
    };
    let line = open.input.value().trim().to_string();
    match palette::parse(&line, state) {
        Ok(command) => {
            state.overlay = None;
            let Some(command) = command else {
                guided::unpark(state);
                several::unpark(state);
                return Vec::new();
            };
            if state.commands.last() != Some(&line) {
                state.commands.push(line);
            }
            let opens = matches!(command, Command::Arm | Command::Disarm);
            let effects = command::run(state, command);
            if opens {
                guided::unpark(state);
                several::unpark(state);
            }
            state.guided.parked = None;
            effects
        }
        Err(why) => {
            let usage = palette::usage(&line, state);
            if let Some(Overlay::Palette(palette)) = &mut state.overlay {
                palette.error = Some(match usage {
                    Some(usage) if !why.to_string().contains("usage:") => {
                        format!("{why}; {usage}")
                    }
                    _ => why.to_string(),
                });
            }
            Vec::new()
        }
    }
}

/// Puts the next suggestion into the line; the list stays as it was, so that Tab goes around.
pub(super) fn complete(state: &mut State, by: isize) {
    let Some(Overlay::Palette(palette)) = &mut state.overlay else {
        return;
    };
    let count = palette.suggestions.len();
    if count == 0 {
        return;
    }
    let next = match palette.chosen {
        None if by > 0 => 0,
        None => count - 1,
        Some(at) => (at + count).saturating_add_signed(by) % count,
    };
    palette.input = palette.suggestions[next].line.clone().into();
    palette.chosen = Some(next);
    palette.error = None;
}

/// Up and Down walk through the lines entered before.
fn recall(state: &mut State, by: isize) {
    let Some(Overlay::Palette(palette)) = &state.overlay else {
        return;
    };
    let back = palette
        .recalled
        .map_or(0, |back| back + 1)
        .saturating_add_signed(by);
    let back = back.min(state.commands.len());
    let line = match back.checked_sub(1) {
        Some(back) => state.commands[state.commands.len() - 1 - back].clone(),
        None => String::new(),
    };
    if let Some(input) = line_editor(state) {
        *input = line.into();
    }
    edited(state);
    if let Some(Overlay::Palette(palette)) = &mut state.overlay {
        palette.recalled = back.checked_sub(1);
    }
}

fn in_filter(state: &mut State, key: Key) -> Vec<Effect> {
    match key.code {
        Code::Esc => {
            if let Some(Overlay::Filter { before, .. }) = state.overlay.take() {
                command::set_filter(state, &before);
            }
        }
        Code::Enter => {
            if matches!(state.overlay, Some(Overlay::Filter { error: None, .. })) {
                state.overlay = None;
            }
        }
        // The list under the line still moves.
        Code::Up => navigate::step(state, -1),
        Code::Down => navigate::step(state, 1),
        _ => edit_line(state, key),
    }
    Vec::new()
}

pub(super) fn in_menu(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::Up => step(state, -1),
        Action::Down => step(state, 1),
        Action::PageUp => step(state, -page(state)),
        Action::PageDown | Action::Mark => step(state, page(state)),
        Action::Top => step(state, isize::MIN),
        Action::Bottom => step(state, isize::MAX),
        Action::Palette if wizard(state) => guided::park(state),
        Action::Palette if of_several(state) => several::park(state),
        Action::Back | Action::Quit if of_several(state) => return several::backward(state),
        Action::Refresh if of_several(state) => return several::again(state),
        Action::NextPanel if wizard(state) => return guided::turn(state, true),
        Action::PreviousPanel if wizard(state) => return guided::turn(state, false),
        Action::Back if wizard(state) => return guided::backward(state),
        Action::Waive => guided::waive(state),
        Action::Mechanism => guided::mechanism(state),
        Action::Actions if matches!(state.overlay, Some(Overlay::Menu { .. })) => close(state),
        Action::Quit if matches!(state.overlay, Some(Overlay::Quit { .. })) => {
            return run::quit(state);
        }
        Action::Raw => {
            logs::turn_raw(state);
            act::turn_raw(state);
        }
        Action::Link => return act::link(state),
        Action::Request if matches!(state.overlay, Some(Overlay::Written(_))) => {
            logs::request(state);
        }
        Action::Copy if matches!(state.overlay, Some(Overlay::Detail { .. })) => {
            return act::copy_open(state);
        }
        Action::Copy => return logs::copy(state),
        Action::Open => return choose(state),
        Action::Back | Action::Quit if matches!(state.overlay, Some(Overlay::Ran(_))) => {
            close(state);
            return vec![Effect::EndCommand];
        }
        // `q` closes what is open rather than the console: leaving by accident costs more.
        Action::Back | Action::Quit => close(state),
        Action::Sort if matches!(state.overlay, Some(Overlay::Sort { .. })) => sort::chosen(state),
        Action::Approvals if matches!(state.overlay, Some(Overlay::Waiting { .. })) => close(state),
        Action::Help if matches!(state.overlay, Some(Overlay::Help { .. })) => close(state),
        Action::Themes if matches!(state.overlay, Some(Overlay::Themes { .. })) => close(state),
        Action::Faults if matches!(state.overlay, Some(Overlay::Faults { .. })) => close(state),
        Action::Refresh => {
            if let Some(Overlay::Votes { check, .. }) = &state.overlay {
                let check = check.clone();
                return act::ask_votes(state, check);
            }
        }
        _ => {}
    }
    Vec::new()
}

fn wizard(state: &State) -> bool {
    matches!(state.overlay, Some(Overlay::Wizard(_)))
}

fn of_several(state: &State) -> bool {
    matches!(state.overlay, Some(Overlay::Several))
}

/// Whether the Region and the count are to be typed.
fn takes_word(state: &State) -> bool {
    let several = state.guided.several.as_ref();
    several.is_some_and(|several| several.stage == Stage::Confirm) && state.may_change()
}

/// The Region and the count are being typed.
fn in_word(state: &mut State, key: Key) -> Vec<Effect> {
    match key.code {
        Code::Esc | Code::BackTab => return several::backward(state),
        Code::Enter => return several::forward(state),
        _ => edit_line(state, key),
    }
    Vec::new()
}

/// The target's name is being typed.
fn in_confirmation(state: &mut State, key: Key) -> Vec<Effect> {
    match key.code {
        Code::Esc | Code::BackTab => return guided::backward(state),
        Code::Enter => return guided::forward(state),
        // What waits or begins takes no more words.
        _ if is_under_way(state) => {}
        _ => edit_line(state, key),
    }
    Vec::new()
}

fn is_under_way(state: &State) -> bool {
    matches!(&state.overlay, Some(Overlay::Wizard(wizard)) if wizard.starting)
}

/// Words for an order, or an action's arguments, are being typed.
fn in_ask(state: &mut State, key: Key) -> Vec<Effect> {
    match key.code {
        Code::Esc => state.overlay = None,
        Code::Enter => {
            let Some(Overlay::Ask(ask)) = &state.overlay else {
                return Vec::new();
            };
            let (what, text) = (ask.what.clone(), ask.input.value().to_owned());
            let done = match what {
                PromptFor::Order(kind, step) => run::said(state, kind, step, &text),
                PromptFor::Arguments(intent) => guided::argued(state, &intent, &text),
                PromptFor::Command(name, argv) => own::confirmed(state, &name, argv, &text),
            };
            match (done, &mut state.overlay) {
                (Ok(effects), _) => return effects,
                (Err(why), Some(Overlay::Ask(ask))) => ask.error = Some(why.to_string()),
                (Err(_), _) => {}
            }
        }
        _ => edit_line(state, key),
    }
    Vec::new()
}

pub(super) fn close(state: &mut State) {
    match state.overlay.take() {
        Some(Overlay::Themes { before, .. }) => state.theme = before,
        Some(Overlay::Filter { before, .. }) => {
            command::set_filter(state, &before);
        }
        _ => {}
    }
}

fn page(state: &State) -> isize {
    let height = state.hits.window(None).map_or(PAGE, |window| window.height);
    isize::try_from(height.saturating_sub(1).max(1)).unwrap_or(1)
}

/// Moves the cursor of a menu, or scrolls a text.
pub(super) fn step(state: &mut State, by: isize) {
    let lowest = state
        .hits
        .window(None)
        .map_or(0, |window| window.len.saturating_sub(window.height));
    let moved = |at: usize, last: usize| at.saturating_add_signed(by).min(last);
    match &mut state.overlay {
        Some(
            Overlay::Help { scroll, .. }
            | Overlay::Votes { scroll, .. }
            | Overlay::Detail { scroll, .. },
        ) => {
            *scroll = moved(*scroll, lowest);
        }
        Some(Overlay::Written(shown)) => shown.scroll = moved(shown.scroll, lowest),
        Some(Overlay::Ran(ran)) => ran.scroll = moved(ran.scroll, lowest),
        Some(Overlay::Faults { list, row }) => *row = moved(*row, list.len().saturating_sub(1)),
        Some(Overlay::Menu { offers, row }) => *row = moved(*row, offers.len().saturating_sub(1)),
        Some(Overlay::Runs { list, row }) => {
            *row = moved(*row, list.as_ref().map_or(0, Vec::len).saturating_sub(1));
        }
        Some(Overlay::Waiting { row }) => {
            *row = moved(*row, state.guided.waiting.len().saturating_sub(1));
        }
        Some(Overlay::Several) => {
            if let Some(several) = &mut state.guided.several {
                several.row = moved(several.row, several.members.len().saturating_sub(1));
            }
        }
        Some(Overlay::Quit { row }) => *row = moved(*row, 1),
        Some(Overlay::Sort { columns, row }) => *row = moved(*row, columns.len()),
        Some(Overlay::Wizard(wizard)) => match wizard.part {
            Part::Checks => {
                wizard.row = moved(wizard.row, wizard.plan.checks.len().saturating_sub(1));
            }
            Part::Plan | Part::Confirm => wizard.scroll = moved(wizard.scroll, lowest),
        },
        Some(Overlay::Themes { row, .. }) => {
            let to = moved(*row, state.themes.len().saturating_sub(1));
            *row = to;
            preview(state, to);
        }
        _ => {}
    }
}

fn preview(state: &mut State, row: usize) {
    if let Some(theme) = state.themes.get(row) {
        state.theme.clone_from(&theme.name);
    }
}

/// Puts the cursor of the open list on `row`.
pub(super) fn point(state: &mut State, to: usize) {
    match &mut state.overlay {
        Some(Overlay::Faults { list, row }) if to < list.len() => *row = to,
        Some(Overlay::Menu { offers, row }) if to < offers.len() => *row = to,
        Some(Overlay::Several) => {
            let several = state.guided.several.as_mut();
            if let Some(several) = several.filter(|several| to < several.members.len()) {
                several.row = to;
            }
        }
        Some(Overlay::Quit { row }) if to < 2 => *row = to,
        Some(Overlay::Waiting { row }) if to < state.guided.waiting.len() => *row = to,
        Some(Overlay::Sort { columns, row }) if to <= columns.len() => *row = to,
        Some(Overlay::Runs { list, row }) if to < list.as_ref().map_or(0, Vec::len) => *row = to,
        Some(Overlay::Wizard(wizard)) if to < wizard.plan.checks.len() => wizard.row = to,
        Some(Overlay::Themes { row, .. }) if to < state.themes.len() => {
            *row = to;
            preview(state, to);
        }
        Some(Overlay::Palette(palette)) if to < palette.suggestions.len() => {
            palette.input = palette.suggestions[to].line.clone().into();
            palette.chosen = Some(to);
        }
        _ => {}
    }
}

pub(super) fn choose(state: &mut State) -> Vec<Effect> {
    match &state.overlay {
        Some(Overlay::Faults { list, row }) => match list.get(*row) {
            Some(fault) => vec![Effect::SetFault {
                id: fault.id.clone(),
                on: !fault.active,
            }],
            None => Vec::new(),
        },
        Some(Overlay::Palette(_)) => entered(state),
        Some(Overlay::Menu { offers, row }) => match offers.get(*row).cloned() {
            Some(offer) => guided::choose(state, offer),
            None => Vec::new(),
        },
        Some(Overlay::Wizard(_)) => guided::forward(state),
        Some(Overlay::Several) => several::forward(state),
        Some(Overlay::Sort { .. }) => {
            sort::chosen(state);
            Vec::new()
        }
        Some(Overlay::Waiting { row }) => {
            let row = *row;
            approvals::open(state, row);
            Vec::new()
        }
        Some(Overlay::Quit { row: 0 }) => {
            state.overlay = None;
            Vec::new()
        }
        Some(Overlay::Quit { .. }) => run::leave(state),
        Some(Overlay::Runs { list, row }) => {
            let chosen = list.as_ref().and_then(|list| list.get(*row));
            let chosen = chosen.map(|line| line.id.clone());
            state.overlay = None;
            let Some(id) = chosen else {
                return Vec::new();
            };
            let beside = several::show_run(state, &id);
            beside.unwrap_or_else(|| run::follow(state, id))
        }
        // The theme under the cursor is already applied.
        _ => {
            state.overlay = None;
            Vec::new()
        }
    }
}
