//! Planning on a picture that is still filling: under throttling, what a plan needs comes late.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::watch;

use super::{Finding, Intent, Plan, Refused, plan};
use gwctl_fleet::{Clock, FleetSpec, Missing, Observed, Snapshot};

/// Plans `intent` on the newest picture. Where that is refused or fails a check while something a plan
/// needs was never read yet, waits for better pictures, at most `limit` of fleet time.
pub async fn plan_patiently(
    fleet: &str,
    spec: &FleetSpec,
    mut picture: watch::Receiver<Arc<Snapshot>>,
    intent: &Intent,
    clock: &dyn Clock,
    limit: Duration,
) -> Result<(Arc<Snapshot>, Plan), Refused> {
    let until = clock.now() + SignedDuration::try_from(limit).unwrap_or_default();
    loop {
        let seen = picture.borrow_and_update().clone();
        let planned = plan(fleet, spec, &seen, intent);
        let good = planned
            .as_ref()
            .is_ok_and(|plan| plan.finding() < Finding::Fail);
        let left = until.duration_since(clock.now());
        if good || left <= SignedDuration::ZERO || !wanting(&seen) {
            return planned.map(|plan| (seen, plan));
        }
        let wait = clock.wall(Duration::try_from(left).unwrap_or_default());
        // Whichever ends it: what there is then is planned on.
        let _ = tokio::time::timeout(wait, picture.changed()).await;
    }
}

/// Whether something that plans need could not be read so far, and may yet be.
fn wanting(snapshot: &Snapshot) -> bool {
    let edge = &snapshot.edge;
    unread(&snapshot.database.topology)
        || unread(&edge.records)
        || edge.switches.values().any(unread)
        || edge
            .named_switches
            .values()
            .any(|(_, switch)| unread(switch))
        || edge.checks.values().any(|check| unread(&check.config))
        || snapshot
            .database
            .clusters
            .values()
            .any(|cluster| unread(&cluster.state))
}

fn unread<T>(value: &Observed<T>) -> bool {
    let waits = matches!(
        value.why_missing(),
        Some(Missing::NotYet | Missing::CouldNotAsk { .. })
    );
    value.last().is_none() && waits
}
