//! A digest of the state a plan is made on: roles, routing records, health checks' versions.

use serde_json::json;

use gwctl_fleet::Snapshot;
use gwctl_store::digest;

/// The digest. Figures do not count: they change by the minute and change no plan.
pub(super) fn of(snapshot: &Snapshot) -> String {
    let topology = snapshot.database.topology.last();
    let members = topology.map(|t| {
        t.members
            .iter()
            .map(|m| json!([m.arn, m.writer, m.synchronization]))
            .collect::<Vec<_>>()
    });
    let checks = snapshot
        .edge
        .checks
        .iter()
        .map(|(id, check)| json!([id, check.config.last().map(|config| config.version)]));
    let records = snapshot.edge.records.last();
    let basis = json!({
        "database": [topology.map(|t| &t.status), topology.map(|t| &t.failover)],
        "members": members,
        "checks": checks.collect::<Vec<_>>(),
        "records": records,
        "certificate": snapshot.edge.distribution.last().map(|d| &d.certificate_arn),
    });
    digest(basis.to_string().as_bytes())
}
