//! Rows about the edge: routing records, health checks, DNS answers.

use super::{Basis, Row, Subject};
use gwctl_fleet::{CheckConfig, CheckKind, CheckVerdict, HealthCheck, Snapshot, check_verdict};

pub(super) fn records<'a>(picture: &'a Snapshot) -> Vec<Row<'a>> {
    let row = |(index, record): (usize, &'a gwctl_fleet::RoutingRecord)| {
        let verdict = picture.edge.record_verdict(record, picture.at);
        let cells = move || {
            vec![
                ("region", region_or_none(record)),
                ("routing", record.routing.to_string()),
                ("set", record.set_identifier.clone()),
                ("type", record.kind.clone()),
                ("target", record.target.clone()),
                (
                    "ttl",
                    record
                        .ttl
                        .map_or_else(|| "alias".into(), |ttl| format!("{ttl} s")),
                ),
                ("verdict", word(verdict).into()),
                ("check", record.check().unwrap_or_default().to_owned()),
            ]
        };
        let key = format!("{} {}", record.kind, record.set_identifier);
        Row::new(key, Subject::Record(record.region.clone(), index), cells)
    };
    picture
        .edge
        .records
        .last()
        .into_iter()
        .flatten()
        .enumerate()
        .map(row)
        .collect()
}

fn region_or_none(record: &gwctl_fleet::RoutingRecord) -> String {
    let region = record.region.as_ref();
    region.map_or_else(String::new, ToString::to_string)
}

pub(super) fn checks<'a>(basis: Basis<'a>) -> Vec<Row<'a>> {
    let picture = basis.moment.snapshot;
    let row = |check: &'a HealthCheck| {
        let cells = move || {
            vec![
                ("check", check.id.clone()),
                ("verdict", word(check_verdict(check, picture.at)).into()),
                ("type", basis.said(&check.config, kind)),
                ("target", basis.said(&check.config, target)),
                ("switches", basis.said(&check.config, switches)),
            ]
        };
        Row::new(check.id.as_str(), Subject::Check(check.id.clone()), cells)
    };
    picture.edge.checks.values().map(row).collect()
}

pub(super) fn answers<'a>(picture: &'a Snapshot) -> Vec<Row<'a>> {
    let row = |(index, answer): (usize, &'a gwctl_fleet::DnsAnswer)| {
        let cells = move || {
            vec![
                ("from", answer.vantage.clone()),
                ("answer", answer.value.clone()),
                (
                    "region",
                    answer
                        .region
                        .as_ref()
                        .map_or_else(|| "not of this fleet".into(), ToString::to_string),
                ),
                (
                    "ttl",
                    answer
                        .ttl_s
                        .map_or_else(String::new, |ttl| format!("{ttl} s")),
                ),
            ]
        };
        Row::new(
            answer.vantage.as_str(),
            Subject::Answer(answer.region.clone(), index),
            cells,
        )
    };
    picture
        .edge
        .answers
        .last()
        .into_iter()
        .flatten()
        .enumerate()
        .map(row)
        .collect()
}

const fn word(verdict: CheckVerdict) -> &'static str {
    match verdict {
        CheckVerdict::Healthy => "healthy",
        CheckVerdict::Unhealthy => "unhealthy",
        CheckVerdict::DisabledHealthy => "disabled, considered healthy",
        CheckVerdict::DisabledUnhealthy => "disabled, considered unhealthy",
        CheckVerdict::Unchecked => "unchecked",
        CheckVerdict::Standby => "standby",
        CheckVerdict::Partly => "partly",
        CheckVerdict::Unknown => "unknown",
    }
}

fn kind(config: &CheckConfig) -> String {
    match &config.kind {
        CheckKind::Endpoint { protocol, .. } => protocol.clone(),
        CheckKind::Calculated { .. } => "CALCULATED".into(),
        CheckKind::Alarm { .. } => "CLOUDWATCH_METRIC".into(),
        CheckKind::RecoveryControl { .. } => "RECOVERY_CONTROL".into(),
        CheckKind::Linked { .. } => "linked".into(),
    }
}

fn target(config: &CheckConfig) -> String {
    match &config.kind {
        CheckKind::Endpoint { target, .. } => target.clone(),
        CheckKind::Calculated {
            children,
            threshold,
        } => {
            format!("needs {threshold} healthy of {}", children.join(", "))
        }
        CheckKind::Alarm { name, region } => format!("{name} in {region}"),
        CheckKind::RecoveryControl { control } => control.clone(),
        CheckKind::Linked { service } => format!("set by {service}"),
    }
}

fn switches(config: &CheckConfig) -> String {
    let on = [(config.disabled, "disabled"), (config.inverted, "inverted")];
    on.into_iter()
        .filter(|(on, _)| *on)
        .map(|(_, word)| word)
        .collect::<Vec<_>>()
        .join(" ")
}
