//! The resources of a stack.

use super::{Answer, Ask};
use crate::wire::services::cloudformation::stack_input::{find, invalid, paged};
use crate::wire::value::{Value, members, shape};
use crate::world::State;
use crate::world::model::{Stack, StackResource};

/// All there are. `DescribeStackResources` tells no more than the first hundred.
const MOST: usize = 100;

pub fn describe(world: &State, ask: &Ask) -> Answer {
    let stack = match ask.input.text("PhysicalResourceId") {
        Some(physical) => owner(world, ask, physical)?,
        None => find(world, ask)?,
    };
    let logical = ask.input.text("LogicalResourceId");
    let found = world.resources.stack_resources(stack);
    let wanted = found
        .iter()
        .filter(|one| logical.is_none_or(|id| id == one.logical))
        .take(MOST);
    let shapes = wanted.map(|one| of_stack(stack).with("Timestamp", one.at).and(resource(one)));
    Ok(shape! { "StackResources": members(shapes) }.into())
}

fn owner<'a>(world: &'a State, ask: &Ask, physical: &str) -> Result<&'a Stack, super::Fault> {
    let mut stacks = world.resources.stacks.iter();
    let owns = |stack: &&Stack| {
        let mut resources = stack.formed.resources.iter();
        stack.region == ask.region
            && stack.formed.deleted.is_none()
            && resources.any(|one| one.physical.as_deref() == Some(physical))
    };
    stacks
        .find(owns)
        .ok_or_else(|| invalid(format!("Stack for {physical} does not exist")))
}

pub fn describe_one(world: &State, ask: &Ask) -> Answer {
    let stack = find(world, ask)?;
    let logical = ask.input.need("LogicalResourceId")?;
    let found = world.resources.stack_resources(stack);
    let one = found.iter().find(|one| one.logical == logical);
    let one = one.ok_or_else(|| {
        invalid(format!(
            "Resource {logical} does not exist for stack {}",
            stack.name
        ))
    })?;
    let detail = of_stack(stack)
        .with("LastUpdatedTimestamp", one.at)
        .and(resource(one));
    Ok(shape! { "StackResourceDetail": detail }.into())
}

pub fn list(world: &State, ask: &Ask) -> Answer {
    let stack = find(world, ask)?;
    let found = world.resources.stack_resources(stack);
    let all = found
        .iter()
        .map(|one| resource(one).with("LastUpdatedTimestamp", one.at));
    Ok(paged(ask, "StackResourceSummaries", all, 100)?.into())
}

fn of_stack(stack: &Stack) -> Value {
    shape! { "StackName": &stack.name, "StackId": &stack.arn }
}

fn resource(one: &StackResource) -> Value {
    let drift = one.drift.as_ref();
    shape! {
        "LogicalResourceId": &one.logical,
        "PhysicalResourceId": one.physical.as_ref(),
        "ResourceType": &one.kind,
        "ResourceStatus": &one.status,
        "ResourceStatusReason": one.reason.as_ref(),
        "DriftInformation": shape! {
            "StackResourceDriftStatus": drift.map_or("NOT_CHECKED", |drift| drift.status),
            "LastCheckTimestamp": drift.map(|drift| drift.at),
        },
    }
}
