//! Which of three things an incident needs: leave the Region at the edge, switch the database over, or
//! fail it over (aws-facts §12). The operator is not asked what gwctl can see.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::format;
use super::unreachable::is_silent;
use gwctl_fleet::{
    Availability, ClusterState, Lag, Metric, Missing, Observed, Reachability, Region, Silence,
    Site, Snapshot, Source, Verdict, checkers,
};

/// How far to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Only the Region's API is bad: shift traffic, leave the database where it is.
    EvacuateOnly,
    /// The database answers: switch over, nothing is lost.
    Switchover,
    /// The primary is gone: fail over, with the data loss stated.
    Failover,
}

impl Mode {
    /// The name arguments and files use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::EvacuateOnly => "evacuate-only",
            Self::Switchover => "switchover",
            Self::Failover => "failover",
        }
    }
}

/// What gwctl recommends, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advice {
    /// The recommendation.
    pub mode: Mode,
    /// What was seen, a clause each.
    pub why: Vec<String>,
    /// What cannot work, or should not be done, and why.
    pub refused: Vec<(Mode, String)>,
}

/// What is seen of the primary.
#[derive(Debug, Default)]
struct Signs {
    /// Clauses that say it is there.
    alive: Vec<String>,
    /// Clauses that say it is not.
    dead: Vec<String>,
    /// Its cluster was described, and not as one that has ended.
    database: bool,
    /// What sees it without AWS's endpoints in its Region says that it is there.
    seen_alive: bool,
    /// And says that it is not.
    seen_dead: bool,
    /// Its own API or functions are down or degraded.
    unwell: Option<String>,
    /// Whether the other Regions' writes reach it while it stays.
    forwarding: &'static str,
}

/// Judges the primary from the snapshot alone. Gone it is only where its cluster cannot be described
/// *and* something that does not go through its Region's AWS endpoints says so: the operator's own
/// network may be what fails.
pub fn advise(snapshot: &Snapshot) -> Advice {
    let Some(primary) = snapshot
        .database
        .topology
        .last()
        .and_then(|topology| topology.writer())
        .map(|member| member.region.clone())
    else {
        return unseen();
    };
    let signs = signs(snapshot, &primary);
    if signs.database {
        return with_database(&primary, signs);
    }
    if signs.seen_dead && !signs.seen_alive {
        let refused = format!(
            "a switchover needs the primary, and {}",
            signs.dead.join("; ")
        );
        return Advice {
            mode: Mode::Failover,
            refused: vec![(Mode::Switchover, refused)],
            why: signs.dead,
        };
    }
    in_doubt(&primary, &signs)
}

/// The database answers: nothing need be lost.
fn with_database(primary: &Region, signs: Signs) -> Advice {
    let there = clauses(&signs.alive);
    let lossy = format!(
        "the primary in {primary} is up ({there}): a failover would lose data without need"
    );
    let refused = vec![(Mode::Failover, lossy)];
    match signs.unwell {
        Some(unwell) => Advice {
            mode: Mode::EvacuateOnly,
            why: vec![
                unwell,
                format!("its database answers ({there}): {}", signs.forwarding),
            ],
            refused,
        },
        None => Advice {
            mode: Mode::Switchover,
            why: signs.alive,
            refused,
        },
    }
}

/// It cannot be described, and not everything says that it is gone.
fn in_doubt(primary: &Region, signs: &Signs) -> Advice {
    let silent = clauses(&signs.dead);
    let contrary = if signs.seen_alive {
        clauses(&signs.alive)
    } else {
        "gwctl has no other observation of it".into()
    };
    let failover = format!(
        "it is not certain that the primary is down: {silent}; but {contrary}. Wait, or force the failover"
    );
    Advice {
        mode: Mode::EvacuateOnly,
        refused: vec![
            (
                Mode::Switchover,
                format!("the database in {primary} does not answer: {silent}"),
            ),
            (Mode::Failover, failover),
        ],
        why: vec![silent, format!("but {contrary}")],
    }
}

fn clauses(all: &[String]) -> String {
    if all.is_empty() {
        "nothing is known about it".into()
    } else {
        all.join("; ")
    }
}

fn unseen() -> Advice {
    let why = "the writer is not known: gwctl could not read the global database".to_owned();
    Advice {
        mode: Mode::EvacuateOnly,
        refused: vec![
            (Mode::Switchover, why.clone()),
            (Mode::Failover, why.clone()),
        ],
        why: vec![why],
    }
}

fn signs(snapshot: &Snapshot, primary: &Region) -> Signs {
    let mut signs = Signs::default();
    // The writer may be where the fleet has no site.
    let site = snapshot.site(primary);
    match snapshot.reach(primary).and_then(Reachability::answering) {
        Some(true) => signs.alive.push("its AWS endpoints answer".into()),
        Some(false) if is_silent(snapshot, primary) => signs
            .dead
            .push(format!("AWS's endpoints in {primary} do not answer")),
        _ => {}
    }
    match snapshot
        .database
        .clusters
        .get(primary)
        .map(|cluster| &cluster.state)
    {
        Some(state) => describe(state, &mut signs),
        None => signs.dead.push("its cluster is not known".into()),
    }
    if let Some(site) = site {
        probe(site, &mut signs);
    }
    found(snapshot, primary, &mut signs);
    last_write(snapshot, primary, &mut signs);
    lag(snapshot, primary, &mut signs);
    signs.forwarding = forwarding(snapshot, primary);
    let Some(site) = site else {
        return signs;
    };
    alarms(site, &mut signs);
    if site.judgement.verdict == Verdict::Down || site.judgement.verdict == Verdict::Degraded {
        // What is wrong with the database is no reason to leave it where it is.
        let mut reasons = site.judgement.reasons.iter();
        let of_the_api = reasons.find(|reason| {
            reason.verdict != Verdict::Unknown && !matches!(reason.about, "database" | "lag")
        });
        signs.unwell = of_the_api
            .map(|reason| format!("{primary} is {}: {}", site.judgement.verdict, reason.text));
    }
    signs
}

/// Whether the secondaries forward what is written in their Regions.
fn forwarding(snapshot: &Snapshot, primary: &Region) -> &'static str {
    let topology = snapshot.database.topology.last();
    let members = topology.into_iter().flat_map(|topology| &topology.members);
    let secondaries = members.filter(|member| &member.region != primary);
    let all: Option<Vec<bool>> = secondaries
        .map(|member| snapshot.database.forwards(member))
        .collect();
    match all {
        Some(all) if all.iter().all(|forwards| *forwards) => {
            "the other Regions forward their writes to it"
        }
        Some(_) => "not every other Region forwards its writes to it: check whether they reach it",
        None => "it is not known whether the other Regions forward their writes to it",
    }
}

/// A refusal, or a throttled call, says nothing of the cluster.
fn describe(state: &Observed<ClusterState>, signs: &mut Signs) {
    match (state.current(), state.why_missing()) {
        (Some(now), _) => {
            signs.database = Availability::of(&now.status) != Availability::Out;
            let said = format!("its cluster is {}", now.status);
            if signs.database {
                signs.alive.push(said);
            } else {
                signs.seen_dead = true;
                signs.dead.push(said);
            }
        }
        (None, why) => {
            let why = why.map_or_else(String::new, |why| format!(" ({why})"));
            signs
                .dead
                .push(format!("its cluster cannot be described{why}"));
        }
    }
}

/// The Region's own endpoint, from where the operator sits: an answer shows that it is there, silence may as well
/// be the way there.
fn probe(site: &Site, signs: &mut Signs) {
    let untold = site.probe.source().is_some_and(Source::is_this_machine);
    match (site.probe.current(), site.probe.why_missing()) {
        (Some(report), _) if report.own.is_none() => {
            // Whatever it answers, somebody is there to answer.
            signs.seen_alive = true;
            signs
                .alive
                .push(format!("its endpoint answers {}", report.status));
        }
        (None, Some(Missing::CouldNotAsk { why })) if !untold => {
            signs
                .dead
                .push(format!("its endpoint does not answer ({why})"));
        }
        _ => {}
    }
}

/// The Region's endpoint, from where Route 53's checkers are. What they found before the Region was last heard of
/// says nothing of now.
fn found(snapshot: &Snapshot, primary: &Region, signs: &mut Signs) {
    let heard = snapshot.reach(primary).and_then(|reach| reach.last_answer);
    match checkers(snapshot, primary) {
        Some(found) if !found.healthy => {
            signs.seen_dead = true;
            signs
                .dead
                .push("Route 53's checkers find its endpoint unhealthy".into());
        }
        Some(found) if heard.is_none_or(|heard| found.until >= heard) => {
            signs.seen_alive = true;
            signs
                .alive
                .push("Route 53's checkers find its endpoint healthy".into());
        }
        _ => {}
    }
}

/// Figures of the primary's writes that stopped coming.
fn last_write(snapshot: &Snapshot, primary: &Region, signs: &mut Signs) {
    let writes = snapshot
        .database
        .clusters
        .get(primary)
        .map(|cluster| cluster.metrics.get(Metric::DbWriteThroughput));
    let Some(newest) = writes
        .and_then(|series| series.last())
        .and_then(|series| series.newest())
    else {
        return;
    };
    let age = snapshot
        .at
        .duration_since(newest.at)
        .max(SignedDuration::ZERO);
    if age > SignedDuration::from_mins(5) {
        signs.dead.push(format!(
            "the newest figure of its writes is {} old",
            format::span(age)
        ));
    } else if newest.value > 0.0 {
        signs.alive.push(format!(
            "{} writes a second, counted {} ago",
            format::count(newest.value),
            format::span(age)
        ));
    }
}

/// The secondaries see it: as long as one of them hears of the primary it replicates, however far behind; an older
/// sample says nothing.
fn lag(snapshot: &Snapshot, primary: &Region, signs: &mut Signs) {
    let heard = snapshot.reach(primary).and_then(|reach| reach.last_answer);
    let members = snapshot.database.clusters.keys();
    let lags: Vec<Lag> = members
        .filter(|region| *region != primary)
        .filter_map(|region| snapshot.database.lag_now(region))
        .collect();
    let silences: Option<Vec<Silence>> = lags.iter().map(|lag| lag.silence).collect();
    let since = silences.and_then(|all| all.iter().map(|silence| silence.since).max());
    if let Some(since) = since {
        signs.seen_dead = true;
        let silence = format::span(snapshot.at.duration_since(since));
        signs
            .dead
            .push(format!("no replication from it for {silence}"));
        return;
    }
    let heard_of = lags.into_iter().filter(|lag| lag.silence.is_none());
    let Some(least) = heard_of.reduce(|a, b| if b.ms < a.ms { b } else { a }) else {
        return;
    };
    // Where it was never heard of, a sample must be of now.
    let age = least.age(snapshot.at);
    signs.seen_alive |= heard.map_or(age <= RECENT, |heard| least.at >= heard);
    signs.alive.push(format!(
        "the nearest secondary lagged {} {} ago",
        format::millis(least.ms),
        format::span(least.age(snapshot.at))
    ));
}

/// Points take up to three minutes to appear (aws-facts §1.3).
const RECENT: SignedDuration = SignedDuration::from_mins(4);

fn alarms(site: &Site, signs: &mut Signs) {
    if let Some(alarms) = site.alarms.current().filter(|alarms| !alarms.is_empty()) {
        let names: Vec<&str> = alarms
            .iter()
            .map(|alarm| alarm.name.as_str())
            .take(3)
            .collect();
        signs.alive.push(format!("alarms: {}", names.join(", ")));
    }
}
