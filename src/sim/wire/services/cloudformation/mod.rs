//! AWS CloudFormation: change sets, stacks, their events and resources, drift.

mod change_sets;
mod drift;
mod events;
mod resources;
mod stack_input;
mod stacks;

use self::stack_input::{invalid, template_text};
use crate::wire::fault::Fault;
use crate::wire::reply::Reply;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::value::{members, shape};
use crate::world::{FormationRefused, State};
use gwctl_stacks::Template;

pub fn call(operation: &str, world: &mut State, ask: &Ask) -> Answer {
    match operation {
        "DescribeStacks" => stacks::describe(world, ask),
        "ListStacks" => stacks::list(world, ask),
        "CreateStack" | "UpdateStack" => stacks::form(operation, world, ask),
        "DeleteStack" => stacks::delete(world, ask),
        "UpdateTerminationProtection" => stacks::protect(world, ask),
        "ContinueUpdateRollback" => stacks::continue_rollback(world, ask),
        "GetTemplate" => stacks::template(world, ask),
        "DescribeAccountLimits" => Ok(limits()),
        "ValidateTemplate" => validate(ask),
        "DescribeStackEvents" => events::describe(world, ask),
        "DescribeStackResources" => resources::describe(world, ask),
        "DescribeStackResource" => resources::describe_one(world, ask),
        "ListStackResources" => resources::list(world, ask),
        "CreateChangeSet" => change_sets::create(world, ask),
        "DescribeChangeSet" => change_sets::describe(world, ask),
        "ListChangeSets" => change_sets::list(world, ask),
        "ExecuteChangeSet" => change_sets::execute(world, ask),
        "DeleteChangeSet" => change_sets::delete(world, ask),
        "DetectStackDrift" => drift::detect(world, ask),
        "DescribeStackDriftDetectionStatus" => drift::status(world, ask),
        "DescribeStackResourceDrifts" => drift::describe(world, ask),
        other => Err(Fault::unimplemented(other)),
    }
}

impl From<FormationRefused> for Fault {
    fn from(refused: FormationRefused) -> Self {
        let message = refused.to_string();
        match refused {
            FormationRefused::Validation(_) => Self::bad("ValidationError", message),
            FormationRefused::AlreadyExists(_) => Self::bad("AlreadyExistsException", message),
            FormationRefused::InsufficientCapabilities(_) => {
                Self::bad("InsufficientCapabilitiesException", message)
            }
            FormationRefused::NoSuchChangeSet(_) => Self::not_found("ChangeSetNotFound", message),
            FormationRefused::InvalidChangeSetStatus(_) => {
                Self::bad("InvalidChangeSetStatus", message)
            }
            FormationRefused::TokenAlreadyExists(_) => {
                Self::bad("TokenAlreadyExistsException", message)
            }
        }
    }
}

/// At what AWS begins with.
fn limits() -> Reply {
    let limits = [("StackLimit", 2_000), ("StackOutputsLimit", 200)];
    let limits = limits.map(|(name, value)| shape! { "Name": name, "Value": value });
    shape! { "AccountLimits": members(limits) }.into()
}

fn validate(ask: &Ask) -> Answer {
    let text = template_text(&ask.input)?;
    let text = text.ok_or_else(|| Fault::missing("TemplateBody"))?;
    let template = Template::parse(text)
        .map_err(|error| invalid(format!("Template format error: {error}")))?;
    let all = template.parameters.iter().map(|(name, one)| {
        shape! { "ParameterKey": name, "DefaultValue": one.default.as_ref(), "NoEcho": false }
    });
    Ok(shape! { "Description": &template.description, "Parameters": members(all) }.into())
}
