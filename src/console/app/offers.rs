//! What is offered where one is, each with its plan.

use super::State;
use super::offer::{Offer, Way};
use gwctl_actions::guided::{ACTIONS, Description, Opening};
use gwctl_actions::{Intent, Plan, Refused, plan, remedies};
use gwctl_fleet::{Missing, Region};

/// What should be done first about what is wrong, wherever one is; then what could be done where `region` is
/// selected. All planned at once.
pub fn offers(state: &State, region: &Region) -> Vec<Offer> {
    let urgent: Vec<Offer> = remedies(&state.live)
        .into_iter()
        .map(|remedy| offer(state, remedy.intent))
        .filter(|offer| offer.refused().is_none())
        .collect();
    let first: Vec<Intent> = urgent.iter().filter_map(Offer::intent).collect();
    let here = ACTIONS.iter().flat_map(|action| {
        let mut offers: Vec<Offer> = (action.offers)(&state.live, region)
            .into_iter()
            .flat_map(|intent| intent.variants(&state.live))
            .map(|intent| offer(state, intent))
            .collect();
        if offers.is_empty() {
            offers.extend(unplanned(state, action));
        }
        offers
    });
    let rest: Vec<Offer> = here
        .filter(|offer| offer.intent().is_none_or(|intent| !first.contains(&intent)))
        .collect();
    urgent.into_iter().chain(rest).collect()
}

/// Why nothing can be looked up first: STS does not name the caller.
pub(super) fn unheard(state: &State) -> Option<Refused> {
    match state.live.identity.why_missing()? {
        why @ (Missing::CouldNotAsk { .. } | Missing::NotAllowed { .. }) => Some(Refused {
            why: format!("AWS cannot be asked: {why}"),
            instead: None,
        }),
        Missing::NotYet | Missing::NoData => None,
    }
}

/// What is offered of an action of which no picture says what to ask for.
pub(super) fn unplanned(state: &State, action: &Description) -> Option<Offer> {
    let way = match (action.opening)(unbuilt(state)) {
        Opening::None => return None,
        Opening::With(intent) => Way::to(intent),
        Opening::Typed(what) => Way::Line(format!("{} ", action.name), what),
    };
    Some(Offer {
        action: action.name,
        about: action.menu,
        way,
        planned: unheard(state).map(Err),
    })
}

/// Whether the configuration names nothing that would be there once the fleet is built.
pub(super) fn unbuilt(state: &State) -> bool {
    state.guided.spec.as_ref().is_some_and(|spec| {
        spec.edge.distribution.is_empty() && spec.sites.iter().all(|site| site.api.is_empty())
    })
}

pub(super) fn offer(state: &State, intent: Intent) -> Offer {
    let action = intent.description();
    Offer {
        action: action.name,
        about: action.menu,
        // What must be looked up first is planned once it was.
        planned: if intent.must_be_looked_up() {
            unheard(state).map(Err)
        } else {
            Some(planned(state, &intent).map(Box::new))
        },
        way: Way::to(intent),
    }
}

/// The plan for `intent` on the newest picture.
pub fn planned(state: &State, intent: &Intent) -> Result<Plan, Refused> {
    let Some(spec) = &state.guided.spec else {
        return Err(Refused {
            why: "the fleet is not open yet".into(),
            instead: None,
        });
    };
    plan(&state.fleet, spec, &state.live, intent)
}
