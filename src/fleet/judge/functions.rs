//! The functions of one Region: errors, throttles, and room for more.

use super::reasons::{Effect, absent, beyond, percent};
use super::site::{FEW, effect, of};
use crate::judge::evidence::{figure, reason, share};
use crate::{Function, Metric, Missing, Reason, Site, Snapshot, Verdict};

pub(super) fn judge(snapshot: &Snapshot, site: &Site, reasons: &mut Vec<Reason>) {
    for function in &site.functions {
        self::function(snapshot, site, function, reasons);
    }
    reasons.extend(concurrency(snapshot, site));
}

fn function(snapshot: &Snapshot, site: &Site, function: &Function, reasons: &mut Vec<Reason>) {
    let limits = &snapshot.thresholds;
    let (metrics, name) = (&function.metrics, &function.name);
    reasons.extend(absent(
        &function.detail,
        "functions",
        "function",
        name,
        &site.region,
    ));
    let invocations = figure(metrics, Metric::FunctionInvocations, snapshot);
    let effect = effect(invocations);
    let share_of = |part| share(metrics, part, Metric::FunctionInvocations, snapshot);
    if let Some(errors) = share_of(Metric::FunctionErrors) {
        let name = of(&format!("{name} errors"), invocations);
        reasons.extend(beyond(
            errors,
            limits.lambda_error_percent,
            effect,
            "functions",
            &name,
            percent,
        ));
    }
    // With all requests throttled there is no invocation, and nothing to take a share of.
    let throttles = figure(metrics, Metric::FunctionThrottles, snapshot).filter(|p| p.value > 0.0);
    let part = share_of(Metric::FunctionThrottles).map(throttled_of_all);
    match (part, throttles) {
        (Some(share), _) => {
            let name = format!("{name} throttled");
            reasons.extend(beyond(
                share,
                limits.lambda_throttle_percent,
                effect,
                "functions",
                &name,
                percent,
            ));
        }
        (None, Some(point)) => {
            let text = format!(
                "{name} throttled: all {:.0} requests of the last minute",
                point.value
            );
            let verdict = if point.value >= FEW {
                Verdict::Down
            } else {
                Verdict::Degraded
            };
            reasons.push(reason(verdict, "functions", text));
        }
        (None, None) => {}
    }
    if let Some(detail) = function.detail.current()
        && detail.state == "Failed"
    {
        reasons.push(reason(
            Verdict::Degraded,
            "functions",
            format!("{name} is in state Failed"),
        ));
    }
}

/// The percent of all requests to a function that Lambda throttles, of the percent of its invocations: a throttled request
/// is no invocation (aws-facts §1.2).
pub fn throttled_of_all(of_invocations: f64) -> f64 {
    100.0 * of_invocations / (100.0 + of_invocations)
}

/// How much of the account's concurrency the fleet's functions use here; none where a function's part of it is
/// not known.
fn concurrency(snapshot: &Snapshot, site: &Site) -> Option<Reason> {
    let limit = f64::from(site.concurrency.current()?.limit);
    let used = site
        .functions
        .iter()
        .map(|function| running(snapshot, function))
        .sum::<Option<f64>>()?;
    if limit <= 0.0 {
        return None;
    }
    let name = format!("Lambda concurrency {used:.0} of {limit:.0}:");
    let limits = snapshot.thresholds.lambda_concurrency_percent;
    beyond(
        100.0 * used / limit,
        limits,
        Effect::Threatens,
        "functions",
        &name,
        percent,
    )
}

/// How many of the function run at once. One that is not called has no points (aws-facts §1.2); one that could
/// not be asked for may run or not.
fn running(snapshot: &Snapshot, function: &Function) -> Option<f64> {
    let series = function.metrics.get(Metric::FunctionConcurrency);
    match figure(&function.metrics, Metric::FunctionConcurrency, snapshot) {
        Some(point) => Some(point.value),
        None if series
            .why_missing()
            .is_none_or(|why| *why == Missing::NoData) =>
        {
            Some(0.0)
        }
        None => None,
    }
}
