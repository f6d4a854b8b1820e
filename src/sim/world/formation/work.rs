//! One resource is made, changed, brought back or unmade: told first, begun a second later, through when
//! its service is.

use serde_json::Value;

use super::operation::{Doomed, Operation, Stage, Work};
use super::target::same;
use crate::world::State;
use crate::world::model::Tag;
use crate::world::parts::faults::FaultKind;
use crate::world::resources::wanted::{Changed, Wanted};
use gwctl_fleet::Region;

/// Reasons as CloudFormation gives them.
const INITIATED: &str = "Resource creation Initiated";
const UNLUCKY: &str = "Resource handler returned message: \"Service is unavailable.\" (HandlerErrorCode: ServiceInternalError)";

impl State {
    /// The service is asked.
    pub(super) fn start_task(
        &mut self,
        at: usize,
        operation: &mut Operation,
        task: usize,
    ) -> Stage {
        let token = operation.token.clone();
        let token = token.as_deref();
        let logical = operation.tasks[task].logical.clone();
        let stack = self.resources.stacks[at].name.clone();
        let mishap = self.faults.mishaps.strike(&stack, &logical);
        let asked = match (mishap, operation.tasks[task].work.clone()) {
            (Some(reason), _) => Err(reason),
            (None, Work::Make) => self.make_resource(at, operation, &logical),
            (None, Work::Change) => self.change_resource(at, operation, &logical),
            (None, Work::Restore) => self.restore_resource(at, operation, &logical),
            (None, Work::Unmake(doomed)) => self.unmake_resource(at, &doomed),
        };
        let (stack, present) = (&mut self.resources.stacks[at], self.present);
        match (asked, &operation.tasks[task].work) {
            (Ok(takes_s), _) => Stage::Running(present.now + takes_s),
            (Err(reason), Work::Make) => {
                stack.fail_task(present, &logical, "CREATE", &reason, token)
            }
            (Err(_), Work::Unmake(doomed)) if operation.forced => {
                stack.doomed_becomes(present, doomed, "DELETE_SKIPPED", None, token);
                Stage::Done
            }
            (Err(reason), Work::Unmake(doomed)) => {
                stack.doomed_becomes(present, doomed, "DELETE_FAILED", Some(&reason), token);
                Stage::Failed
            }
            (Err(reason), _) => stack.fail_task(present, &logical, "UPDATE", &reason, token),
        }
    }

    /// The service is through.
    pub(super) fn finish_task(
        &mut self,
        at: usize,
        operation: &mut Operation,
        task: usize,
    ) -> Stage {
        let token = operation.token.clone();
        let token = token.as_deref();
        let region = self.resources.stacks[at].region.clone();
        let logical = operation.tasks[task].logical.clone();
        if let Work::Unmake(doomed) = &operation.tasks[task].work {
            if let Some(physical) = &doomed.resource.physical {
                self.finish_unmaking(&doomed.resource.kind, &region, physical);
            }
            let stack = &mut self.resources.stacks[at];
            stack.doomed_becomes(self.present, doomed, "DELETE_COMPLETE", None, token);
            return Stage::Done;
        }
        let stack = &mut self.resources.stacks[at];
        let Some(resource) = stack.resource_mut(&logical) else {
            return Stage::Failed;
        };
        let (kind, depends) = (resource.kind.clone(), !resource.needs.is_empty());
        let physical = resource.physical.clone().unwrap_or_default();
        let makes = matches!(operation.tasks[task].work, Work::Make);
        // In the middle of it, where there is something to roll back.
        let alone = operation.tasks.len() == 1;
        if makes && (depends || alone) && self.faults.strikes_once(FaultKind::StackFails) {
            return stack.fail_task(self.present, &logical, "CREATE", UNLUCKY, token);
        }
        self.finish_making(&kind, &region, &physical);
        let stack = &mut self.resources.stacks[at];
        if matches!(operation.tasks[task].work, Work::Restore) {
            stack.put_back(operation, &logical);
        }
        let status = if makes {
            "CREATE_COMPLETE"
        } else {
            "UPDATE_COMPLETE"
        };
        stack.resource_becomes(self.present, &logical, status, None, token);
        Stage::Done
    }

    fn make_resource(
        &mut self,
        at: usize,
        operation: &mut Operation,
        logical: &str,
    ) -> Result<i64, String> {
        let Some(goal) = &operation.goal else {
            return Err("nothing to make".into());
        };
        let properties = self.resources.stacks[at].resolved(goal, logical)?;
        let kind = goal.template.resources[logical].kind.clone();
        let owner = Owner::of(self, at, &goal.target.tags);
        let made = self.begin_making(&owner.wants(logical, &kind, &properties))?;
        let takes_s = made.takes_s;
        let stack = &mut self.resources.stacks[at];
        stack.take_in(logical, properties, made);
        let (token, reason) = (operation.token.as_deref(), Some(INITIATED));
        stack.resource_becomes(self.present, logical, "CREATE_IN_PROGRESS", reason, token);
        Ok(takes_s)
    }

    fn change_resource(
        &mut self,
        at: usize,
        operation: &mut Operation,
        logical: &str,
    ) -> Result<i64, String> {
        let (Some(goal), Some(before)) = (&operation.goal, operation.before.get(logical)) else {
            return Err("nothing to change".into());
        };
        let properties = self.resources.stacks[at].resolved(goal, logical)?;
        let declared = &goal.template.resources[logical];
        let owner = Owner::of(self, at, &goal.target.tags);
        let wanted = owner.wants(logical, &declared.kind, &properties);
        let Changed { made, replaced } = match &before.physical {
            Some(physical) if before.kind == declared.kind => {
                self.begin_changing(&wanted, physical, &before.properties)?
            }
            _ => Changed {
                made: self.begin_making(&wanted)?,
                replaced: true,
            },
        };
        let takes_s = made.takes_s;
        let needs = goal.needs(logical).unwrap_or_default();
        let stack = &mut self.resources.stacks[at];
        if let Some(resource) = stack.resource_mut(logical) {
            resource.kind.clone_from(&declared.kind);
            resource
                .deletion_policy
                .clone_from(&declared.deletion_policy);
            resource.replace_policy.clone_from(&declared.replace_policy);
            resource.needs = needs;
        }
        if replaced {
            operation.garbage.push(Doomed::replaced(before));
        }
        stack.take_in(logical, properties, made);
        if replaced {
            let (token, reason) = (operation.token.as_deref(), Some(INITIATED));
            stack.resource_becomes(self.present, logical, "UPDATE_IN_PROGRESS", reason, token);
        }
        Ok(takes_s)
    }

    /// Back to what it was, as far as it was changed.
    fn restore_resource(
        &mut self,
        at: usize,
        operation: &mut Operation,
        logical: &str,
    ) -> Result<i64, String> {
        let Some(before) = operation.before.get(logical) else {
            return Ok(0);
        };
        let resources = &self.resources.stacks[at].formed.resources;
        let Some(current) = resources.iter().find(|one| one.logical == logical).cloned() else {
            return Ok(0);
        };
        if current.physical != before.physical {
            // The one there was is still there; the one that took its place goes.
            operation.garbage.push(Doomed::by_policy(&current, true));
            self.resources.stacks[at].put_back(operation, logical);
            return Ok(0);
        }
        let Some(physical) = current
            .physical
            .filter(|_| !same(&current.properties, &before.properties))
        else {
            return Ok(0);
        };
        let tags = self.resources.stacks[at].tags.clone();
        let owner = Owner::of(self, at, &tags);
        let wanted = owner.wants(logical, &before.kind, &before.properties);
        let changed = self.begin_changing(&wanted, &physical, &current.properties)?;
        Ok(changed.made.takes_s)
    }

    fn unmake_resource(&mut self, at: usize, doomed: &Doomed) -> Result<i64, String> {
        let region = self.resources.stacks[at].region.clone();
        let (kind, physical) = (&doomed.resource.kind, &doomed.resource.physical);
        let Some(physical) = physical else {
            return Ok(0);
        };
        if doomed.policy == "Snapshot" {
            self.snapshot_before_unmaking(kind, &region, physical);
        }
        self.begin_unmaking(kind, &region, physical)
    }
}

/// Whose resources are made.
struct Owner {
    region: Region,
    stack: String,
    tags: Vec<Tag>,
}

impl Owner {
    fn of(state: &State, at: usize, tags: &[Tag]) -> Self {
        let stack = &state.resources.stacks[at];
        Self {
            region: stack.region.clone(),
            stack: stack.name.clone(),
            tags: tags.to_vec(),
        }
    }

    fn wants<'a>(&'a self, logical: &'a str, kind: &'a str, properties: &'a Value) -> Wanted<'a> {
        Wanted {
            region: &self.region,
            stack: &self.stack,
            logical,
            kind,
            properties,
            tags: &self.tags,
        }
    }
}
