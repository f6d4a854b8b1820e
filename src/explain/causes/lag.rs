//! A secondary cluster that falls behind the writer.

use super::told::since;
use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use crate::onset::Onset;
use gwctl_fleet::{Region, Verdict, format};

pub(super) fn look(evidence: &Evidence<'_>) -> Vec<Hypothesis> {
    let regions = evidence.picture.database.clusters.keys();
    regions.filter_map(|region| of(evidence, region)).collect()
}

fn of(evidence: &Evidence<'_>, region: &Region) -> Option<Hypothesis> {
    let picture = evidence.picture;
    let (limits, lag) = (
        picture.thresholds.replication_lag_ms,
        behind(evidence, region)?,
    );
    if lag <= limits.warn {
        return None;
    }
    let series = picture.database.lag(region)?.current()?;
    let began = Onset::of(series, picture.at, |lag| lag > limits.warn);
    let secondaries = picture.database.clusters.keys();
    let secondaries =
        secondaries.filter(|other| *other != region && picture.is_writer(other) != Some(true));
    let others: Vec<(&Region, Option<f64>)> = secondaries
        .map(|other| (other, behind(evidence, other)))
        .collect();
    let keeps_up = |(_, lag): &(&Region, Option<f64>)| lag.is_some_and(|lag| lag <= limits.warn);
    let alone = !others.is_empty() && others.iter().all(keeps_up);
    let told = |(other, lag): &(&Region, Option<f64>)| match lag {
        Some(lag) => format!("{other} is {} behind", format::millis(*lag)),
        None => format!("how far {other} is behind is not known"),
    };
    let mut supports = vec![format!(
        "{region} is {} behind, limit {}",
        format::millis(lag),
        format::millis(limits.warn)
    )];
    let mut contradicts = Vec::new();
    if alone {
        supports.extend(others.iter().map(told));
    } else {
        contradicts.extend(others.iter().map(told));
    }
    Some(Hypothesis {
        cause: "replication-behind",
        region: Some(region.clone()),
        sentence: format!("The database in {region} falls behind the writer{}, by {} now", since(began), format::millis(lag)),
        verdict: Verdict::Degraded,
        hurts: false,
        since: began,
        sure: if alone { Sureness::High } else { Sureness::Medium },
        why: if alone {
            "the other secondaries keep up: it is this one or the way there, and not the writer".into()
        } else {
            "no other secondary shows whether the writer sends its data in time".into()
        },
        supports,
        contradicts,
        apart: Some("CPU and events of the cluster there, and how much the writer writes: the Database screen".into()),
        about: Vec::new(),
        hit_percent: None,
        actions: Vec::new(),
    })
}

/// How far the secondary there is behind, in milliseconds, by what is known now.
fn behind(evidence: &Evidence<'_>, region: &Region) -> Option<f64> {
    if evidence.picture.is_writer(region) == Some(true) {
        return None;
    }
    let series = evidence.picture.database.lag(region)?.current()?;
    Some(series.settled(evidence.picture.at)?.value)
}
