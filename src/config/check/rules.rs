//! What the rules of guided actions and the limits of the verdicts may be.

use super::findings::Findings;
use super::url;
use crate::config::nearest;
use crate::console::app::action_names;
use crate::fleet::{FleetSpec, Limit, RoutingEndpoint, Thresholds};

/// The endpoints an ARC cluster has (aws-facts §8.1).
const ENDPOINTS: usize = 5;
/// More persons than this are not found in the night.
const MOST_APPROVALS: u32 = 5;
const DAY_S: u64 = 24 * 3_600;

/// Limits of the verdicts.
pub(super) fn thresholds(limits: &Thresholds, at: &mut Findings<'_>) {
    // Every limit grows worse upwards, but for the days a certificate has left.
    let rising = [
        ("api_p99_ms", limits.api_p99_ms),
        ("api_5xx_percent", limits.api_5xx_percent),
        ("lambda_error_percent", limits.lambda_error_percent),
        ("lambda_throttle_percent", limits.lambda_throttle_percent),
        (
            "lambda_concurrency_percent",
            limits.lambda_concurrency_percent,
        ),
        ("replication_lag_ms", limits.replication_lag_ms),
        ("edge_5xx_percent", limits.edge_5xx_percent),
        ("probe_ms", limits.probe_ms),
    ];
    for (key, limit) in rising {
        limit_in_order(
            key,
            limit,
            limit.warn <= limit.critical,
            "warn <= critical",
            at,
        );
    }
    let days = limits.certificate_days;
    limit_in_order(
        "certificate_days",
        days,
        days.warn >= days.critical,
        "warn >= critical: fewer days are worse",
        at,
    );
    if let Some(most) = limits.max_connections
        && !(most.is_finite() && most >= 1.0)
    {
        at.error(
            "max_connections",
            format!("{most} connections"),
            "a number from 1",
        );
    }
    for (key, seconds) in [
        ("metric_stale_s", limits.metric_stale_s),
        ("state_stale_s", limits.state_stale_s),
    ] {
        if !(seconds.is_finite() && seconds > 0.0) {
            at.error(
                key,
                format!("{seconds} seconds"),
                "a number of seconds above 0",
            );
        }
    }
}

fn limit_in_order(key: &str, limit: Limit, in_order: bool, order: &str, at: &mut Findings<'_>) {
    let both = [limit.warn, limit.critical];
    if both.iter().any(|value| !value.is_finite() || *value < 0.0) {
        at.error(
            key,
            format!("warn {} and critical {}", limit.warn, limit.critical),
            "numbers from 0",
        );
    } else if !in_order {
        at.error(
            key,
            format!(
                "warn {} and critical {} are the wrong way round",
                limit.warn, limit.critical
            ),
            order,
        );
    } else if key.ends_with("percent") && both.iter().any(|value| *value > 100.0) {
        at.error(
            key,
            format!("warn {} and critical {}", limit.warn, limit.critical),
            "percent, from 0 to 100",
        );
    }
}

/// Objectives and abort criteria.
pub(super) fn rules(spec: &FleetSpec, at: &mut Findings<'_>) {
    let rules = &spec.rules;
    if !(0.0..=100.0).contains(&rules.abort_5xx_percent) {
        let found = format!("{} %", rules.abort_5xx_percent);
        at.error("abort_5xx_percent", found, "percent, from 0 to 100");
    }
    for (key, value, unit) in [
        ("rpo_s", rules.rpo_s, "seconds"),
        ("abort_p99_ms", rules.abort_p99_ms, "milliseconds"),
        ("abort_lag_ms", rules.abort_lag_ms, "milliseconds"),
    ] {
        if !(value.is_finite() && value >= 0.0) {
            at.error(key, format!("{value} {unit}"), "a number from 0");
        }
    }
    for (key, value, least, most, accepted) in [
        (
            "rto_s",
            rules.rto_s,
            1,
            7 * DAY_S,
            "seconds, from 1 to 7 days",
        ),
        (
            "window_s",
            rules.window_s,
            60,
            7 * DAY_S,
            "seconds, from 60 to 7 days",
        ),
        (
            "hold_down_s",
            rules.hold_down_s,
            0,
            DAY_S,
            "seconds, from 0 to 24 h",
        ),
        (
            "abort_minutes",
            u64::from(rules.abort_minutes),
            1,
            60,
            "minutes, from 1 to 60",
        ),
        (
            "approval_lasts_s",
            rules.approval_lasts_s,
            60,
            DAY_S,
            "seconds, from 60 to 24 h",
        ),
        (
            "baseline_minutes",
            u64::from(rules.baseline_minutes),
            1,
            180,
            "minutes, from 1 to 180",
        ),
    ] {
        if !(least..=most).contains(&value) {
            at.error(key, format!("{value}"), accepted);
        }
    }
    least_healthy(spec, at);
    approvals(spec, at);
}

/// How many persons must approve which action.
fn approvals(spec: &FleetSpec, at: &mut Findings<'_>) {
    for (action, count) in &spec.rules.approvals {
        let below = &mut at.below(&["approvals"]);
        if !action_names().any(|name| name == action) {
            let accepted = action_names().collect::<Vec<_>>().join(", ");
            let found = format!("there is no action `{action}`");
            below.error(action, found, &accepted).meant =
                nearest(action, action_names()).map(ToOwned::to_owned);
        }
        if !(1..=MOST_APPROVALS).contains(count) {
            let found = format!("{count} approvals");
            below.error(action, found, "a number from 1 to 5");
        }
    }
}

fn least_healthy(spec: &FleetSpec, at: &mut Findings<'_>) {
    let least = spec.rules.least_healthy;
    let regions = spec.sites.len();
    if least < 1 {
        // Route 53 treats all unhealthy as all healthy (aws-facts §3.1).
        at.error("least_healthy", "no Region need stay healthy", "1 or more");
    } else if regions > 0 && least as usize >= regions {
        let found = format!(
            "{least} of {regions} Regions must stay healthy: leaving one always trips this rule"
        );
        at.warn("least_healthy", found);
    }
}

/// Where routing controls are switched.
pub(super) fn endpoints(endpoints: &[RoutingEndpoint], at: &mut Findings<'_>) {
    for (n, endpoint) in endpoints.iter().enumerate() {
        let below = &mut at.below(&["routing_endpoints", &n.to_string()]);
        url("url", Some(&endpoint.url), below);
        let twice =
            |other: &RoutingEndpoint| other.url == endpoint.url || other.region == endpoint.region;
        if endpoints[..n].iter().any(twice) {
            let found = format!("{} is listed twice", endpoint.region);
            below.error("region", found, "each of the cluster's endpoints once");
        }
    }
    if !endpoints.is_empty() && endpoints.len() != ENDPOINTS {
        let found = format!(
            "{} endpoints are named, and a cluster has {ENDPOINTS}: any may be the one that answers",
            endpoints.len()
        );
        at.warn("routing_endpoints", found);
    }
}
