//! The global database: a writer that takes writes, and secondaries fit to take over.

use jiff::{SignedDuration, Timestamp};

use super::reasons::{Effect, age, beyond, millis, unseen};
use crate::judge::evidence::{figure, fresh, reason};
use crate::{
    Availability, ClusterState, Judgement, Lag, Member, Metric, Missing, Reachability, Reason,
    Region, Snapshot, Topology, Verdict,
};

/// What is said of a secondary without an instance.
const HEADLESS: &str = "headless";

/// What the instances of a cluster report of their load.
const LOAD: [Metric; 3] = [
    Metric::DbCpu,
    Metric::DbConnections,
    Metric::DbWriteThroughput,
];

pub(super) fn judge(snapshot: &Snapshot) -> Judgement {
    if snapshot.database.id.is_empty() {
        // An API alone: nothing is missing.
        return Judgement::from_reasons(Vec::new());
    }
    let Some(topology) = current(snapshot) else {
        return Judgement::from_reasons(vec![no_topology(snapshot)]);
    };
    let mut reasons = Vec::new();
    if let Some(failover) = &topology.failover {
        let to = failover.to.as_deref().map_or("another member", |arn| {
            arn.rsplit(':').next().unwrap_or(arn)
        });
        let loss = if failover.data_loss_allowed {
            ", data loss allowed"
        } else {
            ""
        };
        let text = format!("{} to {to} is under way{loss}", failover.status);
        reasons.push(reason(Verdict::Degraded, "failover", text));
    } else if topology.status != "available" {
        let text = format!("global cluster is {}", topology.status);
        reasons.push(reason(Verdict::Degraded, "database", text));
    }
    match topology.writer() {
        None => {
            let text = "no member is the writer";
            reasons.push(reason(Verdict::Down, "database", text.into()));
        }
        Some(writer) => reasons.extend(outside(snapshot, writer)),
    }
    if topology.members.iter().all(|member| member.writer) && snapshot.sites.len() > 1 {
        let text = "no secondary: nothing to fail over to";
        reasons.push(reason(Verdict::Degraded, "database", text.into()));
    }
    let (writers, secondaries): (Vec<&Member>, _) =
        topology.members.iter().partition(|member| member.writer);
    for member in writers.into_iter().chain(secondaries) {
        reasons.extend(of_member(snapshot, member));
    }
    let apart = snapshot.sites.iter().map(|site| &site.region);
    reasons.extend(apart.filter_map(|region| without_member(snapshot, topology, region)));
    Judgement::from_reasons(reasons)
}

/// A writer where the fleet has no site: nothing but its cluster is watched there.
fn outside(snapshot: &Snapshot, writer: &Member) -> Option<Reason> {
    let (cluster, region) = (&writer.cluster, &writer.region);
    let elsewhere = !snapshot.sites.is_empty() && snapshot.site(region).is_none();
    elsewhere.then(|| {
        let text = format!(
            "the writer {cluster} is in {region}, where the fleet has no API: gwctl watches only the cluster there"
        );
        reason(Verdict::Degraded, "database", text)
    })
}

/// A Region that serves without a part of the fleet's database. A cluster that left the global database is one
/// of its own, and takes writes that no other Region sees (aws-facts §2.7).
fn without_member(snapshot: &Snapshot, topology: &Topology, region: &Region) -> Option<Reason> {
    let built = !snapshot.site(region)?.api.id.is_empty();
    (built && topology.member(region).is_none()).then(|| {
        let text = format!(
            "{region} has no member of global cluster {}: writes to a cluster there are not replicated",
            snapshot.database.id
        );
        reason(Verdict::Degraded, "database", text)
    })
}

/// What a site has to say of its own member. The database's judgement tells what is unknown.
pub(super) fn member(snapshot: &Snapshot, region: &Region) -> Option<Reason> {
    let topology = current(snapshot)?;
    let Some(member) = topology.member(region) else {
        return without_member(snapshot, topology, region);
    };
    // Whoever calls a Region whose member serves nobody is judged by its API's own figures.
    let worst = of_member(snapshot, member)
        .into_iter()
        .filter(|r| r.verdict != Verdict::Unknown && r.about != HEADLESS)
        .max_by_key(|r| r.verdict)?;
    // Reads and forwarded writes may carry on without the local member at its best.
    Some(Reason {
        verdict: worst.verdict.min(Verdict::Degraded),
        ..worst
    })
}

/// How the member in `region` is doing; unknown where no current topology tells of one. Every mark of a member
/// is this, and what the database's judgement says of it.
pub fn member_verdict(snapshot: &Snapshot, region: &Region) -> Verdict {
    let member = current(snapshot).and_then(|topology| topology.member(region));
    member.map_or(Verdict::Unknown, |member| {
        Judgement::from_reasons(of_member(snapshot, member)).verdict
    })
}

/// Of the writer, whether it takes writes; of a secondary, whether it can take over.
fn of_member(snapshot: &Snapshot, member: &Member) -> Vec<Reason> {
    if member.writer {
        writer(snapshot, member)
    } else {
        secondary(snapshot, member)
    }
}

fn current(snapshot: &Snapshot) -> Option<&Topology> {
    fresh(
        &snapshot.database.topology,
        snapshot.at,
        snapshot.thresholds.state_stale_s,
    )
}

fn no_topology(snapshot: &Snapshot) -> Reason {
    let topology = &snapshot.database.topology;
    if topology.why_missing() == Some(&Missing::NoData) {
        let text = format!("there is no global cluster {}", snapshot.database.id);
        return reason(Verdict::Unknown, "database", text);
    }
    unseen(topology, "database", "topology").unwrap_or_else(|| {
        let old = topology.age(snapshot.at).map_or(String::new(), age);
        reason(
            Verdict::Unknown,
            "database",
            format!("topology is {old} old"),
        )
    })
}

fn writer(snapshot: &Snapshot, member: &Member) -> Vec<Reason> {
    match state(snapshot, member) {
        Ok(state) => {
            let mut reasons: Vec<Reason> =
                status(member, state, Verdict::Down).into_iter().collect();
            if reasons.iter().any(|reason| reason.verdict == Verdict::Down) {
                return reasons;
            }
            let writing = |instance: &&crate::Instance| instance.writer;
            reasons.extend(proxies(snapshot, member));
            match state.instances.iter().find(writing) {
                None => {
                    let text = format!("{} has no writer instance", member.cluster);
                    reasons.push(reason(Verdict::Down, "database", text));
                }
                Some(instance) => {
                    let what = format!("writer instance {}", instance.id);
                    reasons.extend(said(&what, &instance.status, Verdict::Down));
                }
            }
            reasons.extend(unreported(snapshot, member));
            reasons
        }
        Err(unseen) => {
            let silent = snapshot
                .reach(&member.region)
                .and_then(Reachability::answering);
            let stopped = replication_stopped(snapshot, &member.region);
            let gone = stopped.filter(|_| silent == Some(false)).map(|silence| {
                let (cluster, silence) = (&member.cluster, age(silence));
                let text = format!(
                    "writer {cluster} does not answer, and no replication from it for {silence}"
                );
                reason(Verdict::Down, "database", text)
            });
            gone.into_iter().chain(unseen).collect()
        }
    }
}

/// RDS's word alone is no proof that a writer works: one that does reports its load every minute (aws-facts §1.3). A
/// secondary has its lag for that.
fn unreported(snapshot: &Snapshot, member: &Member) -> Option<Reason> {
    let metrics = &snapshot.database.clusters.get(&member.region)?.metrics;
    let load = LOAD.map(|metric| metrics.get(metric));
    // A question that failed since takes nothing from what was reported before.
    let ends = load.iter().filter_map(|observed| {
        let series = observed.last()?;
        Some(series.newest()?.at + series.period)
    });
    let silence = ends.max().map(|end| snapshot.at.duration_since(end));
    if silence.is_some_and(|age| age.as_secs_f64() <= snapshot.thresholds.metric_stale_s) {
        return None;
    }
    let writer = format!("writer {}", member.cluster);
    unseen(load[0], "load", &format!("load of {writer}")).or_else(|| {
        let since = silence.map_or_else(String::new, |silence| format!(" for {}", age(silence)));
        let text = format!(
            "{writer} reports no CPU, connections or commits{since}: whether it works is not known"
        );
        Some(reason(Verdict::Unknown, "load", text))
    })
}

/// An RDS Proxy in front of the writer that passes nothing on. What is not known of proxies is no reason: most
/// clusters have none.
fn proxies(snapshot: &Snapshot, member: &Member) -> Vec<Reason> {
    let cluster = snapshot.database.clusters.get(&member.region);
    let known = cluster.and_then(|cluster| cluster.proxies.current());
    let proxies = known.into_iter().flatten();
    let broken = proxies.filter_map(|proxy| {
        let (name, region) = (&proxy.name, &member.region);
        let text = if matches!(proxy.status.as_str(), "available" | "modifying") {
            let target = proxy.unavailable().next()?;
            let why = target.reason.as_deref();
            let why = why.map_or(String::new(), |why| format!(" ({why})"));
            format!(
                "RDS Proxy {name} in {region} does not reach {}{why}",
                target.instance
            )
        } else {
            format!("RDS Proxy {name} in {region} is {}", proxy.status)
        };
        Some(reason(Verdict::Degraded, "database", text))
    });
    broken.collect()
}

/// For how long no secondary has received data from the writer in `region`; none while one does, or none can be asked.
/// Secondaries measure it in their own Regions: a witness that needs nothing of the writer's. One that only
/// falls behind still receives its data.
pub(super) fn replication_stopped(snapshot: &Snapshot, region: &Region) -> Option<SignedDuration> {
    let topology = current(snapshot)?;
    if !topology.member(region)?.writer {
        return None;
    }
    let metric = snapshot.database.lag_metric()?;
    let lags = topology.members.iter().filter(|member| !member.writer);
    let lags = lags.filter_map(|member| {
        let cluster = snapshot.database.clusters.get(&member.region)?;
        figure(&cluster.metrics, metric, snapshot)?;
        snapshot.database.lag_now(&member.region)
    });
    let heard: Vec<Timestamp> = lags
        .map(|lag| lag.silence.map(|silence| silence.since))
        .collect::<Option<_>>()?;
    let silence = snapshot.at.duration_since(heard.into_iter().max()?);
    let limit = snapshot.thresholds.replication_lag_ms.critical / 1_000.0;
    (silence.as_secs_f64() > limit).then_some(silence)
}

fn secondary(snapshot: &Snapshot, member: &Member) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if let Some(sync) = member
        .synchronization
        .as_deref()
        .filter(|sync| *sync != "connected")
    {
        let text = format!("{} in {} is {sync}", member.cluster, member.region);
        reasons.push(reason(Verdict::Degraded, "database", text));
    }
    match state(snapshot, member) {
        Ok(state) => {
            reasons.extend(status(member, state, Verdict::Degraded));
            reasons.extend(instances(member, state));
            reasons.extend(paused(snapshot, member, state));
        }
        Err(unseen) => reasons.extend(unseen),
    }
    reasons.extend(lag(snapshot, member));
    reasons
}

/// The member's cluster, or why it is not known.
fn state<'a>(snapshot: &'a Snapshot, member: &Member) -> Result<&'a ClusterState, Option<Reason>> {
    let what = format!("cluster {}", member.cluster);
    let unknown = |text| reason(Verdict::Unknown, "database", text);
    let Some(cluster) = snapshot.database.clusters.get(&member.region) else {
        return Err(Some(unknown(format!("{what}: not asked yet"))));
    };
    if cluster.state.why_missing() == Some(&Missing::NoData) {
        return Err(Some(unknown(format!(
            "{what} was not found in {}",
            member.region
        ))));
    }
    fresh(
        &cluster.state,
        snapshot.at,
        snapshot.thresholds.state_stale_s,
    )
    .ok_or_else(|| {
        unseen(&cluster.state, "database", &what).or_else(|| {
            let old = cluster.state.age(snapshot.at).map_or(String::new(), age);
            Some(unknown(format!("the newest state of {what} is {old} old")))
        })
    })
}

fn current_state<'a>(snapshot: &'a Snapshot, member: &Member) -> Option<&'a ClusterState> {
    snapshot
        .database
        .clusters
        .get(&member.region)?
        .state
        .current()
}

/// Of a cluster that is not simply available. `worst` is what an outage of it means.
fn status(member: &Member, state: &ClusterState, worst: Verdict) -> Option<Reason> {
    let what = format!("{} in {}", member.cluster, member.region);
    said(&what, &state.status, worst)
}

/// What AWS's word for the status of `what` says. Only a word that says so is an outage.
fn said(what: &str, status: &str, worst: Verdict) -> Option<Reason> {
    let (verdict, more) = match Availability::of(status) {
        Availability::Serves => return None,
        Availability::Busy => (Verdict::Degraded, ": it still serves"),
        Availability::Unknown => (
            Verdict::Degraded,
            ", a status that gwctl does not know: whether it serves is not known",
        ),
        Availability::Out => (worst, ""),
    };
    Some(reason(
        verdict,
        "database",
        format!("{what} is {status}{more}"),
    ))
}

/// Whether a secondary has an instance that can become the writer.
fn instances(member: &Member, state: &ClusterState) -> Option<Reason> {
    if state.is_headless() {
        let (cluster, region) = (&member.cluster, &member.region);
        let text = format!(
            "{cluster} in {region} is headless: it has no instance. It replicates, serves no reads, and cannot become the writer until it has one"
        );
        return Some(reason(Verdict::Degraded, HEADLESS, text));
    }
    let best = state
        .instances
        .iter()
        .min_by_key(|instance| Availability::of(&instance.status));
    match best {
        Some(one) if Availability::of(&one.status) == Availability::Unknown => said(
            &format!("instance {}", one.id),
            &one.status,
            Verdict::Degraded,
        ),
        Some(one) if Availability::of(&one.status).serves() => None,
        _ => {
            let text = format!(
                "{} has no available instance: it cannot be promoted",
                member.cluster
            );
            Some(reason(Verdict::Degraded, "database", text))
        }
    }
}

/// Instances of Serverless v2 that report no capacity at all are paused: the next connection waits until one resumes
/// (aws-facts §2.8).
fn paused(snapshot: &Snapshot, member: &Member, state: &ClusterState) -> Option<Reason> {
    state.serverless()?;
    let metrics = &snapshot.database.clusters.get(&member.region)?.metrics;
    let point = figure(metrics, Metric::DbCapacity, snapshot)?;
    (point.value <= 0.0).then(|| {
        let (cluster, region) = (&member.cluster, &member.region);
        let text = format!("{cluster} in {region} is paused: its instances report 0 ACU");
        reason(Verdict::Degraded, "database", text)
    })
}

/// A secondary always tells its lag: silence is not zero. AWS does not say whether it tells that of a headless one.
fn lag(snapshot: &Snapshot, member: &Member) -> Option<Reason> {
    let region = &member.region;
    let metric = snapshot.database.lag_metric()?;
    let metrics = &snapshot.database.clusters.get(region)?.metrics;
    let unknown = |text| Some(reason(Verdict::Unknown, "lag", text));
    if let Some(point) = figure(metrics, metric, snapshot) {
        let limit = snapshot.thresholds.replication_lag_ms;
        let silence = snapshot
            .database
            .lag_now(region)
            .and_then(|lag| silence(snapshot, region, lag));
        if silence.is_some() {
            return silence;
        }
        let name = format!("replication lag in {region}");
        return beyond(point.value, limit, Effect::Threatens, "lag", &name, millis);
    }
    let observed = metrics.get(metric);
    match observed.why_missing() {
        Some(Missing::NoData) => {
            let headless = current_state(snapshot, member).is_some_and(ClusterState::is_headless);
            let why = if headless {
                ": whether AWS publishes that of a headless cluster is not documented"
            } else {
                ""
            };
            unknown(format!("{region} reports no replication lag{why}"))
        }
        Some(_) => unseen(observed, "lag", &format!("replication lag in {region}")),
        None => {
            let old = observed.age(snapshot.at).map_or(String::new(), age);
            unknown(format!(
                "the newest replication lag of {region} is {old} old"
            ))
        }
    }
}

/// A secondary that hears nothing of the writer does not fall behind a known amount: for how long it has heard
/// nothing, and what it had not got before that, is all it can tell.
fn silence(snapshot: &Snapshot, region: &Region, lag: Lag) -> Option<Reason> {
    let silence = lag.silence?;
    let ago = age(snapshot.at.duration_since(silence.since));
    let then = silence.lag_ms.map_or_else(
        || "lag before that is not known".to_owned(),
        |ms| format!("lag then {}", millis(ms)),
    );
    let text = format!("{region}: last replication {ago} ago; {then}");
    Some(reason(Verdict::Degraded, "lag", text))
}

#[cfg(test)]
#[path = "database_tests.rs"]
mod tests;
