//! From the menu of actions through plan and checks to the confirmed run.

use super::super::offers;
use super::super::{
    Ask, Effect, Gravity, Overlay, Part, PromptFor, Screen, Shown, State, Wizard, guided::ARMED,
};
use super::notice::notify;
use super::rejected::{Rejected, sentence};
use super::{approvals, navigate};
use crate::app::offer::{Offer, Way};
use gwctl_actions::{Finding, Intent, Lately};

/// Everything that can be done where one is.
pub(super) fn menu(state: &mut State) {
    if *state.screen() == Screen::Fleet
        && state.selected().is_none()
        && state.filter_hides(state.focused())
    {
        let text = "nothing under the cursor to act on: Esc takes the filter away";
        notify(state, text, Gravity::Info);
        return;
    }
    let Some(region) = state.region_at_hand() else {
        notify(state, "the fleet has no Region to act on", Gravity::Error);
        return;
    };
    let offers = offers::offers(state, &region);
    let row = offers
        .iter()
        .position(|offer| offer.refused().is_none())
        .unwrap_or(0);
    state.overlay = Some(Overlay::Menu { offers, row });
}

/// What was chosen from the menu. What cannot be planned however the question is answered is not asked: why
/// is said at once.
pub(super) fn choose(state: &mut State, offer: Offer) -> Vec<Effect> {
    let refused = matches!(offer.planned, Some(Err(_)));
    match offer.way {
        Way::Asked(intent, question) if !refused || intent.must_be_looked_up() => {
            state.overlay = Some(Overlay::Ask(Box::new(Ask {
                what: PromptFor::Arguments(Box::new(intent)),
                input: question.answer.into(),
                error: None,
            })));
            Vec::new()
        }
        Way::Plain(intent) | Way::Asked(intent, _) => begin(state, &intent),
        Way::Line(line, _) => {
            navigate::palette(state, &line);
            Vec::new()
        }
    }
}

/// Opens the wizard for `intent`, or says why there is no plan.
pub(super) fn begin(state: &mut State, intent: &Intent) -> Vec<Effect> {
    if let Some(look_up) = intent.look_up() {
        notify(state, look_up.underway(), Gravity::Info);
        state.overlay = None;
        return vec![Effect::LookUp(Box::new(intent.clone()))];
    }
    match offers::planned(state, intent) {
        Ok(plan) => {
            let lately = Effect::ReadLately(Box::new(plan.binding.clone()));
            state.guided.lately = Lately::default();
            state.overlay = Some(Overlay::Wizard(Box::new(Wizard::new(plan))));
            vec![lately]
        }
        Err(refused) => {
            notify(state, sentence(&refused), Gravity::Error);
            Vec::new()
        }
    }
}

/// The arguments that were typed for an action from the menu.
pub(super) fn argued(
    state: &mut State,
    intent: &Intent,
    text: &str,
) -> Result<Vec<Effect>, Rejected> {
    let intent = intent.answered(text)?;
    // A refusal is said beside the line, which stays.
    if !intent.must_be_looked_up() {
        offers::planned(state, &intent)?;
    }
    Ok(begin(state, &intent))
}

/// What was sent a moment ago: the plan that is open is judged by it.
pub(super) fn lately(state: &mut State, lately: Lately) -> Vec<Effect> {
    state.guided.lately = lately;
    replan(state);
    Vec::new()
}

/// A newer picture: the plan that is open follows it.
pub(super) fn replan(state: &mut State) {
    let intent = match &state.overlay {
        Some(Overlay::Wizard(open)) if open.is_replanned() => open.plan.intent.clone(),
        _ => return,
    };
    let planned = offers::planned(state, &intent);
    if let Some(Overlay::Wizard(open)) = &mut state.overlay {
        match planned {
            Ok(mut plan) => {
                state.guided.lately.weigh(&mut plan, &state.live);
                open.refresh(plan);
            }
            Err(refused) => {
                open.turn_to(Part::Plan);
                open.error = Some(format!("the plan is no longer valid: {}", refused.why));
            }
        }
    }
}

fn open(state: &mut State) -> Option<&mut Wizard> {
    match &mut state.overlay {
        Some(Overlay::Wizard(open)) => Some(open),
        _ => None,
    }
}

/// To the next part; from the last one, off it goes.
pub(super) fn forward(state: &mut State) -> Vec<Effect> {
    if let Some(effects) = approvals::confirm(state) {
        return effects;
    }
    let may = state.may_change();
    let how = state.how_to_open();
    let busy = state.guided.run.as_ref().is_some_and(Shown::live);
    let Some(wizard) = open(state) else {
        return Vec::new();
    };
    match wizard.part {
        Part::Plan => {
            wizard.error = None;
            wizard.turn_to(Part::Checks);
            wizard.row = first_open(wizard);
        }
        Part::Checks => {
            wizard.error = wizard.blocked();
            if wizard.error.is_none() {
                wizard.turn_to(Part::Confirm);
            }
        }
        Part::Confirm if !may => wizard.error = how.map(ToOwned::to_owned),
        Part::Confirm if busy => {
            let why = "a run is under way here: one at a time";
            wizard.error = Some(why.into());
        }
        Part::Confirm => return confirm(wizard),
    }
    Vec::new()
}

/// The first check worth a look.
fn first_open(wizard: &Wizard) -> usize {
    let worst = wizard.plan.finding();
    wizard
        .plan
        .checks
        .iter()
        .position(|check| check.finding == worst && worst != Finding::Pass)
        .unwrap_or(0)
}

/// What stands between the target and the reason to begin without approval.
const BREAK_GLASS: &str = " break-glass";

fn confirm(wizard: &mut Wizard) -> Vec<Effect> {
    let typed = wizard.typed.value().trim().to_owned();
    if wizard.starting {
        return Vec::new();
    }
    let (target, break_glass) = match typed.split_once(BREAK_GLASS) {
        Some((target, reason)) => (target.trim(), Some(reason.trim().to_owned())),
        None => (typed.as_str(), None),
    };
    if break_glass.as_deref() == Some("") {
        wizard.error = Some("give a reason: the journal keeps it".into());
        return Vec::new();
    }
    if target != wizard.plan.confirm {
        let expected = &wizard.plan.confirm;
        wizard.error = Some(if typed.is_empty() {
            format!("nothing was typed: `{expected}` starts it")
        } else {
            format!("`{typed}` is not `{expected}`: nothing was changed")
        });
        return Vec::new();
    }
    wizard.error = None;
    wizard.starting = true;
    vec![Effect::Start {
        plan: wizard.plan.clone(),
        typed: target.to_owned(),
        break_glass: break_glass.filter(|_| wizard.plan.approvals_needed() > 0),
        waived: wizard.waived.iter().cloned().collect(),
    }]
}

/// One part back; from the first one, out of the wizard.
pub(super) fn backward(state: &mut State) -> Vec<Effect> {
    let Some(wizard) = open(state) else {
        return Vec::new();
    };
    wizard.error = None;
    if wizard.asked.take().is_some() {
        wizard.starting = false;
        wizard.typed.reset();
        wizard.error = Some("withdrawn: nothing was changed".into());
        return vec![Effect::StopAsking];
    }
    match wizard.part.before() {
        Some(before) => wizard.turn_to(before),
        None if wizard.approves.is_some() => approvals::list(state),
        None => state.overlay = None,
    }
    Vec::new()
}

/// Around the parts, as far as the checks let one.
pub(super) fn turn(state: &mut State, forwards: bool) -> Vec<Effect> {
    let at = open(state).map(|wizard| wizard.part);
    match (at, forwards) {
        (Some(Part::Confirm), true) | (Some(Part::Plan), false) | (None, _) => Vec::new(),
        (_, true) => forward(state),
        (_, false) => backward(state),
    }
}

/// Waives the check under the cursor, or takes that back.
pub(super) fn waive(state: &mut State) {
    let Some(wizard) = open(state) else { return };
    if wizard.part != Part::Checks || wizard.approves.is_some() {
        return;
    }
    let Some(check) = wizard.plan.checks.get(wizard.row) else {
        return;
    };
    wizard.error = match check.finding {
        Finding::Waivable => {
            if !wizard.waived.remove(&check.name) {
                wizard.waived.insert(check.name.clone());
            }
            None
        }
        Finding::Fail => Some(format!("{} cannot be waived: {}", check.name, check.text)),
        Finding::Pass | Finding::Warn => Some(format!("{} needs no waiver", check.name)),
    };
}

/// Plans once more, with the next mechanism that would work.
pub(super) fn mechanism(state: &mut State) {
    let Some(wizard) = open(state).filter(|wizard| wizard.approves.is_none()) else {
        return;
    };
    let next = wizard
        .plan
        .mechanism
        .as_ref()
        .and_then(|choice| {
            let above = choice.also.iter().find(|also| **also > choice.mechanism);
            above.or(choice.also.first())
        })
        .copied();
    let Some(intent) = next.and_then(|next| wizard.plan.intent.by(next)) else {
        wizard.error = Some("there is no other mechanism to plan with".into());
        return;
    };
    begin(state, &intent);
}

/// Allows changes for a while.
pub(super) fn arm(state: &mut State) {
    if state.pinned() {
        let why = "its configuration makes this fleet read-only: `:arm` has no effect";
        notify(state, why, Gravity::Error);
    } else if !state.read_only {
        notify(state, "changes are allowed already: --write", Gravity::Info);
    } else {
        state.guided.armed = state.wall.saturating_add(ARMED).ok();
        notify(state, "changes are allowed for 15 min", Gravity::Info);
    }
}

/// Allows none any more.
pub(super) fn disarm(state: &mut State) {
    let text = if state.guided.armed.take().is_some() {
        "gwctl is read-only again"
    } else if state.read_only {
        "gwctl is read-only already"
    } else {
        "started with --write: start gwctl without it for read-only"
    };
    notify(state, text, Gravity::Info);
}

/// Puts the wizard aside while something is typed after `:`.
pub(super) fn park(state: &mut State) {
    if let Some(Overlay::Wizard(mut open)) = state.overlay.take() {
        open.typed.reset();
        state.guided.parked = Some(open);
    }
    navigate::palette(state, "");
}

/// Back to the wizard that was put aside.
pub(super) fn unpark(state: &mut State) {
    if state.overlay.is_none()
        && let Some(parked) = state.guided.parked.take()
    {
        state.overlay = Some(Overlay::Wizard(parked));
        replan(state);
    }
}

/// The run did not begin.
pub(super) fn not_started(state: &mut State, why: String) -> Vec<Effect> {
    match open(state).filter(|wizard| wizard.starting) {
        Some(wizard) => {
            wizard.starting = false;
            wizard.asked = None;
            wizard.typed.reset();
            wizard.error = Some(why);
        }
        None => notify(state, why, Gravity::Error),
    }
    Vec::new()
}

/// The run is there: its screen opens.
pub(super) fn started(state: &mut State) {
    if open(state).is_some_and(|wizard| wizard.starting) {
        state.overlay = None;
        navigate::go(state, Screen::Run);
    }
}
