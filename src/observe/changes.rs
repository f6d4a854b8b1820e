//! What changed last: what AWS dates itself, and what two pictures in a row tell.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use crate::fleet::{
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
    let mut seen = Seen {
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

fn database(before: &Snapshot, now: &Snapshot, seen: &mut Seen) {
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
                seen.add(Some(&was.region), "no member takes writes any more".into());
            }
            (None, Some(is)) => seen.add(Some(&is.region), format!("{} takes writes", is.cluster)),
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

fn edge(before: &Snapshot, now: &Snapshot, seen: &mut Seen) {
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
    if let Some((was, is)) = both(&before.edge.records, &now.edge.records) {
        for gone in was
            .iter()
            .filter(|r| !is.iter().any(|s| s.set_identifier == r.set_identifier))
        {
            seen.add(
                Some(&gone.region),
                format!("record of {} removed", gone.region),
            );
        }
        for record in is {
            match was
                .iter()
                .find(|r| r.set_identifier == record.set_identifier)
            {
                None => seen.add(
                    Some(&record.region),
                    format!("record of {} added", record.region),
                ),
                Some(old) if old != record => {
                    seen.add(
                        Some(&record.region),
                        format!("record of {} changed", record.region),
                    );
                }
                Some(_) => {}
            }
        }
    }
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
    seen: &mut Seen,
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
        |record: &&crate::fleet::LatencyRecord| record.health_check.as_deref() == Some(check);
    records
        .iter()
        .find(is_its)
        .map(|record| record.region.clone())
}

/// Two answers to compare; a failure to ask is no change.
fn both<'a, T>(was: &'a Observed<T>, is: &'a Observed<T>) -> Option<(&'a T, &'a T)> {
    Some((was.last()?, is.current()?))
}

struct Seen {
    at: Timestamp,
    changes: Vec<Change>,
}

impl Seen {
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
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;
    use crate::fleet::{
        CheckKind, Distribution, EdgeSpec, Engine, FleetSpec, Member, Metrics, Missing, Source,
        Thresholds, Topology,
    };

    fn now() -> Timestamp {
        "2026-11-22T03:00:00Z".parse().unwrap()
    }

    fn blank() -> Snapshot {
        let spec = FleetSpec {
            domain: "api.orders.example.com".into(),
            global_cluster: "orders".into(),
            read_only: false,
            profile: None,
            probe_path: "/".into(),
            probe_url: None,
            edge: EdgeSpec {
                distribution: "E1".into(),
                hosted_zone: "Z1".into(),
                latency_record: "latency.orders.example.com".into(),
                router: None,
            },
            sites: Vec::new(),
            thresholds: Thresholds::default(),
        };
        Snapshot::blank("orders", &spec, now())
    }

    fn source() -> Source {
        Source {
            api: "rds:DescribeGlobalClusters",
            region: None,
        }
    }

    fn known<T>(value: T) -> Observed<T> {
        Observed::known(value, now(), source())
    }

    fn topology(writer: &str) -> Observed<Topology> {
        let member = |code: &str| Member {
            arn: format!("arn:aws:rds:{code}:123456789012:cluster:orders-{code}"),
            region: Region::new(code).unwrap(),
            cluster: format!("orders-{code}"),
            writer: code == writer,
            write_forwarding: None,
            synchronization: None,
        };
        known(Topology {
            status: "available".into(),
            engine: Engine {
                name: "aurora-postgresql".into(),
                version: "16.8".into(),
            },
            endpoint: None,
            failover: None,
            members: vec![member("us-east-1"), member("eu-west-1")],
            deletion_protection: true,
        })
    }

    fn distribution(status: &str) -> Observed<Distribution> {
        known(Distribution {
            domain: "d1.cloudfront.net".into(),
            status: status.into(),
            enabled: true,
            aliases: Vec::new(),
            origins: Vec::new(),
            changed: Some(now() - SignedDuration::from_mins(3)),
            certificate_arn: None,
            router_arn: None,
        })
    }

    fn check(inverted: bool, disabled: bool) -> HealthCheck {
        let kind = CheckKind::Calculated {
            children: Vec::new(),
            threshold: 1,
        };
        let config = CheckConfig {
            kind,
            interval_s: 30,
            failure_threshold: 3,
            inverted,
            disabled,
            version: 1,
            linked_service: None,
        };
        HealthCheck {
            id: "hc".into(),
            config: known(config),
            metrics: Metrics::default(),
        }
    }

    fn said(before: &Snapshot, now: &Snapshot) -> Vec<String> {
        between(before, now)
            .into_iter()
            .map(|change| change.what)
            .collect()
    }

    #[test]
    fn a_writer_that_moves_and_a_distribution_that_deploys_are_told() {
        let (mut before, mut after) = (blank(), blank());
        before.database.topology = topology("us-east-1");
        after.database.topology = topology("eu-west-1");
        before.edge.distribution = distribution("InProgress");
        after.edge.distribution = distribution("Deployed");
        let expected = [
            "writer moved from us-east-1 to eu-west-1",
            "distribution E1: InProgress → Deployed",
        ];
        assert_eq!(said(&before, &after), expected);
        assert!(said(&after, &after).is_empty());
    }

    #[test]
    fn switches_of_a_health_check_are_told() {
        let (mut before, mut after) = (blank(), blank());
        before.edge.checks.insert("hc".into(), check(false, false));
        after.edge.checks.insert("hc".into(), check(true, true));
        let expected = ["health check hc inverted", "health check hc disabled"];
        assert_eq!(said(&before, &after), expected);
    }

    #[test]
    fn the_first_answer_and_a_failure_to_ask_are_no_changes() {
        let (before, mut after) = (blank(), blank());
        after.database.topology = topology("us-east-1");
        assert!(said(&before, &after).is_empty(), "nothing was known before");
        let mut lost = after.clone();
        let dead = Missing::CouldNotAsk {
            why: "no answer in time".into(),
        };
        lost.database.topology.renew(Err(dead), now(), source());
        assert!(said(&after, &lost).is_empty());
        assert!(said(&lost, &after).is_empty());
    }

    #[test]
    fn the_newest_come_first_each_once_and_none_from_long_ago() {
        let mut picture = blank();
        picture.edge.distribution = distribution("Deployed");
        let at = |minutes: i64, what: &str| Change {
            at: now() - SignedDuration::from_mins(minutes),
            region: None,
            what: what.into(),
        };
        let ancient = 60 * 24 * 30;
        let seen = [at(1, "b"), at(9, "a"), at(1, "b"), at(ancient, "x")];
        let told = newest(&seen, &picture);
        let told: Vec<&str> = told.iter().map(|change| change.what.as_str()).collect();
        assert_eq!(told, ["b", "distribution E1 changed", "a"]);
        let many: Vec<Change> = (0..300).map(|n| at(n, &n.to_string())).collect();
        assert_eq!(newest(&many, &picture).len(), SHOWN);
    }
}
