//! ARC routing control: the state API of the five endpoints, and the configuration's (aws-facts §8.1).

use crate::wire::fault::Fault;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::value::{Value, empty, members, shape};
use crate::world::model::{Routing, RoutingControl};
use crate::world::{Resources, RoutingRefused, State};
use gwctl_fleet::Region;

/// Name of the one control panel.
const PANEL: &str = "orders";

fn not_found(what: &str) -> Fault {
    Fault::bad(
        "ResourceNotFoundException",
        format!("{what} was not found."),
    )
}

/// The state API.
pub fn call(operation: &str, world: &mut State, ask: &Ask) -> Answer {
    match operation {
        "GetRoutingControlState" => get(world, ask),
        "ListRoutingControls" => Ok(list(world, ask).into()),
        "UpdateRoutingControlState" => {
            let wanted = vec![entry(&ask.input)?];
            set(world, ask, &wanted)
        }
        "UpdateRoutingControlStates" => {
            let entries = ask.input.items("UpdateRoutingControlStateEntries");
            let wanted = entries
                .into_iter()
                .map(entry)
                .collect::<Result<Vec<_>, _>>()?;
            set(world, ask, &wanted)
        }
        other => Err(Fault::unimplemented(other)),
    }
}

fn entry(given: &Value) -> Result<(String, bool), Fault> {
    let need = |name: &'static str| {
        let message = format!("{name} is required.");
        let missing = || Fault::bad("ValidationException", message);
        given.text(name).ok_or_else(missing)
    };
    let on = match need("RoutingControlState")? {
        "On" => true,
        "Off" => false,
        _ => {
            let message = "RoutingControlState is On or Off.";
            return Err(Fault::bad("ValidationException", message));
        }
    };
    Ok((need("RoutingControlArn")?.to_owned(), on))
}

const fn word(on: bool) -> &'static str {
    if on { "On" } else { "Off" }
}

fn control_state(world: &State, through: &Region, control: &str) -> Option<bool> {
    let routing = world.resources.routing.as_ref()?;
    routing.control_state(through, control, world.present)
}

fn get(world: &State, ask: &Ask) -> Answer {
    let arn = ask.input.need("RoutingControlArn")?;
    let state = control_state(world, &ask.region, arn);
    let state = state.ok_or_else(|| not_found(arn))?;
    let mut controls = world.resources.routing.iter().flat_map(|one| &one.controls);
    let name = controls
        .find(|one| one.arn == arn)
        .map(|one| one.name.as_str());
    Ok(shape! {
        "RoutingControlArn": arn,
        "RoutingControlState": word(state),
        "RoutingControlName": name,
    }
    .into())
}

fn list(world: &State, ask: &Ask) -> Value {
    let panel = ask.input.text("ControlPanelArn");
    let routing = world.resources.routing.iter();
    let wanted = routing.filter(|one| panel.is_none_or(|panel| panel == one.panel));
    let controls = wanted.flat_map(|one| one.controls.iter().map(|control| (&one.panel, control)));
    let shown = controls.map(|(panel, control)| {
        let state = control_state(world, &ask.region, &control.arn);
        shape! {
            "ControlPanelArn": panel,
            "ControlPanelName": PANEL,
            "RoutingControlArn": &control.arn,
            "RoutingControlName": &control.name,
            "RoutingControlState": state.map(word),
        }
    });
    shape! { "RoutingControls": members(shown) }
}

fn set(world: &mut State, ask: &Ask, wanted: &[(String, bool)]) -> Answer {
    let overridden = ask.input.texts("SafetyRulesToOverride");
    let done = world
        .account()
        .set_controls(&ask.region, wanted, &overridden);
    done.map_err(|refused| {
        let code = match refused {
            RoutingRefused::NotFound(_) => "ResourceNotFoundException",
            RoutingRefused::SafetyRule(_) => "ConflictException",
        };
        Fault::bad(code, refused.to_string())
    })?;
    Ok(empty().into())
}

/// The configuration's API, which only tells.
pub fn configured(operation: &str, world: &Resources, ask: &Ask) -> Answer {
    let routing = world.routing.as_ref();
    let named = |member: &str, arn: fn(&Routing) -> &str| {
        let wanted = ask.input.need(member)?;
        let found = routing.filter(|one| arn(one) == wanted);
        found.ok_or_else(|| Fault {
            status: 404,
            ..not_found(wanted)
        })
    };
    let in_panel = || named("ControlPanelArn", |one| &one.panel);
    match operation {
        "ListClusters" => Ok(shape! { "Clusters": members(routing.map(cluster)) }.into()),
        "DescribeCluster" => {
            let one = named("ClusterArn", |one| &one.cluster)?;
            Ok(shape! { "Cluster": cluster(one) }.into())
        }
        "ListControlPanels" => Ok(shape! { "ControlPanels": members(routing.map(panel)) }.into()),
        "DescribeControlPanel" => Ok(shape! { "ControlPanel": panel(in_panel()?) }.into()),
        "ListRoutingControls" => {
            let one = in_panel()?;
            let controls = one.controls.iter().map(|control| described(one, control));
            Ok(shape! { "RoutingControls": members(controls) }.into())
        }
        "ListSafetyRules" => {
            let rule = shape! { "ASSERTION": assertion(in_panel()?) };
            Ok(shape! { "SafetyRules": members([rule]) }.into())
        }
        "DescribeRoutingControl" => {
            let arn = ask.input.need("RoutingControlArn")?;
            let mut controls = routing.into_iter().flat_map(|one| {
                let controls = one.controls.iter();
                controls.map(move |control| (one, control))
            });
            let found = controls.find(|(_, control)| control.arn == arn);
            let (one, control) = found.ok_or_else(|| Fault {
                status: 404,
                ..not_found(arn)
            })?;
            Ok(shape! { "RoutingControl": described(one, control) }.into())
        }
        other => Err(Fault::unimplemented(other)),
    }
}

fn cluster(one: &Routing) -> Value {
    let endpoints = one
        .endpoints
        .iter()
        .map(|(region, url)| shape! { "Endpoint": url, "Region": region.as_str() });
    shape! {
        "ClusterArn": &one.cluster,
        "ClusterEndpoints": members(endpoints),
        "Name": &one.name,
        "Status": "DEPLOYED",
        "NetworkType": "IPV4",
    }
}

fn panel(one: &Routing) -> Value {
    shape! {
        "ClusterArn": &one.cluster,
        "ControlPanelArn": &one.panel,
        "DefaultControlPanel": false,
        "Name": PANEL,
        "RoutingControlCount": one.controls.len(),
        "Status": "DEPLOYED",
    }
}

fn described(one: &Routing, control: &RoutingControl) -> Value {
    shape! {
        "ControlPanelArn": &one.panel,
        "Name": &control.name,
        "RoutingControlArn": &control.arn,
        "Status": "DEPLOYED",
    }
}

fn assertion(one: &Routing) -> Value {
    shape! {
        "AssertedControls": members(one.controls.iter().map(|control| control.arn.as_str())),
        "ControlPanelArn": &one.panel,
        "Name": "at-least-one-on",
        "RuleConfig": shape! { "Inverted": false, "Threshold": 1, "Type": "ATLEAST" },
        "SafetyRuleArn": &one.rule,
        "Status": "DEPLOYED",
        "WaitPeriodMs": 5_000,
    }
}
