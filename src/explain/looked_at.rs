//! What was looked at, with the figures that are known.

use gwctl_fleet::{Metric, Region, Site, Snapshot, format};

/// What was looked at, a sentence each. Only what is known now is told.
pub fn looked_at(picture: &Snapshot) -> Vec<String> {
    let mut all: Vec<String> = picture
        .sites
        .iter()
        .filter_map(|site| of_site(picture, site))
        .collect();
    all.extend(of_database(picture));
    all.extend(of_edge(picture));
    all
}

fn of_site(picture: &Snapshot, site: &Site) -> Option<String> {
    let failing = picture.failing(site, Metric::Api5xx);
    let slow = site.api.metrics.latest(Metric::ApiLatencyP99, picture.at);
    let alarms = picture.firing(site).map(|firing| match firing.len() {
        0 => "no alarm fires".to_owned(),
        count => format!("{count} alarms fire"),
    });
    let probe = site.probe.current();
    let known: Vec<String> = [
        failing.map(|point| format!("5xx {}", format::percent(point.value))),
        slow.map(|point| format!("p99 {}", format::millis(point.value))),
        alarms,
        probe.map(|report| format!("gwctl's own request is answered {}", report.status)),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!known.is_empty()).then(|| format!("{}: {}", site.region, known.join(", ")))
}

fn of_database(picture: &Snapshot) -> Option<String> {
    let writer = picture.database.topology.current()?.writer()?;
    let lag = |region: &Region| {
        let series = picture.database.lag(region)?.current()?;
        Some(series.settled(picture.at)?.value)
    };
    let readers = picture.database.clusters.keys();
    let behind: Vec<String> = readers
        .filter(|region| **region != writer.region)
        .filter_map(|region| Some(format!("{region} {} behind", format::millis(lag(region)?))))
        .collect();
    let behind = match behind.len() {
        0 => String::new(),
        _ => format!(", {}", behind.join(", ")),
    };
    Some(format!("database: {} is the writer{behind}", writer.region))
}

fn of_edge(picture: &Snapshot) -> Option<String> {
    let edge = &picture.edge;
    let failing = edge.metrics.latest(Metric::Edge5xxRate, picture.at);
    let probe = edge.probe.current();
    let records = edge.records.current();
    let known: Vec<String> = [
        probe.map(|report| format!("{} answers gwctl with {}", edge.domain, report.status)),
        failing.map(|point| format!("CloudFront's 5xx {}", format::percent(point.value))),
        records.map(|records| format!("{} routing records", records.len())),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!known.is_empty()).then(|| format!("edge: {}", known.join(", ")))
}
