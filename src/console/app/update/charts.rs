//! What keys, commands and the mouse do to the charts, and what is asked so that they can be drawn.

use jiff::{SignedDuration, Timestamp};

use super::super::charts::{RANGES, charts_of, past_of};
use super::super::{Action, Connection, Effect, Gravity, Panel, Screen, State, Subject};
use super::notice::notify;
use super::{cursor, logs, navigate};
use gwctl_fleet::format;
use gwctl_observe::Past;

/// What a key does that belongs to the charts.
pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::ChartLeft | Action::ChartRight => step(state, action == Action::ChartRight),
        Action::MinuteBack | Action::MinuteForward => pan(state, action == Action::MinuteForward),
        Action::Enlarge => enlarge(state),
        Action::Onset => onset(state),
        Action::Continue => compare(state),
        _ => {}
    }
    Vec::new()
}

/// Whether the screen has charts; says so where it has none.
fn has_charts(state: &mut State) -> bool {
    let has = !charts_of(state.screen()).is_empty();
    if !has {
        notify(state, "this screen has no charts", Gravity::Info);
    }
    has
}

/// Reads the minute before or after; on a screen without charts the arrows move between its panels.
fn step(state: &mut State, forward: bool) {
    if charts_of(state.screen()).is_empty() {
        return navigate::focus(state, if forward { 1 } else { -1 });
    }
    let now = state.now;
    state.charts.step(forward, now);
    follow(state);
}

/// Reads the minute that was clicked on.
pub(super) fn read(state: &mut State, at: Timestamp) {
    let now = state.now;
    state.charts.read(at, now);
    follow(state);
}

/// The list of events stands at the last one before the end of the minute that is read.
fn follow(state: &mut State) {
    let Some(at) = state.charts.cursor else {
        return;
    };
    if *state.screen() != Screen::Timeline {
        return;
    }
    let until = at + state.charts.range().period;
    let rows = state.rows(Panel::Timeline);
    let behind = rows
        .iter()
        .position(|row| state.event_at(row).is_some_and(|event| event >= until));
    let last = behind.unwrap_or(rows.len()).saturating_sub(1);
    drop(rows);
    cursor::point_at(state, Panel::Timeline, last);
}

/// The charts read the minute of the event under the cursor, where they read one.
pub(super) fn follow_list(state: &mut State) {
    if *state.screen() != Screen::Timeline || state.charts.cursor.is_none() {
        return;
    }
    let row = state.selected();
    let at = row.as_ref().and_then(|row| state.event_at(row));
    drop(row);
    if let Some(at) = at {
        let now = state.now;
        state.charts.read(at, now);
    }
}

fn pan(state: &mut State, forward: bool) {
    if !has_charts(state) {
        return;
    }
    let now = state.now;
    state.charts.pan(forward, now);
    tell(state);
}

/// Looks at a longer or a shorter time.
pub(super) fn window(state: &mut State, longer: bool) {
    if *state.screen() == Screen::Logs {
        return logs::window(state, longer);
    }
    if !has_charts(state) {
        return;
    }
    if state.charts.turn(longer) {
        tell(state);
    } else {
        let end = if longer { "longest" } else { "shortest" };
        let text = format!("{} is the {end} time of a chart", state.charts.range().said);
        notify(state, text, Gravity::Info);
    }
}

/// The range of this place in [`RANGES`].
pub(super) fn set_range(state: &mut State, range: usize) {
    state.charts.set_range(range.min(RANGES.len() - 1));
    tell(state);
}

/// The next thing to compare with.
fn compare(state: &mut State) {
    if !has_charts(state) {
        return;
    }
    state.charts.turn_against();
    tell(state);
}

/// What is shown now, and what it costs, before it is asked.
fn tell(state: &mut State) {
    let mut text = format!("charts: {}", state.charts.range().said);
    if let Some(against) = state.charts.against {
        text = format!("{text}, dim lines: {}", against.words());
    }
    if let Some(cost) = cost(state) {
        text = format!("{text}; {cost}");
    }
    notify(state, text, Gravity::Info);
}

/// What one more look at the past costs; none where the picture holds it.
fn cost(state: &State) -> Option<String> {
    let asked = state.charts.asks(state.now);
    if asked == 0 {
        return None;
    }
    if state.replay.is_some() {
        return Some("a recording holds no longer time".into());
    }
    let of = past_of(state.screen())?;
    let series = of.series(&state.shown) * asked;
    let dollars = format::dollars(of.dollars(&state.shown) * asked as f64);
    let every = if state.charts.is_live() || state.charts.against.is_some() {
        let period = format::span(state.charts.range().period);
        format!(" every {period} while it is shown")
    } else {
        String::new()
    };
    Some(format!(
        "asks CloudWatch for {series} series, {dollars}{every}"
    ))
}

/// The chart alone on the screen; pressed again, the next one.
fn enlarge(state: &mut State) {
    if !has_charts(state) {
        return;
    }
    let all = charts_of(state.screen());
    let chosen = match state.selected().map(|row| row.subject) {
        Some(Subject::Chart(_, chart)) => Some(chart),
        _ => None,
    };
    let shown = state
        .zoom
        .and_then(|zoom| all.iter().position(|one| *one == zoom));
    state.zoom = match shown {
        None => chosen.or_else(|| all.first().copied()),
        Some(at) => Some(all[(at + 1) % all.len()]),
    };
}

/// Reads the minute in which it began, as far as it is explained.
pub(super) fn onset(state: &mut State) {
    if !has_charts(state) {
        return;
    }
    let Some(at) = state.explained.since() else {
        let text = "no onset is known: nothing is explained, or not since when";
        notify(state, text, Gravity::Info);
        return;
    };
    read(state, at);
    notify(
        state,
        format!("onset {} UTC", format::minute(at)),
        Gravity::Info,
    );
}

/// One level back: from a minute that is read to now.
pub(super) fn back(state: &mut State) -> bool {
    let charts = &mut state.charts;
    let left = charts.cursor.take().is_some() || !charts.is_live();
    let now = state.now;
    charts.end_at(now + SignedDuration::from_hours(1), now);
    left
}

/// Asks for what is drawn and the picture does not hold. A screen that is frozen asks nothing.
pub(super) fn due(state: &mut State) -> Vec<Effect> {
    let live = state.frozen.is_none() && state.replay.is_none();
    if !live || state.connection != Connection::Open {
        return Vec::new();
    }
    let screen = state.screen().clone();
    let asked = state.charts.due(&screen, state.now);
    let generation = state.opened;
    let asked = asked.into_iter();
    asked
        .map(|question| Effect::AskPast(generation, question))
        .collect()
}

/// Series of the past came.
pub(super) fn came(state: &mut State, generation: u64, past: Past) -> Vec<Effect> {
    if generation == state.opened {
        state.charts.came(past);
    }
    Vec::new()
}
