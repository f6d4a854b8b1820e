//! One resource is made, changed, brought back or unmade: told first, begun a second later, through when
//! its service is.

use serde_json::Value;

use super::operation::{Doomed, Goal, Operation, Stage, Work};
use super::target::{Standing, same};
use crate::world::State;
use crate::world::model::{StackResource, Tag};
use crate::world::parts::faults::FaultKind;
use crate::world::resources::wanted::{Changed, Made, Wanted};
use gwctl_fleet::Region;

/// Reasons as CloudFormation gives them.
const INITIATED: &str = "Resource creation Initiated";
const REPLACES: &str =
    "Requested update requires the creation of a new physical resource; hence creating one.";
const UNLUCKY: &str = "Resource handler returned message: \"Service is unavailable.\" (HandlerErrorCode: ServiceInternalError)";

impl State {
    /// The task's turn has come.
    pub(super) fn announce_task(
        &mut self,
        at: usize,
        operation: &mut Operation,
        task: usize,
    ) -> Stage {
        let token = operation.token.clone();
        let token = token.as_deref();
        let told = Stage::Announced(self.present.now);
        let logical = operation.tasks[task].logical.clone();
        match operation.tasks[task].work.clone() {
            Work::Make => {
                if let Some(goal) = &operation.goal {
                    self.declare_resource(at, goal, &logical);
                }
                self.resource_becomes(at, &logical, "CREATE_IN_PROGRESS", None, token);
                told
            }
            Work::Change => {
                let Some(goal) = &operation.goal else {
                    return Stage::Done;
                };
                let after = match self.resolved(at, goal, &logical) {
                    Ok(after) => after,
                    Err(reason) => return self.fail_task(at, &logical, "UPDATE", &reason, token),
                };
                let declared = &goal.template.resources[&logical];
                let tagged = self.resources.stacks[at].tags != goal.target.tags;
                let Some(resource) = self.resource_mut(at, &logical) else {
                    return Stage::Done;
                };
                let other = resource.kind != declared.kind;
                if !other && !tagged && same(&resource.properties, &after) {
                    resource
                        .deletion_policy
                        .clone_from(&declared.deletion_policy);
                    resource.replace_policy.clone_from(&declared.replace_policy);
                    return Stage::Done;
                }
                let before = resource.clone();
                let replaces =
                    other || Self::replaces(&before.kind, &before.properties, &after) == "True";
                operation.before.insert(logical.clone(), before);
                let reason = replaces.then_some(REPLACES);
                self.resource_becomes(at, &logical, "UPDATE_IN_PROGRESS", reason, token);
                told
            }
            Work::Restore => {
                self.resource_becomes(at, &logical, "UPDATE_IN_PROGRESS", None, token);
                told
            }
            Work::Unmake(doomed) => match (doomed.policy.as_str(), &doomed.resource.physical) {
                ("Retain", Some(_)) => {
                    self.doomed_becomes(at, &doomed, "DELETE_SKIPPED", None, token);
                    Stage::Done
                }
                // Nothing was made.
                (_, None) => {
                    self.doomed_becomes(at, &doomed, "DELETE_COMPLETE", None, token);
                    Stage::Done
                }
                _ => {
                    self.doomed_becomes(at, &doomed, "DELETE_IN_PROGRESS", None, token);
                    told
                }
            },
        }
    }

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
        match (asked, &operation.tasks[task].work) {
            (Ok(takes_s), _) => Stage::Running(self.present.now + takes_s),
            (Err(reason), Work::Make) => self.fail_task(at, &logical, "CREATE", &reason, token),
            (Err(_), Work::Unmake(doomed)) if operation.forced => {
                self.doomed_becomes(at, doomed, "DELETE_SKIPPED", None, token);
                Stage::Done
            }
            (Err(reason), Work::Unmake(doomed)) => {
                self.doomed_becomes(at, doomed, "DELETE_FAILED", Some(&reason), token);
                Stage::Failed
            }
            (Err(reason), _) => self.fail_task(at, &logical, "UPDATE", &reason, token),
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
            self.doomed_becomes(at, doomed, "DELETE_COMPLETE", None, token);
            return Stage::Done;
        }
        let Some((kind, physical, depends)) = self.resource_mut(at, &logical).map(|one| {
            let physical = one.physical.clone().unwrap_or_default();
            (one.kind.clone(), physical, !one.needs.is_empty())
        }) else {
            return Stage::Failed;
        };
        match operation.tasks[task].work {
            Work::Make => {
                // In the middle of it, where there is something to roll back.
                let alone = operation.tasks.len() == 1;
                if (depends || alone) && self.faults.strikes_once(FaultKind::StackFails) {
                    return self.fail_task(at, &logical, "CREATE", UNLUCKY, token);
                }
                self.finish_making(&kind, &region, &physical);
                self.resource_becomes(at, &logical, "CREATE_COMPLETE", None, token);
            }
            Work::Restore => {
                self.finish_changing(&kind, &region, &physical);
                self.put_back(at, operation, &logical);
                self.resource_becomes(at, &logical, "UPDATE_COMPLETE", None, token);
            }
            _ => {
                let before = operation.before.get(&logical);
                if before.is_some_and(|one| one.physical.as_ref() != Some(&physical)) {
                    self.finish_making(&kind, &region, &physical);
                } else {
                    self.finish_changing(&kind, &region, &physical);
                }
                self.resource_becomes(at, &logical, "UPDATE_COMPLETE", None, token);
            }
        }
        Stage::Done
    }

    fn fail_task(
        &mut self,
        at: usize,
        logical: &str,
        verb: &str,
        reason: &str,
        token: Option<&str>,
    ) -> Stage {
        let status = format!("{verb}_FAILED");
        self.resource_becomes(at, logical, &status, Some(reason), token);
        Stage::Failed
    }

    /// The resource stands in the stack, and nothing is made yet.
    fn declare_resource(&mut self, at: usize, goal: &Goal, logical: &str) {
        let declared = &goal.template.resources[logical];
        let one = StackResource {
            logical: logical.into(),
            kind: declared.kind.clone(),
            physical: None,
            status: String::new(),
            reason: None,
            at: self.now(),
            properties: Value::Null,
            attributes: std::collections::BTreeMap::new(),
            deletion_policy: declared.deletion_policy.clone(),
            replace_policy: declared.replace_policy.clone(),
            needs: goal.needs(logical).unwrap_or_default(),
            drift: None,
        };
        let resources = &mut self.resources.stacks[at].formed.resources;
        resources.retain(|known| known.logical != logical);
        resources.push(one);
    }

    /// The resource's properties as they are to be, functions resolved.
    fn resolved(&self, at: usize, goal: &Goal, logical: &str) -> Result<Value, String> {
        let standing = Standing(&self.resources.stacks[at].formed.resources);
        let declared = &goal.template.resources[logical];
        let value = goal.scope(&standing).value(&declared.properties);
        value.map_err(|error| error.to_string())
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
        let properties = self.resolved(at, goal, logical)?;
        let kind = goal.template.resources[logical].kind.clone();
        let owner = Owner::of(self, at, &goal.target.tags);
        let made = self.begin_making(&owner.wants(logical, &kind, &properties))?;
        let takes_s = made.takes_s;
        self.take_in(at, logical, properties, made);
        let token = operation.token.as_deref();
        self.resource_becomes(at, logical, "CREATE_IN_PROGRESS", Some(INITIATED), token);
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
        let properties = self.resolved(at, goal, logical)?;
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
        if let Some(resource) = self.resource_mut(at, logical) {
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
        self.take_in(at, logical, properties, made);
        if replaced {
            let token = operation.token.as_deref();
            self.resource_becomes(at, logical, "UPDATE_IN_PROGRESS", Some(INITIATED), token);
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
            self.put_back(at, operation, logical);
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

    /// The stack's record of the resource is what it was.
    pub(super) fn put_back(&mut self, at: usize, operation: &Operation, logical: &str) {
        if let (Some(before), Some(resource)) = (
            operation.before.get(logical),
            self.resource_mut(at, logical),
        ) {
            *resource = before.clone();
        }
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

    /// What was made is the stack's.
    fn take_in(&mut self, at: usize, logical: &str, properties: Value, made: Made) {
        if let Some(resource) = self.resource_mut(at, logical) {
            resource.physical = Some(made.physical);
            resource.attributes = made.attributes;
            resource.properties = properties;
            resource.drift = None;
        }
    }

    /// As [`Self::resource_becomes`], of a resource that may have given its place to another.
    fn doomed_becomes(
        &mut self,
        at: usize,
        doomed: &Doomed,
        status: &str,
        reason: Option<&str>,
        token: Option<&str>,
    ) {
        let Doomed { resource, .. } = doomed;
        let known = self.resource_mut(at, &resource.logical);
        if known.is_some_and(|one| one.physical == resource.physical) {
            self.resource_becomes(at, &resource.logical, status, reason, token);
        } else {
            self.tell_of(at, resource, status, reason, token);
        }
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
