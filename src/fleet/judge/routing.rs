//! Whether DNS sends anybody to a Region: all of its records, not the first.

use super::reasons::percent;
use crate::judge::evidence::{figure, reason};
use crate::{
    CheckVerdict, HealthCheck, Metric, Missing, Reason, Routing, RoutingRecord, Site, Snapshot,
    Verdict,
};

pub(super) fn judge(snapshot: &Snapshot, site: &Site) -> Vec<Reason> {
    let edge = &snapshot.edge;
    let Some(records) = edge.records.current() else {
        return Vec::new();
    };
    let own: Vec<&RoutingRecord> = records
        .iter()
        .filter(|record| record.is_of(&site.region))
        .collect();
    if own.is_empty() {
        let text = format!("no record in {}: DNS never names it", edge.latency_record);
        return vec![reason(Verdict::Degraded, "dns", text)];
    }
    let mut said: Vec<(Verdict, String)> = Vec::new();
    for record in &own {
        let whose = if own.len() > 1 {
            format!("{} record ", record.kind)
        } else {
            String::new()
        };
        if let Some((verdict, text)) = of_record(snapshot, record, &whose) {
            // Records of several types with one check say the same.
            if said.iter().all(|(_, other)| *other != text) {
                said.push((verdict, text));
            }
        }
    }
    if edge.admission(&site.region, snapshot.at) == Some(CheckVerdict::Partly) {
        let text = "DNS answers with only some of its records: it gets a part of its traffic";
        said.push((Verdict::Degraded, text.into()));
    }
    let reasons = said.into_iter();
    reasons
        .map(|(verdict, text)| reason(verdict, "dns", text))
        .collect()
}

fn of_record(
    snapshot: &Snapshot,
    record: &RoutingRecord,
    whose: &str,
) -> Option<(Verdict, String)> {
    let edge = &snapshot.edge;
    let check = record.check().and_then(|id| edge.checks.get(id));
    let id = check.map_or("of its group", |check| check.id.as_str());
    if check.is_some_and(|check| check.config.why_missing() == Some(&Missing::NoData)) {
        let text = format!(
            "there is no health check {id}, which its {} record names",
            record.kind
        );
        return Some((Verdict::Unknown, text));
    }
    let text = match edge.record_verdict(record, snapshot.at) {
        CheckVerdict::Unhealthy => {
            let votes = check.map_or_else(String::new, |check| votes(snapshot, check));
            format!("{whose}out of DNS: health check {id} unhealthy{votes}")
        }
        CheckVerdict::DisabledUnhealthy => {
            format!("{whose}out of DNS: health check {id} is disabled and inverted")
        }
        CheckVerdict::DisabledHealthy => {
            format!("health check {id} is disabled: DNS always answers with this Region")
        }
        // It may be meant so, and nothing is wrong now: a word, and no worse a verdict.
        CheckVerdict::Unchecked => {
            let text = format!(
                "its {} record has no health check: DNS always answers with it",
                record.kind
            );
            return Some((Verdict::Healthy, text));
        }
        CheckVerdict::Standby if record.is_given_away() => {
            let text = format!(
                "{whose}weight 0 in {}: DNS gives its clients to other Regions",
                record.target
            );
            return Some((Verdict::Degraded, text));
        }
        CheckVerdict::Standby => {
            let text = format!(
                "{whose}{}: DNS answers with this Region only while others are unhealthy",
                record.routing
            );
            // A secondary stands by; a weight of 0 was set by somebody.
            let verdict = match record.routing {
                Routing::Weighted(_) => Verdict::Degraded,
                _ => Verdict::Healthy,
            };
            return Some((verdict, text));
        }
        CheckVerdict::Healthy | CheckVerdict::Partly | CheckVerdict::Unknown => return None,
    };
    Some((Verdict::Degraded, text))
}

/// `, 12 % of the checkers say healthy`, and what the check makes of it.
fn votes(snapshot: &Snapshot, check: &HealthCheck) -> String {
    let share = figure(&check.metrics, Metric::CheckPercentHealthy, snapshot)
        .map_or(String::new(), |point| {
            format!(", {} of the checkers say healthy", percent(point.value))
        });
    let inverted = check.config.current().is_some_and(|config| config.inverted);
    let inverted = if inverted { " (inverted)" } else { "" };
    format!("{inverted}{share}")
}
