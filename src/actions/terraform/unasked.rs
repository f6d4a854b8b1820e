//! What of the fleet could not be asked.

use std::collections::BTreeSet;

use gwctl_fleet::Missing;

use super::evidence::Evidence;
use super::judge::Judged;
use super::part::Part;

/// As the rest of a sentence that begins with what was to be asked for.
pub(super) fn because(why: &Missing) -> String {
    match why {
        Missing::NotYet => "was not asked for in time".into(),
        Missing::NoData => "is not there".into(),
        Missing::CouldNotAsk { why } => format!("could not be asked: {why}"),
        Missing::NotAllowed { action } => format!("could not be asked, which takes {action}"),
    }
}

/// What of the fleet could not be asked, of those parts that `judged` is about, in a sentence each.
pub fn unasked(judged: &Judged, evidence: &Evidence<'_>) -> Vec<String> {
    let snapshot = evidence.snapshot();
    let mut told = BTreeSet::new();
    let mut say = |what: &str, why: Option<&Missing>| {
        if let Some(why) = why.filter(|why| **why != Missing::NoData) {
            told.insert(format!("{what} {}", because(why)));
        }
    };
    for finding in &judged.findings {
        match &finding.part {
            Part::GlobalCluster | Part::Cluster { .. } | Part::Instance { .. } => {
                say(
                    "the global cluster",
                    snapshot.database.topology.why_missing(),
                );
            }
            Part::Record { .. } | Part::Weighted { .. } => {
                say(
                    "the set of latency records",
                    snapshot.edge.records.why_missing(),
                );
            }
            Part::Check { id: Some(id), .. } => {
                let check = snapshot.edge.checks.get(id);
                let what = format!("the health check {id}");
                say(
                    &what,
                    check.map_or(Some(&Missing::NotYet), |check| check.config.why_missing()),
                );
            }
            Part::Distribution => say("the distribution", snapshot.edge.distribution.why_missing()),
            Part::Switch {
                region: Some(region),
                ..
            } => {
                let switch = snapshot.edge.switch(region);
                let missing =
                    switch.map_or(Some(&Missing::NotYet), |(_, switch)| switch.why_missing());
                say(&format!("the evacuation switch of {region}"), missing);
            }
            _ => {}
        }
    }
    told.into_iter().collect()
}
