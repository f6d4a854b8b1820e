//! A stack goes on: what is through ends, what was waiting for it begins, and when all is settled the next
//! phase follows.

use super::operation::{Operation, Phase, Stage, Work};
use super::target::Standing;
use crate::world::State;
use crate::world::model::{OnFailure, StackResource, Target};

impl State {
    /// One second of an operation; says whether it is over.
    pub(super) fn form(&mut self, at: usize, operation: &mut Operation) -> bool {
        // What ends makes room for what waited: as long as something moves.
        loop {
            let mut moved = false;
            for task in 0..operation.tasks.len() {
                moved |= self.go_on_with(at, operation, task);
            }
            if operation.phase.forward() && !operation.failed.is_empty() {
                self.cancel_tasks(at, operation);
                return self.fall_back(at, operation);
            }
            if moved {
                continue;
            }
            let under_way = |stage| matches!(stage, Stage::Announced(_) | Stage::Running(_));
            if operation.tasks.iter().any(|task| under_way(task.stage)) {
                return false;
            }
            return self.conclude_phase(at, operation);
        }
    }

    /// One task; says whether another's turn may have come by it.
    fn go_on_with(&mut self, at: usize, operation: &mut Operation, task: usize) -> bool {
        let stage = match operation.tasks[task].stage {
            Stage::Waiting if operation.ready(task) => self.announce_task(at, operation, task),
            Stage::Announced(told) if told < self.present.now => {
                self.start_task(at, operation, task)
            }
            Stage::Running(until) if until <= self.present.now => {
                let name = self.resources.stacks[at].name.clone();
                if self.faults.hangs(&name, &operation.tasks[task].logical) {
                    return false;
                }
                self.finish_task(at, operation, task)
            }
            _ => return false,
        };
        let settled = matches!(stage, Stage::Done | Stage::Failed);
        if stage == Stage::Failed {
            operation.failed.push(operation.tasks[task].logical.clone());
        }
        operation.tasks[task].stage = stage;
        settled
    }

    /// One failed: the others do not go on.
    fn cancel_tasks(&mut self, at: usize, operation: &mut Operation) {
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
            self.resource_becomes(at, &logical, status, Some(reason), token.as_deref());
            operation.failed.push(logical);
        }
    }

    /// Nothing moves any more: the next phase, or the end.
    fn conclude_phase(&mut self, at: usize, operation: &mut Operation) -> bool {
        let token = operation.token.clone();
        let left = failed_to(&operation.failed, "delete");
        let left = (!operation.failed.is_empty()).then_some(left.as_str());
        match operation.phase {
            Phase::Creating => {
                if let Err(reason) = self.fulfil(at, operation) {
                    operation.failed.clear();
                    return self.fall_back_because(at, operation, &reason);
                }
                self.stack_becomes(at, "CREATE_COMPLETE", None, token.as_deref());
                true
            }
            Phase::RollingBack => {
                let status = match left {
                    Some(_) => "ROLLBACK_FAILED",
                    None => "ROLLBACK_COMPLETE",
                };
                self.stack_becomes(at, status, left, token.as_deref());
                true
            }
            Phase::Updating => {
                if let Err(reason) = self.fulfil(at, operation) {
                    return self.fall_back_because(at, operation, &reason);
                }
                let status = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS";
                self.stack_becomes(at, status, None, token.as_deref());
                let garbage = std::mem::take(&mut operation.garbage);
                operation.unmake(Phase::Cleaning { rolled_back: false }, garbage);
                false
            }
            Phase::UpdateRollingBack if operation.failed.is_empty() => {
                let status = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS";
                self.stack_becomes(at, status, None, token.as_deref());
                let garbage = std::mem::take(&mut operation.garbage);
                operation.unmake(Phase::Cleaning { rolled_back: true }, garbage);
                false
            }
            Phase::UpdateRollingBack => {
                let reason = failed_to(&operation.failed, "update");
                let status = "UPDATE_ROLLBACK_FAILED";
                self.stack_becomes(at, status, Some(&reason), token.as_deref());
                self.resources.stacks[at].formed.suspended = Some(operation.clone());
                true
            }
            Phase::Cleaning { rolled_back } => {
                let status = if rolled_back {
                    "UPDATE_ROLLBACK_COMPLETE"
                } else {
                    "UPDATE_COMPLETE"
                };
                // What was retained or could not be deleted is the account's now, and no longer the stack's.
                self.forget_unmade(at, operation);
                let reason =
                    left.map(|_| "Update successful. One or more resources could not be deleted.");
                self.stack_becomes(at, status, reason, token.as_deref());
                true
            }
            Phase::Deleting => {
                if left.is_some() {
                    self.stack_becomes(at, "DELETE_FAILED", left, token.as_deref());
                } else {
                    self.stack_becomes(at, "DELETE_COMPLETE", None, token.as_deref());
                    self.resources.stacks[at].formed.deleted = Some(self.now());
                }
                true
            }
        }
    }

    /// The stack is what it was to become.
    fn fulfil(&mut self, at: usize, operation: &Operation) -> Result<(), String> {
        let Some(goal) = &operation.goal else {
            return Ok(());
        };
        let outputs = goal
            .outputs(&Standing(&self.resources.stacks[at].formed.resources))
            .map_err(|error| error.to_string())?;
        let stack = &mut self.resources.stacks[at];
        stack.outputs = outputs;
        self.adopt_target(at, &goal.target, &goal.template.description);
        Ok(())
    }

    /// What the last phase unmade is none of the stack's resources any more.
    fn forget_unmade(&mut self, at: usize, operation: &Operation) {
        let gone = |one: &StackResource| {
            operation.tasks.iter().any(|task| match &task.work {
                Work::Unmake(doomed) => {
                    doomed.resource.logical == one.logical
                        && doomed.resource.physical == one.physical
                }
                _ => false,
            })
        };
        let resources = &mut self.resources.stacks[at].formed.resources;
        resources.retain(|one| !gone(one));
    }

    /// The stack shows what it is made from.
    pub(super) fn adopt_target(&mut self, at: usize, target: &Target, description: &str) {
        let stack = &mut self.resources.stacks[at];
        description.clone_into(&mut stack.description);
        stack.parameters = target.parameters.clone().into_iter().collect();
        stack.tags.clone_from(&target.tags);
        stack.formed.template = Some(target.template.clone());
        stack.formed.capabilities.clone_from(&target.capabilities);
        stack.formed.role.clone_from(&target.role);
    }

    fn fall_back_because(&mut self, at: usize, operation: &mut Operation, reason: &str) -> bool {
        let stack = &self.resources.stacks[at];
        tracing::debug!(stack = stack.name, reason, "outputs cannot be told");
        operation.failed.push("Outputs".into());
        self.fall_back(at, operation)
    }

    /// Something failed on the way to what was asked for.
    fn fall_back(&mut self, at: usize, operation: &mut Operation) -> bool {
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
                self.stack_becomes(at, "CREATE_FAILED", Some(&reason), token.as_deref());
                true
            }
            (OnFailure::DoNothing, false) => {
                self.stack_becomes(at, "UPDATE_FAILED", Some(&reason), token.as_deref());
                true
            }
            (OnFailure::Delete, true) => {
                reason += "Delete requested by user.";
                self.roll_back_creation(at, operation, Phase::Deleting, &reason);
                false
            }
            (_, true) => {
                reason += "Rollback requested by user.";
                self.roll_back_creation(at, operation, Phase::RollingBack, &reason);
                false
            }
            (_, false) => {
                self.roll_back_update(at, operation, &reason);
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
