//! Compares a state with what AWS says now: which of its resources no longer agree, and whether a run explains it.

use std::collections::BTreeSet;

use serde_json::Value;

use gwctl_fleet::{FailoverRole, Member, Missing, Region, Routing, RoutingRecord};

use super::compared::{Compared, Pair, current};
use super::evidence::Evidence;
use super::explain::explain;
use super::finding::{Finding, Reason, Verdict};
use super::judge::{Judged, Named};
use super::known::Known;
use super::part::{Part, same_name};
use super::plan::Action;
use super::state::{State, StateResource};
use super::unasked::because;
use super::values::{lookup, text, texts};
use super::{certificates, wires};

/// Which part of the fleet each resource of `state` is, in the state's order.
pub fn names(state: &State, known: &Known<'_>) -> Vec<Named> {
    let each = state.resources.iter().filter_map(|one| {
        let part = known.part(&one.kind, &one.values, None)?;
        Some(Named::new(&one.address, &one.kind, part))
    });
    each.collect()
}

/// Compares every resource of `state` that is of the fleet.
pub fn compare(state: &State, evidence: &Evidence<'_>) -> Judged {
    let mut judged = Judged::EMPTY;
    let mut foreign = BTreeSet::new();
    for resource in &state.resources {
        let Some(part) = evidence.known.part(&resource.kind, &resource.values, None) else {
            judged.foreign += 1;
            foreign.insert(resource.kind.as_str());
            continue;
        };
        let compared = of_part(&part, resource, evidence);
        let named = Named::new(&resource.address, &resource.kind, part);
        match told(&named, resource, compared, evidence) {
            Told::Finding(finding) => judged.findings.push(finding),
            Told::Agrees => judged.settled.push(named),
            Told::Uncompared => judged.uncompared += 1,
        }
    }
    judged.sort();
    judged.doubt(&foreign, evidence);
    judged
}

enum Told {
    Finding(Finding),
    Agrees,
    Uncompared,
}

fn told(
    named: &Named,
    resource: &StateResource,
    compared: Compared,
    evidence: &Evidence<'_>,
) -> Told {
    let part = &named.part;
    let (reasons, lines) = match compared {
        Compared::Nothing => return Told::Uncompared,
        Compared::Gone => {
            let text = format!("AWS has no such thing any more: {part}");
            (vec![Reason::new(Verdict::Unexplained, text)], Vec::new())
        }
        Compared::Unasked(why) => {
            let text = format!("{part} {}", because(&why));
            (vec![Reason::new(Verdict::Unjudged, text)], Vec::new())
        }
        Compared::Pairs(pairs) => {
            let differing: Vec<Pair> = pairs.into_iter().filter(Pair::differs).collect();
            if differing.is_empty() {
                return Told::Agrees;
            }
            let mut reasons: Vec<Reason> = differing
                .iter()
                .map(|pair| reason(part, pair, evidence))
                .collect();
            reasons.sort_by_key(|reason| reason.verdict);
            reasons.dedup();
            let lines = differing.iter().map(|pair| pair.line(&resource.sensitive));
            (reasons, lines.collect())
        }
    };
    Told::Finding(Finding {
        address: named.address.clone(),
        kind: named.kind.clone(),
        part: part.clone(),
        action: Action::Nothing,
        reasons,
        lines,
        more: 0,
    })
}

fn reason(part: &Part, pair: &Pair, evidence: &Evidence<'_>) -> Reason {
    let name = pair.path.split('.').next().unwrap_or_default();
    match explain(part, name, evidence) {
        Some(why) => Reason::new(Verdict::Explained, why.text).by(why.run),
        None if pair.path == "global_cluster_identifier" => Reason::new(
            Verdict::Unexplained,
            "the state has it in the global cluster, and RDS does not: it was detached outside Terraform",
        ),
        None if pair.path == "arn" => Reason::new(
            Verdict::Unexplained,
            "the state has another certificate of this name than the one that serves, and no run explains it",
        ),
        None => Reason::new(
            Verdict::Unexplained,
            format!("the state and AWS disagree on {name}, and no run explains it"),
        ),
    }
}

fn of_part(part: &Part, resource: &StateResource, evidence: &Evidence<'_>) -> Compared {
    let values = &resource.values;
    let compared = match part {
        Part::GlobalCluster => global_cluster(values, evidence),
        Part::Cluster { region, .. } => cluster(values, region.as_ref(), evidence),
        Part::Instance { id, region } => instance(id, region.as_ref(), values, evidence),
        Part::Record {
            region: Some(region),
        } => record(region, values, evidence),
        Part::Weighted {
            region,
            name,
            set_identifier,
        } => weighted(region, name, set_identifier, values, evidence),
        Part::Check { id: Some(id), .. } => check(id, values, evidence),
        Part::Switch {
            region: Some(region),
            ..
        } => switch(region, values, evidence),
        Part::Distribution if resource.kind == "aws_cloudfront_distribution" => {
            distribution(values, evidence)
        }
        Part::Function {
            name,
            region: Some(region),
        } if resource.kind == "aws_lambda_function" => function(name, region, values, evidence),
        Part::Api {
            region: Some(region),
        } if is_api(&resource.kind) => api(region, evidence),
        Part::Certificate { region } if resource.kind == "aws_acm_certificate" => {
            certificates::compare(region.as_ref(), values, evidence)
        }
        part @ (Part::Endpoint { .. }
        | Part::Mapping { .. }
        | Part::Alias { .. }
        | Part::Permission { .. }
        | Part::Routing { .. }) => wires::compare(part, &resource.kind, values, evidence),
        _ => Ok(Compared::Nothing),
    };
    compared.unwrap_or_else(|missing| missing)
}

fn is_api(kind: &str) -> bool {
    matches!(kind, "aws_api_gateway_rest_api" | "aws_apigatewayv2_api")
}

fn global_cluster(values: &Value, evidence: &Evidence<'_>) -> Result<Compared, Compared> {
    let topology = current(&evidence.snapshot().database.topology)?;
    let members = lookup(values, "global_cluster_members");
    let writer = members
        .as_array()
        .into_iter()
        .flatten()
        .find(|one| lookup(one, "is_writer").as_bool() == Some(true));
    let mut pairs = vec![Pair::new(
        "deletion_protection",
        values,
        topology.deletion_protection,
    )];
    if let Some(writer) = writer.and_then(|one| text(one, "db_cluster_arn")) {
        pairs.push(Pair {
            path: "global_cluster_members",
            state: format!("writer {writer}").into(),
            live: topology
                .writer()
                .map_or_else(|| "no writer".into(), |one| format!("writer {}", one.arn))
                .into(),
        });
    }
    Ok(Compared::Pairs(pairs))
}

fn cluster(
    values: &Value,
    region: Option<&Region>,
    evidence: &Evidence<'_>,
) -> Result<Compared, Compared> {
    let database = &evidence.snapshot().database;
    let topology = current(&database.topology)?;
    let arn = text(values, "arn");
    let id = text(values, "cluster_identifier").unwrap_or_default();
    let own = |member: &&Member| match arn {
        Some(arn) => member.arn == arn,
        None => Some(&member.region) == region && member.cluster.eq_ignore_ascii_case(id),
    };
    let Some(member) = topology.members.iter().find(own) else {
        return Ok(Compared::Pairs(vec![Pair::new(
            "global_cluster_identifier",
            values,
            "",
        )]));
    };
    let mut pairs = Vec::new();
    // Where the state never had it, nobody wrote it down.
    if text(values, "global_cluster_identifier").is_some() {
        pairs.push(Pair::new(
            "global_cluster_identifier",
            values,
            database.id.clone(),
        ));
    }
    let source = match (member.writer, topology.writer()) {
        (true, _) => Some(String::new()),
        (false, writer) => writer.map(|writer| writer.arn.clone()),
    };
    if let Some(source) = source {
        pairs.push(Pair::new("replication_source_identifier", values, source));
    }
    let stated = lookup(values, "enable_global_write_forwarding").is_boolean();
    let forwards = database.forwards(member);
    if let Some(forwards) = forwards.filter(|_| stated && !member.writer) {
        pairs.push(Pair::new(
            "enable_global_write_forwarding",
            values,
            forwards,
        ));
    }
    Ok(Compared::Pairs(pairs))
}

fn instance(
    id: &str,
    region: Option<&Region>,
    values: &Value,
    evidence: &Evidence<'_>,
) -> Result<Compared, Compared> {
    let clusters = &evidence.snapshot().database.clusters;
    let Some(cluster) = region.and_then(|region| clusters.get(region)) else {
        return Err(Compared::Unasked(Missing::NotYet));
    };
    let state = current(&cluster.state)?;
    let Some(one) = state
        .instances
        .iter()
        .find(|one| one.id.eq_ignore_ascii_case(id))
    else {
        return Ok(Compared::Gone);
    };
    Ok(Compared::Pairs(vec![Pair::new(
        "instance_class",
        values,
        one.class.clone(),
    )]))
}

fn record(region: &Region, values: &Value, evidence: &Evidence<'_>) -> Result<Compared, Compared> {
    let records = current(&evidence.snapshot().edge.records)?;
    let kind = text(values, "type");
    let own = |record: &&RoutingRecord| {
        record.is_of(region) && kind.is_none_or(|kind| kind == record.kind)
    };
    let Some(live) = records.iter().find(own) else {
        return Ok(Compared::Gone);
    };
    let mut pairs = vec![Pair::new(
        "health_check_id",
        values,
        live.health_check.clone().unwrap_or_default(),
    )];
    let alias = text(values, "alias.0.name");
    match (&live.alias_zone, alias) {
        (Some(_), _) => pairs.push(Pair::new("alias.0.name", values, live.target.clone())),
        (None, Some(_)) => pairs.push(Pair::new("alias.0.name", values, "")),
        (None, None) => {
            let stated = texts(lookup(values, "records"));
            if !stated.iter().any(|one| same_name(one, &live.target)) {
                pairs.push(Pair::new("records.0", values, live.target.clone()));
            }
            pairs.push(Pair::new("ttl", values, live.ttl));
        }
    }
    pairs.extend(policy(values, &live.routing));
    Ok(Compared::Pairs(pairs))
}

/// What a run changes in the routing policy of a record.
fn policy(values: &Value, live: &Routing) -> Option<Pair> {
    match live {
        Routing::Weighted(weight) => Some(Pair::new(
            "weighted_routing_policy.0.weight",
            values,
            *weight,
        )),
        Routing::Failover(role) => {
            let role = match role {
                FailoverRole::Primary => "PRIMARY",
                FailoverRole::Secondary => "SECONDARY",
            };
            Some(Pair::new("failover_routing_policy.0.type", values, role))
        }
        _ => None,
    }
}

fn weighted(
    region: &Region,
    name: &str,
    set: &str,
    values: &Value,
    evidence: &Evidence<'_>,
) -> Result<Compared, Compared> {
    let records = current(&evidence.snapshot().edge.records)?;
    let mut groups = records
        .iter()
        .filter(|record| record.is_of(region) && same_name(&record.target, name));
    let found = groups.find_map(|record| record.group.iter().find(|one| one.set_identifier == set));
    Ok(match found {
        None => Compared::Gone,
        Some(live) => Compared::Pairs(vec![
            Pair::new(
                "weighted_routing_policy.0.weight",
                values,
                live.routing.weight(),
            ),
            Pair::new(
                "health_check_id",
                values,
                live.health_check.clone().unwrap_or_default(),
            ),
        ]),
    })
}

fn check(id: &str, values: &Value, evidence: &Evidence<'_>) -> Result<Compared, Compared> {
    let Some(check) = evidence.snapshot().edge.checks.get(id) else {
        return Err(Compared::Unasked(Missing::NotYet));
    };
    let config = current(&check.config)?;
    Ok(Compared::Pairs(vec![
        Pair::new("invert_healthcheck", values, config.inverted),
        Pair::new("disabled", values, config.disabled),
    ]))
}

fn switch(region: &Region, values: &Value, evidence: &Evidence<'_>) -> Result<Compared, Compared> {
    let Some((_, switch)) = evidence.snapshot().edge.switch(region) else {
        return Err(Compared::Unasked(Missing::NotYet));
    };
    let switch = current(switch)?;
    Ok(Compared::Pairs(vec![
        Pair::new("threshold", values, switch.threshold),
        Pair::new("comparison_operator", values, switch.comparison.clone()),
        Pair::new("metric_name", values, switch.metric.clone()),
        Pair::new("namespace", values, switch.namespace.clone()),
    ]))
}

fn distribution(values: &Value, evidence: &Evidence<'_>) -> Result<Compared, Compared> {
    let live = current(&evidence.snapshot().edge.distribution)?;
    let certificate = live.certificate_arn.clone().unwrap_or_default();
    let mut pairs = vec![
        Pair::new("enabled", values, live.enabled),
        Pair::new(
            "viewer_certificate.0.acm_certificate_arn",
            values,
            certificate,
        ),
    ];
    let sorted = |names: Vec<&str>| -> Value {
        let names: BTreeSet<String> = names.into_iter().map(str::to_ascii_lowercase).collect();
        names.into_iter().collect::<Vec<_>>().join(", ").into()
    };
    pairs.push(Pair {
        path: "aliases",
        state: sorted(texts(lookup(values, "aliases"))),
        live: sorted(live.aliases.iter().map(String::as_str).collect()),
    });
    Ok(Compared::Pairs(pairs))
}

fn function(
    name: &str,
    region: &Region,
    values: &Value,
    evidence: &Evidence<'_>,
) -> Result<Compared, Compared> {
    let site = evidence.snapshot().site(region);
    let plain = |configured: &str| gwctl_fleet::FunctionName::of(configured).name == name;
    let Some(function) = site.and_then(|site| site.functions.iter().find(|one| plain(&one.name)))
    else {
        return Ok(Compared::Nothing);
    };
    let live = current(&function.detail)?;
    Ok(Compared::Pairs(vec![
        Pair::new("memory_size", values, live.memory_mb),
        Pair::new("timeout", values, live.timeout_s),
        Pair::new("runtime", values, live.runtime.clone()),
    ]))
}

fn api(region: &Region, evidence: &Evidence<'_>) -> Result<Compared, Compared> {
    let Some(site) = evidence.snapshot().site(region) else {
        return Ok(Compared::Nothing);
    };
    current(&site.api.detail)?;
    Ok(Compared::Pairs(Vec::new()))
}
