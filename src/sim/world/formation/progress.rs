//! Nothing of a phase moves any more: the next one follows, backwards where something failed.

use super::operation::{Operation, Phase, Stage, Work};
use super::target::Standing;
use crate::world::model::{OnFailure, Stack, StackResource, Target};
use crate::world::parts::present::Present;

impl Stack {
    /// One failed: the others do not go on.
    pub(super) fn cancel_tasks(&mut self, present: Present, operation: &mut Operation) {
        let token = operation.token.clone();
        for task in 0..operation.tasks.len() {
            let one = &mut operation.tasks[task];
            if !matches!(one.stage, Stage::Announced(_) | Stage::Running(_)) {
                continue;
            }
            one.stage = Stage::Failed;
            let logical = one.logical.clone();
            let (status, reason) = match one.work {
                Work::Make => ("CREATE_FAILED", "Resource creation cancelled"),
                _ => ("UPDATE_FAILED", "Resource update cancelled"),
            };
            self.resource_becomes(present, &logical, status, Some(reason), token.as_deref());
            operation.failed.push(logical);
        }
    }

    /// Nothing moves any more: the next phase, or the end.
    pub(super) fn conclude_phase(&mut self, present: Present, operation: &mut Operation) -> bool {
        let token = operation.token.clone();
        let left = failed_to(&operation.failed, "delete");
        let left = (!operation.failed.is_empty()).then_some(left.as_str());
        match operation.phase {
            Phase::Creating => {
                if let Err(reason) = self.fulfil(operation) {
                    operation.failed.clear();
                    return self.fall_back_because(present, operation, &reason);
                }
                self.becomes(present, "CREATE_COMPLETE", None, token.as_deref());
                true
            }
            Phase::RollingBack => {
                let status = match left {
                    Some(_) => "ROLLBACK_FAILED",
                    None => "ROLLBACK_COMPLETE",
                };
                self.becomes(present, status, left, token.as_deref());
                true
            }
            Phase::Updating => {
                if let Err(reason) = self.fulfil(operation) {
                    return self.fall_back_because(present, operation, &reason);
                }
                let status = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS";
                self.becomes(present, status, None, token.as_deref());
                let garbage = std::mem::take(&mut operation.garbage);
                operation.unmake(Phase::Cleaning { rolled_back: false }, garbage);
                false
            }
            Phase::UpdateRollingBack if operation.failed.is_empty() => {
                let status = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS";
                self.becomes(present, status, None, token.as_deref());
                let garbage = std::mem::take(&mut operation.garbage);
                operation.unmake(Phase::Cleaning { rolled_back: true }, garbage);
                false
            }
            Phase::UpdateRollingBack => {
                let reason = failed_to(&operation.failed, "update");
                let status = "UPDATE_ROLLBACK_FAILED";
                self.becomes(present, status, Some(&reason), token.as_deref());
                self.formed.suspended = Some(operation.clone());
                true
            }
            Phase::Cleaning { rolled_back } => {
                let status = if rolled_back {
                    "UPDATE_ROLLBACK_COMPLETE"
                } else {
                    "UPDATE_COMPLETE"
                };
                // What was retained or could not be deleted is the account's now, and no longer the stack's.
                self.forget_unmade(operation);
                let reason =
                    left.map(|_| "Update successful. One or more resources could not be deleted.");
                self.becomes(present, status, reason, token.as_deref());
                true
            }
            Phase::Deleting => {
                if left.is_some() {
                    self.becomes(present, "DELETE_FAILED", left, token.as_deref());
                } else {
                    self.becomes(present, "DELETE_COMPLETE", None, token.as_deref());
                    self.formed.deleted = Some(present.at());
                }
                true
            }
        }
    }

    /// The stack is what it was to become.
    fn fulfil(&mut self, operation: &Operation) -> Result<(), String> {
        let Some(goal) = &operation.goal else {
            return Ok(());
        };
        let outputs = goal
            .outputs(&Standing(&self.formed.resources))
            .map_err(|error| error.to_string())?;
        self.outputs = outputs;
        self.adopt_target(&goal.target, &goal.template.description);
        Ok(())
    }

    /// What the last phase unmade is none of the stack's resources any more.
    fn forget_unmade(&mut self, operation: &Operation) {
        let gone = |one: &StackResource| {
            operation.tasks.iter().any(|task| match &task.work {
                Work::Unmake(doomed) => {
                    doomed.resource.logical == one.logical
                        && doomed.resource.physical == one.physical
                }
                _ => false,
            })
        };
        let resources = &mut self.formed.resources;
        resources.retain(|one| !gone(one));
    }

    /// The stack shows what it is made from.
    pub(super) fn adopt_target(&mut self, target: &Target, description: &str) {
        description.clone_into(&mut self.description);
        self.parameters = target.parameters.clone().into_iter().collect();
        self.tags.clone_from(&target.tags);
        self.formed.template = Some(target.template.clone());
        self.formed.capabilities.clone_from(&target.capabilities);
        self.formed.role.clone_from(&target.role);
    }

    fn fall_back_because(
        &mut self,
        present: Present,
        operation: &mut Operation,
        reason: &str,
    ) -> bool {
        tracing::debug!(stack = self.name, reason, "outputs cannot be told");
        operation.failed.push("Outputs".into());
        self.fall_back(present, operation)
    }

    /// Something failed on the way to what was asked for.
    pub(super) fn fall_back(&mut self, present: Present, operation: &mut Operation) -> bool {
        let creating = operation.phase == Phase::Creating;
        let (made, changed) = operation
            .failed
            .iter()
            .cloned()
            .partition::<Vec<_>, _>(|id| {
                let made = |task: &super::operation::Task| {
                    task.logical == *id && matches!(task.work, Work::Make)
                };
                creating || operation.tasks.iter().any(made)
            });
        let mut reason = String::new();
        if !made.is_empty() {
            reason += &failed_to(&made, "create");
        }
        if !changed.is_empty() {
            reason += &failed_to(&changed, "update");
        }
        let token = operation.token.clone();
        match (operation.on_failure, creating) {
            (OnFailure::DoNothing, true) => {
                self.becomes(present, "CREATE_FAILED", Some(&reason), token.as_deref());
                true
            }
            (OnFailure::DoNothing, false) => {
                self.becomes(present, "UPDATE_FAILED", Some(&reason), token.as_deref());
                true
            }
            (OnFailure::Delete, true) => {
                reason += "Delete requested by user.";
                self.roll_back_creation(present, operation, Phase::Deleting, &reason);
                false
            }
            (_, true) => {
                reason += "Rollback requested by user.";
                self.roll_back_creation(present, operation, Phase::RollingBack, &reason);
                false
            }
            (_, false) => {
                self.roll_back_update(present, operation, &reason);
                false
            }
        }
    }
}

/// `The following resource(s) failed to create: [A, B]. `, as CloudFormation puts it.
pub(super) fn failed_to(failed: &[String], verb: &str) -> String {
    format!(
        "The following resource(s) failed to {verb}: [{}]. ",
        failed.join(", ")
    )
}
