//! What canaries and the API's routes say about a hypothesis.

use std::collections::BTreeSet;

use crate::causes::told::listed;
use crate::evidence::Evidence;
use crate::hypothesis::Hypothesis;
use gwctl_fleet::{Canary, Heard, Region, Route, Routes, Snapshot, TracedNode, format};

/// Most routes that are named.
const NAMED: usize = 3;
/// Part of the failed requests, in percent, below which a route is not named.
const SMALL: f64 = 5.0;

/// How a line begins that tells of traced requests, and of a canary.
const TRACED: &str = "X-Ray: ";
const CANARY: &str = "the canary ";

/// Whether the line tells of a sample, as all that is added here does.
pub(crate) fn is_sample(line: &str) -> bool {
    [TRACED, CANARY].iter().any(|begin| line.starts_with(begin))
}

/// Adds to each hypothesis that clients feel what canaries saw.
pub(crate) fn add(evidence: &Evidence<'_>, hypotheses: &mut [Hypothesis]) {
    let canaries = evidence.heard.iter().flat_map(|heard| &heard.canaries);
    for canary in canaries {
        for one in hypotheses.iter_mut().filter(|one| one.hurts) {
            tell(canary, one);
        }
    }
    for one in hypotheses.iter_mut().filter(|one| one.hurts) {
        let heard = evidence.heard.zip(one.region.as_ref());
        let nodes = heard.and_then(|(heard, region)| heard.traces.get(region));
        one.supports.extend(nodes.and_then(|nodes| traced(nodes)));
    }
}

/// Part of the traced requests, in percent, that a node must fail to be named.
const FAILING: f64 = 1.0;

/// What fails most of the traced requests that met it; none where nothing does.
fn traced(nodes: &[TracedNode]) -> Option<String> {
    let share = |node: &TracedNode| 100.0 * node.failed as f64 / node.requests as f64;
    let failing = nodes.iter().filter(|node| share(node) >= FAILING);
    let worst = failing.max_by(|a, b| share(a).total_cmp(&share(b)))?;
    let time = worst
        .mean_ms
        .map(|mean| format!(", {} on average", format::millis(mean)));
    Some(format!(
        "{TRACED}{} ({}) fails {} of the {} traced requests that met it{}: a sample; what HTTP APIs and Lambda@Edge do is \
         not traced",
        worst.name,
        worst.kind,
        format::percent(share(worst)),
        format::count(worst.requests as f64),
        time.unwrap_or_default(),
    ))
}

/// One that names a Region speaks for and against what is said of it. One that asks the public name is served by the
/// Region nearest to where it runs: that it passes says nothing of another one.
fn tell(canary: &Canary, of: &mut Hypothesis) {
    let of_its_region = canary.of.is_some() && canary.of == of.region;
    let of_all = canary.of.is_none();
    match said(canary) {
        (true, told) if of_its_region || of_all => of.supports.push(told),
        (false, told) if of_its_region => of.contradicts.push(told),
        _ => {}
    }
}

/// Whether it saw trouble, and what it saw.
fn said(canary: &Canary) -> (bool, String) {
    let Canary {
        name,
        runs_in,
        minutes,
        failed,
        ..
    } = canary;
    let whose = format!("{CANARY}{name}, which runs in {runs_in},");
    match canary.fails_since {
        Some(since) => (
            true,
            format!("{whose} fails since {}", format::minute(since)),
        ),
        None if *failed == 0 => (
            false,
            format!("{whose} still passes: all of its last {minutes} runs"),
        ),
        None => (
            true,
            format!("{whose} fails now and then: {failed} of its last {minutes} runs"),
        ),
    }
}

/// Where the clients are and which routes they ask that a hypothesis hits, a sentence each; empty where that is not known,
/// and where clients feel nothing of it.
pub fn hits(picture: &Snapshot, heard: Option<&Heard>, of: &Hypothesis) -> Vec<String> {
    let Some(region) = of.region.as_ref().filter(|_| of.hurts) else {
        return Vec::new();
    };
    let routes = heard.and_then(|heard| heard.routes.get(region));
    let routes = routes.map(|routes| by_route(region, routes));
    let places = places(picture, region).into_iter();
    places.chain(routes.into_iter().flatten()).collect()
}

/// From where DNS leads clients to the Region. No figure counts clients by place (aws-facts §15.1).
fn places(picture: &Snapshot, region: &Region) -> Option<String> {
    let answers = picture.edge.answers.current()?.iter();
    let led = answers.filter(|one| !one.is_here() && one.region.as_ref() == Some(region));
    let places: BTreeSet<&str> = led.map(|one| one.vantage.as_str()).collect();
    let places: Vec<&str> = places.into_iter().collect();
    (!places.is_empty()).then(|| {
        format!(
            "clients near {}, as DNS answers; no figure counts them",
            listed(&places)
        )
    })
}

fn by_route(region: &Region, routes: &Routes) -> Vec<String> {
    match routes {
        Routes::Missing(_) => Vec::new(),
        Routes::NotCounted => vec![format!(
            "which routes is not counted: the API's detailed metrics are off in {region}; its access log has them: \
             `gwctl logs --region {region}`"
        )],
        Routes::Counted { minutes, routes } => named(*minutes, routes),
    }
}

fn named(minutes: i64, routes: &[Route]) -> Vec<String> {
    let all: f64 = routes.iter().map(|route| route.failed).sum();
    if all <= 0.0 {
        return vec![format!(
            "no route answered 5xx in the last {minutes} min that API Gateway counted"
        )];
    }
    let mut routes: Vec<&Route> = routes.iter().filter(|route| route.requests > 0.0).collect();
    routes.sort_by(|a, b| b.failed.total_cmp(&a.failed));
    let share = |route: &Route| 100.0 * route.failed / all;
    let big = routes.into_iter().filter(|route| share(route) >= SMALL);
    big.take(NAMED)
        .map(|route| {
            format!(
                "{}: {} of the failed requests of the last {minutes} min; {} of its own fail",
                route.name,
                format::percent(share(route)),
                format::percent(100.0 * route.failed / route.requests),
            )
        })
        .collect()
}
