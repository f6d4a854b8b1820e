//! A database that functions of a Region cannot reach, though RDS finds nothing wrong with it.

use super::changed;
use super::failing::Failing;
use super::logged::Errors;
use super::told::since;
use super::words::Says;
use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use crate::onset::Onset;
use gwctl_fleet::{Event, EventKind, Region, Site};

/// From this part of the errors on, they are what the functions fail of.
const MANY: f64 = 0.3;

pub(super) fn look(evidence: &Evidence<'_>, site: &Site) -> Option<Hypothesis> {
    let failing = Failing::of(evidence, site)?.saying(evidence, Says::NoWay, MANY)?;
    let errors = Errors::of(evidence, &failing)?;
    let quoted = errors.first(Says::NoWay)?;
    let (region, began) = (failing.region(), failing.began());
    let change = began.and_then(|began| change(evidence, region, began));
    let status = status(evidence, region);
    let is_up = status.as_ref().map(|(is_up, _)| *is_up);
    let mut hypothesis = failing.hypothesis(evidence, "database-unreachable");
    let by = changed::clause(change, began);
    hypothesis.sentence = format!(
        "{} in {region}{}{by}, because they cannot reach the database there: {}",
        failing.fail(),
        since(began),
        errors.share(quoted)
    );
    hypothesis.supports.push(errors.told(quoted));
    hypothesis.supports.extend(change.map(changed::told));
    if let Some((is_up, told)) = status {
        if is_up {
            hypothesis.supports.push(told);
        } else {
            hypothesis.contradicts.push(told);
        }
    }
    let (sure, why) = match (change.is_some(), is_up) {
        (true, Some(true)) => (
            Sureness::High,
            "functions get no connection to a database that RDS finds available, and somebody changed the network before",
        ),
        (false, Some(true)) => (
            Sureness::Medium,
            "functions get no connection to a database that RDS finds available: the way there is what is wrong, and no change of \
             it is known",
        ),
        (_, Some(false)) => (
            Sureness::Low,
            "functions get no connection to the database, and RDS does not find it available",
        ),
        (_, None) => (
            Sureness::Medium,
            "functions get no connection to the database; what RDS says of it is not known",
        ),
    };
    (hypothesis.sure, hypothesis.why) = (sure, why.into());
    hypothesis.apart = Some(
        "the way from the functions to port 5432: security groups of both, route tables and network ACLs of the subnets, the \
         proxy's targets"
            .into(),
    );
    Some(hypothesis)
}

/// Whether RDS finds the cluster available, in its words; none where that is not known now.
fn status(evidence: &Evidence<'_>, region: &Region) -> Option<(bool, String)> {
    let cluster = evidence.picture.database.clusters.get(region)?;
    let state = cluster.state.current()?;
    let told = format!("{region}: RDS says that its cluster is {}", state.status);
    Some((state.status == "available", told))
}

/// The newest change of the network there: its resources bear no name of the fleet's.
fn change<'a>(evidence: &Evidence<'a>, region: &Region, began: Onset) -> Option<&'a Event> {
    changed::newest(evidence, began, |event| {
        event.kind == EventKind::Network && event.region.as_ref() == Some(region)
    })
}
