//! CloudFormation at work: change sets, and stacks that progress resource by resource.

mod actual;
mod change_set;
mod drift;
mod events;
mod founded;
mod mishap;
mod operation;
mod progress;
mod refused;
mod rollback;
mod stack;
mod target;
mod work;

pub(crate) use change_set::{Execution, Given, Proposal, TemplateGiven};
pub(crate) use operation::Operation;
pub(crate) use refused::FormationRefused;
pub(crate) use stack::Deletion;

use super::State;
use super::model::{Stack, StackResource};
use gwctl_fleet::Region;

/// How long a deleted stack is told about, in seconds.
const REMEMBERED_S: i64 = 90 * 86_400;

impl State {
    /// The stack of this name or ARN. A deleted one is only found by its ARN.
    pub(crate) fn stack_at(&self, region: &Region, asked: &str) -> Result<usize, FormationRefused> {
        let meant = |stack: &Stack| {
            stack.region == *region
                && (stack.arn == asked || (stack.name == asked && stack.formed.deleted.is_none()))
        };
        let found = self.resources.stacks.iter().position(meant);
        found.ok_or_else(|| {
            FormationRefused::Validation(format!("Stack with id {asked} does not exist"))
        })
    }

    /// As [`Self::stack_at`], the stack itself.
    pub(crate) fn stack(&self, region: &Region, asked: &str) -> Result<&Stack, FormationRefused> {
        self.stack_at(region, asked)
            .map(|at| &self.resources.stacks[at])
    }

    /// The resources of a stack, also of one that was there when the world began.
    pub(crate) fn stack_resources(&self, stack: &Stack) -> Vec<StackResource> {
        let formed = &stack.formed;
        if formed.founded && formed.resources.is_empty() {
            return founded::resources(&self.resources, stack);
        }
        formed.resources.clone()
    }

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
            self.detect_further(at);
            let Some(mut operation) = self.resources.stacks[at].formed.operation.take() else {
                continue;
            };
            if self.form(at, &mut operation) {
                self.conclude_change_set(at);
            } else {
                self.resources.stacks[at].formed.operation = Some(operation);
            }
        }
    }
}
