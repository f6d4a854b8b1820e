//! AWS IAM: the policy simulation, and the role of who asks. The operator of the simulated fleet may do everything but what
//! the `access-denied` fault forbids.

use crate::wire::fault::Fault;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::value::{list, shape};
use crate::world::{Holders, ROLE, State};

pub fn call(operation: &str, world: &State, ask: &Ask) -> Answer {
    match operation {
        "GetRole" => role(world, ask),
        "SimulatePrincipalPolicy" => simulate(world, ask),
        other => Err(Fault::unimplemented(other)),
    }
}

/// The operator's role, as its session's ARN leaves it out: every role of IAM Identity Center has such a path.
const PATH: &str = "/aws-reserved/sso.amazonaws.com/eu-west-1/";

/// Name and ARN of the role of who asks.
fn operator(world: &State, ask: &Ask) -> (String, String) {
    if let Some(account) = &ask.signer.account {
        return (ROLE.into(), Holders::role(account));
    }
    let (account, arn) = ask.signer.identity(world);
    let session = arn.split(":assumed-role/").nth(1);
    let name = session.and_then(|rest| rest.split('/').next());
    let name = name.unwrap_or_default().to_owned();
    let arn = format!("arn:aws:iam::{account}:role{PATH}{name}");
    (name, arn)
}

fn role(world: &State, ask: &Ask) -> Answer {
    let (name, arn) = operator(world, ask);
    let asked = ask.input.need("RoleName")?;
    if asked != name {
        let message = format!("The role with name {asked} cannot be found.");
        return Err(absent(&message));
    }
    let role = shape! {
        "Path": PATH,
        "RoleName": name,
        "RoleId": "AROAORDERSONCALL00001",
        "Arn": arn,
        "CreateDate": world.now(),
    };
    Ok(shape! { "Role": role }.into())
}

fn absent(message: &str) -> Fault {
    Fault::not_found("NoSuchEntity", message)
}

fn simulate(world: &State, ask: &Ask) -> Answer {
    let source = ask.input.need("PolicySourceArn")?;
    if source != operator(world, ask).1 {
        return Err(absent(&format!(
            "The Policy Source {source} cannot be found."
        )));
    }
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
