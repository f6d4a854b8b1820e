//! Many requests that are all refused: most likely one client, or a few alike.

use super::api_throttled::more_unasked;
use super::level::{self, Level};
use super::told::since;
use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use crate::onset::shares;
use gwctl_fleet::{Metric, Region, Site, Verdict, format};

/// A Region gets at least so many times what came before.
const RISE: f64 = 1.15;
/// Percent of all requests that must be refused more than before.
const MORE: f64 = 8.0;
/// Part of what came more that is refused.
const MOSTLY: f64 = 0.6;
/// Of the requests that were accepted before, at least this part must be accepted now: who is refused beside the noisy
/// client makes it another trouble.
const AS_BEFORE: f64 = 0.9;
/// A Region beside it that rises like this has the same trouble.
const ELSEWHERE: f64 = 1.4;

pub(super) fn look(evidence: &Evidence<'_>, site: &Site) -> Option<Hypothesis> {
    let (picture, region) = (evidence.picture, &site.region);
    let metrics = &site.api.metrics;
    let shares = shares(metrics, Metric::Api4xx, Metric::ApiRequests)?;
    let share = Level::rise(&shares, picture.at, 2.0)?;
    let requests = Level::risen(metrics, Metric::ApiRequests, picture.at, RISE)?;
    let refused = Level::risen(metrics, Metric::Api4xx, picture.at, 2.0)?;
    let began = refused.since;
    let came = requests.now - requests.before;
    let (lost, unknown) = lost(evidence, site);
    let more = came - lost;
    let more_refused = refused.now - refused.before;
    // What API Gateway refuses by itself, it refuses to everybody.
    let by_gateway = more_unasked(site, picture.at);
    let more_percent = share.now - share.before;
    if more_percent < MORE
        || by_gateway.is_some_and(|by_gateway| by_gateway > MOSTLY * more_percent)
        || more <= 0.0
        || more_refused < MOSTLY * more
        || requests.now - refused.now < AS_BEFORE * (requests.before - refused.before)
    {
        return None;
    }
    let others = picture.sites.iter().filter(|other| other.region != *region);
    let wide: Vec<String> = others
        .filter_map(|other| {
            let level = Level::risen(
                &other.api.metrics,
                Metric::ApiRequests,
                picture.at,
                ELSEWHERE,
            )?;
            let times = level.now / level.before.max(1.0);
            Some(format!(
                "{}: requests rose there too, to {times:.1} times",
                other.region
            ))
        })
        .collect();
    let mut contradicts = wide;
    contradicts.extend(unknown.iter().map(|other| {
        format!("{other}: how many requests it lost is not known, and its clients may be those that came")
    }));
    if by_gateway.is_none() {
        contradicts.push(format!(
            "{region}: whether API Gateway refuses them by itself, as it does to everybody above a limit, is not known: a \
             function's invocations are missing"
        ));
    }
    Some(Hypothesis {
        cause: "noisy-client",
        region: Some(region.clone()),
        sentence: format!(
            "{} requests a minute in {region} are refused{}, and clients like all others are not: most likely one client, or a few alike",
            format::count(refused.now),
            since(Some(began))
        ),
        // Who is served as before is not hit.
        verdict: Verdict::Healthy,
        hurts: false,
        since: Some(began),
        sure: if contradicts.is_empty() { Sureness::Medium } else { Sureness::Low },
        why: "nearly all requests that came more are refused; no figure tells who sends them, only the API's access log does".into(),
        supports: vec![
            format!(
                "{region}: requests rose from {} to {} a minute{}",
                format::count(requests.before),
                format::count(requests.now),
                since(Some(requests.since))
            ),
            format!(
                "{region}: 4XX rose from {} to {} a minute{}",
                format::count(refused.before),
                format::count(refused.now),
                since(Some(refused.since))
            ),
        ],
        contradicts,
        apart: Some(format!(
            "addresses and user agents in the API's access log, and which routes: `gwctl logs --by route --region {region}`"
        )),
        about: Vec::new(),
        hit_percent: None,
        actions: Vec::new(),
    })
}

/// Requests a minute that other Regions lost, and may have come here; and the Regions of which that is not known.
fn lost<'a>(evidence: &Evidence<'a>, site: &Site) -> (f64, Vec<&'a Region>) {
    let (mut lost, mut unknown) = (0.0, Vec::new());
    let others = evidence.picture.sites.iter();
    for other in others.filter(|other| other.region != site.region) {
        match level::requests(evidence, other) {
            Some((before, now)) => lost += (before - now).max(0.0),
            None => unknown.push(&other.region),
        }
    }
    (lost, unknown)
}
