//! Drift: detected, and told resource by resource.

use super::{Answer, Ask};
use crate::wire::services::cloudformation::stack_input::{find, invalid, paged};
use crate::wire::value::{Value, members, shape};
use crate::world::State;
use crate::world::model::{ResourceDrift, Stack, StackResource};

pub fn detect(world: &mut State, ask: &Ask) -> Answer {
    let id = world
        .account()
        .detect_drift(&ask.region, ask.input.need("StackName")?)?;
    Ok(shape! { "StackDriftDetectionId": id }.into())
}

pub fn status(world: &State, ask: &Ask) -> Answer {
    let id = ask.input.need("StackDriftDetectionId")?;
    let stacks = world.resources.stacks.iter();
    let mut known = stacks
        .filter(|stack| stack.region == ask.region)
        .flat_map(|stack| stack.formed.detections.iter().map(move |one| (stack, one)));
    let (stack, one) = known
        .find(|(_, one)| one.id == id)
        .ok_or_else(|| invalid(format!("Drift detection with id {id} does not exist")))?;
    let reply = shape! {
        "StackId": &stack.arn,
        "StackDriftDetectionId": &one.id,
        "Timestamp": one.begun,
    };
    let found = match &one.found {
        None => shape! { "DetectionStatus": "DETECTION_IN_PROGRESS" },
        Some((drift, count)) => shape! {
            "DetectionStatus": "DETECTION_COMPLETE",
            "StackDriftStatus": drift,
            "DriftedStackResourceCount": *count,
        },
    };
    Ok(reply.and(found).into())
}

pub fn describe(world: &State, ask: &Ask) -> Answer {
    let stack = find(world, ask)?;
    let wanted = ask.input.texts("StackResourceDriftStatusFilters");
    let size = ask.input.int("MaxResults")?.unwrap_or(100).clamp(1, 100);
    let drifts = stack.formed.resources.iter().filter_map(|one| {
        let drift = one.drift.as_ref()?;
        (wanted.is_empty() || wanted.contains(&drift.status)).then(|| shown(stack, one, drift))
    });
    Ok(paged(ask, "StackResourceDrifts", drifts, size as usize)?.into())
}

fn shown(stack: &Stack, one: &StackResource, drift: &ResourceDrift) -> Value {
    let differences = drift.differences.iter().map(|one| {
        shape! {
            "PropertyPath": &one.path,
            "ExpectedValue": &one.expected,
            "ActualValue": &one.actual,
            "DifferenceType": one.kind,
        }
    });
    shape! {
        "StackId": &stack.arn,
        "LogicalResourceId": &one.logical,
        "PhysicalResourceId": one.physical.as_ref(),
        "ResourceType": &one.kind,
        "ExpectedProperties": one.properties.to_string(),
        "ActualProperties": drift.actual.as_ref().map(ToString::to_string),
        "PropertyDifferences": members(differences),
        "StackResourceDriftStatus": drift.status,
        "Timestamp": drift.at,
    }
}
