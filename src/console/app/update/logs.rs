//! When the Logs screen asks, what its keys do, and what comes of it.

use super::super::logs::key;
use super::super::{
    Connection, Effect, Filter, Gravity, LogsPrice, Overlay, Panel, Screen, State, Subject, Written,
};
use super::notice::notify;
use gwctl_fleet::format;
use gwctl_fleet::logs::Placed;
use gwctl_observe::logs::{Book, CountedBy};

/// Asks when it is shown and due; drops what is under way when it is left. A screen that is frozen asks nothing.
pub(super) fn due(state: &mut State) -> Option<Effect> {
    if *state.screen() != Screen::Logs {
        return state.logs.leave().then_some(Effect::StopLogs);
    }
    let live = state.frozen.is_none() && state.replay.is_none();
    let may = live && state.connection == Connection::Open;
    let question = may.then(|| state.logs.question(state.clock)).flatten()?;
    Some(Effect::AskLogs(question))
}

/// This is known now.
pub(super) fn came(state: &mut State, number: u64, book: Book) -> Vec<Effect> {
    state.logs.came(number, book);
    Vec::new()
}

/// So much would it cost.
pub(super) fn priced(state: &mut State, number: u64, price: LogsPrice) -> Vec<Effect> {
    state.logs.priced(number, price);
    Vec::new()
}

/// `$`: asks Logs Insights at the price that is shown.
pub(super) fn agree(state: &mut State) {
    if is_shown(state) && !state.logs.agree() {
        let text = if state.logs.is_priced() {
            "no price waits: r asks for it again"
        } else {
            "reading line by line costs nothing: ) looks at a longer time"
        };
        notify(state, text, Gravity::Info);
    }
}

/// `:logs 24h`.
pub(super) fn look_at(state: &mut State, typed: &str) {
    super::navigate::go(state, Screen::Logs);
    state.logs.look_at(typed);
}

/// Everybody answered.
pub(super) fn read(state: &mut State, number: u64) -> Vec<Effect> {
    state.logs.read(number);
    Vec::new()
}

/// While the list of lines has the focus, it stays that of one pattern, wherever the pattern moves.
pub(super) fn pin(state: &mut State) {
    let lines = *state.screen() == Screen::Logs && state.focused() == Panel::Lines;
    if !lines {
        state.logs.opened = None;
    } else if state.logs.opened.is_none() {
        state.logs.opened = state.pattern_at_hand().map(key);
    }
}

/// Enter on a pattern: its lines.
pub(super) fn open_lines(state: &mut State) {
    state.focus.insert(Screen::Logs, Panel::Lines);
    pin(state);
    super::cursor::point_at(state, Panel::Lines, 0);
}

/// Shows the line under the cursor whole, or the example of the pattern there.
pub(super) fn whole(state: &mut State, raw: bool) {
    let shown = line_at_hand(state).map(|placed| Written::line(placed, raw));
    match shown {
        Some(shown) => state.overlay = Some(Overlay::Written(Box::new(shown))),
        None => notify(state, "no line under the cursor", Gravity::Info),
    }
}

/// Shows every line of the request of the line under the cursor, or in the open window.
pub(super) fn request(state: &mut State) {
    let open = match &state.overlay {
        Some(Overlay::Written(shown)) => shown.lines.first(),
        _ => None,
    };
    let placed = open.or_else(|| line_at_hand(state));
    let book = state.logs.book.as_deref();
    let shown = book
        .zip(placed)
        .and_then(|(book, placed)| Written::request(book, placed));
    match shown {
        Some(shown) => state.overlay = Some(Overlay::Written(Box::new(shown))),
        None => notify(state, "no line here that names its request", Gravity::Info),
    }
}

fn line_at_hand(state: &State) -> Option<&Placed> {
    match state.selected()?.subject {
        Subject::LogLine(_, at) => Some(state.pattern_at_hand()?.newest.get(at)?),
        Subject::Pattern(at) => Some(&state.logs.pattern(at)?.example),
        _ => None,
    }
}

/// `B`: counts what was read by the next thing. It asks nothing.
pub(super) fn count_by(state: &mut State) {
    if is_shown(state) {
        state.logs.count_next();
        let spot = state.spot(Panel::Patterns);
        state.filters.remove(&spot);
        state.sorts.remove(&spot);
        state.focus.insert(Screen::Logs, Panel::Patterns);
        pin(state);
        super::cursor::point_at(state, Panel::Patterns, 0);
    }
}

/// Enter on a function whose errors were counted: their patterns. False where it is something else.
pub(super) fn open_patterns(state: &mut State, index: usize) -> bool {
    let Some(row) = state.logs.counts().get(index) else {
        return false;
    };
    if state.logs.by != Some(CountedBy::Function) {
        return false;
    }
    let text = format!("function:{}", row.name);
    state.logs.count_by(None);
    let spot = state.spot(Panel::Patterns);
    if let Ok(Some(filter)) = Filter::parse(&text, &["function"]) {
        state.filters.insert(spot, filter);
    }
    super::cursor::point_at(state, Panel::Patterns, 0);
    true
}

/// `f`: new lines are asked for all the time, or no more.
pub(super) fn follow(state: &mut State) {
    if is_shown(state) && state.logs.is_priced() && !state.logs.follows {
        let text = "Logs Insights does not follow: ( looks at a time of up to 1 h";
        return notify(state, text, Gravity::Info);
    }
    if *state.screen() == Screen::Logs {
        state.logs.follows = !state.logs.follows;
        let text = if state.logs.follows {
            "gwctl asks for new lines every few seconds while this screen is shown"
        } else {
            "gwctl stopped to ask for new lines: r asks again"
        };
        notify(state, text, Gravity::Info);
    }
}

/// Looks at a longer or a shorter time.
pub(super) fn window(state: &mut State, longer: bool) {
    if is_shown(state) {
        let turned = state.logs.turn(longer);
        let window = format::span(state.logs.window());
        let text = match (turned, longer) {
            (true, _) => format!("the last {window}"),
            (false, true) => format!("{window} is the longest time"),
            (false, false) => format!("{window} is the shortest time"),
        };
        notify(state, text, Gravity::Info);
    }
}

fn is_shown(state: &mut State) -> bool {
    let shown = *state.screen() == Screen::Logs;
    if !shown {
        let key = Screen::Logs.key();
        notify(
            state,
            format!("this key belongs to the Logs screen: {key} shows it"),
            Gravity::Info,
        );
    }
    shown
}

/// `v` in the window of a line: as it was written, or read.
pub(super) fn turn_raw(state: &mut State) {
    if let Some(Overlay::Written(shown)) = &mut state.overlay {
        shown.raw = !shown.raw;
        shown.scroll = 0;
    }
}

/// `y` in the window of a line.
pub(super) fn copy(state: &mut State) -> Vec<Effect> {
    let Some(Overlay::Written(shown)) = &state.overlay else {
        return Vec::new();
    };
    let text = shown.text();
    notify(state, "copied the text as it was written", Gravity::Info);
    vec![Effect::Copy(text)]
}
