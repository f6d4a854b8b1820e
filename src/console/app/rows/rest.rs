//! Rows about the database, what changed, and the ledger of calls.

use super::{Basis, Row, Subject};
use gwctl_fleet::{Account, DbEvent, Outcome, Region, Snapshot, columns, format};

pub(super) fn changes<'a>(picture: &'a Snapshot) -> Vec<Row<'a>> {
    let row = |(index, change): (usize, &'a gwctl_fleet::Change)| {
        let region = change
            .region
            .as_ref()
            .map_or_else(|| "global".into(), ToString::to_string);
        let cells = move || {
            vec![
                ("at", change.at.to_string()),
                ("region", region),
                ("what", change.what.clone()),
            ]
        };
        Row::new(
            format!("{} {}", change.at, change.what),
            Subject::Change(index),
            cells,
        )
    };
    picture.changes.iter().enumerate().map(row).collect()
}

pub(super) fn members<'a>(basis: Basis<'a>) -> Vec<Row<'a>> {
    let database = &basis.moment.snapshot.database;
    let row = |member: &'a gwctl_fleet::Member| {
        let region = &member.region;
        let cluster = database.clusters.get(region);
        let cells = move || {
            vec![
                ("region", region.to_string()),
                ("cluster", member.cluster.clone()),
                (
                    "role",
                    if member.writer { "writer" } else { "reader" }.into(),
                ),
                (
                    "status",
                    cluster.map_or_else(String::new, |c| {
                        basis.said(&c.state, |state| state.status.clone())
                    }),
                ),
                (
                    "lag",
                    columns::lag(&basis.moment, region).said(&basis.marks),
                ),
                (
                    "forwarding",
                    member.write_forwarding.clone().unwrap_or_default(),
                ),
                (
                    "synchronization",
                    member.synchronization.clone().unwrap_or_default(),
                ),
                (
                    "instances",
                    cluster.map_or_else(String::new, |c| {
                        basis.said(&c.state, |state| {
                            if state.is_headless() {
                                return "none: headless".into();
                            }
                            let instances = state.instances.iter();
                            instances
                                .map(|i| format!("{} {}", i.id, i.status))
                                .collect::<Vec<_>>()
                                .join(", ")
                        })
                    }),
                ),
                (
                    "proxies",
                    cluster.map_or_else(String::new, |c| {
                        basis.said(&c.proxies, |all| {
                            let each = all.iter().map(|one| format!("{} {}", one.name, one.status));
                            each.collect::<Vec<_>>().join(", ")
                        })
                    }),
                ),
            ]
        };
        Row::new(region.as_str(), Subject::Member(region.clone()), cells)
    };
    database
        .topology
        .last()
        .into_iter()
        .flat_map(|topology| &topology.members)
        .map(row)
        .collect()
}

pub(super) fn events<'a>(picture: &'a Snapshot) -> Vec<Row<'a>> {
    let mut all: Vec<(&Region, usize, &DbEvent)> = Vec::new();
    for (region, cluster) in &picture.database.clusters {
        let events = cluster.events.last().into_iter().flatten().enumerate();
        all.extend(events.map(|(index, event)| (region, index, event)));
    }
    all.sort_by_key(|(_, _, event)| std::cmp::Reverse(event.at));
    let row = |(region, index, event): (&'a Region, usize, &'a DbEvent)| {
        let cells = move || {
            vec![
                ("at", event.at.to_string()),
                ("region", region.to_string()),
                ("source", event.source.clone()),
                ("category", event.categories.join(", ")),
                ("message", event.message.clone()),
            ]
        };
        let key = format!("{} {region} {} {}", event.at, event.source, event.message);
        Row::new(key, Subject::Event(region.clone(), index), cells)
    };
    all.into_iter().map(row).collect()
}

/// What of the fleet the account holds whose credentials signed; nothing where everything is in one.
fn account(account: Option<&Account>) -> String {
    account.map_or_else(String::new, ToString::to_string)
}

pub(super) fn operations<'a>(picture: &'a Snapshot) -> Vec<Row<'a>> {
    let row = |(key, stats): (&'a gwctl_fleet::CallKey, &'a gwctl_fleet::CallStats)| {
        let mean = stats.waited.as_secs_f64() * 1e3 / stats.calls.max(1) as f64;
        let cells = move || {
            vec![
                ("service", key.service.to_string()),
                ("operation", key.operation.clone()),
                ("region", key.region.to_string()),
                ("account", account(key.account.as_ref())),
                ("calls", stats.calls.to_string()),
                ("failed", stats.failures().to_string()),
                ("timeouts", stats.timed_out.to_string()),
                ("throttled", stats.throttled.to_string()),
                ("refused", stats.refused.to_string()),
                ("mean", format::millis(mean)),
                ("slowest", format::duration(stats.slowest)),
                ("dollars", format::dollars(stats.dollars)),
                ("error", stats.last_error.clone().unwrap_or_default()),
            ]
        };
        let held = account(key.account.as_ref());
        let name = format!("{}:{} {} {held}", key.service, key.operation, key.region);
        Row::new(name, Subject::Operation(key.clone()), cells)
    };
    picture.ledger.stats().map(row).collect()
}

pub(super) fn recent<'a>(picture: &'a Snapshot) -> Vec<Row<'a>> {
    let row = |(index, call): (usize, &'a gwctl_fleet::Call)| {
        let outcome = match call.outcome {
            Outcome::Ok => "ok",
            Outcome::TimedOut => "timed out",
            Outcome::Throttled => "throttled",
            Outcome::Refused => "refused",
            Outcome::Declined => "declined",
            Outcome::Failed => "failed",
        };
        let cells = move || {
            vec![
                ("at", call.at.to_string()),
                ("service", call.service.to_string()),
                ("operation", call.operation.clone()),
                ("region", call.region.to_string()),
                ("outcome", outcome.into()),
                ("took", format::duration(call.took)),
                ("error", call.error.clone().unwrap_or_default()),
                ("request", call.request_id.clone().unwrap_or_default()),
            ]
        };
        let key = format!(
            "{} {} {} {:?}",
            call.at, call.operation, call.region, call.request_id
        );
        Row::new(key, Subject::Call(call.region.clone(), index), cells)
    };
    picture.ledger.recent().rev().enumerate().map(row).collect()
}
