//! Stack events, newest first.

use jiff::{SignedDuration, Timestamp};

use super::{Answer, Ask};
use crate::wire::services::cloudformation::stack_input::{find, paged};
use crate::wire::value::{Value, shape};
use crate::world::State;
use crate::world::model::{Stack, StackEvent};

/// As many events as AWS puts on a page.
const PAGE: usize = 100;

pub fn describe(world: &State, ask: &Ask) -> Answer {
    let stack = find(world, ask)?;
    let all = stack.formed.events.iter().rev();
    let mut all: Vec<Value> = all.map(|one| event(stack, one)).collect();
    if all.is_empty() {
        all = founded(stack);
    }
    Ok(paged(ask, "StackEvents", all, PAGE)?.into())
}

fn event(stack: &Stack, one: &StackEvent) -> Value {
    shape! {
        "StackId": &stack.arn,
        "EventId": &one.id,
        "StackName": &stack.name,
        "LogicalResourceId": &one.logical,
        "PhysicalResourceId": one.physical.as_deref().unwrap_or_default(),
        "ResourceType": &one.kind,
        "Timestamp": one.at,
        "ResourceStatus": &one.status,
        "ResourceStatusReason": one.reason.as_ref(),
        "ResourceProperties": one.properties.as_ref(),
        "ClientRequestToken": one.token.as_ref(),
    }
}

/// The last operation on a stack that was there when the world began, as far as its status tells.
fn founded(stack: &Stack) -> Vec<Value> {
    let ended = stack.updated.unwrap_or(stack.created);
    let kind = stack.status.split('_').next().unwrap_or("UPDATE");
    let begun = format!("{kind}_IN_PROGRESS");
    let mut events = Vec::new();
    if stack.status != begun {
        events.push(of_stack(stack, &stack.status, ended));
    }
    events.push(of_stack(
        stack,
        &begun,
        ended - SignedDuration::from_secs(95),
    ));
    events
}

fn of_stack(stack: &Stack, status: &str, at: Timestamp) -> Value {
    shape! {
        "StackId": &stack.arn,
        "EventId": format!("{}-{status}-{}", stack.name, at.as_second()),
        "StackName": &stack.name,
        "LogicalResourceId": &stack.name,
        "PhysicalResourceId": &stack.arn,
        "ResourceType": "AWS::CloudFormation::Stack",
        "Timestamp": at,
        "ResourceStatus": status,
        "ResourceStatusReason": stack.reason.as_ref(),
    }
}
