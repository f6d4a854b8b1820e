//! Functions whose requests Lambda refuses, because too many run at once.

use super::changed::{self, Change};
use super::told::{beside_usual, evacuate, hit, listed, since};
use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use crate::onset::Onset;
use gwctl_fleet::{Function, Metric, Site, Verdict, format};

/// Calls that change how many of a function may run at once, or what is kept ready for it (aws-facts §14.3).
const LIMITS: [&str; 3] = [
    "lambda:PutFunctionConcurrency",
    "lambda:DeleteFunctionConcurrency",
    "lambda:PutProvisionedConcurrencyConfig",
];
/// As many times the usual duration needs as many times the environments.
const SLOWER: f64 = 1.5;

pub(super) fn look(evidence: &Evidence<'_>, site: &Site) -> Option<Hypothesis> {
    let (picture, region) = (evidence.picture, &site.region);
    let limit = picture.thresholds.lambda_throttle_percent.warn;
    let refused = |function: &&Function| {
        let metrics = &function.metrics;
        let share = metrics.percent(
            Metric::FunctionThrottles,
            Metric::FunctionInvocations,
            picture.at,
        );
        // With all of them refused there is no invocation to take a share of (aws-facts §1.2).
        let some = metrics.latest(Metric::FunctionThrottles, picture.at);
        share.map_or_else(
            || some.is_some_and(|point| point.value > 0.0),
            |share| share.value > limit,
        )
    };
    let hurt: Vec<&Function> = site.functions.iter().filter(refused).collect();
    let names: Vec<&str> = hurt.iter().map(|one| one.name.as_str()).collect();
    let began = hurt
        .iter()
        .filter_map(|one| {
            let series = one.metrics.get(Metric::FunctionThrottles).current()?;
            Onset::of(series, picture.at, |count| count > 0.0)
        })
        .min_by_key(|onset| onset.at);
    if names.is_empty() {
        return None;
    }
    let reserved = began.and_then(|began| {
        changed::newest(evidence, began, |event| {
            let ours = hurt.iter().any(|one| event.is_about(one.own_name()));
            let here = event.region.as_ref() == Some(region);
            ours && here && LIMITS.iter().any(|call| changed::is_call(event, call))
        })
    });
    let mut supports: Vec<String> = hurt
        .iter()
        .filter_map(|one| {
            let count = one
                .metrics
                .latest(Metric::FunctionThrottles, picture.at)?
                .value;
            Some(format!(
                "{region}: {} requests a minute to {} are throttled",
                format::count(count),
                one.name
            ))
        })
        .collect();
    supports.extend(room(evidence, site));
    let slower = began
        .filter(|_| reserved.is_none())
        .and_then(|began| slower(evidence, site, &hurt, began));
    supports.extend(reserved.map(changed::told));
    let mut by = changed::clause(reserved, began);
    if let Some((takes, change)) = slower {
        by = format!(", {}", change.clause);
        supports.extend([takes, change.told]);
    }
    Some(Hypothesis {
        cause: "functions-throttled",
        region: Some(region.clone()),
        sentence: format!(
            "Lambda throttles {} in {region}{}{by}",
            listed(&names),
            since(began)
        ),
        verdict: site.judgement.verdict.max(Verdict::Degraded),
        hurts: true,
        since: began,
        sure: Sureness::High,
        why: "Lambda counts the requests that it throttles".into(),
        supports,
        contradicts: Vec::new(),
        apart: Some(if reserved.is_some() {
            "whether the throttling ends when the function's concurrency is as it was".into()
        } else {
            "whether requests became more, each takes longer, or other functions of the account run: the Region's charts"
                .into()
        }),
        about: Vec::new(),
        hit_percent: hit(evidence, site),
        actions: evacuate(evidence, region),
    })
}

/// That they take longer since somebody changed them, and so more of them run at once; with the change.
fn slower(
    evidence: &Evidence<'_>,
    site: &Site,
    hurt: &[&Function],
    began: Onset,
) -> Option<(String, Change)> {
    hurt.iter().find_map(|one| {
        let (metric, at) = (Metric::FunctionDurationP95, evidence.picture.at);
        let (now, usual) = beside_usual(&one.metrics, metric, began, at)?;
        let change = changed::of_functions(evidence, site, &[one.name.as_str()], began)?;
        let takes = format!(
            "{}: {} takes {} (p95), usually {}",
            site.region,
            one.name,
            format::millis(now),
            format::millis(usual)
        );
        (now >= SLOWER * usual).then_some((takes, change))
    })
}

/// How many may run at once, and how many of the fleet's do.
fn room(evidence: &Evidence<'_>, site: &Site) -> Option<String> {
    let limit = f64::from(site.concurrency.current()?.limit);
    let at = evidence.picture.at;
    let running = site.functions.iter().map(|one| {
        let point = one.metrics.latest(Metric::FunctionConcurrency, at)?;
        Some(point.value)
    });
    let running = running.sum::<Option<f64>>();
    let region = &site.region;
    let limit = format::count(limit);
    Some(match running {
        Some(running) => format!(
            "{region}: {} of the fleet's functions run at once, of {limit} that the account may run",
            format::count(running)
        ),
        None => format!("{region}: the account may run {limit} functions at once"),
    })
}
