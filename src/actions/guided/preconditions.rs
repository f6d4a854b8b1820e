//! What must hold before a promotion (aws-facts §2.6) or a shift (aws-facts §3.1).

use jiff::SignedDuration;

use super::connections;
use super::promote::Cast;
use super::strength;
use super::wellness;
use crate::check::{Check, Finding};
use crate::draft::PlanContext;
use crate::unreachable::is_unreachable;
use crate::{Advice, Mode, format};
use gwctl_fleet::{Availability, CheckVerdict, Region, Snapshot, Verdict};

/// The preconditions of a promotion.
pub(super) fn promotion(
    context: &PlanContext<'_>,
    cast: &Cast<'_>,
    mode: Mode,
    force: bool,
    advice: &Advice,
) -> Vec<Check> {
    let mut checks = vec![
        mode_fits(mode, force, advice),
        idle(cast, mode),
        instance(context, cast),
        synchronised(cast, mode),
        versions(context, cast),
    ];
    checks.extend(strength::check(context, cast));
    checks.push(connections::after_promotion(
        context.snapshot,
        cast.writer,
        cast.target,
    ));
    checks.push(lag(context, cast, mode));
    checks.push(watched(context.snapshot, &cast.target.region));
    checks.extend(fresh(context.snapshot));
    checks
}

/// The advisor refuses what cannot work, and a failover of a healthy primary unless forced.
fn mode_fits(mode: Mode, force: bool, advice: &Advice) -> Check {
    let refused = advice.refused.iter().find(|(refused, _)| *refused == mode);
    match refused {
        None => Check::pass(
            "mode",
            format!("{} can work: {}", mode.word(), advice.why.join("; ")),
        ),
        Some((_, why)) if force && mode == Mode::Failover => {
            Check::new("mode", Finding::Warn, format!("forced: {why}"))
        }
        Some((_, why)) => Check::new(
            "mode",
            Finding::Fail,
            format!("{} is refused: {why}", mode.word()),
        ),
    }
}

fn idle(cast: &Cast<'_>, mode: Mode) -> Check {
    let status = &cast.topology.status;
    let running = cast
        .topology
        .failover
        .as_ref()
        .map(|state| state.status.clone());
    // Which statuses AWS takes a failover in is not documented: AWS decides.
    let otherwise = if mode == Mode::Failover && running.is_none() {
        Finding::Waivable
    } else {
        Finding::Fail
    };
    Check::of(
        "idle",
        status == "available" && running.is_none(),
        "the global cluster is available and no operation runs",
        otherwise,
        running.map_or_else(
            || format!("the global cluster is {status}"),
            |running| format!("an operation runs already: {running}"),
        ),
    )
}

/// A headless secondary cannot be promoted.
fn instance(context: &PlanContext<'_>, cast: &Cast<'_>) -> Check {
    let region = &cast.target.region;
    let Some(state) = context
        .snapshot
        .database
        .clusters
        .get(region)
        .and_then(|cluster| cluster.state.last())
    else {
        return Check::new(
            "instance",
            Finding::Waivable,
            format!("the cluster in {region} could not be read"),
        );
    };
    let cluster = &cast.target.cluster;
    if state.is_headless() {
        return Check::new("instance", Finding::Fail, headless(context, cast));
    }
    let of_cluster = Availability::of(&state.status);
    let best = state
        .instances
        .iter()
        .map(|instance| Availability::of(&instance.status))
        .min()
        .unwrap_or(Availability::Out);
    let ready = state
        .instances
        .iter()
        .filter(|instance| Availability::of(&instance.status).serves())
        .count();
    let said: Vec<&str> = state
        .instances
        .iter()
        .map(|one| one.status.as_str())
        .collect();
    let said = format!(
        "{cluster} is {} and its instances are: {}",
        state.status,
        if said.is_empty() {
            "none".into()
        } else {
            said.join(", ")
        }
    );
    match of_cluster.max(best) {
        Availability::Serves => Check::pass(
            "instance",
            format!("{cluster} is available with {ready} available instances"),
        )
        .brief(if ready == 1 {
            "1 instance".to_owned()
        } else {
            format!("{ready} instances")
        }),
        Availability::Busy => Check::new(
            "instance",
            Finding::Warn,
            format!("{said}: AWS is changing it, and it still serves"),
        ),
        Availability::Unknown => Check::new(
            "instance",
            Finding::Waivable,
            format!("{said}: gwctl does not know whether it serves in this state"),
        ),
        Availability::Out => Check::new(
            "instance",
            Finding::Fail,
            format!("{said}: it cannot be promoted"),
        ),
    }
}

/// What a secondary without an instance needs first, with an instance as the writer has them.
fn headless(context: &PlanContext<'_>, cast: &Cast<'_>) -> String {
    let (cluster, region) = (&cast.target.cluster, &cast.target.region);
    let writer = context
        .snapshot
        .database
        .clusters
        .get(&cast.writer.region)
        .and_then(|cluster| cluster.state.last());
    let class = writer.and_then(|state| Some(state.instances.first()?.class.clone()));
    format!(
        "{cluster} in {region} is headless: AWS promotes no cluster without an instance. Add one first: `aws rds create-db-instance --region {region} --db-cluster-identifier {cluster} --db-instance-identifier {cluster}-1 --engine {} --db-instance-class {}`",
        cast.topology.engine.name,
        class.as_deref().unwrap_or("CLASS")
    )
}

/// How the Region is that is to write. Where the fleet has no site nothing but the cluster is watched.
fn watched(snapshot: &Snapshot, region: &Region) -> Check {
    if snapshot.site(region).is_some() {
        return wellness::well(snapshot, region);
    }
    let text = format!(
        "the fleet has no API in {region}: gwctl watches only the cluster there, and every Region's writes would go there"
    );
    Check::new("outside", Finding::Waivable, text)
}

fn synchronised(cast: &Cast<'_>, mode: Mode) -> Check {
    let state = cast.target.synchronization.as_deref();
    match state {
        None => Check::new(
            "synchronised",
            if mode == Mode::Failover {
                Finding::Warn
            } else {
                Finding::Waivable
            },
            "AWS shows no synchronization status for the target: whether it is connected is not known",
        ),
        Some(state) => Check::of(
            "synchronised",
            state == "connected",
            "the target is connected",
            if mode == Mode::Failover {
                Finding::Waivable
            } else {
                Finding::Fail
            },
            format!("the target is {state}"),
        ),
    }
}

/// Same major and minor version; for Aurora MySQL the patch as well.
fn versions(context: &PlanContext<'_>, cast: &Cast<'_>) -> Check {
    let engine = |region: &Region| {
        let cluster = context.snapshot.database.clusters.get(region)?;
        cluster.state.last().map(|state| state.engine.clone())
    };
    let Some(target) = engine(&cast.target.region) else {
        return Check::new(
            "versions",
            Finding::Waivable,
            "the target's engine version is not known",
        );
    };
    // The primary may be silent: the global cluster carries its version.
    let primary = engine(&cast.writer.region).unwrap_or_else(|| cast.topology.engine.clone());
    let same = if primary.name == "aurora-mysql" {
        primary == target
    } else {
        let minor = |version: &str| version.split('.').take(2).collect::<Vec<_>>().join(".");
        primary.name == target.name && minor(&primary.version) == minor(&target.version)
    };
    Check::of(
        "versions",
        same,
        format!("both run {} {}", target.name, target.version),
        Finding::Fail,
        format!(
            "the primary runs {} {}, the target {} {}",
            primary.name, primary.version, target.name, target.version
        ),
    )
}

/// A sample older than this says nothing of now: CloudWatch shows a minute up to three minutes late
/// (aws-facts §1.3).
const STALE: SignedDuration = SignedDuration::from_mins(5);

/// A switchover takes as long as the lag; a failover loses it. What grows because the writer fell silent is no
/// lag: what it wrote since is not known.
fn lag(context: &PlanContext<'_>, cast: &Cast<'_>, mode: Mode) -> Check {
    let region = &cast.target.region;
    let rules = &context.spec.rules;
    let database = &context.snapshot.database;
    let Some(lag) = database.lag_last_known(region) else {
        let text = format!("no sample of {region}'s lag");
        return Check::new("lag", Finding::Waivable, text);
    };
    if let Some(silence) = lag.silence {
        let ago = context.snapshot.at.duration_since(silence.since);
        let ago = format::span(ago.max(SignedDuration::ZERO));
        let heard = silence.lag_ms.map_or_else(
            || "its lag before is not known".into(),
            |ms| format!("its lag before was {}", format::millis(ms)),
        );
        let text = format!(
            "{region} last replicated from the writer {ago} ago; {heard}; how much was written since is not known"
        );
        return Check::new("lag", Finding::Waivable, text);
    }
    let text = format!(
        "{region} lags {}, sample {} old",
        format::millis(lag.ms),
        format::span(lag.age(context.snapshot.at))
    );
    let most = if mode == Mode::Failover {
        1_000.0 * rules.rpo_s
    } else {
        rules.abort_lag_ms
    };
    let old = lag.age(context.snapshot.at) > STALE;
    let brief = format!("lag {}", format::millis(lag.ms));
    let text = if old {
        format!("{text}: what it is now is not known")
    } else {
        text
    };
    let finding = if lag.ms > most || old {
        Finding::Waivable
    } else {
        Finding::Pass
    };
    let others = database.clusters.keys();
    let best = others
        .filter(|other| *other != region)
        .filter_map(|other| Some((other, database.lag_now(other)?)))
        .filter(|(_, lag)| lag.silence.is_none());
    match best.min_by(|a, b| a.1.ms.total_cmp(&b.1.ms)) {
        Some((other, less)) if less.ms * 2.0 < lag.ms && lag.ms > 1_000.0 => Check::new(
            "lag",
            finding.max(Finding::Warn),
            format!("{text}; {other} lags only {}", format::millis(less.ms)),
        ),
        _ => Check::new("lag", finding, text).brief(brief),
    }
}

/// Old state is no context to act on.
pub(super) fn fresh(snapshot: &Snapshot) -> Vec<Check> {
    let limit = snapshot.thresholds.state_stale_s;
    let age = snapshot.database.topology.age(snapshot.at);
    match age {
        Some(age) if age.as_secs_f64() > limit => vec![Check::new(
            "fresh",
            Finding::Waivable,
            format!(
                "the global database was last read {} ago",
                format::span(age)
            ),
        )],
        Some(_) => Vec::new(),
        None => vec![Check::new(
            "fresh",
            Finding::Waivable,
            "the global database was never read",
        )],
    }
}

/// Never the last healthy Region: Route 53 would treat all as healthy and send traffic right back (aws-facts §3.1).
pub(super) fn not_the_last(snapshot: &Snapshot, region: &Region) -> Check {
    const NAME: &str = "not-the-last";
    let others = snapshot.sites.iter().map(|site| &site.region);
    let others: Vec<(&Region, Option<bool>)> = others
        .filter(|other| *other != region)
        .map(|other| (other, serves(snapshot, other)))
        .collect();
    let those = |wanted| {
        let all = others.iter().filter(|(_, serves)| *serves == wanted);
        all.map(|(other, _)| other.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let (left, unknown) = (those(Some(true)), those(None));
    if !left.is_empty() {
        return Check::pass(NAME, format!("{left} would serve"));
    }
    if !unknown.is_empty() {
        let text = format!(
            "it is not known whether another Region serves: nothing shows that {unknown} does"
        );
        return Check::new(NAME, Finding::Waivable, text);
    }
    Check::new(
        NAME,
        Finding::Fail,
        format!(
            "{region} is the last healthy Region: if none is healthy, Route 53 treats all as healthy and sends the traffic back"
        ),
    )
}

/// Whether traffic would find a Region well: Route 53 sends some there and it is not down. While nobody
/// accepts writes every Region is down for those; then what it answers counts. None where nothing shows it.
pub(crate) fn serves(snapshot: &Snapshot, region: &Region) -> Option<bool> {
    let site = snapshot.site(region)?;
    let unwritable = snapshot.database.judgement.verdict == Verdict::Down;
    let probed = site.probe.current();
    let answers = probed.and_then(|report| report.own.is_none().then_some(report.status < 500));
    let well = match site.judgement.verdict {
        _ if is_unreachable(site, snapshot.at) => Some(false),
        Verdict::Down if unwritable => Some(answers == Some(true)),
        Verdict::Down => Some(false),
        Verdict::Healthy | Verdict::Degraded => Some(true),
        Verdict::Unknown => answers.filter(|answers| *answers),
    };
    let admitted = match admission(snapshot, region) {
        Some(verdict) => verdict
            .in_service()
            .or_else(|| sent_there(snapshot, region)),
        None if snapshot.edge.is_without_record(region) => Some(false),
        None => sent_there(snapshot, region),
    };
    match (well, admitted) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// Other evidence that traffic is sent there: clients came within the last minutes, or DNS answers it.
fn sent_there(snapshot: &Snapshot, region: &Region) -> Option<bool> {
    let served = snapshot.served(region);
    let came = served.is_some_and(|served| {
        let age = snapshot.at.duration_since(served.at).as_secs_f64();
        served.shows_clients() && age <= snapshot.thresholds.metric_stale_s
    });
    let answers = snapshot.edge.answers.current();
    let answered = answers.is_some_and(|all| {
        all.iter()
            .any(|answer| answer.region.as_ref() == Some(region))
    });
    (came || answered).then_some(true)
}

/// What Route 53 makes of the Region's records, all of them.
pub(crate) fn admission(snapshot: &Snapshot, region: &Region) -> Option<CheckVerdict> {
    snapshot.edge.admission(region, snapshot.at)
}
