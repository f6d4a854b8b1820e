//! A record of DNS that somebody changed, so that a Region's clients go elsewhere.

use super::level::Level;
use super::made;
use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use crate::onset::Onset;
use gwctl_fleet::{CheckVerdict, Event, Metric, Region, RoutingRecord, Site, Verdict, format};

use super::told::{listed, since};

/// So much of the requests that came before: from here on downwards its clients have left.
const LEFT: f64 = 0.5;
/// From so much more on, a Region has taken them.
const TAKEN: f64 = 1.12;

pub(super) fn look(evidence: &Evidence<'_>, site: &Site) -> Option<Hypothesis> {
    let (picture, region) = (evidence.picture, &site.region);
    let wrong = wrong(evidence, site);
    let left = Level::left(evidence, site, LEFT);
    let began = left.map(|level| level.since);
    let change = change(evidence, site, began);
    // A Region that its health check takes out of DNS needs no other reason.
    let checked_out = picture.edge.admission(region, picture.at) == Some(CheckVerdict::Unhealthy);
    let blamed = wrong.is_some() || (change.is_some() && left.is_some() && !checked_out);
    if !blamed {
        return None;
    }
    let since_then = began.or_else(|| change.map(|event| made::onset(event.at)));
    let takers = takers(evidence, site, since_then);
    let mut supports: Vec<String> = wrong
        .iter()
        .map(|what| format!("{region}: {what}"))
        .collect();
    supports.extend(left.map(|level| {
        format!(
            "{region}: requests fell from {} to {} a minute{}",
            format::count(level.before),
            format::count(level.now),
            since(Some(level.since))
        )
    }));
    supports.extend(takers.iter().map(|(taker, level)| {
        format!(
            "{taker}: requests rose from {} to {} a minute{}",
            format::count(level.before),
            format::count(level.now),
            since(Some(level.since))
        )
    }));
    supports.extend(
        change.map(|event| made::detailed(event, &["action", "setIdentifier", "value", "weight"])),
    );
    let names: Vec<&str> = takers.iter().map(|(taker, _)| taker.as_str()).collect();
    let now = match names.as_slice() {
        [] => String::new(),
        names => format!(", and {} gets its clients", listed(names)),
    };
    let by = match change {
        Some(event) => format!("{} changed the record of {region}", made::who(event)),
        None => format!("the record of {region} was changed"),
    };
    let what = wrong.map_or_else(String::new, |what| format!(": {what}"));
    let (sure, why) = match (&change, left.is_some()) {
        (Some(_), true) => (
            Sureness::High,
            "its clients left within minutes of the change",
        ),
        (Some(_), false) => (
            Sureness::Medium,
            "the record and who changed it are known; its requests do not show it",
        ),
        (None, true) => (Sureness::Medium, made::NO_RECORD),
        (None, false) => (
            Sureness::Low,
            "only the record itself says so: it may be meant like that",
        ),
    };
    Some(Hypothesis {
        cause: "record-changed",
        region: Some(region.clone()),
        sentence: format!("Clients are kept away from {region}{}: {by}{what}{now}", since(since_then)),
        verdict: Verdict::Degraded,
        hurts: false,
        since: since_then,
        sure,
        why: why.into(),
        supports,
        contradicts: Vec::new(),
        apart: Some("whether it was meant: an evacuation by records looks the same, `gwctl runs` lists those of gwctl".into()),
        about: Vec::new(),
        hit_percent: None,
        actions: vec!["gwctl drift".into(), format!("gwctl restore {region}")],
    })
}

/// What of the Region's record keeps its clients away, as it stands now.
fn wrong(evidence: &Evidence<'_>, site: &Site) -> Option<String> {
    let (picture, region) = (evidence.picture, &site.region);
    let edge = &picture.edge;
    edge.records.current()?;
    if edge.is_without_record(region) {
        return Some(format!("no record of {} leads to it", edge.latency_record));
    }
    let records = edge.records_of(region).ok()?;
    records
        .into_iter()
        .find_map(|record| astray(evidence, site, record))
}

fn astray(evidence: &Evidence<'_>, site: &Site, record: &RoutingRecord) -> Option<String> {
    let weighs_nothing = record.routing.weight() == Some(0) || record.is_given_away();
    if weighs_nothing {
        return Some("its record has the weight 0".into());
    }
    let endpoint = site.endpoint.as_deref()?;
    let plain = record.group.is_empty() && record.alias_zone.is_none();
    if !plain || record.target.eq_ignore_ascii_case(endpoint) {
        return None;
    }
    let mut others = evidence.picture.sites.iter();
    let other = others.find(|other| {
        let theirs = other.endpoint.as_deref();
        theirs.is_some_and(|theirs| record.target.eq_ignore_ascii_case(theirs))
    });
    Some(match other {
        Some(other) => format!(
            "its record answers {}, the endpoint of {}",
            record.target, other.region
        ),
        None => format!(
            "its record answers {}, which is not an endpoint of this fleet",
            record.target
        ),
    })
}

/// The newest change of the Region's record, before its clients left where they did.
fn change<'a>(evidence: &Evidence<'a>, site: &Site, began: Option<Onset>) -> Option<&'a Event> {
    let region = site.region.as_str();
    let of_region = |event: &&Event| {
        let names = ["setIdentifier", "region", "value"];
        let mut told = names.iter().flat_map(|key| made::parameters(event, key));
        told.any(|value| {
            value == region || site.endpoint.as_deref() == Some(value.trim_end_matches('.'))
        })
    };
    made::calls(evidence, "route53:ChangeResourceRecordSets")
        .filter(|event| event.is_own())
        .filter(of_region)
        .filter(|event| began.is_none_or(|began| made::precedes(event.at, began)))
        .max_by_key(|event| event.at)
}

/// Regions that got more requests when this one lost its own.
fn takers<'a>(
    evidence: &Evidence<'a>,
    site: &Site,
    began: Option<Onset>,
) -> Vec<(&'a Region, Level)> {
    let picture = evidence.picture;
    let others = picture
        .sites
        .iter()
        .filter(|other| other.region != site.region);
    let risen = others.filter_map(|other| {
        let metrics = &other.api.metrics;
        let level = Level::risen(metrics, Metric::ApiRequests, picture.at, TAKEN)?;
        let apart = level.since.at.duration_since(began?.at).as_mins().abs();
        (apart <= 3).then_some((&other.region, level))
    });
    risen.collect()
}
