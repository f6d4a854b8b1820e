//! One action on several fleets at once: which of them can do it, how all are confirmed in one word, and how far each is.
//! Each fleet has a plan, a journal and a lease of its own; nobody is asked about one of them by itself.

use std::sync::Arc;
use std::time::Duration;

use super::{
    Confirmation, Finding, Folder, Intent, Lately, Operator, Plan, Refused, RunContext, RunState,
    SharedTable, StepState, expected_recovery, plan_patiently,
};
use gwctl_fleet::Snapshot;

/// What may be said of the checks of all plans at once.
#[derive(Debug, Clone, Copy, Default)]
pub struct Said<'a> {
    /// Checks that are waived by name, where a plan has them.
    pub waive: &'a [String],
    /// Why those begin whose rules ask for another person's approval.
    pub break_glass: Option<&'a str>,
}

/// A plan for `intent` on the fleet of `run_context` and the picture that it was made on, judged by what runs sent a
/// moment ago and by what the team's `table` answered.
///
/// # Errors
/// Why there is no plan, once what it needs is known or `limit` of fleet time is over.
pub async fn plan_weighed(
    intent: &Intent,
    run_context: &RunContext,
    folder: &Folder,
    table: SharedTable,
    limit: Duration,
) -> Result<(Arc<Snapshot>, Plan), Refused> {
    let planned = plan_patiently(
        &run_context.fleet,
        &run_context.spec,
        run_context.picture.clone(),
        intent,
        run_context.clock.as_ref(),
        limit,
    );
    let (picture, mut plan) = planned.await?;
    let now = run_context.clock.now();
    let lately = Lately::of(folder, &plan.binding, "", now);
    lately.and_table(table).weigh(&mut plan, &picture);
    Ok((picture, plan))
}

/// `planned` as one of several, for who is called `operator`.
///
/// # Errors
/// Every reason why the fleet is left out.
pub fn as_one_of_several(
    planned: Result<Plan, Refused>,
    run_context: &RunContext,
    said: Said<'_>,
    operator: &Operator,
) -> Result<Plan, String> {
    let mut whys = Vec::new();
    if run_context.spec.read_only {
        whys.push("the fleet is read-only by its configuration".to_owned());
    }
    let plan = match planned {
        Ok(plan) => plan,
        Err(refused) => {
            whys.push(refused.why);
            return Err(whys.join("; "));
        }
    };
    let confirmation = confirmed_with_others(&plan, said, operator);
    whys.extend(plan.unmet(&confirmation).map(|why| why.to_string()));
    if plan.approvals_needed() > 0 && confirmation.break_glass.is_none() {
        let (name, fleet) = (plan.intent.name(), &run_context.fleet);
        whys.push(format!(
            "its rules ask for another person's approval: {name} it by itself, with --fleet {fleet}"
        ));
    }
    if whys.is_empty() {
        Ok(plan)
    } else {
        Err(whys.join("; "))
    }
}

/// What is typed to confirm `intent` on `count` fleets: `us-east-1 3`.
pub fn word_for_several(intent: &Intent, count: usize) -> String {
    format!("{} {count}", intent.choice())
}

/// What a run's journal says of its confirmation: the operator named the Region and how many fleets leave it, of which
/// this is one.
pub fn confirmed_with_others(plan: &Plan, said: Said<'_>, operator: &Operator) -> Confirmation {
    let break_glass = said.break_glass.filter(|_| plan.approvals_needed() > 0);
    Confirmation {
        break_glass: break_glass.map(str::to_owned),
        ..Confirmation::of(operator, &plan.confirm, plan.has_of(said.waive))
    }
}

impl Plan {
    /// How, how long until clients are served and until it is done, in how many steps.
    pub fn in_brief(&self) -> String {
        let how = self.mechanism.as_ref().map(|choice| choice.mechanism);
        let how = how.map(|how| format!("{how}; ")).unwrap_or_default();
        let recovery = expected_recovery(self);
        let recovery = recovery.map(|time| format!("recovery {}; ", time.words()));
        let (recovery, all) = (recovery.unwrap_or_default(), self.expected().words());
        format!("{how}{recovery}in all {all}; {} steps", self.steps.len())
    }

    /// The checks that did not simply pass, a sentence each.
    pub fn worth_a_look(&self) -> Vec<String> {
        let checks = self.checks.iter();
        let checks = checks.filter(|check| check.finding > Finding::Pass);
        checks
            .map(|check| format!("{} {}: {}", check.finding.word(), check.name, check.text))
            .collect()
    }
}

impl RunState {
    /// Steps that are over, and all.
    pub fn steps_over(&self) -> (usize, usize) {
        let over = |id: &str| self.steps.get(id).is_some_and(StepState::over);
        let steps = || self.active();
        (
            steps().filter(|step| over(&step.id)).count(),
            steps().count(),
        )
    }
}
