//! The steps that keep traffic from a Region, or let it return, by any mechanism.

use std::fmt::Display;

pub(super) use super::way::Way;
use super::wellness::Moved;
use super::{answers, preconditions, record_change, region_switch, ways, weights, wellness};
use crate::check::Check;
use crate::draft::PlanContext;
use crate::mechanism::Mechanism;
use crate::task::{
    AwaitAnswers, AwaitTraffic, AwaitWithinLimits, FlipSwitch, ForceCheck, RoutingControl,
};
use crate::{Change, Refused, Shift, Step, Task, format};
use gwctl_fleet::assumptions::Means;
use gwctl_fleet::{Leaving, Region, Site, Takes};

/// What of the assumption ledger a shift of traffic relies on, by any mechanism.
pub(super) const MEANS: &[Means] = &[
    Means::Switch,
    Means::ForcedCheck,
    Means::RoutingControl,
    Means::DnsAnswers,
    Means::Records,
    Means::Traffic,
    Means::RegionSwitch,
];

/// The one step that shifts, called `id`.
pub(super) fn flip(
    context: &PlanContext<'_>,
    region: &Region,
    mechanism: Mechanism,
    way: Way,
    id: &str,
) -> Result<Step, Refused> {
    let snapshot = context.snapshot;
    let out = way == Way::Out;
    let no = |why: &dyn Display| Refused::new(format!("{mechanism} of {region}: {why}"));
    let (task, change) = match mechanism {
        Mechanism::Switch => {
            let switch = ways::switch(region, snapshot).map_err(|why| no(&why))?;
            let (normal, evacuated) = (switch.normal_value(), switch.evacuated_value());
            // Somebody may have put it there already.
            let stands = switch.stands_evacuated() == Some(true);
            let (before, after) = if out && stands {
                (evacuated, evacuated)
            } else if out {
                (normal, evacuated)
            } else {
                (evacuated, normal)
            };
            let change = Change::new(
                format!(
                    "{} {} in {}",
                    switch.namespace, switch.metric, switch.region
                ),
                before.to_string(),
                after.to_string(),
            );
            let task = FlipSwitch {
                evacuates: region.clone(),
                region: switch.region.clone(),
                alarm: switch.alarm.clone(),
                namespace: switch.namespace.clone(),
                metric: switch.metric.clone(),
                dimensions: switch.dimensions.clone(),
                value: after,
            };
            (Task::FlipSwitch(task), change)
        }
        Mechanism::RoutingControl => {
            let control = snapshot.edge.find_control(region);
            let control = control.map_err(|why| no(&why))?;
            let task = RoutingControl {
                evacuates: region.clone(),
                control: control.into(),
                endpoints: context.spec.edge.routing_endpoints.clone(),
                on: !out,
            };
            let words = if out { ("On", "Off") } else { ("Off", "On") };
            (
                Task::RoutingControl(task),
                Change::new("routing control", words.0, words.1),
            )
        }
        Mechanism::HealthCheck => {
            let found = snapshot.edge.find_check(region);
            let (check, config) = found.map_err(|why| no(&why))?;
            let version = config.version;
            let words = if out {
                ("as measured", "forced unhealthy")
            } else {
                ("forced unhealthy", "as measured")
            };
            let change = Change::new(format!("health check {check}"), words.0, words.1);
            (
                Task::ForceCheck(ForceCheck {
                    check: check.into(),
                    version,
                    unhealthy: out,
                }),
                change,
            )
        }
        Mechanism::Records => {
            let mut batch = record_change::change(context, region, if out { 0 } else { 100 })?;
            batch.strict = out;
            let change = record_change::told(context, region, &batch).unwrap_or_else(|| {
                let now = weights::shares(context, region)
                    .map_or("unknown".into(), |(_, most)| format::share(most));
                let after = if out { "0 %" } else { "100 %" };
                Change::new(format!("share of {region}"), now, after)
            });
            (Task::ChangeRecords(batch), change)
        }
        Mechanism::RegionSwitch => {
            let route = region_switch::route(snapshot, region, way).map_err(|why| no(&why))?;
            // What takes another step back waits for the end of its execution.
            let (task, change) = route.task(context, id.starts_with("undo."));
            (Task::SwitchRegion(task), change)
        }
    };
    let title = match way {
        Way::Out => format!("Evacuate {region} by {mechanism}"),
        Way::Back => format!("Readmit {region} by {mechanism}"),
    };
    let shift = shift(context, region, if out { 0 } else { 100 });
    Ok(Step::new(id, title, task, snapshot)
        .changes(change)
        .shifts(shift))
}

/// The step that takes back the one of `steps` called `done`, itself called `id`: records as they were before it, anything
/// else by the other position.
pub(super) fn take_back(
    context: &PlanContext<'_>,
    region: &Region,
    (steps, done): (&[Step], &str),
    way: Way,
    mechanism: Mechanism,
    id: &str,
) -> Result<Step, Refused> {
    let done = steps.iter().find(|step| step.id == done);
    let changed = done.and_then(|step| match &step.task {
        Task::ChangeRecords(changed) => Some((step, changed)),
        _ => None,
    });
    let Some((done, changed)) = changed else {
        return flip(context, region, mechanism, way, id);
    };
    let title = format!("Put the records of {region} back as they were");
    let task = Task::ChangeRecords(record_change::taken_back(changed));
    let mut step = Step::new(id, title, task, context.snapshot);
    if let Some(change) = &done.change {
        let Change {
            what,
            before,
            after,
        } = change.clone();
        step = step.changes(Change::new(what, after, before));
    }
    let percent = if way == Way::Out { 0 } else { 100 };
    Ok(step.shifts(shift(context, region, percent)))
}

/// What a step does to the Region's traffic that leaves `percent` of it there.
pub(super) fn shift(context: &PlanContext<'_>, region: &Region, percent: u8) -> Shift {
    Shift {
        region: region.clone(),
        percent,
        takers: receivers(context, region),
    }
}

/// What shows that it worked: authoritative DNS, then the Region's own request count, then those that
/// receive (or the Region itself, when traffic returns).
pub(super) fn observed(
    context: &PlanContext<'_>,
    region: &Region,
    way: Way,
    after: &str,
    prefix: &str,
) -> Vec<Step> {
    let snapshot = context.snapshot;
    let out = way == Way::Out;
    let dns = Task::AwaitAnswers(AwaitAnswers {
        zone: context.spec.edge.hosted_zone.clone(),
        name: context.spec.edge.latency_record.clone(),
        region: region.clone(),
        records: answers::answers(context, region),
        gone: out,
        seen_from: out.then(|| seen_from(context, region)).flatten(),
    });
    let before = snapshot.clients_last(region);
    let traffic = Task::AwaitTraffic(AwaitTraffic {
        region: region.clone(),
        before: before.filter(|clients| out && *clients > 0.0),
        percent: 5.0,
        gone: out,
        caches_s: 2 * ttl_s(context, region) + 60,
    });
    let judged: Vec<Region> = if out {
        receivers(context, region)
    } else {
        vec![region.clone()]
    };
    let within = within(context, judged, 60);
    let id = |name: &str| format!("{prefix}{name}");
    let (dns_title, traffic_title, within_title) = if out {
        (
            format!("No DNS answer names {region}"),
            format!("No clients reach {region}"),
            "Receiving Regions are within limits".to_owned(),
        )
    } else {
        (
            format!("DNS answers {region} again"),
            format!("{region} serves again"),
            format!("{region} is within limits"),
        )
    };
    vec![
        Step::new(id("dns"), dns_title, dns, snapshot).after([after]),
        Step::new(id("traffic"), traffic_title, traffic, snapshot).after([id("dns")]),
        Step::new(id("receivers"), within_title, within, snapshot).after([id("dns")]),
    ]
}

/// The gate on Regions that receive, watched for at least `for_s` seconds.
pub(super) fn within(context: &PlanContext<'_>, regions: Vec<Region>, for_s: u64) -> Task {
    let (rules, snapshot) = (&context.spec.rules, context.snapshot);
    let own = |site: &Site| snapshot.usually_refused(site, snapshot.at);
    // For a Region without client requests, use the share of the others.
    let others = snapshot.sites.iter().filter_map(own).reduce(f64::max);
    let usual = |region: &Region| {
        let usual = own(snapshot.site(region)?).or(others)?;
        Some((region.clone(), usual))
    };
    Task::AwaitWithinLimits(AwaitWithinLimits {
        usual_4xx: regions.iter().filter_map(usual).collect(),
        regions,
        errors_percent: rules.abort_5xx_percent,
        p99_ms: rules.abort_p99_ms,
        for_s,
    })
}

/// The Regions that receive the shifted traffic: all except those known not to serve.
pub(super) fn receivers(context: &PlanContext<'_>, region: &Region) -> Vec<Region> {
    let snapshot = context.snapshot;
    snapshot
        .sites
        .iter()
        .map(|site| &site.region)
        .filter(|other| *other != region && preconditions::serves(snapshot, other) != Some(false))
        .cloned()
        .collect()
}

/// That every Region that receives is well, and can bear it, before anything is sent there. `leaves` is the part of the
/// Region's clients that goes, 0 to 1.
pub(super) fn receiving(
    context: &PlanContext<'_>,
    region: &Region,
    how: Leaving,
    leaves: f64,
) -> Vec<Check> {
    let snapshot = context.snapshot;
    let all = receivers(context, region);
    let checks = all.iter().flat_map(|other| {
        let takes = snapshot.edge.takes(region, other, how, snapshot.at);
        let moved = Moved {
            from: &[region],
            leaves,
            takes: &takes,
        };
        let bears = wellness::bears(snapshot, moved, other);
        std::iter::once(wellness::well(snapshot, other)).chain(bears)
    });
    checks.collect()
}

/// How a mechanism takes a Region out.
pub(super) fn leaving(mechanism: Mechanism) -> Leaving {
    if mechanism == Mechanism::Records {
        Leaving::ByShares
    } else {
        Leaving::Out
    }
}

/// Who takes how much of what leaves the Region, where it is known of every Region that receives.
pub(super) fn takers(context: &PlanContext<'_>, region: &Region, how: Leaving) -> Option<String> {
    let snapshot = context.snapshot;
    let mut told = Vec::new();
    let mut ground = "";
    for other in receivers(context, region) {
        match snapshot.edge.takes(region, &other, how, snapshot.at) {
            Takes::Part { part, by } => {
                ground = by;
                told.push(format!("{other} takes {}", format::percent(100.0 * part)));
            }
            Takes::AtMost { .. } => return None,
        }
    }
    (!told.is_empty()).then(|| {
        format!(
            "Of what leaves {region}, {} ({ground}).",
            told.join(" and ")
        )
    })
}

/// The places that DNS answers with the Region now; none where it is not known.
fn seen_from(context: &PlanContext<'_>, region: &Region) -> Option<Vec<String>> {
    let answers = context.snapshot.edge.answers.current()?;
    // An alias answers with addresses, which do not name a Region here.
    let known = answers.iter().all(|answer| answer.region.is_some());
    let there = answers
        .iter()
        .filter(|answer| answer.region.as_ref() == Some(region));
    known.then(|| there.map(|answer| answer.vantage.clone()).collect())
}

/// How long some traffic still reaches the Region (aws-facts §5.3).
pub(super) fn caches(context: &PlanContext<'_>, region: &Region) -> String {
    let ttl = ttl_s(context, region);
    if context.spec.edge.router.is_none() {
        return format!(
            "Caches keep some traffic in {region}: resolvers for the record's {ttl} s, kept-alive connections until they close. Expect some requests for two to three minutes."
        );
    }
    format!(
        "Caches keep some traffic in {region}: resolvers for the record's {ttl} s, the edge router for the same time again, kept-alive connections until they close. Expect some requests for two to three minutes."
    )
}

/// For how long resolvers keep an answer, in seconds. An alias is kept as long as what it leads to, which AWS
/// keeps at 60 (aws-facts §3.1).
fn ttl_s(context: &PlanContext<'_>, region: &Region) -> u64 {
    let records = context.snapshot.edge.records_of(region).unwrap_or_default();
    let ttls = records.into_iter().filter_map(|record| record.ttl);
    ttls.filter_map(|ttl| u64::try_from(ttl).ok())
        .max()
        .unwrap_or(60)
}

/// Ids of steps.
pub(super) fn ids(steps: &[Step]) -> Vec<String> {
    steps.iter().map(|step| step.id.clone()).collect()
}
