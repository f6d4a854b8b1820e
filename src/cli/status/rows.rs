//! The rows both the table and the markdown show.

use jiff::Timestamp;

use super::figure::{age, count, latest, millis, ms, of, percent, share};
use crate::fleet::{
    CheckVerdict, Edge, Function, Metric, Missing, Region, Site, Snapshot, check_verdict,
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
        share(api, Metric::Api5xx, Metric::ApiRequests, now),
        function_errors(&site.functions, now),
        lag(picture, &site.region),
        dns(&picture.edge, &site.region, now),
        of(&site.probe, |probe| {
            format!("{} {}", probe.status, millis(ms(probe.total())))
        }),
        newest(site, now),
    ]
}

/// `writer` or `reader`.
pub fn role(picture: &Snapshot, region: &Region) -> String {
    of(&picture.database.topology, |topology| {
        topology
            .member(region)
            .map_or(
                "-",
                |member| if member.writer { "writer" } else { "reader" },
            )
            .to_owned()
    })
}

fn traffic(picture: &Snapshot, site: &Site) -> String {
    match picture.traffic_share(&site.region) {
        Some(share) => percent(share),
        None => latest(&site.api.metrics, Metric::ApiRequests, picture.at),
    }
}

/// The worst function's error rate.
fn function_errors(functions: &[Function], now: Timestamp) -> String {
    let rate = |function: &Function| {
        function
            .metrics
            .percent(Metric::FunctionErrors, Metric::FunctionInvocations, now)
            .map(|point| point.value)
    };
    match functions.iter().filter_map(rate).reduce(f64::max) {
        Some(worst) => percent(worst),
        None => functions.first().map_or_else(
            || "-".to_owned(),
            |function| {
                share(
                    &function.metrics,
                    Metric::FunctionErrors,
                    Metric::FunctionInvocations,
                    now,
                )
            },
        ),
    }
}

/// Replication lag of a secondary; the writer has none.
pub fn lag(picture: &Snapshot, region: &Region) -> String {
    match (
        picture.is_writer(region),
        picture.database.lag_metric(),
        picture.database.clusters.get(region),
    ) {
        (Some(true), ..) => "n/a".to_owned(),
        (_, Some(metric), Some(cluster)) => latest(&cluster.metrics, metric, picture.at),
        _ => of(&picture.database.topology, |_| "-".to_owned()),
    }
}

fn dns(edge: &Edge, region: &Region, now: Timestamp) -> String {
    let Some(record) = edge.record(region) else {
        return of(&edge.records, |_| "no record".to_owned());
    };
    let verdict = match (&record.health_check, edge.check(region)) {
        (None, _) => CheckVerdict::Unchecked,
        (Some(_), Some(check)) => check_verdict(check, now),
        (Some(_), None) => CheckVerdict::Unknown,
    };
    verdict_word(verdict).to_owned()
}

/// As JSON spells it too.
pub const fn verdict_word(verdict: CheckVerdict) -> &'static str {
    match verdict {
        CheckVerdict::Healthy => "healthy",
        CheckVerdict::Unhealthy => "unhealthy",
        CheckVerdict::PinnedHealthy => "pinned-healthy",
        CheckVerdict::PinnedUnhealthy => "pinned-unhealthy",
        CheckVerdict::Unchecked => "unchecked",
        CheckVerdict::Unknown => "unknown",
    }
}

/// How old the newest figure of the API is.
fn newest(site: &Site, now: Timestamp) -> String {
    let requests = site.api.metrics.get(Metric::ApiRequests);
    requests.age(now).map_or_else(
        || super::figure::mark(requests.why_missing()).to_owned(),
        age,
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
                "{}, ${:.4}; ${:.2}/h at the {} pace",
                count(picture.ledger.calls() as f64),
                picture.ledger.dollars(),
                picture.dollars_per_hour,
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
