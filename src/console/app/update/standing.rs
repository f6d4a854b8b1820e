//! Answers "could I fail over now?" for the screen that is shown, and reads the journals for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::super::{Connection, Effect, Panel, Screen, State};
use gwctl_actions::{Ready, Tried, evacuation, promotable, promotion};
use gwctl_fleet::{Region, Snapshot};

/// Plans made at once: with more Regions a picture's answers come with the messages after it.
const AT_ONCE: usize = 8;
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

/// Plans for the Regions of the screen that is shown, those first whose answers are the oldest.
pub(super) fn renew(state: &mut State) {
    let screen = state.screen();
    let promotes = match screen {
        Screen::Database => true,
        Screen::Edge => false,
        _ => return,
    };
    let Some(spec) = state.guided.spec.clone() else {
        return;
    };
    let picture = Arc::clone(&state.shown);
    if picture.generation == 0 {
        return;
    }
    let standing = &mut state.standing;
    standing.sites = picture
        .sites
        .iter()
        .map(|site| site.region.clone())
        .collect();
    if promotes {
        standing.writers = promotable(&spec, &picture);
        let order = &standing.writers;
        let make = |region: &Region| promotion(&picture.name, &spec, &picture, region);
        again(order, &mut standing.promotions, &picture, make);
    } else {
        let make = |region: &Region| Some(evacuation(&picture.name, &spec, &picture, region));
        again(&standing.sites, &mut standing.evacuations, &picture, make);
    }
}

fn again(
    order: &[Region],
    known: &mut BTreeMap<Region, (Arc<Snapshot>, Ready)>,
    picture: &Arc<Snapshot>,
    make: impl Fn(&Region) -> Option<Ready>,
) {
    known.retain(|region, _| order.contains(region));
    let is_old = |region: &&Region| {
        let (of, _) = known.get(*region)?;
        (!Arc::ptr_eq(of, picture)).then_some(of.at)
    };
    let mut due: Vec<(Option<Timestamp>, &Region)> = order
        .iter()
        .filter(|region| {
            known
                .get(*region)
                .is_none_or(|(of, _)| !Arc::ptr_eq(of, picture))
        })
        .map(|region| (is_old(&region), region))
        .collect();
    due.sort();
    let answers: Vec<(Region, Option<Ready>)> = due
        .into_iter()
        .take(AT_ONCE)
        .map(|(_, region)| (region.clone(), make(region)))
        .collect();
    for (region, ready) in answers {
        match ready {
            Some(ready) => known.insert(region, (Arc::clone(picture), ready)),
            None => known.remove(&region),
        };
    }
}
