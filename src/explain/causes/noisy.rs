//! Many requests that are all refused: most likely one client, or a few alike.

use super::api_throttled::unasked;
use super::level::{self, Level};
use super::told::since;
use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use crate::onset::shares;
use gwctl_fleet::{Metric, Site, Verdict, format};

/// A Region gets at least so many times what came before.
const RISE: f64 = 1.15;
/// Percent of all requests that must be refused more than before.
const MORE: f64 = 8.0;
/// Part of what came more that is refused.
const MOSTLY: f64 = 0.6;
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
    let more = requests.now - requests.before - lost(evidence, site);
    let more_refused = refused.now - refused.before;
    // What API Gateway refuses by itself, it refuses to everybody.
    let unasked = unasked(site).and_then(|series| Level::rise(&series, picture.at, 2.0));
    let by_gateway = unasked.map_or(0.0, |level| level.now - level.before);
    let more_percent = share.now - share.before;
    if more_percent < MORE
        || by_gateway > MOSTLY * more_percent
        || more <= 0.0
        || more_refused < MOSTLY * more
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
        sure: if wide.is_empty() { Sureness::Medium } else { Sureness::Low },
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
        contradicts: wide,
        apart: Some("addresses, user agents and paths in the API's access log, where it has one".into()),
        hit_percent: None,
        actions: Vec::new(),
    })
}

/// Requests a minute that other Regions lost: they may have come here.
fn lost(evidence: &Evidence<'_>, site: &Site) -> f64 {
    let others = evidence.picture.sites.iter();
    let others = others.filter(|other| other.region != site.region);
    let each = others.filter_map(|other| level::requests(evidence, other));
    each.map(|(before, now)| (before - now).max(0.0)).sum()
}
