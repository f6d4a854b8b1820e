//! AWS IAM: the policy simulation alone. The operator of the simulated fleet may do everything but what
//! the `access-denied` fault forbids.

use super::{Answer, Ask, Fault};
use crate::sim::wire::value::{list, shape};
use crate::sim::world::State;

pub fn call(operation: &str, world: &State, ask: &Ask) -> Answer {
    match operation {
        "SimulatePrincipalPolicy" => simulate(world, ask),
        other => Err(Fault::unimplemented(other)),
    }
}

fn simulate(world: &State, ask: &Ask) -> Answer {
    ask.input.need("PolicySourceArn")?;
    let resources = ask.input.texts("ResourceArns");
    let resources = if resources.is_empty() {
        vec!["*"]
    } else {
        resources
    };
    let mut results = Vec::new();
    for action in ask.input.texts("ActionNames") {
        let decision = if world.allows(action) {
            "allowed"
        } else {
            "explicitDeny"
        };
        results.extend(resources.iter().map(|resource| {
            shape! {
                "EvalActionName": action,
                "EvalResourceName": *resource,
                "EvalDecision": decision,
            }
        }));
    }
    Ok(shape! { "EvaluationResults": list("member", results), "IsTruncated": false }.into())
}
