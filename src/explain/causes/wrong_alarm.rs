//! An alarm that fires while what it watches is as always, or is gone.

use super::alarm;
use super::changed;
use super::level::middles;
use super::made;
use super::told::reasons;
use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use crate::onset::shares;
use gwctl_fleet::{Alarm, AlarmWatch, Event, Metric, Series, Site, Verdict, format};
use std::sync::Arc;

/// What is at most so many times as high as before is as always.
const AS_ALWAYS: f64 = 1.3;

pub(super) fn look(evidence: &Evidence<'_>, site: &Site, firing: &Alarm) -> Option<Hypothesis> {
    let watches = firing.watches.as_ref()?;
    gone(evidence, site, firing, watches).or_else(|| narrow(evidence, site, firing, watches))
}

/// It takes missing figures for trouble, and there are none.
fn gone(
    evidence: &Evidence<'_>,
    site: &Site,
    firing: &Alarm,
    watches: &AlarmWatch,
) -> Option<Hypothesis> {
    // The words of CloudWatch's reason are the only place that tells.
    let missing = watches.missing.as_deref() == Some("breaching")
        && firing.reason.contains("no datapoints were received");
    if !missing {
        return None;
    }
    let of: Vec<&str> = watches
        .dimensions
        .iter()
        .map(|(_, value)| value.as_str())
        .collect();
    let of = of.join(" ");
    let deleted = deleted(evidence, site, firing, watches);
    let by = match deleted {
        Some(event) => format!("{} deleted it", made::who(event)),
        None => "it may be gone, or do nothing now".into(),
    };
    let mut supports = vec![alarm::told(firing)];
    supports.push(format!(
        "{}: it takes missing figures for trouble, and {} {} of {of} has none",
        firing.name, watches.namespace, watches.metric
    ));
    supports.extend(deleted.map(changed::told));
    Some(Hypothesis {
        sure: if deleted.is_some() {
            Sureness::High
        } else {
            Sureness::Medium
        },
        why: match deleted {
            Some(_) => "what it watches was deleted just before it fired".into(),
            None => "it fires because there are no figures, and not for what they say".into(),
        },
        supports,
        ..blank(
            site,
            firing,
            &format!("{}, which has no figures: {by}", of_what(&of)),
        )
    })
}

fn of_what(of: &str) -> String {
    if of.is_empty() {
        "a metric".into()
    } else {
        of.to_owned()
    }
}

/// A call that deleted what the alarm watches.
fn deleted<'a>(
    evidence: &Evidence<'a>,
    site: &Site,
    firing: &Alarm,
    watches: &AlarmWatch,
) -> Option<&'a Event> {
    let began = made::onset(firing.since?);
    let names = |event: &&Event| {
        let parameters = event.fields.iter().filter(|(name, _)| *name == "parameter");
        let mut values = parameters.filter_map(|(_, text)| text.split_once(": "));
        values.any(|(_, value)| {
            watches
                .dimensions
                .iter()
                .any(|(_, watched)| watched == value)
        })
    };
    let deletes = |event: &&Event| {
        let call = event.fields.iter().find(|(name, _)| *name == "call");
        call.is_some_and(|(_, call)| call.contains(":Delete"))
            && event.region.as_ref() == Some(&site.region)
            && !event.is_refused()
            && made::precedes(event.at, began)
    };
    let all = evidence.events.iter().filter(deletes).filter(names);
    all.max_by_key(|event| event.at)
}

/// Somebody changed it just before it fired, and what it watches is as always.
fn narrow(
    evidence: &Evidence<'_>,
    site: &Site,
    firing: &Alarm,
    watches: &AlarmWatch,
) -> Option<Hypothesis> {
    let began = made::onset(firing.since?);
    let configured = watches.configured.filter(|at| made::precedes(*at, began));
    let change = made::calls(evidence, "monitoring:PutMetricAlarm")
        .filter(|event| {
            event
                .region
                .as_ref()
                .is_none_or(|region| *region == site.region)
        })
        .filter(|event| made::parameters(event, "alarmName").any(|name| name == firing.name))
        .filter(|event| made::precedes(event.at, began))
        .max_by_key(|event| event.at);
    if configured.is_none() && change.is_none() {
        return None;
    }
    let figures =
        figures(evidence, site, watches).and_then(|series| middles(&series, evidence.picture.at));
    let as_always = match figures {
        Some((before, now)) if watches.comparison.starts_with("LessThan") => {
            now >= before / AS_ALWAYS
        }
        Some((before, now)) => now <= AS_ALWAYS * before,
        // What gwctl has no figures of is as always where all else is well.
        None => site
            .judgement
            .reasons
            .iter()
            .all(|reason| reason.about == "alarms"),
    };
    if !as_always {
        return None;
    }
    let mut supports = vec![alarm::told(firing)];
    supports.extend(figures.map(|(before, now)| {
        format!(
            "{}: {} {} is {}, {} before, and the limit {}",
            site.region,
            watches.statistic,
            watches.metric,
            watches.figure(now),
            watches.figure(before),
            watches.figure(watches.limit)
        )
    }));
    supports.extend(configured.map(|at| {
        format!(
            "{}: CloudWatch dates its last change to {}",
            firing.name,
            format::minute(at)
        )
    }));
    supports
        .extend(change.map(|event| made::detailed(event, &["threshold", "comparisonOperator"])));
    let by = change.map_or("somebody", made::who);
    let known = figures.is_some();
    // A trouble that lasts is as always too, and an alarm that was made because of it is right.
    let troubles = reasons(site, &["errors", "functions"]);
    Some(Hypothesis {
        sure: if !troubles.is_empty() {
            Sureness::Low
        } else if known {
            Sureness::High
        } else {
            Sureness::Medium
        },
        why: if known {
            "its limit was changed just before it fired, and what it watches is as always".into()
        } else {
            "its limit was changed just before it fired; gwctl has no figures of what it watches, and everything else has no problems".into()
        },
        supports,
        contradicts: troubles,
        ..blank(
            site,
            firing,
            &format!(
                "{}, which is as always: {by} changed the alarm before it fired",
                watches.metric
            ),
        )
    })
}

fn blank(site: &Site, firing: &Alarm, what: &str) -> Hypothesis {
    let since = firing.since.map(made::onset);
    Hypothesis {
        cause: "alarm-wrong",
        region: Some(site.region.clone()),
        sentence: format!(
            "Alarm {} in {} is what is wrong{}: it watches {what}",
            firing.name,
            site.region,
            super::told::since(since)
        ),
        verdict: Verdict::Degraded,
        hurts: false,
        since,
        sure: Sureness::Low,
        why: String::new(),
        supports: Vec::new(),
        contradicts: Vec::new(),
        apart: Some("whether it was meant: ask who made the change".into()),
        about: Vec::new(),
        hit_percent: None,
        actions: Vec::new(),
    }
}

/// The picture's own series of what the alarm watches, in the alarm's unit.
pub(super) fn figures(
    evidence: &Evidence<'_>,
    site: &Site,
    watches: &AlarmWatch,
) -> Option<Series> {
    let of = |metric: Metric| {
        site.api
            .metrics
            .get(metric)
            .current()
            .map(Arc::as_ref)
            .cloned()
    };
    let about = |value: &str| {
        watches
            .dimensions
            .iter()
            .any(|(_, watched)| watched == value)
    };
    let metric = (watches.metric.as_str(), watches.statistic.as_str());
    match watches.namespace.as_str() {
        "AWS/ApiGateway"
            if about(&site.api.id)
                || watches.dimensions.iter().any(|(name, _)| name == "ApiName") =>
        {
            match metric {
                ("Latency", "p99") => of(Metric::ApiLatencyP99),
                ("Latency", "p90") => of(Metric::ApiLatencyP90),
                ("Latency", "p50") => of(Metric::ApiLatencyP50),
                // API Gateway counts zeros and ones: their average is a share (aws-facts §1.1).
                ("5xx" | "5XXError", "Average") => share(site, Metric::Api5xx),
                ("4xx" | "4XXError", "Average") => share(site, Metric::Api4xx),
                ("5xx" | "5XXError", "Sum") => of(Metric::Api5xx),
                ("4xx" | "4XXError", "Sum") => of(Metric::Api4xx),
                _ => None,
            }
        }
        "AWS/Lambda" => {
            let function = site.functions.iter().find(|one| about(one.own_name()))?;
            let metric = match metric {
                ("Errors", "Sum") => Metric::FunctionErrors,
                ("Throttles", "Sum") => Metric::FunctionThrottles,
                ("Invocations", "Sum") => Metric::FunctionInvocations,
                ("Duration", "p95") => Metric::FunctionDurationP95,
                ("ConcurrentExecutions", "Maximum") => Metric::FunctionConcurrency,
                _ => return None,
            };
            function
                .metrics
                .get(metric)
                .current()
                .map(Arc::as_ref)
                .cloned()
        }
        "AWS/CloudFront" => {
            let metric = match metric {
                ("5xxErrorRate", "Average") => Metric::Edge5xxRate,
                ("4xxErrorRate", "Average") => Metric::Edge4xxRate,
                _ => return None,
            };
            evidence
                .picture
                .edge
                .metrics
                .get(metric)
                .current()
                .map(Arc::as_ref)
                .cloned()
        }
        _ => None,
    }
}

/// A share of the requests, 0 to 1.
fn share(site: &Site, part: Metric) -> Option<Series> {
    let percent = shares(&site.api.metrics, part, Metric::ApiRequests)?;
    let points = percent.points().iter();
    let scaled = points.map(|point| gwctl_fleet::Point {
        at: point.at,
        value: point.value / 100.0,
    });
    Some(Series::new(percent.period, scaled))
}
