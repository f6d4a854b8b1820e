//! A stack's history: every status of the stack and of its resources, with the reason.

use crate::world::model::{Stack, StackEvent, StackResource};
use crate::world::names;
use crate::world::parts::present::Present;

/// The type under which a stack stands in its own events.
pub(super) const STACK: &str = "AWS::CloudFormation::Stack";

impl Stack {
    /// The stack has another status.
    pub(super) fn becomes(
        &mut self,
        present: Present,
        status: &str,
        reason: Option<&str>,
        token: Option<&str>,
    ) {
        status.clone_into(&mut self.status);
        self.reason = reason.map(str::to_owned);
        let (name, arn) = (self.name.clone(), self.arn.clone());
        let event = (name, Some(arn), STACK.to_owned());
        self.tell_event(present, event, (status, reason), None, token);
    }

    /// A resource of the stack has another status.
    pub(super) fn resource_becomes(
        &mut self,
        present: Present,
        logical: &str,
        status: &str,
        reason: Option<&str>,
        token: Option<&str>,
    ) {
        let now = present.at();
        let Some(resource) = self.resource_mut(logical) else {
            return;
        };
        status.clone_into(&mut resource.status);
        resource.reason = reason.map(str::to_owned);
        resource.at = now;
        let told = resource.clone();
        self.tell_of(present, &told, status, reason, token);
    }

    /// An event of a resource that may be none of the stack's any more.
    pub(super) fn tell_of(
        &mut self,
        present: Present,
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
        self.tell_event(present, event, (status, reason), properties, token);
    }

    fn tell_event(
        &mut self,
        present: Present,
        (logical, physical, kind): (String, Option<String>, String),
        (status, reason): (&str, Option<&str>),
        properties: Option<String>,
        token: Option<&str>,
    ) {
        let now = present.at();
        let number = self.formed.events.len();
        self.formed.events.push(StackEvent {
            id: names::uuid(present.seed, &format!("event {number} of {}", self.arn)),
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

    pub(super) fn resource_mut(&mut self, logical: &str) -> Option<&mut StackResource> {
        let resources = &mut self.formed.resources;
        resources.iter_mut().find(|one| one.logical == logical)
    }
}
