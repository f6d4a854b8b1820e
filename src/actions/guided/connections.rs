//! Whether the database of a Region that is to take more has connections left. They are compared by instance: CloudWatch
//! counts those of the fullest one, and `max_connections` is a limit of each.
//!
//! gwctl does not ask AWS for that limit, as the fact sheets do not say what tells it: it is known where the
//! configuration names it, and otherwise never taken for enough.

use super::wellness::{Load, Moved, RESERVE, part};
use crate::check::{Check, Finding};
use crate::format;
use gwctl_fleet::{Member, Metric, Region, Snapshot};

/// With what `moved` brings to `to`; none where no database of the fleet is there.
pub(super) fn after_shift(
    snapshot: &Snapshot,
    moved: Moved<'_>,
    to: &Region,
    load: Option<Load>,
) -> Option<Check> {
    snapshot.database.clusters.get(to)?;
    let name = format!("connections:{to}");
    let serves = snapshot
        .served(to)
        .is_some_and(|served| served.shows_clients());
    let then = open(snapshot, to).zip(load).and_then(|(now, load)| {
        // A standby's connections are not its clients'.
        if serves {
            return Some(now * load.then / load.now);
        }
        let elsewhere = moved.from.iter().map(|region| open(snapshot, region));
        Some(now + elsewhere.sum::<Option<f64>>()? * moved.part())
    });
    Some(judged(snapshot, &name, to, moved.how_sure(), then))
}

/// Once `target` writes instead of `writer`: at most all that the writer has come to it.
pub(super) fn after_promotion(snapshot: &Snapshot, writer: &Member, target: &Member) -> Check {
    let (from, to) = (&writer.region, &target.region);
    let then = open(snapshot, to)
        .zip(open(snapshot, from))
        .map(|(own, comes)| own + comes);
    judged(snapshot, "connections", to, "up to", then)
}

fn judged(
    snapshot: &Snapshot,
    name: &str,
    to: &Region,
    how_sure: &str,
    then: Option<f64>,
) -> Check {
    let Some(then) = then else {
        let text = format!(
            "how many connections the database in {to} would have is not known: the figures are missing"
        );
        return Check::new(name, Finding::Warn, text);
    };
    let count = format::count(then);
    let text = format!("the fullest instance in {to} would have {how_sure} {count} connections");
    let Some(limit) = snapshot.thresholds.max_connections else {
        let text = format!(
            "{text}; its limit is not known: name it as `max_connections` in the fleet's thresholds"
        );
        let brief = format!("connections {how_sure} {count}, limit not known");
        return Check::new(name, Finding::Warn, text).brief(brief);
    };
    let text = format!("{text}, its limit is {}", format::count(limit));
    Check::of(
        name,
        then <= RESERVE * limit,
        text.clone(),
        Finding::Waivable,
        format!("{text}: beyond it the database refuses new ones"),
    )
    .brief(part("connections", how_sure, then, limit))
}

/// What the fullest instance in `region` has now.
fn open(snapshot: &Snapshot, region: &Region) -> Option<f64> {
    let cluster = snapshot.database.clusters.get(region)?;
    let newest = cluster.metrics.latest(Metric::DbConnections, snapshot.at)?;
    Some(newest.value)
}
