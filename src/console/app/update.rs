//! The one way the state changes: a message in, effects out. Pure.

mod act;
mod approvals;
mod charts;
mod command;
mod cursor;
mod explain;
mod fill;
mod fleets;
mod further;
mod guided;
mod line;
mod logs;
mod mouse;
mod navigate;
mod notice;
mod overlay;
mod own;
mod rejected;
mod replay;
mod run;
mod run_note;
mod several;
mod sort;
mod standing;
mod switch;
#[cfg(test)]
mod tests;
mod timeline;

use self::cursor::settle;
use self::notice::notify;
use std::sync::Arc;

use jiff::Timestamp;

use super::{
    Action, Connection, Effect, FaultEntry, Gravity, Key, Mode, Msg, NotWatched, Overlay, RunLine,
    State, Told,
};
use gwctl_fleet::{FleetSpec, Observed, Snapshot, Vote};

/// Takes one message in; what is returned is to be done outside.
pub fn update(state: &mut State, msg: Msg) -> Vec<Effect> {
    let mut effects = match msg {
        Msg::Start => {
            vec![Effect::Open(state.opened, state.fleet.clone(), state.pace)]
        }
        Msg::Key(key) => pressed(state, key),
        Msg::Paste(text) => overlay::paste(state, &text),
        Msg::Mouse(gesture, x, y) => mouse::moved(state, gesture, x, y),
        Msg::Resize(columns, rows) => {
            state.size = (columns, rows);
            Vec::new()
        }
        // Who comes back may find what another program wrote meanwhile.
        Msg::Focused => return vec![Effect::Repaint],
        Msg::Tick { now, wall } => {
            let mut effects = tick(state, now, wall);
            effects.extend(due(state));
            return effects;
        }
        Msg::Opening(generation, blank, read_only, scenario) => {
            opening(state, generation, blank, read_only);
            rename_world(state, generation, scenario);
            Vec::new()
        }
        Msg::Opened(generation, result) => {
            opened(state, generation, result);
            Vec::new()
        }
        Msg::Snapshot(generation, picture) => {
            if generation == state.opened {
                show(state, picture);
                guided::replan(state);
            }
            Vec::new()
        }
        Msg::Spec(generation, spec) => described(state, generation, spec),
        Msg::Run(run, hold) => run::came(state, run, hold),
        Msg::Unfinished(generation, run, hold) => {
            if generation == state.opened {
                run::unfinished(state, run, hold);
            }
            Vec::new()
        }
        Msg::RunStopped(why) => run::stopped(state, why),
        Msg::NotStarted(why) => guided::not_started(state, why),
        Msg::Approvals(news) => approvals::came(state, news),
        Msg::Several(number, news) => several::came(state, number, news),
        Msg::Runs(runs) => listed(state, runs),
        Msg::Kept(kept) => run::kept(state, kept),
        Msg::Lately(lately) => guided::lately(state, lately),
        Msg::Conflicts(found) => run::conflicts(state, found),
        Msg::Tried(generation, tried) => standing::tried(state, generation, tried),
        Msg::Found(intent) => guided::begin(state, &intent),
        Msg::Votes(generation, votes) => votes_came(state, generation, votes),
        Msg::Happened(generation, happened) => {
            timeline::came(state, generation, *happened);
            Vec::new()
        }
        Msg::RunEvents(generation, events) => timeline::runs_came(state, generation, events),
        Msg::Past(generation, past) => charts::came(state, generation, *past),
        Msg::Logs(number, book) => logs::came(state, number, *book),
        Msg::LogsPrice(number, price) => logs::priced(state, number, price),
        Msg::LogsRead(number) => logs::read(state, number),
        Msg::Errors(generation, errors) => {
            timeline::logged(state, generation, *errors);
            Vec::new()
        }
        Msg::CommandEnded(number, result) => own::ended(state, number, result),
        Msg::Faults(faults) => faults_came(state, faults),
        Msg::Fleets(news) => fleets::came(state, news),
        Msg::Told(told) => telling(state, told),
        Msg::Replayed(now) => {
            replay::came(state, *now);
            Vec::new()
        }
        Msg::Recording(file) => {
            state.recording = file;
            Vec::new()
        }
        Msg::Said(Ok(text)) => said(state, text, Gravity::Info),
        Msg::Said(Err(why)) | Msg::Failed(why) => said(state, why, Gravity::Error),
        Msg::Drawn(hits) => {
            state.hits = hits;
            return Vec::new();
        }
    };
    effects.extend(several::keep_at_hand(state));
    follow(state);
    effects.extend(due(state));
    effects
}

fn said(state: &mut State, text: String, gravity: Gravity) -> Vec<Effect> {
    notify(state, text, gravity);
    Vec::new()
}

fn telling(state: &mut State, told: Vec<Told>) -> Vec<Effect> {
    state.told = told;
    Vec::new()
}

fn described(state: &mut State, generation: u64, spec: Arc<FleetSpec>) -> Vec<Effect> {
    if generation == state.opened {
        state.guided.spec = Some(spec);
    }
    Vec::new()
}

/// What follows from what came, before anything is drawn.
fn follow(state: &mut State) {
    logs::pin(state);
    super::explained::renew(state);
    standing::renew(state);
    settle(state);
}

/// What screens ask for that are asked only while they are shown.
fn due(state: &mut State) -> Vec<Effect> {
    let mut effects = timeline::due(state);
    effects.extend(logs::due(state));
    effects.extend(standing::due(state));
    effects.extend(charts::due(state));
    effects.extend(fleets::due(state));
    effects
}

fn listed(state: &mut State, runs: Vec<RunLine>) -> Vec<Effect> {
    if let Some(Overlay::Runs { list, .. }) = &mut state.overlay {
        *list = Some(runs);
    }
    Vec::new()
}

fn opening(state: &mut State, generation: u64, blank: Arc<Snapshot>, read_only: bool) {
    if generation == state.opened {
        state.read_only = read_only;
        show(state, blank);
    }
}

/// Each simulated fleet has a world of its own.
fn rename_world(state: &mut State, generation: u64, scenario: Option<String>) {
    if let (Mode::Demo { scenario: shown }, Some(scenario)) = (&mut state.mode, scenario)
        && generation == state.opened
    {
        *shown = scenario;
    }
}

fn opened(state: &mut State, generation: u64, result: Result<(), NotWatched>) {
    if generation == state.opened {
        state.connection = match result {
            Ok(()) => Connection::Open,
            Err(why) => Connection::Failed(why),
        };
    }
}

fn pressed(state: &mut State, key: Key) -> Vec<Effect> {
    // The way out: whatever is open, whatever is remapped.
    if key == Key::ctrl('c') {
        return run::quit(state);
    }
    // The terminal's own keys: whatever is open. Held with Ctrl, for a plain one may be meant for a line.
    if let Some(action @ (Action::Redraw | Action::Suspend)) =
        state.keymap.action(key).filter(|_| key.ctrl)
    {
        return act::act(state, action);
    }
    if state.overlay.is_some() {
        return overlay::pressed(state, key);
    }
    if let Some(action) = state.keymap.action(key) {
        return act::act(state, action);
    }
    let own = state.own.iter().find(|own| own.key == Some(key)).cloned();
    if let Some(own) = own {
        return own::run(state, &own);
    }
    let help = state.keymap.keys(Action::Help);
    let listed = help
        .first()
        .map_or_else(String::new, |key| format!("; {key} lists the keys"));
    let text = format!("{key} does nothing here{listed}");
    notify(state, text, Gravity::Info);
    Vec::new()
}

fn tick(state: &mut State, now: Timestamp, wall: Timestamp) -> Vec<Effect> {
    state.wall = wall;
    if state.replay.is_some() {
        state.notice.take_if(|notice| notice.until <= wall);
        return Vec::new();
    }
    state.clock = now;
    if state.frozen.is_none() {
        state.now = now;
    }
    if state
        .notice
        .as_ref()
        .is_some_and(|notice| notice.until <= wall)
    {
        state.notice = None;
    }
    if state.guided.armed.is_some_and(|until| until <= wall) {
        state.guided.armed = None;
        notify(
            state,
            "the time for changes is over: gwctl is read-only again",
            Gravity::Info,
        );
    }
    // Faults also end by themselves, when their scenario says so.
    match state.overlay {
        Some(Overlay::Faults { .. }) => vec![Effect::ListFaults],
        _ => Vec::new(),
    }
}

fn show(state: &mut State, picture: Arc<Snapshot>) {
    if state.frozen.is_none() {
        // A picture may be newer than the last tick; nothing on screen comes from the future.
        state.now = state.now.max(picture.at);
        state.shown = Arc::clone(&picture);
    }
    state.live = picture;
}

fn votes_came(state: &mut State, generation: u64, came: Observed<Vec<Vote>>) -> Vec<Effect> {
    if generation == state.generation
        && let Some(Overlay::Votes { votes, .. }) = &mut state.overlay
    {
        *votes = came;
    }
    Vec::new()
}

fn faults_came(state: &mut State, faults: Vec<FaultEntry>) -> Vec<Effect> {
    if let Some(Overlay::Faults { list, row }) = &mut state.overlay {
        *row = (*row).min(faults.len().saturating_sub(1));
        *list = faults;
    }
    Vec::new()
}
