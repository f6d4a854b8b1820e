//! The plans of the team that wait for approval: the list, the plan as who asked for it saw it, and the approval.

use super::super::{ApprovalNews, Effect, Gravity, Overlay, Part, State, Wizard};
use super::notice::notify;
use gwctl_actions::{Approval, Asked, NotApproved, Waiting};

/// The list of them, or away with it.
pub(super) fn list(state: &mut State) {
    state.overlay = Some(Overlay::Waiting { row: 0 });
}

/// Shows the plan under the cursor.
pub(super) fn open(state: &mut State, row: usize) {
    let Some(waiting) = state.guided.waiting.get(row).cloned() else {
        return;
    };
    match Wizard::approving(waiting) {
        Ok(wizard) => state.overlay = Some(Overlay::Wizard(Box::new(wizard))),
        Err(why) => notify(state, why, Gravity::Error),
    }
}

/// Something came of them.
pub(super) fn came(state: &mut State, news: ApprovalNews) -> Vec<Effect> {
    match news {
        ApprovalNews::Asked(asked, approvals) => waits(state, asked, approvals),
        ApprovalNews::Waiting(generation, waiting) if generation == state.opened => {
            renew(state, waiting);
        }
        ApprovalNews::Waiting(..) => {}
        ApprovalNews::Approved(id, result) => approved(state, &id, result),
    }
    Vec::new()
}

/// The plan begun here waits for approval, or another person approved it.
fn waits(state: &mut State, asked: Box<Asked>, approvals: Vec<Approval>) {
    if let Some(Overlay::Wizard(wizard)) = &mut state.overlay
        && wizard.starting
    {
        wizard.asked = Some((asked, approvals));
    }
}

/// Others wait now. The cursor stays on its plan, and a plan that is open follows.
fn renew(state: &mut State, waiting: Vec<Waiting>) {
    let before = std::mem::replace(&mut state.guided.waiting, waiting);
    let now = &state.guided.waiting;
    match &mut state.overlay {
        Some(Overlay::Waiting { row }) => {
            let under = before.get(*row).map(|one| &one.asked.id);
            let same = now.iter().position(|one| Some(&one.asked.id) == under);
            *row = same.unwrap_or_else(|| (*row).min(now.len().saturating_sub(1)));
        }
        Some(Overlay::Wizard(wizard)) => {
            let Some(open) = &mut wizard.approves else {
                return;
            };
            match now.iter().find(|one| one.asked.id == open.asked.id) {
                Some(newer) => **open = newer.clone(),
                None if !wizard.starting => {
                    wizard.error = Some(NotApproved::Over(open.asked.id.clone()).to_string());
                }
                None => {}
            }
        }
        _ => {}
    }
}

/// To be approved, where the target was typed; none where the wizard is not so far, or not for that.
pub(super) fn confirm(state: &mut State) -> Option<Vec<Effect>> {
    let Some(Overlay::Wizard(wizard)) = &state.overlay else {
        return None;
    };
    let waiting = wizard.approves.as_deref()?;
    if wizard.part != Part::Confirm {
        return None;
    }
    let why_not = state.why_not_approve(waiting);
    let Some(Overlay::Wizard(wizard)) = &mut state.overlay else {
        return None;
    };
    let (typed, target) = (wizard.typed.value().trim(), &wizard.plan.confirm);
    wizard.error = match why_not {
        _ if wizard.starting => return Some(Vec::new()),
        Some(why) => Some(why),
        None if typed.is_empty() => Some(format!("nothing was typed: `{target}` approves it")),
        None if typed != target => {
            let why = format!("`{typed}` is not `{target}`: nothing was approved");
            Some(why)
        }
        None => {
            wizard.starting = true;
            let asked = wizard.approves.as_ref()?.asked.clone();
            wizard.error = None;
            return Some(vec![Effect::Approve(state.opened, Box::new(asked))]);
        }
    };
    Some(Vec::new())
}

/// It is approved, or is not: why.
fn approved(state: &mut State, id: &str, result: Result<(), String>) {
    let open = match &mut state.overlay {
        Some(Overlay::Wizard(wizard)) if wizard.approves_plan(id) => Some(wizard),
        _ => None,
    };
    match (result, open) {
        (Ok(()), open) => {
            let asked = open.and_then(|wizard| wizard.approves.take());
            let text = match asked {
                Some(waiting) => {
                    state.overlay = None;
                    let Asked {
                        title, by, needed, ..
                    } = waiting.asked;
                    let once = match needed {
                        1 => String::new(),
                        more => format!(" once {more} approved it"),
                    };
                    format!("approved: {title}. The gwctl of {by} begins it{once}")
                }
                None => format!("{id} is approved"),
            };
            notify(state, text, Gravity::Info);
        }
        (Err(why), Some(wizard)) => {
            wizard.starting = false;
            wizard.typed.reset();
            wizard.error = Some(why);
        }
        (Err(why), None) => notify(state, why, Gravity::Error),
    }
}
