//! A stack's history: every status of the stack and of its resources, with the reason.

use crate::world::State;
use crate::world::model::{StackEvent, StackResource};
use crate::world::names;

/// The type under which a stack stands in its own events.
pub(super) const STACK: &str = "AWS::CloudFormation::Stack";

impl State {
    /// The stack has another status.
    pub(super) fn stack_becomes(
        &mut self,
        at: usize,
        status: &str,
        reason: Option<&str>,
        token: Option<&str>,
    ) {
        let stack = &mut self.resources.stacks[at];
        status.clone_into(&mut stack.status);
        stack.reason = reason.map(str::to_owned);
        let (name, arn) = (stack.name.clone(), stack.arn.clone());
        let event = (name, Some(arn), STACK.to_owned());
        self.tell_event(at, event, (status, reason), None, token);
    }

    /// A resource of the stack has another status.
    pub(super) fn resource_becomes(
        &mut self,
        at: usize,
        logical: &str,
        status: &str,
        reason: Option<&str>,
        token: Option<&str>,
    ) {
        let now = self.now();
        let Some(resource) = self.resource_mut(at, logical) else {
            return;
        };
        status.clone_into(&mut resource.status);
        resource.reason = reason.map(str::to_owned);
        resource.at = now;
        let told = resource.clone();
        self.tell_of(at, &told, status, reason, token);
    }

    /// An event of a resource that may be none of the stack's any more.
    pub(super) fn tell_of(
        &mut self,
        at: usize,
        resource: &StackResource,
        status: &str,
        reason: Option<&str>,
        token: Option<&str>,
    ) {
        let event = (
            resource.logical.clone(),
            resource.physical.clone(),
            resource.kind.clone(),
        );
        let properties = (!resource.properties.is_null()).then(|| resource.properties.to_string());
        self.tell_event(at, event, (status, reason), properties, token);
    }

    fn tell_event(
        &mut self,
        at: usize,
        (logical, physical, kind): (String, Option<String>, String),
        (status, reason): (&str, Option<&str>),
        properties: Option<String>,
        token: Option<&str>,
    ) {
        let (seed, now) = (self.present.seed, self.now());
        let stack = &mut self.resources.stacks[at];
        let number = stack.formed.events.len();
        stack.formed.events.push(StackEvent {
            id: names::uuid(seed, &format!("event {number} of {}", stack.arn)),
            at: now,
            logical,
            physical,
            kind,
            status: status.into(),
            reason: reason.map(str::to_owned),
            properties,
            token: token.map(str::to_owned),
        });
    }

    pub(super) fn resource_mut(&mut self, at: usize, logical: &str) -> Option<&mut StackResource> {
        let resources = &mut self.resources.stacks[at].formed.resources;
        resources.iter_mut().find(|one| one.logical == logical)
    }
}
