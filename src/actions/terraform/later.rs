//! What a plan does not tell yet: values that are known only after apply, and resources that are made in the same apply as
//! what they are about.

use std::collections::BTreeSet;

use gwctl_fleet::clean;

use super::case::Case;
use super::evidence::Evidence;
use super::finding::{Reason, Verdict};
use super::part::Part;
use super::plan::{Action, Plan, ResourceChange};
use super::values::After;

/// References are followed no further than that.
const DEEPEST: usize = 6;

/// The kinds that gwctl judges by their values. What else refers to the fleet is not of it for that.
const JUDGED: [&str; 19] = [
    "aws_acm_certificate",
    "aws_acm_certificate_validation",
    "aws_api_gateway_base_path_mapping",
    "aws_api_gateway_domain_name",
    "aws_apigatewayv2_api_mapping",
    "aws_apigatewayv2_domain_name",
    "aws_cloudfront_distribution",
    "aws_cloudwatch_metric_alarm",
    "aws_lambda_alias",
    "aws_lambda_function",
    "aws_lambda_permission",
    "aws_rds_cluster",
    "aws_rds_cluster_instance",
    "aws_rds_global_cluster",
    "aws_route53_health_check",
    "aws_route53_record",
    "aws_route53recoverycontrolconfig_control_panel",
    "aws_route53recoverycontrolconfig_routing_control",
    "aws_route53recoverycontrolconfig_safety_rule",
];

/// The part that a change is made with, where its own values cannot tell because AWS gives them only at the apply.
pub(super) fn made_with(
    plan: &Plan,
    change: &ResourceChange,
    evidence: &Evidence<'_>,
) -> Option<Part> {
    let unknown = super::values::has_true(&change.change.after_unknown);
    let made = matches!(change.change.action(), Action::Create | Action::Replace);
    if !(unknown && made && JUDGED.contains(&change.kind.as_str())) {
        return None;
    }
    let mut seen = BTreeSet::new();
    let mut next = vec![change.address.clone()];
    for _ in 0..DEEPEST {
        let mut further = Vec::new();
        for address in next {
            for referred in plan.references(&address) {
                if !seen.insert(referred.address.clone()) {
                    continue;
                }
                if let Some(part) = own(plan, referred, evidence) {
                    return Some(Part::MadeWith {
                        address: clean(&referred.address, 400),
                        what: part.to_string(),
                    });
                }
                further.push(referred.address.clone());
            }
        }
        next = further;
    }
    None
}

fn own(plan: &Plan, change: &ResourceChange, evidence: &Evidence<'_>) -> Option<Part> {
    let provider = plan.region_of(&change.address);
    let of = |values| evidence.known.part(&change.kind, values, provider);
    of(&change.change.before).or_else(|| of(&change.change.after))
}

/// Of a resource whose own values cannot tell what it will be.
pub(super) fn same_apply(address: &str, what: &str, kind: &str) -> Reason {
    Reason::new(
        Verdict::Unjudged,
        format!(
            "Terraform would make this {kind} in the same apply as {address} ({what}): which one it will be is known only after apply"
        ),
    )
    .advise(format!(
        "apply {address} alone (-target='{address}'), if nothing forbids that, then plan again: gwctl can then judge the rest"
    ))
}

/// The attributes that decide what a resource does to the fleet.
const fn deciding(part: &Part) -> &'static [&'static str] {
    match part {
        Part::Record { .. } | Part::Weighted { .. } | Part::DomainRecord => {
            &["alias", "health_check_id", "records"]
        }
        Part::Check { .. } => &[
            "child_healthchecks",
            "cloudwatch_alarm_name",
            "fqdn",
            "routing_control_arn",
        ],
        Part::Distribution => &["viewer_certificate"],
        Part::Endpoint { .. } => &["domain_name_configuration", "regional_certificate_arn"],
        Part::Mapping { .. } => &["api_id", "stage", "stage_name"],
        Part::Alias { .. } => &["function_version", "routing_config"],
        Part::Permission { .. } => &["function_name", "principal", "qualifier", "source_arn"],
        Part::Routing { .. } => &["asserted_controls", "cluster_arn", "control_panel_arn"],
        _ => &[],
    }
}

/// What of it is known only after apply, and decides.
pub(super) fn unknown(case: &Case<'_>) -> Option<Reason> {
    let decides = deciding(case.part);
    let open = case
        .differences
        .iter()
        .filter(|one| one.after == After::Unknown && decides.iter().any(|name| one.is_of(name)));
    // The ARN of a name's target is AWS's to give, and decides nothing.
    let open = open.filter(|one| {
        !one.path.ends_with(".hosted_zone_id") && !one.path.ends_with(".target_domain_name")
    });
    let names: BTreeSet<String> = open.map(|one| clean(&one.path, 80)).collect();
    if names.is_empty() {
        return None;
    }
    let names: Vec<String> = names.into_iter().collect();
    Some(Reason::new(
        Verdict::Unjudged,
        format!(
            "known only after apply: {}; gwctl cannot tell what becomes of {}",
            names.join(", "),
            case.part
        ),
    ))
}
