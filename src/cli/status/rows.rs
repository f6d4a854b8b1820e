//! The rows both the table and the markdown show.

use jiff::Timestamp;

use super::figure::{failing, latest, mark, ms, of, share};
use crate::fleet::format::{count, dollars, dollars_per_hour, millis, percent, rough};
use crate::fleet::{
    CheckVerdict, Edge, Function, Metric, Missing, Position, Region, Site, Snapshot,
};

/// Column heads of the Regions.
pub const REGIONS: [&str; 12] = [
    "REGION", "VERDICT", "ROLE", "SHARE", "P50", "P99", "5XX", "FN ERR", "LAG", "ROUTE 53",
    "PROBE", "AGE",
];

/// One row a Region.
pub fn regions(picture: &Snapshot) -> Vec<[String; 12]> {
    picture
        .sites
        .iter()
        .map(|site| region(picture, site))
        .collect()
}

fn region(picture: &Snapshot, site: &Site) -> [String; 12] {
    let now = picture.at;
    let api = &site.api.metrics;
    [
        site.region.to_string(),
        site.judgement.verdict.to_string(),
        role(picture, &site.region),
        traffic(picture, site),
        latest(api, Metric::ApiLatencyP50, now),
        latest(api, Metric::ApiLatencyP99, now),
        failing(picture, site),
        function_errors(&site.functions, now),
        lag(picture, &site.region),
        dns(&picture.edge, &site.region, now),
        of(&site.probe, |probe| {
            format!("{} {}", probe.status, millis(ms(probe.total())))
        }),
        oldest(picture, site),
    ]
}

/// `writer`, `reader`, or `none` of a Region without a member.
pub fn role(picture: &Snapshot, region: &Region) -> String {
    of(&picture.database.topology, |topology| {
        topology
            .member(region)
            .map_or(
                "none",
                |member| if member.writer { "writer" } else { "reader" },
            )
            .to_owned()
    })
}

fn traffic(picture: &Snapshot, site: &Site) -> String {
    match picture.traffic_share(&site.region) {
        Ok(share) => percent(share.percent),
        Err(why) => mark(Some(&why)).to_owned(),
    }
}

/// The worst function's error rate; one function that could not be asked for hides which is the worst.
fn function_errors(functions: &[Function], now: Timestamp) -> String {
    let (errors, all) = (Metric::FunctionErrors, Metric::FunctionInvocations);
    let mut worst: Option<f64> = None;
    for function in functions {
        if let Some(point) = function.metrics.percent(errors, all, now) {
            worst = Some(worst.map_or(point.value, |worst| worst.max(point.value)));
            continue;
        }
        let said = share(&function.metrics, errors, all, now);
        // Not invoked is no failure; not known is.
        if said != mark(Some(&Missing::NoData)) {
            return said;
        }
    }
    worst.map_or_else(|| mark(Some(&Missing::NoData)).to_owned(), percent)
}

/// Replication lag of a secondary; the writer has none. One that hears nothing of the writer has no lag that says
/// how much it lacks: for how long it has been so is what it can tell.
pub fn lag(picture: &Snapshot, region: &Region) -> String {
    let silence = picture.database.lag_now(region).and_then(|lag| lag.silence);
    if let (Some(silence), Some(false)) = (silence, picture.is_writer(region)) {
        return format!("silent {}", rough(picture.at.duration_since(silence.since)));
    }
    match (
        picture.is_writer(region),
        picture.database.lag_metric(),
        picture.database.clusters.get(region),
    ) {
        (Some(true), ..) => "n/a".to_owned(),
        (_, Some(metric), Some(cluster)) => latest(&cluster.metrics, metric, picture.at),
        // The member is known, its cluster was not asked yet; or there is no member.
        _ => of(&picture.database.topology, |topology| {
            let missing = topology
                .member(region)
                .map_or(Missing::NoData, |_| Missing::NotYet);
            mark(Some(&missing)).to_owned()
        }),
    }
}

fn dns(edge: &Edge, region: &Region, now: Timestamp) -> String {
    match (edge.records.why_missing(), edge.admission(region, now)) {
        (Some(why), _) if *why != Missing::NoData => mark(Some(why)).to_owned(),
        (_, None) => "no record".to_owned(),
        (_, Some(verdict)) => verdict_word(verdict).to_owned(),
    }
}

/// As JSON spells it too.
pub const fn verdict_word(verdict: CheckVerdict) -> &'static str {
    match verdict {
        CheckVerdict::Healthy => "healthy",
        CheckVerdict::Unhealthy => "unhealthy",
        CheckVerdict::PinnedHealthy => "pinned-healthy",
        CheckVerdict::PinnedUnhealthy => "pinned-unhealthy",
        CheckVerdict::Unchecked => "unchecked",
        CheckVerdict::Partly => "partly",
        CheckVerdict::Unknown => "unknown",
    }
}

/// How old the oldest figure of the row is.
fn oldest(picture: &Snapshot, site: &Site) -> String {
    let requests = site.api.metrics.get(Metric::ApiRequests);
    picture.row_at(site).map_or_else(
        || mark(requests.why_missing()).to_owned(),
        |at| rough(picture.at.duration_since(at)),
    )
}

/// What stands in front of the Regions and behind them: a name and what is to be said of it.
pub fn rest(picture: &Snapshot) -> Vec<(&'static str, String)> {
    let now = picture.at;
    let edge = &picture.edge;
    let mut rows = vec![
        (
            "edge",
            with_reasons(edge.judgement.verdict.word(), &edge.domain),
        ),
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
                latest(&edge.metrics, Metric::EdgeRequests, now),
                latest(&edge.metrics, Metric::Edge5xxRate, now),
                latest(&edge.metrics, Metric::EdgeFunctionErrors, now),
            ),
        ),
        ("certificates", certificates(picture)),
        (
            "DNS answers",
            of(&edge.answers, |answers| {
                let said = answers
                    .iter()
                    .map(|answer| format!("{}: {}", answer.vantage, answer.value));
                said.collect::<Vec<_>>().join(", ")
            }),
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
    ];
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

/// The switches that evacuate, or do not tell, with the age of their points; nothing more where all admit.
fn switches(picture: &Snapshot) -> String {
    let told = picture.sites.iter().filter_map(|site| {
        let (_, switch) = picture.edge.switch(&site.region)?;
        let known = switch.last()?;
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
    let told: Vec<String> = told.collect();
    if told.is_empty() {
        "none evacuates, as far as known".to_owned()
    } else {
        told.join(", ")
    }
}

fn with_reasons(verdict: &str, what: &str) -> String {
    format!("{what}: {verdict}")
}

fn database(picture: &Snapshot) -> String {
    let database = &picture.database;
    let state = of(&database.topology, |topology| {
        let writer = topology.writer().map_or_else(
            || "no writer".to_owned(),
            |it| format!("writer in {}", it.region),
        );
        let moving = topology
            .failover
            .as_ref()
            .map_or(String::new(), |it| format!(", {}", it.status));
        format!("{}, {writer}{moving}", topology.status)
    });
    format!("{}: {}, {state}", database.id, database.judgement.verdict)
}

fn certificates(picture: &Snapshot) -> String {
    let now = picture.at;
    let days = |certificate: &crate::fleet::Certificate| {
        certificate
            .days_left(now)
            .map_or_else(|| certificate.status.clone(), |days| format!("{days} d"))
    };
    let mut said = vec![format!("edge {}", of(&picture.edge.certificate, days))];
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
                super::figure::mark(site.alarms.why_missing()),
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
