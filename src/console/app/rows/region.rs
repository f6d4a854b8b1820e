//! Rows about Regions: the Fleet's table and the Region screen's lists.

use jiff::Timestamp;

use super::{Row, Subject, age, lag, millis, percent, said};
use crate::app::Chart;
use gwctl_fleet::{CheckVerdict, Metric, Missing, Region, Site, Snapshot};

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
    let dns = dns(picture, region);
    let (errors, invocations) = (Metric::FunctionErrors, Metric::FunctionInvocations);
    // One function that is not known hides which is the worst.
    let known = site.functions.iter().map(|function| {
        let metrics = &function.metrics;
        match metrics.percent(errors, invocations, picture.at) {
            Some(point) => Ok(Some(point.value)),
            None => match metrics.get(invocations).why_missing() {
                Some(Missing::NoData) => Ok(None),
                _ => Err(()),
            },
        }
    });
    let known: Result<Vec<Option<f64>>, ()> = known.collect();
    let worst = known
        .ok()
        .and_then(|all| all.into_iter().flatten().reduce(f64::max));
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
        (
            "share",
            match picture.traffic_share(region) {
                Ok(share) => percent(Some(share.percent)),
                Err(why) => why.to_string(),
            },
        ),
        ("p50", millis(api.latest(Metric::ApiLatencyP50, picture.at))),
        ("p99", millis(api.latest(Metric::ApiLatencyP99, picture.at))),
        (
            "5xx",
            percent(
                picture
                    .failing(site, Metric::Api5xx)
                    .map(|point| point.value),
            ),
        ),
        ("lambda", percent(worst)),
        ("lag", lag(picture, region, now)),
        ("dns", dns),
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
        ("age", age(picture.row_at(site), now)),
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

/// Whether DNS answers with the Region, or why that is not known.
fn dns(picture: &Snapshot, region: &Region) -> String {
    let edge = &picture.edge;
    if let Some(why) = edge.records.why_missing() {
        return format!("unknown: {why}");
    }
    let Some(verdict) = edge.admission(region, picture.at) else {
        return "no latency record".into();
    };
    match verdict {
        CheckVerdict::Unchecked => "in service, no health check".into(),
        CheckVerdict::Partly => "partly in service".into(),
        verdict => match verdict.in_service() {
            Some(true) => "in service".into(),
            Some(false) => "out of service".into(),
            None => match edge.check(region) {
                None => "unknown: its health check is not known".into(),
                Some(check) => match check.metrics.get(Metric::CheckStatus).why_missing() {
                    Some(why) => format!("unknown: {why}"),
                    None => "unknown".into(),
                },
            },
        },
    }
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
    let row = |(index, function): (usize, &gwctl_fleet::Function)| {
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
                said(&function.detail, |detail| match detail.version.as_str() {
                    "$LATEST" => {
                        "the newest code; the version that is called is not asked for".into()
                    }
                    version => version.into(),
                }),
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
    let row = |(index, alarm): (usize, &gwctl_fleet::Alarm)| {
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
