//! `gwctl iam-policy`: the least that an operator must be allowed.

pub mod args;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::time::Duration;

use super::args::Global;
use super::exit::Exit;
use super::failure::Failure;
use super::output::{print, tell};
use super::run_async;
use super::settings::Settings;
use super::simulated::{self, Still};
use super::status::complete;
use super::target::Target;
use crate::actions::PlannedCall;
use crate::actions::policy::{Known, Policy, Purpose, actions, planned, policy};
use crate::fleet::FleetSpec;
use crate::sim::Scenario;
use args::{Format, IamPolicy};

/// A picture of the simulated fleet is complete long before.
const SIMULATED: Duration = Duration::from_secs(60);

/// Makes the policy and prints it.
pub fn run(global: &Global, args: &IamPolicy) -> Result<Exit, Failure> {
    let purpose = Purpose::from(args.purpose);
    let (fleet, spec, known) = if args.demo {
        simulated::still(&calm(), async |target| {
            let picture = complete(&target, SIMULATED).await;
            (target.name, target.spec, Known::seen(&picture))
        })?
    } else {
        let settings = Settings::read(global)?;
        settings.tell_warnings();
        let known = if args.offline {
            Known::default()
        } else {
            run_async(async {
                let target = Target::configured(global, &settings).await;
                Known::seen(&*complete(&target, args.timeout).await)
            })?
        };
        (settings.fleet.clone(), settings.spec(), known)
    };
    let missing = known.missing(&spec);
    if !missing.is_empty() {
        tell(format!(
            "gwctl: not known, and so allowed more widely than need be: {}",
            missing.join(", ")
        ));
    }
    let made = make(purpose, &fleet, &spec, &known)?;
    if matches!(
        purpose,
        Purpose::Promote | Purpose::Shift | Purpose::Provision
    ) {
        tell("gwctl: to be attached together with that of `gwctl iam-policy dashboard`");
    }
    let text = match args.output {
        Format::Json => serde_json::to_string_pretty(&made).unwrap_or_default(),
    };
    print(&format!("{text}\n"))?;
    Ok(Exit::Success)
}

fn calm() -> Still {
    Still {
        scenario: "calm".into(),
        seed: 1,
        after: Duration::ZERO,
        empty: false,
    }
}

/// The policy of what the code calls: planned on the simulated fleet, allowed on this one.
fn make(purpose: Purpose, fleet: &str, spec: &FleetSpec, known: &Known) -> Result<Policy, Failure> {
    let calls = calls(purpose, spec)?;
    Ok(policy(fleet, spec, known, &actions(purpose, &calls)))
}

/// What the actions' plans call, on a simulated fleet with what this one has.
fn calls(purpose: Purpose, spec: &FleetSpec) -> Result<BTreeSet<PlannedCall>, Failure> {
    if purpose.actions().is_empty() {
        return Ok(BTreeSet::new());
    }
    let scenario = Scenario {
        arc: !spec.edge.routing_endpoints.is_empty(),
        ..Scenario::calm()
    };
    simulated::within(scenario, &calm(), async |target| {
        let picture = complete(&target, SIMULATED).await;
        let mut simulated = target.spec.clone();
        simulated
            .edge
            .routing_endpoints
            .clone_from(&spec.edge.routing_endpoints);
        planned(purpose, &target.name, &simulated, &picture)
    })
}
