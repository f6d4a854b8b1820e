//! Change sets: created, described, executed, deleted.

use super::{Answer, Ask, Fault};
use crate::wire::services::cloudformation::stack_input::{
    find, invalid, named, nothing, paged, parameters, proposal, tags,
};
use crate::wire::value::{Value, members, shape};
use crate::world::model::{Change, ChangeDetail, ChangeSet, Stack};
use crate::world::{Execution, State};

/// Changes on a page; AWS tells no number.
const PAGE: usize = 20;

pub fn create(world: &mut State, ask: &Ask) -> Answer {
    let creates = match ask.input.text("ChangeSetType") {
        Some("CREATE") => true,
        None | Some("UPDATE") => false,
        Some(other) => return Err(invalid(format!("ChangeSetType {other} is not simulated"))),
    };
    let name = named(&ask.input, "ChangeSetName")?;
    let (id, stack) = world
        .account()
        .propose_change_set(name, &proposal(ask, creates)?)?;
    Ok(shape! { "Id": id, "StackId": stack }.into())
}

fn asked<'a>(world: &'a State, ask: &Ask) -> Result<(&'a Stack, &'a ChangeSet), Fault> {
    let name = ask.input.need("ChangeSetName")?;
    let (at, set) =
        world
            .resources
            .change_set_at(&ask.region, ask.input.text("StackName"), name)?;
    let stack = &world.resources.stacks[at];
    Ok((stack, &stack.formed.change_sets[set]))
}

pub fn describe(world: &State, ask: &Ask) -> Answer {
    let (stack, set) = asked(world, ask)?;
    let changes = set.known_changes(world.now()).iter().map(change);
    let target = &set.target;
    let reply = paged(ask, "Changes", changes, PAGE)?.and(summary(world, stack, set));
    let more = shape! {
        "Parameters": parameters(&target.parameters),
        "NotificationARNs": members(Vec::<Value>::new()),
        "RollbackConfiguration": shape! { "RollbackTriggers": members(Vec::<Value>::new()) },
        "Capabilities": members(&target.capabilities),
        "Tags": tags(&target.tags),
        "OnStackFailure": set.on_failure.word(),
    };
    Ok(reply.and(more).into())
}

fn summary(world: &State, stack: &Stack, set: &ChangeSet) -> Value {
    let now = world.now();
    shape! {
        "StackId": &stack.arn,
        "StackName": &stack.name,
        "ChangeSetId": &set.arn,
        "ChangeSetName": &set.name,
        "Description": set.description.as_ref(),
        "CreationTime": set.created,
        "Status": set.status(now),
        "StatusReason": set.reason(now),
        "ExecutionStatus": set.execution_status(now),
        "IncludeNestedStacks": false,
    }
}

fn change(one: &Change) -> Value {
    let scope: &[&str] = if one.action == "Modify" {
        &["Properties"]
    } else {
        &[]
    };
    shape! {
        "Type": "Resource",
        "ResourceChange": shape! {
            "Action": one.action,
            "PolicyAction": one.policy.as_ref(),
            "LogicalResourceId": &one.logical,
            "PhysicalResourceId": one.physical.as_ref(),
            "ResourceType": &one.kind,
            "Replacement": one.replacement,
            "Scope": members(scope.iter().copied()),
            "Details": members(one.details.iter().map(detail)),
        },
    }
}

fn detail(one: &ChangeDetail) -> Value {
    shape! {
        "Target": shape! {
            "Attribute": "Properties",
            "Name": &one.name,
            "RequiresRecreation": one.recreation,
            "Path": format!("/Properties/{}", one.name),
            "BeforeValue": one.before.as_ref(),
            "AfterValue": one.after.as_ref(),
            "AttributeChangeType": match (&one.before, &one.after) {
                (None, _) => "Add",
                (_, None) => "Remove",
                _ => "Modify",
            },
        },
        "Evaluation": "Static",
        "ChangeSource": "DirectModification",
    }
}

pub fn list(world: &State, ask: &Ask) -> Answer {
    let stack = find(world, ask)?;
    let sets = stack.formed.change_sets.iter();
    let summaries = sets.map(|set| summary(world, stack, set));
    Ok(paged(ask, "Summaries", summaries, 100)?.into())
}

pub fn execute(world: &mut State, ask: &Ask) -> Answer {
    world.account().execute_change_set(&Execution {
        region: &ask.region,
        stack: ask.input.text("StackName"),
        change_set: ask.input.need("ChangeSetName")?,
        token: ask.input.text("ClientRequestToken"),
        keeps_failures: ask.input.bool("DisableRollback")?.unwrap_or(false),
    })?;
    Ok(nothing())
}

pub fn delete(world: &mut State, ask: &Ask) -> Answer {
    let name = ask.input.need("ChangeSetName")?;
    world
        .resources
        .discard_change_set(&ask.region, ask.input.text("StackName"), name)?;
    Ok(nothing())
}
