//! CloudFormation at work: change sets, and stacks that progress resource by resource.

mod actual;
mod change_set;
mod drift;
mod events;
mod founded;
mod mishap;
mod operation;
mod progress;
mod records;
mod refused;
mod rollback;
mod stack;
mod target;
mod work;

pub(crate) use change_set::{Execution, Given, Proposal, TemplateGiven};
pub(crate) use operation::Operation;
use operation::Stage;
pub(crate) use refused::FormationRefused;
pub(crate) use stack::Deletion;

use super::State;
use super::model::{Resources, Stack, StackResource};
use gwctl_fleet::Region;

/// How long a deleted stack is told about, in seconds.
const REMEMBERED_S: i64 = 90 * 86_400;

impl Resources {
    /// The stack of this name or ARN. A deleted one is only found by its ARN.
    pub(crate) fn stack_at(&self, region: &Region, asked: &str) -> Result<usize, FormationRefused> {
        let meant = |stack: &Stack| {
            stack.region == *region
                && (stack.arn == asked || (stack.name == asked && stack.formed.deleted.is_none()))
        };
        let found = self.stacks.iter().position(meant);
        found.ok_or_else(|| {
            FormationRefused::Validation(format!("Stack with id {asked} does not exist"))
        })
    }

    /// As [`Self::stack_at`], the stack itself.
    pub(crate) fn stack(&self, region: &Region, asked: &str) -> Result<&Stack, FormationRefused> {
        self.stack_at(region, asked).map(|at| &self.stacks[at])
    }

    /// The resources of a stack, also of one that was there when the world began.
    pub(crate) fn stack_resources(&self, stack: &Stack) -> Vec<StackResource> {
        let formed = &stack.formed;
        if formed.founded && formed.resources.is_empty() {
            return founded::resources(self, stack);
        }
        formed.resources.clone()
    }
}

impl State {
    /// Stacks go on with what is under way, where their Region lives.
    pub(super) fn form_further(&mut self) {
        let now = self.present.now;
        let stacks = &self.resources.stacks;
        let forgotten = |stack: &Stack| {
            let deleted = stack.formed.deleted;
            deleted.is_some_and(|at| now - at.as_second() > REMEMBERED_S)
        };
        if stacks.iter().any(forgotten) {
            self.resources.stacks.retain(|stack| !forgotten(stack));
        }
        for at in 0..self.resources.stacks.len() {
            if self.fleet.is_dark(&self.resources.stacks[at].region) {
                continue;
            }
            self.account().detect_further(at);
            let Some(mut operation) = self.resources.stacks[at].formed.operation.take() else {
                continue;
            };
            if self.form(at, &mut operation) {
                self.resources.stacks[at].conclude_change_set();
            } else {
                self.resources.stacks[at].formed.operation = Some(operation);
            }
        }
    }

    /// One second of an operation; says whether it is over.
    fn form(&mut self, at: usize, operation: &mut Operation) -> bool {
        // What ends makes room for what waited: as long as something moves.
        loop {
            let mut moved = false;
            for task in 0..operation.tasks.len() {
                moved |= self.go_on_with(at, operation, task);
            }
            if operation.phase.forward() && !operation.failed.is_empty() {
                let stack = &mut self.resources.stacks[at];
                stack.cancel_tasks(self.present, operation);
                return stack.fall_back(self.present, operation);
            }
            if moved {
                continue;
            }
            let under_way = |stage| matches!(stage, Stage::Announced(_) | Stage::Running(_));
            if operation.tasks.iter().any(|task| under_way(task.stage)) {
                return false;
            }
            return self.resources.stacks[at].conclude_phase(self.present, operation);
        }
    }

    /// One task; says whether another's turn may have come by it.
    fn go_on_with(&mut self, at: usize, operation: &mut Operation, task: usize) -> bool {
        let stage = match operation.tasks[task].stage {
            Stage::Waiting if operation.ready(task) => {
                self.resources.stacks[at].announce_task(self.present, operation, task)
            }
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
}
