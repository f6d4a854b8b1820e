//! Functions whose requests Lambda refuses, because too many run at once.

use super::changed;
use super::told::{evacuate, hit, listed, since};
use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use crate::onset::Onset;
use gwctl_fleet::{Function, Metric, Site, Verdict, format};

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
            ours && here && changed::is_call(event, "lambda:PutFunctionConcurrency")
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
    supports.extend(reserved.map(changed::told));
    Some(Hypothesis {
        cause: "functions-throttled",
        region: Some(region.clone()),
        sentence: format!(
            "Lambda throttles {} in {region}{}{}",
            listed(&names),
            since(began),
            changed::clause(reserved, began)
        ),
        verdict: site.judgement.verdict.max(Verdict::Degraded),
        hurts: true,
        since: began,
        sure: Sureness::High,
        why: "Lambda counts the requests that it throttles".into(),
        supports,
        contradicts: Vec::new(),
        apart: Some(if reserved.is_some() {
            "whether the throttling ends when the reserved concurrency is removed".into()
        } else {
            "whether requests became more, each takes longer, or other functions of the account run: the Region's charts"
                .into()
        }),
        about: Vec::new(),
        hit_percent: hit(evidence, site),
        actions: evacuate(evidence, region),
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
