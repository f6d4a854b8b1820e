//! The way back: what a failed operation made goes, what it changed becomes what it was.

use super::FormationRefused;
use super::operation::{Doomed, Operation, Phase, Stage, Task, Work};
use crate::world::account::Account;
use crate::world::model::Stack;
use crate::world::parts::present::Present;
use gwctl_fleet::Region;

impl Stack {
    /// A stack that could not be made loses what was made of it.
    pub(super) fn roll_back_creation(
        &mut self,
        present: Present,
        operation: &mut Operation,
        phase: Phase,
        reason: &str,
    ) {
        let status = match phase {
            Phase::Deleting => "DELETE_IN_PROGRESS",
            _ => "ROLLBACK_IN_PROGRESS",
        };
        let token = operation.token.clone();
        self.becomes(present, status, Some(reason), token.as_deref());
        let resources = &self.formed.resources;
        let doomed = resources.iter().rev();
        let doomed = doomed.map(|one| Doomed::by_policy(one, true)).collect();
        operation.unmake(phase, doomed);
    }

    /// A stack that could not be updated becomes what it was: first what was changed, then, in the cleanup,
    /// what was added goes.
    pub(super) fn roll_back_update(
        &mut self,
        present: Present,
        operation: &mut Operation,
        reason: &str,
    ) {
        let token = operation.token.clone();
        let status = "UPDATE_ROLLBACK_IN_PROGRESS";
        self.becomes(present, status, Some(reason), token.as_deref());
        let made = |one: &&Task| matches!(one.work, Work::Make) && one.stage != Stage::Waiting;
        let added: Vec<String> = operation
            .tasks
            .iter()
            .filter(made)
            .map(|one| one.logical.clone())
            .collect();
        let resources = &self.formed.resources;
        let garbage = resources.iter().rev();
        let garbage = garbage.filter(|one| added.contains(&one.logical));
        operation.garbage = garbage.map(|one| Doomed::by_policy(one, true)).collect();
        operation.phase = Phase::UpdateRollingBack;
        operation.failed.clear();
        let changed: Vec<&String> = operation.before.keys().collect();
        let task = |id: &&String| {
            let needs = operation.before.get(*id).map(|one| &one.needs);
            let after = changed.iter().enumerate();
            let after = after.filter(|(_, other)| {
                *other != id && needs.is_some_and(|needs| needs.contains(**other))
            });
            Task {
                logical: (*id).clone(),
                work: Work::Restore,
                after: after.map(|(at, _)| at).collect(),
                stage: Stage::Waiting,
            }
        };
        operation.tasks = changed.iter().map(task).collect();
    }
}

impl Account<'_> {
    /// `ContinueUpdateRollback`, without the resources named.
    pub(crate) fn continue_rollback(
        &mut self,
        region: &Region,
        name: &str,
        skipped: &[&str],
        token: Option<&str>,
    ) -> Result<(), FormationRefused> {
        let at = self.resources.stack_at(region, name)?;
        let stack = &mut self.resources.stacks[at];
        let suspended = (stack.status == "UPDATE_ROLLBACK_FAILED")
            .then(|| stack.formed.suspended.take())
            .flatten();
        let Some(mut operation) = suspended else {
            return FormationRefused::validation(format!(
                "Stack:{} is in {} state and can not continue its update rollback.",
                stack.arn, stack.status
            ));
        };
        operation.token = token.map(str::to_owned);
        operation.failed.clear();
        let mut left = Vec::new();
        for task in &mut operation.tasks {
            if task.stage != Stage::Failed {
                continue;
            }
            task.stage = Stage::Waiting;
            if skipped.contains(&task.logical.as_str()) {
                task.stage = Stage::Done;
                left.push(task.logical.clone());
            }
        }
        let status = "UPDATE_ROLLBACK_IN_PROGRESS";
        stack.becomes(self.present, status, Some("User Initiated"), token);
        for logical in left {
            stack.put_back(&operation, &logical);
            let reason = Some("Resource was skipped during rollback");
            stack.resource_becomes(self.present, &logical, "UPDATE_COMPLETE", reason, token);
        }
        stack.formed.operation = Some(operation);
        Ok(())
    }
}
