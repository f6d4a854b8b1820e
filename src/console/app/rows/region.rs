//! Rows about Regions: the Fleet's table and the Region screen's lists.

use jiff::Timestamp;

use super::{Row, Subject, age, millis, percent, said};
use crate::console::app::Chart;
use crate::fleet::{Metric, Site, Snapshot, check_verdict};

pub(super) fn sites(picture: &Snapshot, now: Timestamp) -> Vec<Row> {
    picture
        .sites
        .iter()
        .map(|site| of_site(picture, site, now))
        .collect()
}

fn of_site(picture: &Snapshot, site: &Site, now: Timestamp) -> Row {
    let region = &site.region;
    let api = &site.api.metrics;
    let role = match picture.is_writer(region) {
        Some(true) => "writer",
        Some(false) => "reader",
        None => "unknown",
    };
    let lag = picture
        .database
        .lag(region)
        .and_then(|lag| lag.current()?.settled(picture.at));
    let dns = match picture.edge.check(region) {
        Some(check) => match check_verdict(check, picture.at).in_service() {
            Some(true) => "in service",
            Some(false) => "out of service",
            None => "unknown",
        },
        None if picture.edge.record(region).is_some() => "unchecked",
        None => "unknown",
    };
    let (errors, invocations) = (Metric::FunctionErrors, Metric::FunctionInvocations);
    let worst = site
        .functions
        .iter()
        .filter_map(|function| function.metrics.percent(errors, invocations, picture.at))
        .map(|point| point.value)
        .reduce(f64::max);
    let cells = vec![
        ("region", region.to_string()),
        (
            "city",
            region
                .place()
                .map_or_else(String::new, |place| place.city.into()),
        ),
        ("verdict", site.judgement.verdict.to_string()),
        ("role", role.into()),
        ("share", percent(picture.traffic_share(region))),
        ("p50", millis(api.latest(Metric::ApiLatencyP50, picture.at))),
        ("p99", millis(api.latest(Metric::ApiLatencyP99, picture.at))),
        (
            "5xx",
            percent(
                api.percent(Metric::Api5xx, Metric::ApiRequests, picture.at)
                    .map(|point| point.value),
            ),
        ),
        ("lambda", percent(worst)),
        ("lag", millis(lag)),
        ("dns", dns.into()),
        (
            "probe",
            said(&site.probe, |probe| {
                format!("{} ms", probe.total().as_millis())
            }),
        ),
        (
            "certificate",
            said(&site.certificate, |certificate| {
                certificate
                    .days_left(now)
                    .map_or_else(String::new, |days| format!("{days} days"))
            }),
        ),
        ("age", age(api.get(Metric::ApiRequests).at(), now)),
        (
            "why",
            site.judgement
                .reasons
                .iter()
                .map(|reason| reason.text.as_str())
                .collect::<Vec<_>>()
                .join("; "),
        ),
    ];
    Row::new(region.as_str(), Subject::Site(region.clone()), cells)
}

pub(super) fn charts(site: &Site) -> Vec<Row> {
    let row = |chart: Chart| {
        let subject = Subject::Chart(site.region.clone(), chart);
        Row::new(
            chart.title(),
            subject,
            vec![("chart", chart.title().into())],
        )
    };
    Chart::ALL.into_iter().map(row).collect()
}

pub(super) fn functions(site: &Site, now: Timestamp) -> Vec<Row> {
    let row = |(index, function): (usize, &crate::fleet::Function)| {
        let metrics = &function.metrics;
        let share = |part| {
            metrics
                .percent(part, Metric::FunctionInvocations, now)
                .map(|point| point.value)
        };
        let cells = vec![
            ("function", function.name.clone()),
            (
                "state",
                said(&function.detail, |detail| detail.state.clone()),
            ),
            (
                "runtime",
                said(&function.detail, |detail| detail.runtime.clone()),
            ),
            (
                "version",
                said(&function.detail, |detail| detail.version.clone()),
            ),
            ("errors", percent(share(Metric::FunctionErrors))),
            ("throttles", percent(share(Metric::FunctionThrottles))),
            (
                "p95",
                millis(metrics.latest(Metric::FunctionDurationP95, now)),
            ),
        ];
        Row::new(
            function.name.as_str(),
            Subject::Function(site.region.clone(), index),
            cells,
        )
    };
    site.functions.iter().enumerate().map(row).collect()
}

pub(super) fn alarms(site: &Site) -> Vec<Row> {
    let row = |(index, alarm): (usize, &crate::fleet::Alarm)| {
        let cells = vec![
            ("region", site.region.to_string()),
            ("alarm", alarm.name.clone()),
            ("reason", alarm.reason.clone()),
            (
                "since",
                alarm.since.map_or_else(String::new, |at| at.to_string()),
            ),
        ];
        let key = format!("{} {}", site.region, alarm.name);
        Row::new(key, Subject::Alarm(site.region.clone(), index), cells)
    };
    site.alarms
        .last()
        .into_iter()
        .flatten()
        .enumerate()
        .map(row)
        .collect()
}
