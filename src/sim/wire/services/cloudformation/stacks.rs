//! Stacks: described, made and updated at once, deleted, protected.

use super::{Answer, Ask, Fault};
use crate::wire::accounts;
use crate::wire::services::cloudformation::stack_input::{
    find, invalid, nothing, paged, parameters, proposal, tags,
};
use crate::wire::value::{Value, empty, members, shape};
use crate::world::model::Stack;
use crate::world::{Deletion, State};

fn here<'a>(world: &'a State, ask: &Ask) -> impl Iterator<Item = &'a Stack> {
    let region = ask.region.clone();
    let stacks = world.resources.stacks.iter();
    stacks.filter(move |stack| stack.region == region)
}

pub fn describe(world: &State, ask: &Ask) -> Answer {
    let stacks: Vec<&Stack> = match ask.input.text("StackName") {
        Some(_) => vec![find(world, ask)?],
        None => here(world, ask)
            .filter(|stack| stack.formed.deleted.is_none())
            .filter(|stack| accounts::holds(world, &ask.signer, &stack.arn))
            .collect(),
    };
    Ok(paged(ask, "Stacks", stacks.into_iter().map(stack), 50)?.into())
}

fn stack(stack: &Stack) -> Value {
    let formed = &stack.formed;
    shape! {
        "StackId": &stack.arn,
        "StackName": &stack.name,
        "ChangeSetId": formed.change_set.as_ref(),
        "Description": &stack.description,
        "Parameters": parameters(stack.parameters.iter().map(|(key, value)| (key, value))),
        "CreationTime": stack.created,
        "DeletionTime": formed.deleted,
        "LastUpdatedTime": stack.updated,
        "RollbackConfiguration": shape! { "RollbackTriggers": members(Vec::<Value>::new()) },
        "StackStatus": &stack.status,
        "StackStatusReason": stack.reason.as_ref(),
        "DisableRollback": formed.keeps_failures,
        "NotificationARNs": members(Vec::<Value>::new()),
        "Capabilities": members(&formed.capabilities),
        "Outputs": members(stack.outputs.iter().map(|(key, value)| {
            shape! { "OutputKey": key, "OutputValue": value }
        })),
        "RoleARN": formed.role.as_ref(),
        "Tags": tags(&stack.tags),
        "EnableTerminationProtection": formed.protected,
        "DriftInformation": drift(stack),
    }
}

fn drift(stack: &Stack) -> Value {
    shape! { "StackDriftStatus": &stack.drift, "LastCheckTimestamp": stack.drift_checked }
}

pub fn list(world: &State, ask: &Ask) -> Answer {
    let wanted = ask.input.texts("StackStatusFilter");
    let stacks = here(world, ask)
        .filter(|stack| wanted.is_empty() || wanted.contains(&stack.status.as_str()))
        .map(|stack| {
            shape! {
                "StackId": &stack.arn,
                "StackName": &stack.name,
                "TemplateDescription": &stack.description,
                "CreationTime": stack.created,
                "LastUpdatedTime": stack.updated,
                "DeletionTime": stack.formed.deleted,
                "StackStatus": &stack.status,
                "StackStatusReason": stack.reason.as_ref(),
                "DriftInformation": drift(stack),
            }
        });
    Ok(paged(ask, "StackSummaries", stacks, 100)?.into())
}

pub fn form(operation: &str, world: &mut State, ask: &Ask) -> Answer {
    let proposal = proposal(ask, operation == "CreateStack")?;
    let protected = ask.input.bool("EnableTerminationProtection")?;
    let arn = world
        .account()
        .form_at_once(&proposal, protected.unwrap_or(false))?;
    Ok(shape! { "StackId": arn }.into())
}

pub fn delete(world: &mut State, ask: &Ask) -> Answer {
    world.account().delete_stack(&Deletion {
        region: &ask.region,
        stack: ask.input.need("StackName")?,
        retained: &ask.input.texts("RetainResources"),
        forced: ask.input.text("DeletionMode") == Some("FORCE_DELETE_STACK"),
        token: ask.input.text("ClientRequestToken"),
    })?;
    Ok(empty().into())
}

pub fn protect(world: &mut State, ask: &Ask) -> Answer {
    let on = ask.input.bool("EnableTerminationProtection")?;
    let on = on.ok_or_else(|| Fault::missing("EnableTerminationProtection"))?;
    let arn = world
        .resources
        .protect_stack(&ask.region, ask.input.need("StackName")?, on)?;
    Ok(shape! { "StackId": arn }.into())
}

pub fn continue_rollback(world: &mut State, ask: &Ask) -> Answer {
    let skipped = ask.input.texts("ResourcesToSkip");
    let token = ask.input.text("ClientRequestToken");
    world.account().continue_rollback(
        &ask.region,
        ask.input.need("StackName")?,
        &skipped,
        token,
    )?;
    Ok(nothing())
}

pub fn template(world: &State, ask: &Ask) -> Answer {
    let text = match (ask.input.text("ChangeSetName"), ask.input.text("StackName")) {
        (Some(change_set), stack) => {
            let (at, set) = world
                .resources
                .change_set_at(&ask.region, stack, change_set)?;
            let sets = &world.resources.stacks[at].formed.change_sets;
            Some(sets[set].target.template.clone())
        }
        (None, _) => find(world, ask)?.formed.template.clone(),
    };
    let text = text.ok_or_else(|| {
        invalid("The template of a stack that was there when the world began is not simulated")
    })?;
    Ok(
        shape! { "TemplateBody": text, "StagesAvailable": members(["Original", "Processed"]) }
            .into(),
    )
}
