//! What changed last: what AWS dates itself, and what two pictures in a row tell.

mod routing;

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use gwctl_fleet::{
    Change, CheckConfig, CheckVerdict, HealthCheck, Observed, Region, Snapshot, check_verdict,
};

/// How many are shown.
const SHOWN: usize = 50;
/// How many seen changes are kept.
const KEPT: usize = 200;
/// Older than this nobody looks for the cause of today's trouble in it.
const RECENT: SignedDuration = SignedDuration::from_hours(24 * 14);

/// What differs between the picture `before` and the one `now`.
pub(super) fn between(before: &Snapshot, now: &Snapshot) -> Vec<Change> {
    let mut seen = ChangeLog {
        at: now.at,
        changes: Vec::new(),
    };
    database(before, now, &mut seen);
    edge(before, now, &mut seen);
    for (was, is) in before.sites.iter().zip(&now.sites) {
        let region = Some(&is.region);
        if let Some((was, is)) = both(&was.api.detail, &is.api.detail)
            && was != is
        {
            seen.add(region, format!("API {} changed", is.name));
        }
        if let (Some(was), Some(is)) = (&was.stack, &is.stack)
            && let Some((was, is)) = both(was, is)
            && was.status != is.status
        {
            seen.add(
                region,
                format!("stack {}: {} → {}", is.name, was.status, is.status),
            );
        }
        if was.judgement.verdict != is.judgement.verdict && before.complete {
            let why = is
                .judgement
                .reasons
                .first()
                .map_or(String::new(), |why| format!(": {}", why.text));
            let (was, verdict) = (was.judgement.verdict, is.judgement.verdict);
            seen.add(region, format!("{was} → {verdict}{why}"));
        }
    }
    seen.changes
}

fn database(before: &Snapshot, now: &Snapshot, seen: &mut ChangeLog) {
    if let Some((was, is)) = both(&before.database.topology, &now.database.topology) {
        let id = &now.database.id;
        if was.status != is.status {
            seen.add(
                None,
                format!("global cluster {id}: {} → {}", was.status, is.status),
            );
        }
        match (was.writer(), is.writer()) {
            (Some(was), Some(is)) if was.arn != is.arn => {
                seen.add(
                    Some(&is.region),
                    format!("writer moved from {} to {}", was.region, is.region),
                );
            }
            (Some(was), None) => {
                seen.add(
                    Some(&was.region),
                    "no member accepts writes any more".into(),
                );
            }
            (None, Some(is)) => {
                seen.add(Some(&is.region), format!("{} accepts writes", is.cluster));
            }
            _ => {}
        }
        for gone in was
            .members
            .iter()
            .filter(|m| !is.members.iter().any(|n| n.arn == m.arn))
        {
            seen.add(
                Some(&gone.region),
                format!("{} left the global cluster", gone.cluster),
            );
        }
        for is in &is.members {
            match was.members.iter().find(|was| was.arn == is.arn) {
                None => seen.add(
                    Some(&is.region),
                    format!("{} joined the global cluster", is.cluster),
                ),
                Some(was) if was.synchronization != is.synchronization => {
                    let sync = is.synchronization.as_deref().unwrap_or("not synchronizing");
                    seen.add(Some(&is.region), format!("{} is {sync}", is.cluster));
                }
                Some(_) => {}
            }
        }
    }
    for (region, is) in &now.database.clusters {
        let was = before
            .database
            .clusters
            .get(region)
            .map(|cluster| &cluster.state);
        if let Some((was, state)) = was.and_then(|was| both(was, &is.state))
            && was.status != state.status
        {
            seen.add(
                Some(region),
                format!("{}: {} → {}", is.id, was.status, state.status),
            );
        }
    }
}

fn edge(before: &Snapshot, now: &Snapshot, seen: &mut ChangeLog) {
    if let Some((was, is)) = both(&before.edge.distribution, &now.edge.distribution) {
        let id = &now.edge.distribution_id;
        if was.status != is.status {
            seen.add(
                None,
                format!("distribution {id}: {} → {}", was.status, is.status),
            );
        }
        if was.enabled != is.enabled {
            let word = if is.enabled { "enabled" } else { "disabled" };
            seen.add(None, format!("distribution {id} was {word}"));
        }
        if was.certificate_arn != is.certificate_arn {
            let arn = is.certificate_arn.as_deref().unwrap_or("CloudFront's own");
            seen.add(None, format!("distribution {id} has the certificate {arn}"));
        }
        if was.router_arn != is.router_arn {
            let version = is
                .router_arn
                .as_deref()
                .and_then(|arn| arn.rsplit(':').next());
            seen.add(
                None,
                format!(
                    "distribution {id} runs router version {}",
                    version.unwrap_or("none")
                ),
            );
        }
    }
    routing::records(before, now, seen);
    routing::switches(before, now, seen);
    for (id, is) in &now.edge.checks {
        if let Some(was) = before.edge.checks.get(id) {
            check(
                (was, before.at),
                (is, now.at),
                region_of(now, id).as_ref(),
                seen,
            );
        }
    }
}

fn check(
    (was, then): (&HealthCheck, Timestamp),
    (is, now): (&HealthCheck, Timestamp),
    region: Option<&Region>,
    seen: &mut ChangeLog,
) {
    let id = &is.id;
    if let Some((was, is)) = both(&was.config, &is.config) {
        let switch = |of: fn(&CheckConfig) -> bool| (of(was) != of(is)).then(|| of(is));
        if let Some(inverted) = switch(|config| config.inverted) {
            let word = if inverted {
                "inverted"
            } else {
                "no longer inverted"
            };
            seen.add(region, format!("health check {id} {word}"));
        }
        if let Some(disabled) = switch(|config| config.disabled) {
            let word = if disabled { "disabled" } else { "enabled" };
            seen.add(region, format!("health check {id} {word}"));
        }
    }
    match (check_verdict(was, then), check_verdict(is, now)) {
        (CheckVerdict::Healthy, CheckVerdict::Unhealthy) => {
            seen.add(region, format!("health check {id} turned unhealthy"));
        }
        (CheckVerdict::Unhealthy, CheckVerdict::Healthy) => {
            seen.add(region, format!("health check {id} turned healthy"));
        }
        _ => {}
    }
}

fn region_of(snapshot: &Snapshot, check: &str) -> Option<Region> {
    let records = snapshot.edge.records.last()?;
    let is_its =
        |record: &&gwctl_fleet::RoutingRecord| record.health_check.as_deref() == Some(check);
    records.iter().find(is_its)?.region.clone()
}

/// Two answers to compare; a failure to ask is no change.
fn both<'a, T>(was: &'a Observed<T>, is: &'a Observed<T>) -> Option<(&'a T, &'a T)> {
    Some((was.last()?, is.current()?))
}

struct ChangeLog {
    at: Timestamp,
    changes: Vec<Change>,
}

impl ChangeLog {
    fn add(&mut self, region: Option<&Region>, what: String) {
        self.changes.push(Change {
            at: self.at,
            region: region.cloned(),
            what,
        });
    }
}

/// Keeps the newest of the seen changes.
pub(super) fn forget_oldest(seen: &mut Vec<Change>) {
    let surplus = seen.len().saturating_sub(KEPT);
    seen.drain(..surplus);
}

/// What was seen and what AWS dates itself, newest first, each once.
pub(super) fn newest(seen: &[Change], now: &Snapshot) -> Vec<Change> {
    let mut all: Vec<Change> = seen.iter().cloned().chain(dated(now)).collect();
    all.sort_by_key(|change| std::cmp::Reverse(change.at));
    let mut known = HashSet::new();
    all.retain(|change| {
        now.at.duration_since(change.at) <= RECENT
            && known.insert((change.at, change.region.clone(), change.what.clone()))
    });
    all.truncate(SHOWN);
    all
}

/// Changes that AWS gives the time of, however long before gwctl started.
fn dated(now: &Snapshot) -> Vec<Change> {
    let mut seen = Vec::new();
    let mut add = |at: Option<Timestamp>, region: Option<&Region>, what: String| {
        if let Some(at) = at {
            seen.push(Change {
                at,
                region: region.cloned(),
                what,
            });
        }
    };
    if let Some(distribution) = now.edge.distribution.last() {
        add(
            distribution.changed,
            None,
            format!("distribution {} changed", now.edge.distribution_id),
        );
    }
    if let Some(router) = &now.edge.router
        && let Some(detail) = router.detail.last()
    {
        add(
            detail.last_modified,
            None,
            format!("function {} updated", router.name),
        );
    }
    for site in &now.sites {
        let region = Some(&site.region);
        for function in &site.functions {
            let changed = function
                .detail
                .last()
                .and_then(|detail| detail.last_modified);
            add(
                changed,
                region,
                format!("function {} updated", function.name),
            );
        }
        if let Some(stack) = site.stack.as_ref().and_then(Observed::last) {
            add(
                stack.changed,
                region,
                format!("stack {} changed: {}", stack.name, stack.status),
            );
        }
        for alarm in site.alarms.last().into_iter().flatten() {
            add(alarm.since, region, format!("alarm {}", alarm.name));
        }
    }
    for cluster in now.database.clusters.values() {
        for event in cluster.events.last().into_iter().flatten() {
            add(
                Some(event.at),
                Some(&event.region),
                format!("{}: {}", event.source, event.message),
            );
        }
    }
    seen
}

#[cfg(test)]
mod tests;
