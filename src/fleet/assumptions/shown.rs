//! What a picture of a fleet shows of the ledger's rows. Only reading, and only what was asked anyway.

use std::collections::{BTreeMap, BTreeSet};

use super::Shown;
use crate::{Lasting, Metric, Metrics, Missing, Observed, Region, Snapshot};

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
    let told = alike(found.filter_map(|switch| switch.current()).map(|switch| {
        let words = format!("alarm {}, {}", switch.state, switch.lasting_words());
        (&switch.region, words)
    }));
    if told.is_empty() {
        return Shown::Silent("no evacuation switch was found".into());
    }
    Shown::Silent(format!(
        "not seen here: which of the two the check follows shows only once one is flipped; {told}"
    ))
}

/// What is said of switches, once where several in a Region are alike: their names are nobody else's business.
fn alike<'a>(said: impl Iterator<Item = (&'a Region, String)>) -> String {
    let mut counted: BTreeMap<(&Region, String), usize> = BTreeMap::new();
    for one in said {
        *counted.entry(one).or_default() += 1;
    }
    let told = counted.into_iter().map(|((region, words), count)| {
        let who = if count == 1 {
            "a switch".to_owned()
        } else {
            format!("{count} switches")
        };
        format!("{who} in {region}: {words}")
    });
    told.collect::<Vec<_>>().join("; ")
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

/// How old the minute is that gwctl takes for the newest whole one: whether a newer one still changes, one look
/// cannot tell.
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
    Shown::Silent(format!(
        "not seen here: one look does not tell whether a minute still changes; the one taken began before: {}",
        ages.join(", ")
    ))
}

/// Whether the global cluster's status is a known word.
pub(super) fn global_status(picture: &Snapshot) -> Shown {
    let topology = &picture.database.topology;
    match topology.current() {
        None => silent(topology, "the global cluster"),
        Some(seen) => match words([seen.status.as_str()], &GLOBAL_STATUSES) {
            Shown::Holds(text) => {
                Shown::Holds(format!("{text}; the other statuses are not seen here"))
            }
            other => other,
        },
    }
}

/// Whether the member clusters' statuses are known words while a switchover or failover is under way; before and
/// after it they tell nothing of those within.
pub(super) fn member_statuses(picture: &Snapshot) -> Shown {
    let topology = &picture.database.topology;
    let Some(seen) = topology.current() else {
        return silent(topology, "the global cluster");
    };
    let clusters = picture.database.clusters.values();
    let statuses = clusters.filter_map(|cluster| Some(cluster.state.current()?.status.as_str()));
    let said = words(statuses, &CLUSTER_STATUSES);
    let under_way = seen.failover.is_some();
    only_while(under_way, "no switchover or failover is under way", said)
}

/// Whether the secondaries say `connected` or `pending-resync`. What that means for a promotion, only one shows.
pub(super) fn synchronization(picture: &Snapshot) -> Shown {
    let topology = &picture.database.topology;
    let Some(seen) = topology.current() else {
        return silent(topology, "the global cluster");
    };
    let members = seen.members.iter();
    let said = members.filter_map(|member| member.synchronization.as_deref());
    let said = words(said, &["connected", "pending-resync"]);
    only_while(
        false,
        "only a promotion shows who can become the writer",
        said,
    )
}

/// Whether a distribution that is being deployed says `InProgress`.
pub(super) fn distribution_status(picture: &Snapshot) -> Shown {
    let distribution = &picture.edge.distribution;
    let Some(seen) = distribution.current() else {
        return silent(distribution, "the distribution");
    };
    let said = words([seen.status.as_str()], &["Deployed", "InProgress"]);
    let deploying = seen.status != "Deployed";
    only_while(deploying, "nothing is being deployed", said)
}

/// Whether every evacuation switch is set so that an evacuation holds by either reading of AWS's documents.
pub(super) fn switch_setting(picture: &Snapshot) -> Shown {
    let found = picture.edge.switches.values();
    let all: Vec<_> = found.filter_map(|switch| switch.current()).collect();
    let said = |wanted: fn(Lasting) -> bool| {
        let those = all.iter().filter(|one| wanted(one.evacuation_lasts()));
        alike(those.map(|one| (&one.region, one.lasting_words())))
    };
    let lapses = said(|lasting| matches!(lasting, Lasting::Unsure | Lasting::Lapses));
    let unknown = said(|lasting| lasting == Lasting::Unknown);
    match (all.is_empty(), lapses.is_empty(), unknown.is_empty()) {
        (true, ..) => Shown::Silent("no evacuation switch was found".into()),
        (_, false, _) => Shown::Differs(lapses),
        (_, _, false) => Shown::Silent(unknown),
        _ => Shown::Holds(said(|lasting| lasting == Lasting::Lasts)),
    }
}

/// Whether the members listen at the port of their engine.
pub(super) fn port(picture: &Snapshot) -> Shown {
    let clusters = picture.database.clusters.iter();
    let known = clusters.filter_map(|(region, cluster)| {
        let state = cluster.state.current()?;
        let usual = if state.engine.name.contains("postgres") {
            5432
        } else {
            3306
        };
        Some((region, state.port?, usual))
    });
    let known: Vec<_> = known.collect();
    let told = |usual_ones: bool| {
        let those = known
            .iter()
            .filter(|(_, port, usual)| (port == usual) == usual_ones);
        let told = those.map(|(region, port, _)| format!("{port} in {region}"));
        told.collect::<Vec<_>>().join(", ")
    };
    let (usual, other) = (told(true), told(false));
    match (known.is_empty(), other.is_empty()) {
        (true, _) => Shown::Silent("no member's port could be read".into()),
        (_, true) => Shown::Holds(usual),
        _ => Shown::Differs(other),
    }
}

/// Whether the latency records are of types that lead to a Region, one of each for a Region.
pub(super) fn records(picture: &Snapshot) -> Shown {
    let Some(records) = picture.edge.records.current() else {
        return silent(&picture.edge.records, "the latency records");
    };
    if records.is_empty() {
        return Shown::Silent("there is no latency record".into());
    }
    let mut seen = BTreeSet::new();
    let odd: Vec<String> = records
        .iter()
        .filter(|record| {
            let leads = matches!(record.kind.as_str(), "CNAME" | "A" | "AAAA");
            !seen.insert((record.whose(), record.kind.as_str())) || !leads
        })
        .map(|record| format!("{} in {}", record.kind, record.whose()))
        .collect();
    if !odd.is_empty() {
        return Shown::Differs(format!("of another shape: {}", odd.join(", ")));
    }
    let kinds: BTreeSet<&str> = seen.iter().map(|(_, kind)| *kind).collect();
    let checked = records.iter().filter(|record| record.check().is_some());
    Shown::Holds(format!(
        "{} records of type {}, {} with a health check of their own",
        records.len(),
        kinds.into_iter().collect::<Vec<_>>().join(", "),
        checked.count()
    ))
}

/// Whether a role has a path, which its session's ARN leaves out. The path itself may name somebody's team.
pub(super) fn role_path(picture: &Snapshot) -> Shown {
    match picture.role_path.current().map(String::as_str) {
        Some("/") => Shown::Silent("the role here has no path: nothing is left out".into()),
        Some(path) => {
            let parts = path.split('/').filter(|part| !part.is_empty()).count();
            Shown::Holds(format!(
                "GetRole tells a path of {parts} parts that the session's ARN leaves out"
            ))
        }
        None => silent(&picture.role_path, "the role behind the credentials"),
    }
}

/// Which of the metrics that are asked for have points under the names and dimensions that gwctl uses.
pub(super) fn metrics(picture: &Snapshot) -> Shown {
    let sites = &picture.sites;
    let functions = || sites.iter().flat_map(|site| &site.functions);
    let clusters = || picture.database.clusters.values();
    let checks = picture.edge.checks.values();
    let groups: [(&str, Metric, Vec<&Metrics>); 6] = [
        (
            "API",
            Metric::ApiRequests,
            sites.iter().map(|site| &site.api.metrics).collect(),
        ),
        (
            "function",
            Metric::FunctionInvocations,
            functions().map(|one| &one.metrics).collect(),
        ),
        (
            "cluster",
            Metric::DbCpu,
            clusters().map(|one| &one.metrics).collect(),
        ),
        (
            "writer",
            Metric::DbWriteThroughput,
            clusters().map(|one| &one.metrics).collect(),
        ),
        (
            "health check",
            Metric::CheckStatus,
            checks.map(|one| &one.metrics).collect(),
        ),
        (
            "distribution",
            Metric::EdgeRequests,
            vec![&picture.edge.metrics],
        ),
    ];
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for (what, metric, all) in groups {
        let name = format!("{} ({what})", metric.title());
        match points(&all, metric, what) {
            Shown::Holds(_) => with.push(name),
            Shown::Differs(_) | Shown::Silent(_) => without.push(name),
        }
    }
    let (with, missing) = (with.join(", "), without.join(", "));
    match (with.is_empty(), without.is_empty()) {
        (_, true) => Shown::Holds(format!("points of {with}")),
        (true, _) => Shown::Silent(format!("no points of {missing} could be read")),
        _ => Shown::Silent(format!(
            "points of {with}; none of {missing}: no traffic, not readable, or another name"
        )),
    }
}

/// What was `said` of a behaviour that shows only while something happens: at another time a known word proves
/// nothing, and only an unknown one tells.
fn only_while(happens: bool, otherwise: &str, said: Shown) -> Shown {
    match said {
        Shown::Holds(text) if !happens => {
            Shown::Silent(format!("not seen here: {otherwise}; {text}"))
        }
        other => other,
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
        return Shown::Silent("AWS shows no such status here".into());
    }
    Shown::Holds(format!(
        "seen: {}",
        seen.into_iter().collect::<Vec<_>>().join(", ")
    ))
}

fn points(all: &[&Metrics], metric: Metric, of: &str) -> Shown {
    let count = |wanted: fn(&Observed<std::sync::Arc<crate::Series>>) -> bool| {
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
