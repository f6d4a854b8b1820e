//! Evacuations that last: while somebody watches who may change things, the position of every switch that
//! evacuates is put again, minute by minute. AWS advises against relying on the last known status for hours
//! (aws-facts §20.1).

use std::convert::Infallible;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::RunContext;
use gwctl_fleet::{Account, Position, Switch};

/// How often.
const EVERY: Duration = Duration::from_mins(1);
/// What is put lies so far back: a point that somebody else put since is seen first, and newer than this.
const BEHIND: SignedDuration = SignedDuration::from_mins(2);

/// Keeps what is evacuated by a switch evacuated, until it is dropped. Only for those who may change things.
pub async fn keep_switches(run_context: RunContext) -> Infallible {
    loop {
        run_context.sleep(EVERY).await;
        for switch in evacuating(&run_context) {
            keep(&run_context, &switch).await;
        }
    }
}

/// Every switch whose Region is evacuated by it, as far as the picture shows.
fn evacuating(run_context: &RunContext) -> Vec<Switch> {
    let snapshot = run_context.snapshot();
    let known = snapshot.sites.iter().filter_map(|site| {
        let (_, switch) = snapshot.edge.switch(&site.region)?;
        switch.current().cloned()
    });
    known
        .filter(|switch| switch.stands_evacuated() == Some(true))
        .collect()
}

/// Puts the position again into a minute that has none, after the newest point: a position that somebody
/// else put meanwhile is never written over.
async fn keep(run_context: &RunContext, switch: &Switch) {
    let now = run_context.clock.now();
    let cloudwatch = run_context
        .mutating_session()
        .in_account(Account::Dns)
        .cloudwatch(&switch.region);
    let Position::Put { at, value } = cloudwatch.position(switch, now).await else {
        return;
    };
    let due = now - BEHIND;
    if switch.evacuates(value) != Some(true) || minute(due) <= minute(at) {
        return;
    }
    let put = cloudwatch.put_metric(
        &switch.namespace,
        &switch.metric,
        &switch.dimensions,
        value,
        due,
    );
    if let Err(error) = put.await {
        tracing::warn!(
            "gwctl could not repeat the position of the switch {}: {error}",
            switch.alarm
        );
    }
}

fn minute(at: Timestamp) -> i64 {
    at.as_second().div_euclid(60)
}
