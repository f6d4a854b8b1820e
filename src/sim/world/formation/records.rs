//! What a stack knows of its resources while they are made, changed and unmade.

use serde_json::Value;

use super::operation::{Doomed, Goal, Operation, Stage, Work};
use super::target::{Standing, same};
use crate::world::model::{Stack, StackResource};
use crate::world::parts::present::Present;
use crate::world::resources::replaces;
use crate::world::resources::wanted::Made;

/// The reason as CloudFormation gives it.
const REPLACES: &str =
    "Requested update requires the creation of a new physical resource; hence creating one.";

impl Stack {
    /// The task's turn has come.
    pub(super) fn announce_task(
        &mut self,
        present: Present,
        operation: &mut Operation,
        task: usize,
    ) -> Stage {
        let token = operation.token.clone();
        let token = token.as_deref();
        let told = Stage::Announced(present.now);
        let logical = operation.tasks[task].logical.clone();
        match operation.tasks[task].work.clone() {
            Work::Make => {
                if let Some(goal) = &operation.goal {
                    self.declare_resource(present, goal, &logical);
                }
                self.resource_becomes(present, &logical, "CREATE_IN_PROGRESS", None, token);
                told
            }
            Work::Change => {
                let Some(goal) = &operation.goal else {
                    return Stage::Done;
                };
                let after = match self.resolved(goal, &logical) {
                    Ok(after) => after,
                    Err(reason) => {
                        return self.fail_task(present, &logical, "UPDATE", &reason, token);
                    }
                };
                let declared = &goal.template.resources[&logical];
                let tagged = self.tags != goal.target.tags;
                let Some(resource) = self.resource_mut(&logical) else {
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
                    other || replaces(&before.kind, &before.properties, &after) == "True";
                operation.before.insert(logical.clone(), before);
                let reason = replaces.then_some(REPLACES);
                self.resource_becomes(present, &logical, "UPDATE_IN_PROGRESS", reason, token);
                told
            }
            Work::Restore => {
                self.resource_becomes(present, &logical, "UPDATE_IN_PROGRESS", None, token);
                told
            }
            Work::Unmake(doomed) => match (doomed.policy.as_str(), &doomed.resource.physical) {
                ("Retain", Some(_)) => {
                    self.doomed_becomes(present, &doomed, "DELETE_SKIPPED", None, token);
                    Stage::Done
                }
                // Nothing was made.
                (_, None) => {
                    self.doomed_becomes(present, &doomed, "DELETE_COMPLETE", None, token);
                    Stage::Done
                }
                _ => {
                    self.doomed_becomes(present, &doomed, "DELETE_IN_PROGRESS", None, token);
                    told
                }
            },
        }
    }

    pub(super) fn fail_task(
        &mut self,
        present: Present,
        logical: &str,
        verb: &str,
        reason: &str,
        token: Option<&str>,
    ) -> Stage {
        let status = format!("{verb}_FAILED");
        self.resource_becomes(present, logical, &status, Some(reason), token);
        Stage::Failed
    }

    /// The resource stands in the stack, and nothing is made yet.
    fn declare_resource(&mut self, present: Present, goal: &Goal, logical: &str) {
        let declared = &goal.template.resources[logical];
        let one = StackResource {
            logical: logical.into(),
            kind: declared.kind.clone(),
            physical: None,
            status: String::new(),
            reason: None,
            at: present.at(),
            properties: Value::Null,
            attributes: std::collections::BTreeMap::new(),
            deletion_policy: declared.deletion_policy.clone(),
            replace_policy: declared.replace_policy.clone(),
            needs: goal.needs(logical).unwrap_or_default(),
            drift: None,
        };
        let resources = &mut self.formed.resources;
        resources.retain(|known| known.logical != logical);
        resources.push(one);
    }

    /// The resource's properties as they are to be, functions resolved.
    pub(super) fn resolved(&self, goal: &Goal, logical: &str) -> Result<Value, String> {
        let standing = Standing(&self.formed.resources);
        let declared = &goal.template.resources[logical];
        let value = goal.scope(&standing).value(&declared.properties);
        value.map_err(|error| error.to_string())
    }

    /// The stack's record of the resource is what it was.
    pub(super) fn put_back(&mut self, operation: &Operation, logical: &str) {
        if let (Some(before), Some(resource)) =
            (operation.before.get(logical), self.resource_mut(logical))
        {
            *resource = before.clone();
        }
    }

    /// What was made is the stack's.
    pub(super) fn take_in(&mut self, logical: &str, properties: Value, made: Made) {
        if let Some(resource) = self.resource_mut(logical) {
            resource.physical = Some(made.physical);
            resource.attributes = made.attributes;
            resource.properties = properties;
            resource.drift = None;
        }
    }

    /// As [`Self::resource_becomes`], of a resource that may have given its place to another.
    pub(super) fn doomed_becomes(
        &mut self,
        present: Present,
        doomed: &Doomed,
        status: &str,
        reason: Option<&str>,
        token: Option<&str>,
    ) {
        let Doomed { resource, .. } = doomed;
        let known = self.resource_mut(&resource.logical);
        if known.is_some_and(|one| one.physical == resource.physical) {
            self.resource_becomes(present, &resource.logical, status, reason, token);
        } else {
            self.tell_of(present, resource, status, reason, token);
        }
    }
}
