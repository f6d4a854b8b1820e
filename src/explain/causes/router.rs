//! A router at the edge that fails: its requests never reach a Region.

use super::changed;
use super::level::Level;
use super::logged::quote;
use super::made;
use super::told::{aws_says_of, listed, since};
use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use crate::onset::{Onset, shares};
use gwctl_fleet::logs::Pattern;
use gwctl_fleet::{Event, EventKind, FunctionName, Metric, Region, Verdict, format};
use jiff::SignedDuration;

/// Percent of all requests: fewer that fail are no trouble of the router's.
const MORE: f64 = 1.0;
/// The distribution gives a version to every edge within minutes: a change so long before may still be its cause.
const DEPLOYS: SignedDuration = SignedDuration::from_mins(15);
/// Fewer lines than this tell nothing.
const FEW: u64 = 3;

/// What the edge counts of a router that fails (aws-facts §5.3).
const COUNTED: [(Metric, &str); 2] = [
    (
        Metric::EdgeFunctionErrors,
        "it throws or takes too long (LambdaExecutionError)",
    ),
    (
        Metric::EdgeFunctionInvalid,
        "what it returns is not valid (LambdaValidationError)",
    ),
];

/// One of its figures that rose.
struct Risen {
    what: &'static str,
    level: Level,
}

pub(super) fn look(evidence: &Evidence<'_>) -> Vec<Hypothesis> {
    of(evidence).into_iter().collect()
}

fn of(evidence: &Evidence<'_>) -> Option<Hypothesis> {
    let picture = evidence.picture;
    let router = picture.edge.router.as_ref()?;
    let name = FunctionName::of(&router.name).name;
    let risen = risen(evidence);
    let began = risen.iter().map(|one| one.level.since);
    let began = began.min_by_key(|since| since.at)?;
    let failing: f64 = risen.iter().map(|one| one.level.now).sum();
    let logged = logged(evidence, name, began);
    let change = change(evidence, name, began);
    let dated = dated(evidence, began).filter(|_| change.is_none());
    let mut supports: Vec<String> = risen.iter().map(told).collect();
    supports.extend(at_edge(evidence));
    supports.extend(logged.iter().map(|(pattern, regions, count)| {
        let places: Vec<&str> = regions.iter().map(|region| region.as_str()).collect();
        format!(
            "{name} logs `{}` in {} ({} times that were read)",
            quote(pattern),
            listed(&places),
            format::count(*count as f64)
        )
    }));
    supports.extend(change.map(changed::told));
    supports.extend(dated.clone());
    let changed = change.is_some() || dated.is_some();
    let by = match (change, dated.is_some()) {
        (Some(event), _) => changed::clause(Some(event), Some(began)),
        (None, true) => ", after the distribution was changed".into(),
        (None, false) => String::new(),
    };
    let mut contradicts = well_before(changed, name);
    let of_aws = aws_says_of(evidence, "cloudfront");
    let (sure, why) = match (changed, logged.is_some()) {
        _ if of_aws.is_some() => (
            Sureness::Medium,
            "CloudFront counts the failures, and AWS tells of trouble with CloudFront itself",
        ),
        (true, true) => (
            Sureness::High,
            "CloudFront counts the failures since the change, and the router logs what it fails of",
        ),
        (true, false) => (
            Sureness::High,
            "CloudFront counts the failures, and they began when the distribution was changed",
        ),
        (false, _) => (
            Sureness::Medium,
            "CloudFront counts the failures; no change of the router is known",
        ),
    };
    contradicts.extend(of_aws);
    Some(Hypothesis {
        cause: "bad-router",
        region: None,
        sentence: format!(
            "The router {name} fails at the edge{}{by}: {} of all requests are answered 5xx before they reach a Region",
            since(Some(began)),
            format::percent(failing)
        ),
        about: vec![name.to_owned()],
        verdict: picture.edge.judgement.verdict.max(Verdict::Degraded),
        hurts: true,
        since: Some(began),
        sure,
        why: why.into(),
        supports,
        contradicts,
        apart: Some(format!(
            "what the router logs in each Region: `gwctl logs --function {name} --errors`"
        )),
        hit_percent: Some(failing),
        actions: if changed {
            vec![format!("gwctl rollback {name} --in {}", Region::global())]
        } else {
            Vec::new()
        },
    })
}

fn well_before(changed: bool, name: &str) -> Vec<String> {
    let unchanged = format!("no change of {name} or of its distribution is known before it began");
    (!changed).then_some(unchanged).into_iter().collect()
}

fn risen(evidence: &Evidence<'_>) -> Vec<Risen> {
    let picture = evidence.picture;
    let metrics = &picture.edge.metrics;
    let each = COUNTED.into_iter().filter_map(|(metric, what)| {
        let share = shares(metrics, metric, Metric::EdgeRequests)?;
        let level = Level::rise(&share, picture.at, 3.0)?;
        (level.now >= MORE).then_some(Risen { what, level })
    });
    each.collect()
}

fn told(risen: &Risen) -> String {
    format!(
        "CloudFront: {} of all requests fail in the router, {} before: {}{}",
        format::percent(risen.level.now),
        format::percent(risen.level.before),
        risen.what,
        since(Some(risen.level.since))
    )
}

/// That CloudFront answers them 5xx.
fn at_edge(evidence: &Evidence<'_>) -> Option<String> {
    let picture = evidence.picture;
    let level = Level::risen(&picture.edge.metrics, Metric::Edge5xxRate, picture.at, 2.0)?;
    Some(format!(
        "CloudFront: {} of all requests are answered 5xx, {} before{}",
        format::percent(level.now),
        format::percent(level.before),
        since(Some(level.since))
    ))
}

/// The error that the router logs most since then, with the Regions in which it does.
fn logged<'a>(
    evidence: &Evidence<'a>,
    name: &str,
    began: Onset,
) -> Option<(&'a Pattern, Vec<&'a Region>, u64)> {
    let first = began.at.as_second().div_euclid(60) - 1;
    let each = evidence.patterns.iter().map(|pattern| {
        let regions = pattern.regions.keys();
        let count = |region: &Region| pattern.count_of(region, name, |at| at >= first);
        let regions: Vec<&Region> = regions.filter(|region| count(region) > 0).collect();
        let all = regions.iter().map(|region| count(region)).sum();
        (pattern, regions, all)
    });
    let most = each.max_by_key(|(_, _, count)| *count);
    most.filter(|(_, _, count)| *count >= FEW)
}

/// The newest change of the distribution or of the router.
fn change<'a>(evidence: &Evidence<'a>, name: &str, began: Onset) -> Option<&'a Event> {
    let newest = |call: &str| {
        changed::newest(evidence, began, |event| {
            let of_edge = event.kind == EventKind::Edge && event.is_own();
            let of_router = event.about.contains(name);
            (of_edge || of_router) && changed::is_call(event, call)
        })
    };
    newest("cloudfront:UpdateDistribution").or_else(|| newest("lambda:UpdateFunctionCode"))
}

/// That CloudFront dates a change of the distribution to then, where no record tells who made it.
fn dated(evidence: &Evidence<'_>, began: Onset) -> Option<String> {
    let edge = &evidence.picture.edge;
    let at = edge.distribution.current()?.changed?;
    let lately = at >= began.at - DEPLOYS && made::precedes(at, began);
    lately.then(|| {
        format!(
            "{}: CloudFront dates the last change of the distribution to then; who made it is not in CloudTrail yet",
            format::minute(at)
        )
    })
}
