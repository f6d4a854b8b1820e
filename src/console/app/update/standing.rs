//! From the answer to "could I fail over now?" to its plan, and when the journals are read for it.

use jiff::SignedDuration;

use super::super::{Connection, Effect, Panel, State};
use super::guided;
use gwctl_actions::Tried;
use gwctl_fleet::Region;

/// How often the journals are read while the answers are shown.
const AGAIN: SignedDuration = SignedDuration::from_mins(1);

/// Reads the journals while the answers are shown.
pub(super) fn due(state: &mut State) -> Option<Effect> {
    let shown = state.screen().panels().contains(&Panel::Readiness);
    if !shown || state.replay.is_some() || state.connection != Connection::Open {
        return None;
    }
    let standing = &mut state.standing;
    let read = standing
        .read
        .is_some_and(|at| state.wall.duration_since(at) < AGAIN);
    if read {
        return None;
    }
    standing.read = Some(state.wall);
    Some(Effect::ReadTried(state.opened, state.fleet.clone()))
}

/// The journals were read.
pub(super) fn tried(state: &mut State, generation: u64, tried: Tried) -> Vec<Effect> {
    if generation == state.opened {
        state.standing.tried = Some(tried);
    }
    Vec::new()
}

/// Opens the plan of the row.
pub(super) fn open(state: &mut State, region: &Region) -> Vec<Effect> {
    let ready = state.standing.of(state.screen(), region);
    match ready.map(|ready| ready.intent.clone()) {
        Some(intent) => guided::begin(state, &intent),
        None => Vec::new(),
    }
}
