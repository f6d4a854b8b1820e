//! AWS CloudFormation: stacks, their events and resources.

use jiff::{SignedDuration, Timestamp};

use super::page::page;
use super::{Answer, Ask, Fault};
use crate::fleet::ApiKind;
use crate::sim::wire::value::{Value, members, shape};
use crate::sim::world::Resources;
use crate::sim::world::model::Stack;

pub fn call(operation: &str, world: &Resources, ask: &Ask) -> Answer {
    match operation {
        "DescribeStacks" => describe(world, ask),
        "ListStacks" => list(world, ask),
        "DescribeStackEvents" => {
            let stack = find(world, ask)?;
            paged(ask, "StackEvents", events(stack), 100)
        }
        "DescribeStackResources" => {
            let stack = find(world, ask)?;
            let logical = ask.input.text("LogicalResourceId");
            let found = resources(world, stack);
            let wanted = found
                .into_iter()
                .filter(|one| logical.is_none_or(|id| id == one.logical));
            let shapes = wanted.map(|one| one.shape(stack));
            Ok(shape! { "StackResources": members(shapes) }.into())
        }
        other => Err(Fault::unimplemented(other)),
    }
}

fn here<'a>(world: &'a Resources, ask: &'a Ask) -> impl Iterator<Item = &'a Stack> {
    world
        .stacks
        .iter()
        .filter(|stack| stack.region == ask.region)
}

fn find<'a>(world: &'a Resources, ask: &'a Ask) -> Result<&'a Stack, Fault> {
    let asked = ask.input.need("StackName")?;
    here(world, ask)
        .find(|stack| stack.name == asked || stack.arn == asked)
        .ok_or_else(|| missing(asked))
}

fn missing(asked: &str) -> Fault {
    Fault::bad(
        "ValidationError",
        format!("Stack with id {asked} does not exist"),
    )
}

fn paged(
    ask: &Ask,
    name: &'static str,
    all: impl IntoIterator<Item = Value>,
    size: usize,
) -> Answer {
    let page = page(all, ask.input.text("NextToken"), size)
        .ok_or_else(|| Fault::bad("ValidationError", "NextToken is invalid"))?;
    Ok(shape! { "NextToken": page.next }
        .with(name, members(page.items))
        .into())
}

fn describe(world: &Resources, ask: &Ask) -> Answer {
    let stacks: Vec<&Stack> = match ask.input.text("StackName") {
        Some(_) => vec![find(world, ask)?],
        None => here(world, ask).collect(),
    };
    paged(ask, "Stacks", stacks.into_iter().map(stack), 50)
}

fn stack(stack: &Stack) -> Value {
    shape! {
        "StackId": &stack.arn,
        "StackName": &stack.name,
        "Description": &stack.description,
        "Parameters": members(stack.parameters.iter().map(|(key, value)| {
            shape! { "ParameterKey": key, "ParameterValue": value }
        })),
        "CreationTime": stack.created,
        "LastUpdatedTime": stack.updated,
        "RollbackConfiguration": shape! { "RollbackTriggers": members(Vec::<Value>::new()) },
        "StackStatus": &stack.status,
        "StackStatusReason": stack.reason.as_ref(),
        "DisableRollback": false,
        "NotificationARNs": members(Vec::<Value>::new()),
        "Capabilities": members(["CAPABILITY_IAM"]),
        "Outputs": members(stack.outputs.iter().map(|(key, value)| {
            shape! { "OutputKey": key, "OutputValue": value }
        })),
        "Tags": members(stack.tags.iter().map(|tag| shape! { "Key": &tag.key, "Value": &tag.value })),
        "EnableTerminationProtection": true,
        "DriftInformation": drift(stack),
    }
}

fn drift(stack: &Stack) -> Value {
    shape! { "StackDriftStatus": &stack.drift, "LastCheckTimestamp": stack.drift_checked }
}

fn list(world: &Resources, ask: &Ask) -> Answer {
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
                "StackStatus": &stack.status,
                "StackStatusReason": stack.reason.as_ref(),
                "DriftInformation": drift(stack),
            }
        });
    paged(ask, "StackSummaries", stacks, 100)
}

/// The last operation on the stack, newest first, as far as its status tells.
fn events(stack: &Stack) -> Vec<Value> {
    let ended = stack.updated.unwrap_or(stack.created);
    let kind = stack.status.split('_').next().unwrap_or("UPDATE");
    let begun = format!("{kind}_IN_PROGRESS");
    let mut events = Vec::new();
    if stack.status != begun {
        events.push(event(stack, &stack.status, ended));
    }
    events.push(event(stack, &begun, ended - SignedDuration::from_secs(95)));
    events
}

fn event(stack: &Stack, status: &str, at: Timestamp) -> Value {
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

struct Resource {
    logical: &'static str,
    physical: String,
    kind: &'static str,
}

impl Resource {
    fn shape(&self, stack: &Stack) -> Value {
        shape! {
            "StackName": &stack.name,
            "StackId": &stack.arn,
            "LogicalResourceId": self.logical,
            "PhysicalResourceId": &self.physical,
            "ResourceType": self.kind,
            "Timestamp": stack.updated.unwrap_or(stack.created),
            "ResourceStatus": if stack.updated.is_some() { "UPDATE_COMPLETE" } else { "CREATE_COMPLETE" },
            "DriftInformation": shape! { "StackResourceDriftStatus": "NOT_CHECKED" },
        }
    }
}

/// What the stack's template made: the edge's distribution and router, or a Region's API, functions
/// and cluster.
fn resources(world: &Resources, stack: &Stack) -> Vec<Resource> {
    if stack.name.ends_with("-edge") {
        let distributions = world.distributions.iter().map(|one| Resource {
            logical: "Distribution",
            physical: one.id.clone(),
            kind: "AWS::CloudFront::Distribution",
        });
        return distributions.collect();
    }
    let mut found = Vec::new();
    for api in world.apis.iter().filter(|one| one.region == stack.region) {
        let kind = match api.kind {
            ApiKind::Rest => "AWS::ApiGateway::RestApi",
            ApiKind::Http => "AWS::ApiGatewayV2::Api",
        };
        found.push(Resource {
            logical: "Api",
            physical: api.id.clone(),
            kind,
        });
    }
    for function in world
        .functions
        .iter()
        .filter(|one| one.region == stack.region)
    {
        let logical = if function.name.ends_with("-read") {
            "ReadFunction"
        } else if function.name.ends_with("-write") {
            "WriteFunction"
        } else {
            continue;
        };
        found.push(Resource {
            logical,
            physical: function.name.clone(),
            kind: "AWS::Lambda::Function",
        });
    }
    for cluster in world
        .clusters
        .iter()
        .filter(|one| one.region == stack.region)
    {
        found.push(Resource {
            logical: "Cluster",
            physical: cluster.id.clone(),
            kind: "AWS::RDS::DBCluster",
        });
    }
    found
}
