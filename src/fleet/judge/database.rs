//! The global database: a writer that takes writes, and secondaries fit to take over.

use jiff::{SignedDuration, Timestamp};

use super::words::{Effect, age, beyond, millis, unseen};
use super::{figure, fresh, reason};
use crate::fleet::{
    Availability, ClusterState, Judgement, Lag, Member, Missing, Reason, Region, Snapshot,
    Topology, Verdict,
};

pub(super) fn judge(snapshot: &Snapshot) -> Judgement {
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
        Some(writer) => reasons.extend(self::writer(snapshot, writer)),
        None => reasons.push(reason(
            Verdict::Down,
            "database",
            "no member takes writes".into(),
        )),
    }
    let secondaries: Vec<&Member> = topology
        .members
        .iter()
        .filter(|member| !member.writer)
        .collect();
    if secondaries.is_empty() && snapshot.sites.len() > 1 {
        let text = "no secondary: nothing to fail over to";
        reasons.push(reason(Verdict::Degraded, "database", text.into()));
    }
    for member in secondaries {
        reasons.extend(secondary(snapshot, member));
    }
    let apart = snapshot.sites.iter().map(|site| &site.region);
    reasons.extend(apart.filter_map(|region| without_member(snapshot, topology, region)));
    Judgement::from_reasons(reasons)
}

/// A Region that serves without a part of the fleet's database. A cluster that left the global database is one
/// of its own, and takes writes that no other Region sees (aws-facts §2.7).
fn without_member(snapshot: &Snapshot, topology: &Topology, region: &Region) -> Option<Reason> {
    let built = !snapshot.site(region)?.api.id.is_empty();
    (built && topology.member(region).is_none()).then(|| {
        let text = format!(
            "{region} has no member of global cluster {}: what is written to a cluster there stays there",
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
    let said = if member.writer {
        writer(snapshot, member)
    } else {
        secondary(snapshot, member)
    };
    let worst = said
        .into_iter()
        .filter(|r| r.verdict != Verdict::Unknown)
        .max_by_key(|r| r.verdict)?;
    // Reads and forwarded writes may carry on without the local member at its best.
    Some(Reason {
        verdict: worst.verdict.min(Verdict::Degraded),
        ..worst
    })
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
            let writing = |instance: &&crate::fleet::Instance| instance.writer;
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
            reasons
        }
        Err(unseen) => {
            let silent = snapshot
                .site(&member.region)
                .and_then(|site| site.reach.answering());
            let stopped = replication_stopped(snapshot, &member.region);
            let gone = stopped.filter(|_| silent == Some(false)).map(|silence| {
                let (cluster, silence) = (&member.cluster, age(silence));
                let text = format!(
                    "writer {cluster} does not answer, and no secondary has heard of it for {silence}"
                );
                reason(Verdict::Down, "database", text)
            });
            gone.into_iter().chain(unseen).collect()
        }
    }
}

/// For how long no secondary has heard of the writer in `region`; none while one does, or none can be asked.
/// Secondaries measure it in their own Regions: a witness that needs nothing of the writer's. One that only
/// falls behind still hears of it.
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
            "{what} is not to be found in {}",
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
            Some(unknown(format!("what is known of {what} is {old} old")))
        })
    })
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
        Availability::Busy => (Verdict::Degraded, ": it serves meanwhile"),
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

/// A secondary always tells its lag: silence is not zero.
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
        Some(Missing::NoData) => unknown(format!("{region} reports no replication lag")),
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
    let text = format!("{region} last heard of the writer {ago} ago; {then}");
    Some(reason(Verdict::Degraded, "lag", text))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::super::fixture::{Fixture, ask_failed, region};
    use super::*;
    use crate::fleet::{FailoverState, Metric};

    fn judged(change: impl FnOnce(&mut Fixture)) -> (Verdict, String) {
        let mut fixture = Fixture::healthy();
        change(&mut fixture);
        let judgement = fixture.judged().database.judgement;
        let text = judgement
            .reasons
            .first()
            .map(|r| r.text.clone())
            .unwrap_or_default();
        (judgement.verdict, text)
    }

    fn cluster(f: &mut Fixture, code: &str, change: impl FnOnce(&mut ClusterState)) {
        let mut state = f.0.database.clusters[&region(code)]
            .state
            .current()
            .unwrap()
            .clone();
        change(&mut state);
        f.0.database.clusters.get_mut(&region(code)).unwrap().state = Fixture::known(state);
    }

    fn topology(f: &mut Fixture, change: impl FnOnce(&mut Topology)) {
        let mut topology = f.0.database.topology.current().unwrap().clone();
        change(&mut topology);
        f.0.database.topology = Fixture::known(topology);
    }

    #[test]
    fn lag_is_told_with_its_limit_and_never_means_down() {
        let said = judged(|f| f.lag("eu-west-1", 12_000.0));
        assert_eq!(
            said,
            (
                Verdict::Degraded,
                "replication lag in eu-west-1 12 s, limit 1 s".into()
            )
        );
        let said = judged(|f| f.lag("eu-west-1", 90_000.0));
        assert_eq!(
            said,
            (
                Verdict::Degraded,
                "replication lag in eu-west-1 90 s, critical limit 30 s".into()
            )
        );
    }

    #[test]
    fn a_secondary_that_reports_no_lag_is_unknown() {
        let said = judged(|f| {
            let metrics = &mut f
                .0
                .database
                .clusters
                .get_mut(&region("eu-west-1"))
                .unwrap()
                .metrics;
            Fixture::no_data(metrics, Metric::RpoLag);
        });
        assert_eq!(
            said,
            (
                Verdict::Unknown,
                "eu-west-1 reports no replication lag".into()
            )
        );
    }

    #[test]
    fn the_writer_decides_between_down_and_degraded() {
        let said = judged(|f| cluster(f, "us-east-1", |c| c.status = "stopped".into()));
        assert_eq!(
            said,
            (
                Verdict::Down,
                "orders-us-east-1 in us-east-1 is stopped".into()
            )
        );
        let said = judged(|f| cluster(f, "us-east-1", |c| c.status = "backing-up".into()));
        assert_eq!(said.0, Verdict::Healthy);
        let said = judged(|f| {
            cluster(f, "us-east-1", |c| {
                c.instances[0].status = "rebooting".into();
            });
        });
        assert_eq!(said.0, Verdict::Down);
        let said = judged(|f| cluster(f, "eu-west-1", |c| c.status = "stopped".into()));
        assert_eq!(said.0, Verdict::Degraded);
        let said = judged(|f| topology(f, |t| t.members.iter_mut().for_each(|m| m.writer = false)));
        assert_eq!(said, (Verdict::Down, "no member takes writes".into()));
    }

    #[test]
    fn a_silent_writer_is_down_once_no_secondary_hears_of_it() {
        let silent_writer = |f: &mut Fixture| {
            f.silent("us-east-1");
            let cluster = f.0.database.clusters.get_mut(&region("us-east-1")).unwrap();
            ask_failed(&mut cluster.state, "no answer in time");
        };
        assert_eq!(judged(silent_writer).0, Verdict::Unknown);
        let said = judged(|f| {
            silent_writer(f);
            f.silence("eu-west-1", 4);
        });
        assert_eq!(said.0, Verdict::Degraded, "one secondary still hears of it");
        let said = judged(|f| {
            silent_writer(f);
            f.lag("eu-west-1", 240_000.0);
            f.lag("ap-southeast-1", 245_000.0);
        });
        assert_eq!(said.0, Verdict::Degraded, "both are behind, and hear of it");
        let said = judged(|f| {
            silent_writer(f);
            f.silence("eu-west-1", 4);
            f.silence("ap-southeast-1", 4);
        });
        let words =
            "writer orders-us-east-1 does not answer, and no secondary has heard of it for 4 min";
        assert_eq!(said, (Verdict::Down, words.into()));
    }

    #[test]
    fn a_silence_is_told_as_one_and_not_as_a_lag() {
        let said = judged(|f| f.silence("eu-west-1", 14));
        let words = "eu-west-1 last heard of the writer 14 min ago; lag then 180 ms";
        assert_eq!(said, (Verdict::Degraded, words.into()));
    }

    #[test]
    fn what_is_worked_on_or_not_known_is_no_outage() {
        let instance = |status: &'static str| {
            judged(|f| cluster(f, "us-east-1", |c| c.instances[0].status = status.into()))
        };
        let words = "writer instance orders-us-east-1-0 is modifying: it serves meanwhile";
        assert_eq!(instance("modifying"), (Verdict::Degraded, words.into()));
        let said = instance("some-new-status");
        assert_eq!(said.0, Verdict::Degraded);
        assert!(
            said.1.contains("a status that gwctl does not know"),
            "{}",
            said.1
        );
        let said = judged(|f| cluster(f, "us-east-1", |c| c.status = "some-new-status".into()));
        assert_eq!(said.0, Verdict::Degraded);
        let secondary = |status: &'static str| {
            judged(|f| {
                cluster(f, "eu-west-1", |c| {
                    c.instances.truncate(1);
                    c.instances[0].status = status.into();
                });
            })
        };
        assert_eq!(secondary("modifying").0, Verdict::Healthy);
        assert!(
            !secondary("some-new-status")
                .1
                .contains("cannot be promoted")
        );
        assert!(secondary("stopped").1.contains("cannot be promoted"));
    }

    #[test]
    fn a_region_without_its_part_of_the_database_is_degraded() {
        let detach = |f: &mut Fixture| {
            topology(f, |t| {
                t.members.retain(|m| m.region.as_str() != "eu-west-1");
            });
            f.0.database.clusters.remove(&region("eu-west-1"));
        };
        let words = "eu-west-1 has no member of global cluster orders: what is written to a cluster there stays there";
        assert_eq!(judged(detach), (Verdict::Degraded, words.into()));
        let mut fixture = Fixture::healthy();
        detach(&mut fixture);
        let fleet = fixture.judged();
        assert_eq!(fleet.judgement.verdict, Verdict::Degraded);
        let site = &fleet.site(&region("eu-west-1")).unwrap().judgement;
        assert_eq!(
            (site.verdict, site.reasons[0].text.as_str()),
            (Verdict::Degraded, words)
        );
    }

    #[test]
    fn a_headless_secondary_cannot_be_promoted_and_says_so() {
        let said = judged(|f| cluster(f, "eu-west-1", |c| c.instances.clear()));
        assert_eq!(said.0, Verdict::Degraded);
        assert!(said.1.contains("cannot be promoted"));
    }

    #[test]
    fn a_running_failover_is_told_with_its_target() {
        let said = judged(|f| {
            topology(f, |t| {
                t.status = "failing-over".into();
                t.failover = Some(FailoverState {
                    status: "failing-over".into(),
                    from: None,
                    to: Some("arn:aws:rds:eu-west-1:123456789012:cluster:orders-euw1".into()),
                    data_loss_allowed: true,
                });
            });
        });
        assert_eq!(
            said,
            (
                Verdict::Degraded,
                "failing-over to orders-euw1 is under way, data loss allowed".into()
            )
        );
    }

    #[test]
    fn what_could_not_be_seen_is_unknown_with_the_reason() {
        let said = judged(|f| ask_failed(&mut f.0.database.topology, "time-out after 5 s"));
        assert_eq!(
            said,
            (
                Verdict::Unknown,
                "RDS in eu-west-1 could not be asked: time-out after 5 s".into()
            )
        );
        let said = judged(|f| {
            let state = &mut f
                .0
                .database
                .clusters
                .get_mut(&region("eu-west-1"))
                .unwrap()
                .state;
            ask_failed(state, "time-out after 5 s");
        });
        assert_eq!(said.0, Verdict::Unknown);
        let said = judged(|f| f.0.at += jiff::SignedDuration::from_mins(10));
        assert_eq!(said, (Verdict::Unknown, "topology is 10 min old".into()));
    }
}
