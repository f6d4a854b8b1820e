//! Rows about Regions: the Fleet's table and the Region screen's lists.

use super::{Basis, Row, Subject};
use crate::app::Chart;
use gwctl_fleet::{Measured, Metric, Site, columns};

pub(super) fn sites<'a>(basis: Basis<'a>) -> Vec<Row<'a>> {
    let row = |site: &'a Site| {
        let region = &site.region;
        let cells = move || columns::said(&basis.moment, site, &basis.marks);
        Row::new(region.as_str(), Subject::Site(region.clone()), cells)
    };
    let sites = basis.moment.snapshot.sites.iter();
    match basis.sort {
        Some(sort) => sort.sites(&basis.moment).into_iter().map(row).collect(),
        None => sites.map(row).collect(),
    }
}

pub(super) fn charts(site: &Site) -> Vec<Row<'_>> {
    let row = |chart: Chart| {
        let subject = Subject::Chart(site.region.clone(), chart);
        let cells = move || vec![("chart", chart.title().into())];
        Row::new(chart.title(), subject, cells)
    };
    Chart::ALL.into_iter().map(row).collect()
}

pub(super) fn functions<'a>(basis: Basis<'a>, site: &'a Site) -> Vec<Row<'a>> {
    let row = move |(index, function): (usize, &'a gwctl_fleet::Function)| {
        let metrics = &function.metrics;
        let share = move |part| basis.share(metrics, part, Metric::FunctionInvocations);
        let cells = move || {
            vec![
                ("function", function.name.clone()),
                (
                    "state",
                    basis.said(&function.detail, |detail| detail.state.clone()),
                ),
                (
                    "runtime",
                    basis.said(&function.detail, |detail| detail.runtime.clone()),
                ),
                (
                    "version",
                    basis.said(&function.detail, |detail| match detail.version.as_str() {
                        "$LATEST" => {
                            "the newest code; the version that is called is not asked for".into()
                        }
                        version => version.into(),
                    }),
                ),
                ("errors", share(Metric::FunctionErrors)),
                ("throttles", basis.throttled(metrics)),
                ("p95", basis.figure(metrics, Metric::FunctionDurationP95)),
            ]
        };
        Row::new(
            function.name.as_str(),
            Subject::Function(site.region.clone(), index),
            cells,
        )
    };
    site.functions.iter().enumerate().map(row).collect()
}

pub(super) fn alarms<'a>(site: &'a Site) -> Vec<Row<'a>> {
    let row = |(index, alarm): (usize, &'a gwctl_fleet::Alarm)| {
        let of = |said: &dyn Fn(&Measured) -> String| {
            alarm.measured.as_ref().map(said).unwrap_or_default()
        };
        let cells = move || {
            vec![
                ("region", site.region.to_string()),
                ("alarm", alarm.name.clone()),
                ("metric", of(&|it| it.metric.clone())),
                (
                    "value",
                    of(&|it| {
                        it.value
                            .map(|value| alarm.figure(value))
                            .unwrap_or_default()
                    }),
                ),
                (
                    "limit",
                    of(&|it| format!("{} {}", it.comparison, alarm.figure(it.limit))),
                ),
                ("reason", alarm.reason.clone()),
                (
                    "since",
                    alarm.since.map_or_else(String::new, |at| at.to_string()),
                ),
            ]
        };
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
