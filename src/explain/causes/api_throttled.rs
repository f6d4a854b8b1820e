//! An API that takes fewer requests than come: API Gateway answers 429 by itself.

use std::collections::BTreeMap;

use super::level::{Level, middles};
use super::made;
use super::told::{evacuate, since};
use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use crate::onset::{Onset, shares};
use gwctl_fleet::{Event, Metric, Missing, Point, Series, Site, Throttle, Verdict, format};
use jiff::Timestamp;

/// Percent of all requests that must be refused more than before.
const MORE: f64 = 4.0;
/// So many times what came before is more than usual.
const GROWN: f64 = 1.3;
/// Part of them that must not have reached a function.
const UNASKED: f64 = 0.6;

pub(super) fn look(evidence: &Evidence<'_>, site: &Site) -> Option<Hypothesis> {
    let (picture, region) = (evidence.picture, &site.region);
    let metrics = &site.api.metrics;
    // 429 counts in 4XX, and alone nowhere (aws-facts §1.1).
    let refused = shares(metrics, Metric::Api4xx, Metric::ApiRequests)?;
    let level = Level::rise(&refused, picture.at, 2.0)?;
    let more = level.now - level.before;
    let unasked = Level::rise(&unasked(site)?, picture.at, 2.0)?;
    if more < MORE || unasked.now - unasked.before.max(0.0) < UNASKED * more {
        return None;
    }
    let began = level.since;
    let change = change(evidence, site, began);
    let offered = metrics.latest(Metric::ApiRequests, picture.at)?.value / 60.0;
    let throttle = site.api.throttle.last();
    let limit = throttle
        .and_then(Throttle::limit)
        .filter(|limit| *limit < offered);
    // Then it is what comes that changed, and not the limit.
    let grown = Level::risen(metrics, Metric::ApiRequests, picture.at, GROWN).is_some();
    let mut supports = vec![
        format!(
            "{region}: {} of the requests were answered 4XX before, {} now{}",
            format::percent(level.before),
            format::percent(level.now),
            since(Some(began))
        ),
        format!(
            "{region}: {} of the requests do not reach the functions",
            format::percent(unasked.now)
        ),
    ];
    supports.extend(limit.map(|limit| {
        format!(
            "{region}: {} requests a second come, and its API takes {}",
            format::count(offered),
            format::count(limit)
        )
    }));
    supports.extend(change.map(|event| {
        made::detailed(
            event,
            &[
                "throttlingRateLimit",
                "throttlingBurstLimit",
                "path",
                "value",
            ],
        )
    }));
    let mut contradicts = Vec::new();
    if limit.is_none()
        && let Some(limit) = throttle.and_then(Throttle::limit)
    {
        contradicts.push(format!(
            "{region}: its own limits take {} requests a second, and {} come",
            format::count(limit),
            format::count(offered)
        ));
    }
    let (sure, why) = sureness(limit.is_some(), change.is_some());
    let by = match (change, limit) {
        (Some(event), _) => format!("{} changed the limit of its stage", made::who(event)),
        (None, Some(limit)) => format!("it takes {} requests a second, and {} come", format::count(limit), format::count(offered)),
        (None, None) => "its own limits are not reached, so another API of the account may use up what all may take together".into(),
    };
    Some(Hypothesis {
        cause: if change.is_none() && limit.is_some() && grown {
            "api-over-limit"
        } else {
            "api-throttled"
        },
        region: Some(region.clone()),
        sentence: format!(
            "API Gateway answers 429 to about {} of the requests in {region}{}: {by}",
            format::percent(more),
            since(Some(began))
        ),
        verdict: site.judgement.verdict.max(Verdict::Degraded),
        hurts: true,
        since: Some(began),
        sure,
        why: why.into(),
        supports,
        contradicts,
        apart: Some(format!(
            "which status, by the API's access log: 429 is throttling, 403 an authorizer or a firewall: `gwctl logs --by \
             status --region {region}`"
        )),
        about: Vec::new(),
        hit_percent: picture
            .traffic_share(region)
            .ok()
            .map(|share| more * share.percent / 100.0),
        actions: evacuate(evidence, region),
    })
}

const fn sureness(limit: bool, change: bool) -> (Sureness, &'static str) {
    match (limit, change) {
        (true, true) => (
            Sureness::High,
            "more requests come than the API takes, and somebody changed its limit just before",
        ),
        (true, false) => (Sureness::High, "more requests come than the API takes"),
        (false, true) => (
            Sureness::Medium,
            "somebody changed the stage just before; gwctl sees no limit that is too low",
        ),
        (false, false) => (
            Sureness::Medium,
            "no figure counts 429 apart from other 4XX: an authorizer or a firewall that refuses looks the same",
        ),
    }
}

/// By how many percent of the requests more than before no function was asked for; none where that is not known.
pub(super) fn more_unasked(site: &Site, now: Timestamp) -> Option<f64> {
    let (before, newest) = middles(&unasked(site)?, now)?;
    Some((newest - before).max(0.0))
}

/// Percent of the requests that no function was asked for, minute by minute; none where the invocations of one function
/// are not known.
fn unasked(site: &Site) -> Option<Series> {
    let requests = site.api.metrics.get(Metric::ApiRequests).current()?;
    let mut asked: BTreeMap<Timestamp, f64> = BTreeMap::new();
    for function in &site.functions {
        // Those that Lambda throttles, the API did ask.
        for metric in [Metric::FunctionInvocations, Metric::FunctionThrottles] {
            let observed = function.metrics.get(metric);
            // Without events there may be no points (aws-facts §1.2).
            if observed.why_missing() == Some(&Missing::NoData) {
                continue;
            }
            for point in observed.current()?.points() {
                *asked.entry(point.at).or_default() += point.value;
            }
        }
    }
    let share = |point: &Point| {
        let asked = asked.get(&point.at)?;
        let value = 100.0 * (1.0 - asked / point.value).max(0.0);
        (point.value > 0.0).then_some(Point {
            at: point.at,
            value,
        })
    };
    Some(Series::new(
        requests.period,
        requests.points().iter().filter_map(share),
    ))
}

/// The newest change of the API's stage shortly before.
fn change<'a>(evidence: &Evidence<'a>, site: &Site, began: Onset) -> Option<&'a Event> {
    let here = |event: &&Event| {
        event.region.as_ref() == Some(&site.region)
            && event.is_about(&site.api.id)
            && made::precedes(event.at, began)
    };
    let all = made::calls(evidence, "apigateway:UpdateStage").filter(here);
    all.max_by_key(|event| event.at)
}
