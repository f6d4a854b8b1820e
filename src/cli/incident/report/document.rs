//! The report for programs.

use serde_json::{Value, json};

use super::gather::Incident;
use super::story;

/// `gwctl.incident/1`.
pub fn document(incident: &Incident) -> Value {
    json!({
        "schema": "gwctl.incident/1",
        "fleet": incident.fleet,
        "file": incident.file,
        "from": incident.from,
        "to": incident.to,
        "redacted": incident.redacted,
        "scenario": incident.scenario,
        "summary": story::summary(incident),
        "verdict": incident.verdict,
        "worst": incident.worst,
        "since": incident.since,
        "began_before": incident.began_before,
        "until": incident.until,
        "harm": incident.harm,
        "hypotheses": incident.explanation.hypotheses,
        "unexplained": incident.unexplained,
        "explained_at": incident.explanation.at,
        "timeline": incident.timeline,
        "runs": incident.runs,
        "figures": incident.charts,
        "notes": incident.notes,
        "missing": incident.missing,
        "lateness": incident.lateness,
    })
}
