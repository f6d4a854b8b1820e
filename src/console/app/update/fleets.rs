//! The Fleets screen: the other fleets are looked at while it is open, and no longer.

use super::super::fleets::FleetsNews;
use super::super::{Connection, Effect, Gravity, Screen, State, Subject};
use super::notice::notify;
use super::{navigate, switch};
use gwctl_fleet::Snapshot;

/// Opens the screen; from there, back to where one was.
pub(super) fn show(state: &mut State) {
    if *state.screen() == Screen::Fleets {
        navigate::leave(state);
    } else {
        navigate::go(state, Screen::Fleets);
    }
}

/// Begins and ends to look at the other fleets.
pub(super) fn due(state: &mut State) -> Option<Effect> {
    let here = *state.screen() == Screen::Fleets;
    let fleet = state.fleet.clone();
    let overview = &mut state.overview;
    if state.replay.is_some() {
        return None;
    }
    if here && overview.listed.is_empty() {
        return Some(Effect::ListFleets);
    }
    let wanted = here && !overview.waits_for_agreement(&fleet);
    if wanted == overview.looking {
        return None;
    }
    overview.looking = wanted;
    Some(Effect::LookAtFleets(wanted))
}

/// The operator agrees to the price.
pub(super) fn agree(state: &mut State) {
    let fleet = state.fleet.clone();
    if state.overview.waits_for_agreement(&fleet) {
        state.overview.agreed = true;
    } else {
        notify(state, "nothing here waits for a price", Gravity::Info);
    }
}

/// What came of the other fleets. A frozen screen keeps what it shows.
pub(super) fn came(state: &mut State, news: FleetsNews) -> Vec<Effect> {
    let overview = &mut state.overview;
    match news {
        FleetsNews::Listed(listed) => {
            overview.pictures = listed.iter().map(|one| one.blank.clone()).collect();
            overview.listed = listed;
        }
        _ if state.frozen.is_some() => {}
        FleetsNews::Seen(picture) => {
            let mut known = overview.pictures.iter_mut();
            // While everything is asked anew, what was known stands, with its age: half of the answers are no verdict.
            let is_asked_anew = |known: &Snapshot| known.complete && !picture.complete;
            if let Some(known) = known.find(|known| known.name == picture.name)
                && !is_asked_anew(known)
            {
                // Nothing on screen comes from the future.
                state.now = state.now.max(picture.at);
                *known = picture;
            }
        }
        FleetsNews::Acting(acting, unknown) => {
            overview.acting = acting;
            overview.unknown = unknown;
        }
    }
    Vec::new()
}

/// Opens the fleet of a row.
pub(super) fn open(state: &mut State, subject: &Subject) -> Vec<Effect> {
    let Subject::Fleet(name) = subject else {
        return Vec::new();
    };
    if *name == state.fleet && state.connection != Connection::Opening {
        navigate::go(state, Screen::Fleet);
        return Vec::new();
    }
    switch::to(state, name.clone())
}
