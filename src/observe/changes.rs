//! What changed last: what AWS dates itself, and what two pictures in a row tell.

mod resources;
mod routing;

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use gwctl_fleet::{
    Change, CheckConfig, CheckVerdict, EventKind, HealthCheck, Observed, Region, Sign, Snapshot,
    check_verdict,
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
        let site_api = &is.api.id;
        if let Some((was, is)) = both(&was.api.detail, &is.api.detail)
            && was != is
        {
            seen.call(
                (EventKind::Api, site_api),
                region,
                format!("API {} changed", is.name),
            );
        }
        resources::certificate(&was.certificate, &is.certificate, region, &mut seen);
        resources::quota(&was.concurrency, &is.concurrency, &is.region, &mut seen);
        if let (Some(was), Some(is)) = (&was.stack, &is.stack)
            && let Some((was, is)) = both(was, is)
            && was.status != is.status
        {
            seen.effect(
                (EventKind::Stack, &is.name),
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
            seen.effect(
                (EventKind::Verdict, is.region.as_str()),
                region,
                format!("{was} → {verdict}{why}"),
            );
        }
    }
    seen.changes
}

fn database(before: &Snapshot, now: &Snapshot, seen: &mut ChangeLog) {
    if let Some((was, is)) = both(&before.database.topology, &now.database.topology) {
        let id = &now.database.id;
        if was.status != is.status {
            seen.effect(
                (EventKind::Database, id),
                None,
                format!("global cluster {id}: {} → {}", was.status, is.status),
            );
        }
        match (was.writer(), is.writer()) {
            (Some(was), Some(is)) if was.arn != is.arn => {
                seen.effect(
                    (EventKind::Database, &is.cluster),
                    Some(&is.region),
                    format!("writer moved from {} to {}", was.region, is.region),
                );
            }
            (Some(was), None) => {
                seen.effect(
                    (EventKind::Database, id),
                    Some(&was.region),
                    "no member accepts writes any more".into(),
                );
            }
            (None, Some(is)) => {
                seen.effect(
                    (EventKind::Database, &is.cluster),
                    Some(&is.region),
                    format!("{} accepts writes", is.cluster),
                );
            }
            _ => {}
        }
        for gone in was
            .members
            .iter()
            .filter(|m| !is.members.iter().any(|n| n.arn == m.arn))
        {
            seen.effect(
                (EventKind::Database, &gone.cluster),
                Some(&gone.region),
                format!("{} left the global cluster", gone.cluster),
            );
        }
        for is in &is.members {
            match was.members.iter().find(|was| was.arn == is.arn) {
                None => seen.effect(
                    (EventKind::Database, &is.cluster),
                    Some(&is.region),
                    format!("{} joined the global cluster", is.cluster),
                ),
                Some(was) if was.synchronization != is.synchronization => {
                    let sync = is.synchronization.as_deref().unwrap_or("not synchronizing");
                    seen.effect(
                        (EventKind::Database, &is.cluster),
                        Some(&is.region),
                        format!("{} is {sync}", is.cluster),
                    );
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
        let Some((was, state)) = was.and_then(|was| both(was, &is.state)) else {
            continue;
        };
        resources::parameters(was, state, region, seen);
        if was.status != state.status {
            seen.effect(
                (EventKind::Database, &is.id),
                Some(region),
                format!("{}: {} → {}", is.id, was.status, state.status),
            );
        }
    }
}

fn edge(before: &Snapshot, now: &Snapshot, seen: &mut ChangeLog) {
    if let Some((was, is)) = both(&before.edge.distribution, &now.edge.distribution) {
        let id = &now.edge.distribution_id;
        let it = (EventKind::Edge, id.as_str());
        if was.status != is.status {
            seen.effect(
                it,
                None,
                format!("distribution {id}: {} → {}", was.status, is.status),
            );
        }
        if was.enabled != is.enabled {
            let word = if is.enabled { "enabled" } else { "disabled" };
            seen.call(it, None, format!("distribution {id} was {word}"));
        }
        if was.certificate_arn != is.certificate_arn {
            let arn = is.certificate_arn.as_deref().unwrap_or("CloudFront's own");
            let text = format!("distribution {id} has the certificate {arn}");
            seen.call(it, None, text);
        }
        if was.router_arn != is.router_arn {
            let version = is
                .router_arn
                .as_deref()
                .and_then(|arn| arn.rsplit(':').next());
            seen.call(
                it,
                None,
                format!(
                    "distribution {id} runs router version {}",
                    version.unwrap_or("none")
                ),
            );
        }
    }
    resources::certificate(&before.edge.certificate, &now.edge.certificate, None, seen);
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
            let text = format!("health check {id} {word}");
            seen.call((EventKind::Dns, id), region, text);
        }
        if let Some(disabled) = switch(|config| config.disabled) {
            let word = if disabled { "disabled" } else { "enabled" };
            let text = format!("health check {id} {word}");
            seen.call((EventKind::Dns, id), region, text);
        }
    }
    match (check_verdict(was, then), check_verdict(is, now)) {
        (CheckVerdict::Healthy, CheckVerdict::Unhealthy) => {
            let text = format!("health check {id} turned unhealthy");
            seen.effect((EventKind::Health, id), region, text);
        }
        (CheckVerdict::Unhealthy, CheckVerdict::Healthy) => {
            let text = format!("health check {id} turned healthy");
            seen.effect((EventKind::Health, id), region, text);
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

/// What changed: its kind, and its name or id.
type Thing<'a> = (EventKind, &'a str);

struct ChangeLog {
    at: Timestamp,
    changes: Vec<Change>,
}

impl ChangeLog {
    /// What somebody's call changed between the two pictures.
    fn call(&mut self, thing: Thing<'_>, region: Option<&Region>, what: String) {
        self.add(Sign::Compared, thing, region, what);
    }

    /// What followed by itself.
    fn effect(&mut self, thing: Thing<'_>, region: Option<&Region>, what: String) {
        self.add(Sign::Effect, thing, region, what);
    }

    fn add(&mut self, sign: Sign, (kind, about): Thing<'_>, region: Option<&Region>, what: String) {
        self.changes.push(Change {
            at: self.at,
            region: region.cloned(),
            kind,
            about: about.to_owned(),
            sign,
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
    let mut add = |at: Option<Timestamp>,
                   (sign, kind, about): (Sign, EventKind, &str),
                   region: Option<&Region>,
                   what: String| {
        if let Some(at) = at {
            seen.push(Change {
                at,
                region: region.cloned(),
                kind,
                about: about.to_owned(),
                sign,
                what,
            });
        }
    };

    if let Some(distribution) = now.edge.distribution.last() {
        let id = &now.edge.distribution_id;
        add(
            distribution.changed,
            (Sign::Dated, EventKind::Edge, id),
            None,
            format!("distribution {id} changed"),
        );
    }
    if let Some(router) = &now.edge.router
        && let Some(detail) = router.detail.last()
    {
        add(
            detail.last_modified,
            (Sign::Dated, EventKind::Function, &router.name),
            None,
            format!("function {} updated", router.name),
        );
    }
    for site in &now.sites {
        let region = Some(&site.region);
        for each in &site.functions {
            let changed = each.detail.last().and_then(|detail| detail.last_modified);
            add(
                changed,
                (Sign::Dated, EventKind::Function, each.own_name()),
                region,
                format!("function {} updated", each.own_name()),
            );
        }
        if let Some(stack) = site.stack.as_ref().and_then(Observed::last) {
            add(
                stack.changed,
                (Sign::Dated, EventKind::Stack, &stack.name),
                region,
                format!("stack {} changed: {}", stack.name, stack.status),
            );
        }
        for alarm in site.alarms.last().into_iter().flatten() {
            add(
                alarm.since,
                (Sign::Effect, EventKind::Alarm, &alarm.name),
                region,
                format!("alarm {}", alarm.name),
            );
        }
    }
    for cluster in now.database.clusters.values() {
        for event in cluster.events.last().into_iter().flatten() {
            add(
                Some(event.at),
                (Sign::Effect, EventKind::Database, &event.source),
                Some(&event.region),
                format!("{}: {}", event.source, event.message),
            );
        }
    }
    seen
}

#[cfg(test)]
mod tests;
