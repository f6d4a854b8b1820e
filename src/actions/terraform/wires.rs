//! What joins the parts of a Region: the name of its API and what that leads to, the aliases of its functions and who may
//! call them, the routing controls. No picture holds these: which of them a file has is told here, so that they can be
//! asked for, and then they are compared.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use gwctl_fleet::{ApiMapping, CallPermission, FunctionName, Missing, Wire, Wired};

use super::certificates;
use super::compared::{Compared, Pair};
use super::evidence::Evidence;
use super::known::Known;
use super::part::Part;
use super::plan::Plan;
use super::state::State;
use super::values::{is_nothing, lookup, text};

/// What is to be asked for so that `state` can be compared.
pub fn wires_of_state(state: &State, known: &Known<'_>) -> BTreeSet<Wire> {
    let all = state.resources.iter().filter_map(|one| {
        let part = known.part(&one.kind, &one.values, None)?;
        wire(&part, &one.kind, &one.values)
    });
    all.collect()
}

/// What is to be asked for so that `plan` can be judged.
pub fn wires_of_plan(plan: &Plan, known: &Known<'_>) -> BTreeSet<Wire> {
    let all = plan.changed().filter_map(|one| {
        let values = &one.change.before;
        let part = known.part(&one.kind, values, plan.region_of(&one.address))?;
        match part {
            Part::Certificate { .. } => certificates::name(values, known),
            part => wire(&part, &one.kind, values),
        }
    });
    all.collect()
}

/// What there is to ask about a resource; none where the picture holds it, or where the file does not tell enough.
pub(super) fn wire(part: &Part, kind: &str, values: &Value) -> Option<Wire> {
    match part {
        Part::Endpoint {
            region: Some(region),
        }
        | Part::Mapping {
            region: Some(region),
            ..
        } => Some(Wire::Name {
            region: region.clone(),
            name: text(values, "domain_name")?.to_ascii_lowercase(),
        }),
        Part::Alias {
            name,
            function,
            region: Some(region),
        } => Some(Wire::Alias {
            region: region.clone(),
            function: function.clone(),
            alias: name.clone(),
        }),
        Part::Permission {
            function,
            region: Some(region),
            ..
        } => {
            let named = FunctionName::of(text(values, "function_name")?);
            let qualifier = text(values, "qualifier").or(named.qualifier);
            Some(Wire::Permissions {
                region: region.clone(),
                function: function.clone(),
                qualifier: qualifier.map(Into::into),
            })
        }
        Part::Routing { .. } if kind == "aws_route53recoverycontrolconfig_routing_control" => {
            let arn = text(values, "arn").or_else(|| text(values, "id"))?;
            Some(Wire::Control { arn: arn.into() })
        }
        _ => None,
    }
}

/// A resource beside what AWS says of it.
pub(super) fn compare(
    part: &Part,
    kind: &str,
    values: &Value,
    evidence: &Evidence<'_>,
) -> Result<Compared, Compared> {
    let Some(wire) = wire(part, kind, values) else {
        return Ok(Compared::Nothing);
    };
    match evidence.wired(&wire) {
        Err(Missing::NoData) => Ok(Compared::Gone),
        Err(why) => Err(Compared::Unasked(why)),
        Ok(Wired::Name { mappings, .. }) if matches!(part, Part::Mapping { .. }) => {
            mapping(kind, values, mappings)
        }
        Ok(Wired::Name { name, .. }) => Ok(Compared::Pairs(endpoint(kind, values, name))),
        Ok(Wired::Control { control, .. }) => Ok(Compared::Pairs(vec![
            Pair::new("name", values, control.name.clone()),
            Pair::new("control_panel_arn", values, control.panel.clone()),
            Pair::new("cluster_arn", values, control.cluster.clone()),
        ])),
        Ok(Wired::Alias(alias)) => {
            let shared = alias.shared.iter();
            let shared: Map<String, Value> = shared
                .map(|(version, share)| (version.clone(), (*share).into()))
                .collect();
            Ok(Compared::Pairs(vec![
                Pair::new("function_version", values, alias.version.clone()),
                Pair::new(
                    "routing_config.0.additional_version_weights",
                    values,
                    shared,
                ),
            ]))
        }
        Ok(Wired::Permissions(all)) => Ok(permission(values, all)),
    }
}

/// Only what the file has: older providers keep less of a name.
fn endpoint(kind: &str, values: &Value, name: &gwctl_fleet::ApiName) -> Vec<Pair> {
    let [certificate, target] = if kind == "aws_apigatewayv2_domain_name" {
        [
            "domain_name_configuration.0.certificate_arn",
            "domain_name_configuration.0.target_domain_name",
        ]
    } else {
        ["regional_certificate_arn", "regional_domain_name"]
    };
    let told = [
        (certificate, &name.certificate_arn),
        (target, &name.regional_domain),
    ];
    let stated = told
        .into_iter()
        .filter(|(path, _)| !is_nothing(lookup(values, path)));
    stated
        .map(|(path, live)| Pair::new(path, values, live.clone().unwrap_or_default()))
        .collect()
}

fn mapping(
    kind: &str,
    values: &Value,
    mappings: &Result<Vec<ApiMapping>, Missing>,
) -> Result<Compared, Compared> {
    let all = mappings
        .as_ref()
        .map_err(|why| Compared::Unasked(why.clone()))?;
    let [path, api, stage] = if kind == "aws_apigatewayv2_api_mapping" {
        ["api_mapping_key", "api_id", "stage"]
    } else {
        ["base_path", "api_id", "stage_name"]
    };
    let own = text(values, path).filter(|path| *path != "(none)");
    let found = all.iter().find(|one| one.path == own.unwrap_or_default());
    Ok(match found {
        None => Compared::Gone,
        Some(one) => Compared::Pairs(vec![
            Pair::new(api, values, one.api.clone()),
            Pair::new(stage, values, one.stage.clone()),
        ]),
    })
}

fn permission(values: &Value, all: &[CallPermission]) -> Compared {
    let sid = text(values, "statement_id").or_else(|| text(values, "id"));
    let Some(one) = all.iter().find(|one| Some(one.sid.as_str()) == sid) else {
        return Compared::Gone;
    };
    Compared::Pairs(vec![
        Pair::new("action", values, one.action.clone()),
        Pair::new("principal", values, one.principal.clone()),
        Pair::new(
            "source_arn",
            values,
            one.source_arn.clone().unwrap_or_default(),
        ),
        Pair::new(
            "source_account",
            values,
            one.source_account.clone().unwrap_or_default(),
        ),
    ])
}
