//! Functions whose requests Lambda refuses, because too many run at once.

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
    let limit = site.concurrency.current().map(|one| {
        format!(
            "{region}: the account may run {} functions at once",
            format::count(f64::from(one.limit))
        )
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
    supports.extend(limit);
    Some(Hypothesis {
        cause: "functions-throttled",
        region: Some(region.clone()),
        sentence: format!(
            "Lambda throttles {} in {region}{}",
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
        apart: Some(
            "whether the requests became more, or each takes longer: the Region's charts".into(),
        ),
        hit_percent: hit(evidence, site),
        actions: evacuate(evidence, region),
    })
}
