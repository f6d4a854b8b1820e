//! The rows both the table and the markdown show.

use std::collections::BTreeMap;

use super::figure::{MARKS, latest, mark, moment, ms, of};
use crate::fleet::columns::{self, Column};
use crate::fleet::format::{count, dollars, dollars_per_hour, millis};
use crate::fleet::{CheckVerdict, Metric, Missing, Position, Site, Snapshot};

/// The table of the Regions: its columns, and a row a Region.
pub fn regions(picture: &Snapshot) -> (Vec<&'static Column>, Vec<Vec<String>>) {
    let columns = columns::in_status();
    let moment = moment(picture);
    let row = |site| {
        let cell = |column: &&Column| (column.value)(&moment, site).cell(&MARKS, usize::MAX);
        columns.iter().map(cell).collect()
    };
    let rows = picture.sites.iter().map(row).collect();
    (columns, rows)
}

/// Every column of `site` by its name, as the Fleet screen writes it.
pub fn cells(picture: &Snapshot, site: &Site) -> BTreeMap<&'static str, String> {
    let moment = moment(picture);
    let cell = |column: &'static Column| {
        let reading = (column.value)(&moment, site);
        (column.name, reading.cell(&MARKS, usize::MAX))
    };
    columns::ALL.iter().map(cell).collect()
}

/// The heads of columns.
pub fn heads(columns: &[&Column]) -> Vec<String> {
    columns.iter().map(|it| it.title.to_uppercase()).collect()
}

/// As JSON spells it too.
pub const fn verdict_word(verdict: CheckVerdict) -> &'static str {
    match verdict {
        CheckVerdict::Healthy => "healthy",
        CheckVerdict::Unhealthy => "unhealthy",
        CheckVerdict::DisabledHealthy => "disabled-healthy",
        CheckVerdict::DisabledUnhealthy => "disabled-unhealthy",
        CheckVerdict::Unchecked => "unchecked",
        CheckVerdict::Standby => "standby",
        CheckVerdict::Partly => "partly",
        CheckVerdict::Unknown => "unknown",
    }
}

/// What stands in front of the Regions and behind them: a name and what is to be said of it.
pub fn rest(picture: &Snapshot) -> Vec<(&'static str, String)> {
    let edge = &picture.edge;
    let mut rows = vec![(
        "edge",
        with_reasons(edge.judgement.verdict.word(), &edge.domain),
    )];
    rows.extend(cloudfront(picture));
    rows.extend([
        ("certificates", certificates(picture)),
        (
            "DNS answers",
            of(&edge.answers, |answers| {
                let said = answers
                    .iter()
                    .map(|answer| format!("{}: {}", answer.vantage, answer.value));
                said.collect::<Vec<_>>().join(", ")
            }) + &picture
                .answers_elsewhere()
                .map_or_else(String::new, |note| format!("; {note}")),
        ),
        (
            "probe",
            of(&edge.probe, |probe| {
                let by = probe
                    .served_by
                    .as_ref()
                    .map_or(String::new(), |region| format!(", served by {region}"));
                format!("{} in {}{by}", probe.status, millis(ms(probe.total())))
            }),
        ),
        ("switches", switches(picture)),
        ("database", database(picture)),
        ("alarms", alarms(picture)),
        (
            "identity",
            of(&picture.identity, |who| {
                format!("{} in account {}", who.operator(), who.account)
            }),
        ),
        (
            "calls",
            format!(
                "{}, {}; {} at the {} pace",
                calls(picture),
                dollars(picture.ledger.dollars()),
                dollars_per_hour(picture.dollars_per_hour),
                match picture.pace {
                    crate::fleet::Pace::Calm => "calm",
                    crate::fleet::Pace::Incident => "incident",
                },
            ),
        ),
    ]);
    rows.extend(accounts(picture).map(|all| ("accounts", all)));
    if let Some(change) = picture.changes.first() {
        rows.push(("last change", format!("{}: {}", change.at, change.what)));
    }
    rows
}

/// How many calls, and how many of them failed in which way.
fn calls(picture: &Snapshot) -> String {
    let sum = picture.ledger.sum();
    let all = count(sum.calls as f64);
    let failed = sum.failures();
    if failed == 0 {
        return all;
    }
    let kinds = [
        (sum.refused, "refused"),
        (sum.timed_out, "timed out"),
        (sum.throttled, "throttled"),
    ];
    let kinds: Vec<String> = kinds
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let of_which = if kinds.is_empty() {
        String::new()
    } else {
        format!(" ({})", kinds.join(", "))
    };
    format!("{all}, {} failed{of_which}", count(failed as f64))
}

/// The switches that evacuate, or do not tell, with the age of their points; nothing more where all admit. A switch
/// that was not read does not stand for one that admits.
fn switches(picture: &Snapshot) -> String {
    let mut not_read: Vec<&str> = Vec::new();
    let told = picture.sites.iter().filter_map(|site| {
        let known = match picture.edge.find_switch(&site.region) {
            Ok((_, switch)) => switch.last(),
            Err(why) if why.is_unread() => None,
            Err(_) => return None,
        };
        let Some(known) = known else {
            not_read.push(site.region.as_str());
            return None;
        };
        let evacuates = known.stands_evacuated() == Some(true);
        let unread = matches!(known.position, Position::Unread { .. });
        if !evacuates && !unread {
            return None;
        }
        let lasting = if evacuates {
            format!("; {}", known.lasting_words())
        } else {
            String::new()
        };
        let words = known.position_words(picture.at);
        Some(format!("{}: {words}{lasting}", site.region))
    });
    let mut told: Vec<String> = told.collect();
    if told.is_empty() && not_read.len() < picture.sites.len() {
        told.push("none evacuates".to_owned());
    }
    match not_read[..] {
        [] => told.join(", "),
        _ if told.is_empty() => "?".to_owned(),
        _ => format!("{}; not read: {}", told.join(", "), not_read.join(", ")),
    }
}

fn with_reasons(verdict: &str, what: &str) -> String {
    format!("{what}: {verdict}")
}

/// Who gwctl is in the account of each part, where these are several.
fn accounts(picture: &Snapshot) -> Option<String> {
    let each = picture.accounts.iter().map(|seen| {
        let who = of(&seen.identity, |who| {
            format!("{} in {}", who.operator(), who.account)
        });
        format!("{}: {who}", seen.account)
    });
    let all = each.collect::<Vec<_>>().join("; ");
    (!all.is_empty()).then_some(all)
}

fn database(picture: &Snapshot) -> String {
    let database = &picture.database;
    if database.id.is_empty() {
        return "none: the configuration names no global cluster".into();
    }
    let state = of(&database.topology, |topology| {
        let writer = topology.writer().map_or_else(
            || "no writer".to_owned(),
            |it| format!("writer in {}", it.region),
        );
        let moving = topology
            .failover
            .as_ref()
            .map_or(String::new(), |it| format!(", {}", it.status));
        format!("RDS says {}, {writer}{moving}", topology.status)
    });
    format!("{} {}: {state}", database.id, database.judgement.verdict)
}

/// The distribution and what it serves.
fn cloudfront(picture: &Snapshot) -> Vec<(&'static str, String)> {
    let edge = &picture.edge;
    if !edge.cloudfront {
        let text = "none: clients reach the Regions by DNS alone";
        return vec![("distribution", text.into())];
    }
    vec![
        (
            "distribution",
            of(&edge.distribution, |it| {
                format!("{} {}", edge.distribution_id, it.status)
            }),
        ),
        (
            "edge traffic",
            format!(
                "{} requests/min, 5xx {}, router errors {}",
                latest(picture, &edge.metrics, Metric::EdgeRequests),
                latest(picture, &edge.metrics, Metric::Edge5xxRate),
                latest(picture, &edge.metrics, Metric::EdgeFunctionErrors),
            ),
        ),
    ]
}

fn certificates(picture: &Snapshot) -> String {
    let now = picture.at;
    let days = |certificate: &crate::fleet::Certificate| {
        certificate
            .days_left(now)
            .map_or_else(|| certificate.status.clone(), |days| format!("{days} d"))
    };
    let mut said = Vec::new();
    if picture.edge.cloudfront {
        said.push(format!("edge {}", of(&picture.edge.certificate, days)));
    }
    said.extend(
        picture
            .sites
            .iter()
            .map(|site| format!("{} {}", site.region, of(&site.certificate, days))),
    );
    said.join(", ")
}

fn alarms(picture: &Snapshot) -> String {
    let names: Vec<String> = picture
        .sites
        .iter()
        .flat_map(|site| match site.alarms.current() {
            Some(alarms) => alarms
                .iter()
                .map(|alarm| format!("{} ({})", alarm.name, site.region))
                .collect(),
            None if site.alarms.why_missing() == Some(&Missing::NoData) => Vec::new(),
            None => vec![format!(
                "{} ({})",
                mark(site.alarms.why_missing()),
                site.region
            )],
        })
        .collect();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}
