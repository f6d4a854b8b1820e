//! Waiting for somebody else's approval, where the fleet's rules ask for it.

use std::cell::RefCell;

use super::stage::Stage;
use crate::actions::format::span;
use crate::actions::{Approval, Asked, Asking, Operator, Plan};
use crate::cli::failure::Failure;
use crate::cli::output::tell;
use crate::cli::stop_signals::StopSignals;
use crate::fleet::clean_line;

/// Lets `plan` wait until it has the approvals that its rules ask for.
///
/// # Errors
/// It was not approved in time, or the operator withdrew it.
pub async fn wait(plan: &Plan, stage: &Stage, operator: &Operator) -> Result<(), Failure> {
    let mut signals = StopSignals::listen()?;
    let asking = Asking::of(&stage.run_context, stage.folder.clone());
    let told: RefCell<Option<Vec<Approval>>> = RefCell::default();
    let tell_news = |asked: &Asked, now: &[Approval]| {
        let mut told = told.borrow_mut();
        if told.is_none() {
            say(asked);
        }
        let known = told.get_or_insert_default();
        for one in &now[known.len().min(now.len())..] {
            tell(format!("gwctl: approved by {}", clean_line(&one.by)));
        }
        *known = now.to_vec();
    };
    tokio::select! {
        biased;
        () = signals.any() => {}
        waited = asking.wait(plan, operator, tell_news) => {
            return waited.map_err(|why| Failure::refused(why.to_string()));
        }
    }
    asking.end().await;
    Err(Failure::refused(
        "you withdrew the plan: nothing was changed",
    ))
}

fn say(asked: &Asked) {
    let left = span(asked.until().duration_since(asked.at));
    let persons = if asked.needed == 1 {
        "1 other person".to_owned()
    } else {
        format!("{} other persons", asked.needed)
    };
    tell(format!(
        "\ngwctl: waits for the approval of {persons}, {left} at most. They see the plan and approve it with\n  gwctl runs \
         approve {}\nCtrl-C withdraws it. In an emergency --break-glass \"reason\" begins without approval.",
        asked.id
    ));
}
