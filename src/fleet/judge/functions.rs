//! The functions of one Region: errors, throttles, and room for more.

use super::site::{FEW, effect, of};
use super::words::{Effect, beyond, percent};
use super::{figure, reason, share};
use crate::fleet::{Function, Metric, Reason, Site, Snapshot, Verdict};

pub(super) fn judge(snapshot: &Snapshot, site: &Site, reasons: &mut Vec<Reason>) {
    for function in &site.functions {
        self::function(snapshot, function, reasons);
    }
    reasons.extend(concurrency(snapshot, site));
}

fn function(snapshot: &Snapshot, function: &Function, reasons: &mut Vec<Reason>) {
    let limits = &snapshot.thresholds;
    let (metrics, name) = (&function.metrics, &function.name);
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
    // A throttled request is no invocation (aws-facts §1.2): with all of them throttled there is
    // no whole to take a share of.
    let throttles = figure(metrics, Metric::FunctionThrottles, snapshot).filter(|p| p.value > 0.0);
    match (share_of(Metric::FunctionThrottles), throttles) {
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

/// How much of the account's concurrency the fleet's functions use here.
fn concurrency(snapshot: &Snapshot, site: &Site) -> Option<Reason> {
    let limit = f64::from(site.concurrency.current()?.limit);
    let used: f64 = site
        .functions
        .iter()
        .filter_map(|f| figure(&f.metrics, Metric::FunctionConcurrency, snapshot))
        .map(|point| point.value)
        .sum();
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
