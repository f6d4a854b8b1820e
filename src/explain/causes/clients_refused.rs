//! Clients who were served before and are refused now, though not more of them come.

use super::api_throttled::more_unasked;
use super::changed;
use super::level::{Level, middles};
use super::told::{listed, since};
use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use crate::onset::{Onset, shares};
use gwctl_fleet::{Event, EventKind, Metric, Series, Site, Throttle, Verdict, format};

/// Percent of all requests that must be refused more than before.
const MORE: f64 = 6.0;
/// So many times what came before is more than usual, and so many fewer: then it is who comes, and not what is refused.
const GROWN: f64 = 1.12;
const LEFT: f64 = 0.6;
/// Part of them that never reached a function, from which on the API refuses them by itself; and up to which functions do.
const BY_GATEWAY: (f64, f64) = (0.7, 0.3);

/// Calls that change whom an API lets in.
const LETS_IN: [&str; 14] = [
    "apigateway:UpdateAuthorizer",
    "apigateway:CreateAuthorizer",
    "apigateway:DeleteAuthorizer",
    "apigateway:UpdateMethod",
    "apigateway:UpdateRoute",
    "apigateway:CreateDeployment",
    "apigateway:UpdateApiKey",
    "apigateway:DeleteApiKey",
    "apigateway:UpdateUsagePlan",
    "apigateway:DeleteUsagePlanKey",
    "apigateway:UpdateRestApiPolicy",
    "apigateway:UpdateRequestValidator",
    "lambda:RemovePermission",
    "wafv2:UpdateWebACL",
];

pub(super) fn look(evidence: &Evidence<'_>, site: &Site) -> Option<Hypothesis> {
    let (picture, region) = (evidence.picture, &site.region);
    let metrics = &site.api.metrics;
    let refused = shares(metrics, Metric::Api4xx, Metric::ApiRequests)?;
    let level = Level::rise(&refused, picture.at, 2.0)?;
    let more = level.now - level.before;
    let requests = metrics.get(Metric::ApiRequests).current()?;
    if more < MORE || !are_as_many(requests, evidence) {
        return None;
    }
    let began = level.since;
    let unasked = more_unasked(site, picture.at);
    let part = unasked.map(|unasked| unasked / more);
    let by_gateway = part.map(|part| part >= BY_GATEWAY.0);
    let mixed = part.is_some_and(|part| part < BY_GATEWAY.0 && part > BY_GATEWAY.1);
    let change = change(evidence, site, began, by_gateway);
    // 429 is the API's own limit: no change of whom it lets in, and either too low a limit or nobody's.
    if by_gateway == Some(true) && (change.is_none() || is_over_limit(evidence, site)) {
        return None;
    }
    let who = match by_gateway {
        Some(true) => "API Gateway refuses them before it asks a function",
        Some(false) => "the functions themselves refuse them",
        None => "whether API Gateway or a function refuses them is not known",
    };
    let mut supports = vec![
        format!(
            "{region}: {} of the requests were answered 4XX before, {} now{}",
            format::percent(level.before),
            format::percent(level.now),
            since(Some(began))
        ),
        come(requests, evidence, site),
    ];
    supports.extend(unasked.map(|unasked| {
        format!(
            "{region}: {} more of the requests than before do not reach the functions",
            format::percent(unasked)
        )
    }));
    supports.extend(change.map(changed::told));
    let mut contradicts = elsewhere(evidence, site);
    if unasked.is_none() {
        contradicts.push(format!(
            "{region}: {who}: a function's invocations are missing"
        ));
    }
    if mixed {
        contradicts.push(format!(
            "{region}: only a part of them does not reach the functions"
        ));
    }
    let by = changed::clause(change, Some(began));
    let (sure, why) = match (change.is_some(), contradicts.is_empty()) {
        (true, true) => (
            Sureness::High,
            "as many requests come as before and more of them are refused, since somebody changed what decides on that",
        ),
        (true, false) => (
            Sureness::Medium,
            "more are refused since somebody changed what decides on that, and something speaks against it",
        ),
        (false, true) => (
            Sureness::Medium,
            "as many requests come as before and more of them are refused; no change is known that does it",
        ),
        (false, false) => (
            Sureness::Low,
            "more requests are refused; no change is known that does it, and something speaks against it",
        ),
    };
    Some(Hypothesis {
        cause: "clients-refused",
        region: Some(region.clone()),
        sentence: format!(
            "{} of the requests in {region} are refused (4XX) that were served before{}{by}: {who}",
            format::percent(more),
            since(Some(began))
        ),
        about: Vec::new(),
        verdict: site.judgement.verdict.max(Verdict::Degraded),
        hurts: true,
        since: Some(began),
        sure,
        why: why.into(),
        supports,
        contradicts,
        apart: Some(format!(
            "which status, by the API's access log: 401 and 403 are the authorizer's, IAM's or a firewall's, 429 a usage \
             plan's, 400 and 422 the function's: `gwctl logs --by status --region {region}`"
        )),
        hit_percent: picture
            .traffic_share(region)
            .ok()
            .map(|share| more * share.percent / 100.0),
        actions: back(site, change),
    })
}

/// Whether about as many come as before; not where that is not known.
fn are_as_many(requests: &Series, evidence: &Evidence<'_>) -> bool {
    let known = middles(requests, evidence.picture.at);
    known.is_some_and(|(before, now)| now > LEFT * before && now < GROWN * before)
}

fn is_over_limit(evidence: &Evidence<'_>, site: &Site) -> bool {
    let metrics = &site.api.metrics;
    let offered = metrics.latest(Metric::ApiRequests, evidence.picture.at);
    let limit = site.api.throttle.last().and_then(Throttle::limit);
    limit
        .zip(offered)
        .is_some_and(|(limit, offered)| limit < offered.value / 60.0)
}

/// That as many come as before.
fn come(requests: &Series, evidence: &Evidence<'_>, site: &Site) -> String {
    let region = &site.region;
    match middles(requests, evidence.picture.at) {
        Some((before, now)) => format!(
            "{region}: {} requests a minute come, {} before",
            format::count(now),
            format::count(before)
        ),
        None => format!("{region}: how many requests came before is not known"),
    }
}

/// The newest change there of whom the API lets in, or of what a function accepts.
fn change<'a>(
    evidence: &Evidence<'a>,
    site: &Site,
    began: Onset,
    by_gateway: Option<bool>,
) -> Option<&'a Event> {
    let names: Vec<&str> = site.functions.iter().map(|one| one.name.as_str()).collect();
    changed::newest(evidence, began, |event| {
        let here = event.region.as_ref() == Some(&site.region);
        let lets_in = LETS_IN.iter().any(|call| changed::is_call(event, call));
        let of_code = event.kind == EventKind::Function
            && names.iter().any(|name| event.about.contains(*name))
            && [
                "lambda:UpdateFunctionCode",
                "lambda:UpdateFunctionConfiguration",
                "lambda:UpdateAlias",
            ]
            .iter()
            .any(|call| changed::is_call(event, call));
        here && match by_gateway {
            Some(true) => lets_in,
            Some(false) | None => of_code || lets_in,
        }
    })
}

/// Other Regions in which more are refused as well.
fn elsewhere(evidence: &Evidence<'_>, site: &Site) -> Vec<String> {
    let picture = evidence.picture;
    let others = picture
        .sites
        .iter()
        .filter(|other| other.region != site.region);
    let names: Vec<&str> = others
        .filter(|other| {
            let share = shares(&other.api.metrics, Metric::Api4xx, Metric::ApiRequests);
            let level = share.and_then(|share| Level::rise(&share, picture.at, 2.0));
            level.is_some_and(|level| level.now - level.before >= MORE)
        })
        .map(|other| other.region.as_str())
        .collect();
    let told = format!("more requests are refused in {} as well", listed(&names));
    (!names.is_empty()).then_some(told).into_iter().collect()
}

/// The function that was changed, back to its earlier version.
fn back(site: &Site, change: Option<&Event>) -> Vec<String> {
    let Some(event) = change.filter(|event| changed::is_call(event, "lambda:UpdateFunctionCode"))
    else {
        return Vec::new();
    };
    let region = &site.region;
    let changed = site
        .functions
        .iter()
        .filter(|one| event.about.contains(&one.name));
    changed
        .map(|one| format!("gwctl rollback {} --in {region}", one.name))
        .collect()
}
