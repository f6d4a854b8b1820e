//! What a picture of a fleet shows of the ledger's rows. Only reading, and only what was asked anyway.

use std::collections::BTreeSet;

use super::Shown;
use crate::fleet::{Metric, Metrics, Missing, Observed, Snapshot};

/// Words of `GlobalCluster.Status` that were seen or read of (aws-facts §2.4).
const GLOBAL_STATUSES: [&str; 7] = [
    "available",
    "creating",
    "deleting",
    "failing-over",
    "modifying",
    "switching-over",
    "upgrading",
];

/// Statuses of a `DBCluster` in AWS's list (aws-facts §2.4).
const CLUSTER_STATUSES: [&str; 24] = [
    "available",
    "backing-up",
    "backtracking",
    "cloning-failed",
    "creating",
    "deleting",
    "failing-over",
    "inaccessible-encryption-credentials",
    "inaccessible-encryption-credentials-recoverable",
    "maintenance",
    "migrating",
    "migration-failed",
    "modifying",
    "preparing-data-migration",
    "promoting",
    "renaming",
    "resetting-master-credentials",
    "starting",
    "stopped",
    "stopping",
    "storage-optimization",
    "update-iam-db-auth",
    "upgrade_failed",
    "upgrading",
];

/// The positions of the switches and what they are without points.
pub(super) fn switches(picture: &Snapshot) -> Shown {
    let found = picture.edge.switches.values();
    let told: Vec<String> = found
        .filter_map(|switch| switch.current())
        .map(|switch| {
            format!(
                "a switch in {}: alarm {}, {}",
                switch.region,
                switch.state,
                switch.lasting_words()
            )
        })
        .collect();
    if told.is_empty() {
        return Shown::Silent("no evacuation switch was found".into());
    }
    Shown::Silent(format!(
        "{}; which of the two the check follows shows only once one is flipped",
        told.join("; ")
    ))
}

/// Whether the lag is where it is looked for.
pub(super) fn lag(picture: &Snapshot) -> Shown {
    let Some(topology) = picture.database.topology.current() else {
        return silent(&picture.database.topology, "the global cluster");
    };
    let metric = topology.engine.lag_metric().metric();
    let mut with = Vec::new();
    let mut without = Vec::new();
    for member in topology.members.iter().filter(|member| !member.writer) {
        let series = picture
            .database
            .clusters
            .get(&member.region)
            .map(|cluster| cluster.metrics.get(metric));
        match series {
            Some(series) if series.current().is_some_and(|series| !series.is_empty()) => {
                with.push(member.region.as_str());
            }
            Some(series) if series.why_missing() == Some(&Missing::NoData) => {
                without.push(member.region.as_str());
            }
            _ => {}
        }
    }
    if !without.is_empty() {
        return Shown::Differs(format!(
            "CloudWatch has no {} of the secondary in {}",
            metric.title(),
            without.join(", ")
        ));
    }
    if with.is_empty() {
        return Shown::Silent("no secondary's lag could be asked".into());
    }
    Shown::Holds(format!(
        "{} has points in {}",
        metric.title(),
        with.join(", ")
    ))
}

/// Whether health checks' metrics can be read where they are asked.
pub(super) fn check_metrics(picture: &Snapshot) -> Shown {
    let checks = picture.edge.checks.values();
    let metrics: Vec<&Metrics> = checks.map(|check| &check.metrics).collect();
    points(&metrics, Metric::CheckStatus, "health check")
}

/// Whether the metric of that name exists here. It has points only after a refusal.
pub(super) fn edge_limit(picture: &Snapshot) -> Shown {
    let metrics = &picture.edge.metrics;
    match points(&[metrics], Metric::EdgeFunctionLimited, "distribution") {
        Shown::Differs(_) => Shown::Silent(
            "no points: either no request was refused for concurrency, or the metric has another name".into(),
        ),
        other => other,
    }
}

/// How old the newest whole minute of requests is.
pub(super) fn newest_minute(picture: &Snapshot) -> Shown {
    let ages: Vec<String> = picture
        .sites
        .iter()
        .filter_map(|site| {
            let newest = site.api.metrics.latest(Metric::ApiRequests, picture.at)?;
            let age = picture.at.duration_since(newest.at).as_secs();
            Some(format!("{} {age} s", site.region))
        })
        .collect();
    if ages.is_empty() {
        return Shown::Silent("no Region's requests could be read".into());
    }
    Shown::Holds(format!(
        "the newest whole minute began before: {}",
        ages.join(", ")
    ))
}

/// Whether the global cluster's status is a known word.
pub(super) fn global_status(picture: &Snapshot) -> Shown {
    let topology = &picture.database.topology;
    match topology.current() {
        None => silent(topology, "the global cluster"),
        Some(seen) => words([seen.status.as_str()], &GLOBAL_STATUSES),
    }
}

/// Whether the member clusters' statuses are known words.
pub(super) fn member_statuses(picture: &Snapshot) -> Shown {
    let clusters = picture.database.clusters.values();
    let seen = clusters.filter_map(|cluster| Some(cluster.state.current()?.status.as_str()));
    words(seen, &CLUSTER_STATUSES)
}

/// Whether the secondaries say `connected` or `pending-resync`.
pub(super) fn synchronization(picture: &Snapshot) -> Shown {
    let topology = &picture.database.topology;
    let Some(seen) = topology.current() else {
        return silent(topology, "the global cluster");
    };
    let members = seen.members.iter();
    let said = members.filter_map(|member| member.synchronization.as_deref());
    words(said, &["connected", "pending-resync"])
}

/// Whether the distribution's status is a known word.
pub(super) fn distribution_status(picture: &Snapshot) -> Shown {
    let distribution = &picture.edge.distribution;
    match distribution.current() {
        None => silent(distribution, "the distribution"),
        Some(seen) => words([seen.status.as_str()], &["Deployed", "InProgress"]),
    }
}

fn words<'a>(seen: impl IntoIterator<Item = &'a str>, known: &[&str]) -> Shown {
    let seen: BTreeSet<&str> = seen.into_iter().collect();
    let strange: Vec<&str> = seen
        .iter()
        .copied()
        .filter(|word| !known.contains(word))
        .collect();
    if !strange.is_empty() {
        return Shown::Differs(format!("not in gwctl's list: {}", strange.join(", ")));
    }
    if seen.is_empty() {
        return Shown::Silent("AWS says no such word here".into());
    }
    Shown::Holds(format!(
        "seen: {}",
        seen.into_iter().collect::<Vec<_>>().join(", ")
    ))
}

fn points(all: &[&Metrics], metric: Metric, of: &str) -> Shown {
    let count = |wanted: fn(&Observed<std::sync::Arc<crate::fleet::Series>>) -> bool| {
        all.iter()
            .filter(|metrics| wanted(metrics.get(metric)))
            .count()
    };
    let with = count(|series| series.current().is_some_and(|series| !series.is_empty()));
    let without = count(|series| series.why_missing() == Some(&Missing::NoData));
    match (with, without) {
        (0, 0) => Shown::Silent(format!("no {of}'s figures could be asked")),
        (0, n) => Shown::Differs(format!("CloudWatch has no points of any of {n}")),
        (n, _) => Shown::Holds(format!("points of {n} of {}", all.len())),
    }
}

fn silent<T>(observed: &Observed<T>, what: &str) -> Shown {
    let why = observed
        .why_missing()
        .map_or_else(String::new, |why| match why {
            // The sentence may hold names and account ids.
            Missing::CouldNotAsk { .. } => ": it could not be asked".into(),
            other => format!(": {other}"),
        });
    Shown::Silent(format!("{what} is not known{why}"))
}
