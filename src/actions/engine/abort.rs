//! The criteria at which a run holds before its next step (aws-facts §12).

use jiff::{SignedDuration, Timestamp};

use crate::journal::{RunState, StepStatus};
use crate::recovery::clients_steps_done;
use crate::task::bearing::{self, Bearing, Limits};
use crate::unreachable::is_unreachable;
use crate::{Task, format, traffic};
use gwctl_fleet::{Lag, Metric, Region, Rules, Site, Snapshot, check_verdict};

/// Words of `GlobalCluster.Status` that are known (aws-facts §2.4): any other is shown and held on.
const KNOWN: [&str; 7] = [
    "available",
    "switching-over",
    "failing-over",
    "creating",
    "modifying",
    "upgrading",
    "deleting",
];

/// Every criterion met now, with what was seen.
pub(super) fn met(state: &RunState, snapshot: &Snapshot, now: Timestamp) -> Vec<(String, String)> {
    let rules = &state.plan.rules;
    let mut met = Vec::new();
    let mut say = |criterion: &str, text: String| met.push((criterion.to_owned(), text));
    let long = i64::try_from(rules.window_s).unwrap_or(i64::MAX);
    if !is_aftermath(state) && now.duration_since(state.begun).as_secs() > long {
        say(
            "window",
            format!(
                "the run takes longer than {}",
                format::seconds(rules.window_s)
            ),
        );
    }
    let Some(left) = state.plan.intent.leaves() else {
        return met;
    };
    let staying: Vec<&Site> = snapshot
        .sites
        .iter()
        .filter(|site| &site.region != left)
        .collect();
    if let Some(from) = judged_from(state) {
        for site in &staying {
            if let Some(text) = too_long_bad(site, snapshot, rules, (state.begun, from)) {
                say("receiving", text);
            } else if let Some(text) = unseen(site, snapshot, state.begun) {
                say("receiving", text);
            }
        }
    }
    // By what they answer, not by the verdict: while the writer moves, every Region waits for the database.
    let healthy = staying
        .iter()
        .filter(|site| answers(site, snapshot) == Some(true));
    let healthy = u32::try_from(healthy.count()).unwrap_or(u32::MAX);
    if healthy < rules.least_healthy {
        say(
            "least-healthy",
            format!(
                "{healthy} healthy Regions would be left, the minimum is {}",
                rules.least_healthy
            ),
        );
    }
    if let Some(target) = state.plan.intent.promotes() {
        if snapshot
            .site(target)
            .is_some_and(|site| is_unreachable(site, now))
        {
            say(
                "visibility",
                format!("{target}, the target, no longer answers"),
            );
        }
        if let Some(text) = lagging(state, snapshot, target, rules) {
            say("lag", text);
        }
    }
    if let Some(topology) = snapshot.database.topology.current()
        && !KNOWN.contains(&topology.status.as_str())
    {
        say(
            "status",
            format!(
                "the global cluster is `{}`, a status gwctl does not know",
                topology.status
            ),
        );
    }
    met
}

/// Whether clients are served again and what is left waits for AWS alone: for a Region that comes back, for members that
/// are rebuilt (aws-facts §2.7). A drill has its way back before it.
fn is_aftermath(state: &RunState) -> bool {
    let mut steps = state.plan.steps.iter();
    let looks = steps.any(|step| matches!(step.task, Task::HoldForOperator(_)));
    !looks && clients_steps_done(state).is_some()
}

/// From when on receiving Regions are judged; none while the writer moves, or is gone until a failover is
/// done: every Region waits for the database then.
fn judged_from(state: &RunState) -> Option<Timestamp> {
    let mut from = state.begun;
    for step in &state.plan.steps {
        let lost = matches!(step.task, Task::Failover(_));
        if !lost && !matches!(step.task, Task::Switchover(_)) {
            continue;
        }
        let now = state.steps.get(&step.id)?;
        match now.status {
            StepStatus::Waiting if !lost => {}
            StepStatus::Done | StepStatus::Skipped => from = from.max(now.ended?),
            _ => return None,
        }
    }
    Some(from)
}

/// Beyond a limit for as many minutes in a row as the rule says, all of them since `from`; a minute of which
/// something is missing is neither good nor bad.
fn too_long_bad(
    site: &Site,
    snapshot: &Snapshot,
    rules: &Rules,
    (begun, from): (Timestamp, Timestamp),
) -> Option<String> {
    let minutes = rules.abort_minutes.max(1) as usize;
    let metrics = &site.api.metrics;
    let limits = Limits {
        errors_percent: rules.abort_5xx_percent,
        p99_ms: rules.abort_p99_ms,
        usual_4xx: snapshot.usually_refused(site, begun),
    };
    let requests = metrics.get(Metric::ApiRequests).last()?;
    let newest: Vec<Bearing> = requests
        .points()
        .iter()
        .rev()
        .filter(|point| point.at >= from)
        .map(|point| bearing::minute(site, snapshot, point.at, &limits))
        .filter(|bearing| !matches!(bearing, Bearing::Unknown(_)))
        .take(minutes)
        .collect();
    let bad = newest.iter().map(|bearing| match bearing {
        Bearing::Badly(text) => Some(text.clone()),
        Bearing::Well(_) | Bearing::Unknown(_) => None,
    });
    let bad: Vec<String> = bad.collect::<Option<_>>()?;
    (bad.len() == minutes).then(|| format!("{}, for {minutes} minutes", bad[0]))
}

/// A Region that receives had figures when the run began, and has none any more: it is not known how it bears
/// what it receives.
fn unseen(site: &Site, snapshot: &Snapshot, begun: Timestamp) -> Option<String> {
    let newest = site.api.metrics.get(Metric::ApiRequests).last()?.newest()?;
    let stale = SignedDuration::try_from_secs_f64(snapshot.thresholds.metric_stale_s).ok()?;
    let seen_at_first = newest.at > begun - stale;
    let age = snapshot.at.duration_since(newest.at);
    let silent = !traffic::asked(site) || traffic::counts_elsewhere(snapshot, newest.at + stale);
    (seen_at_first && age > stale && silent && !is_unreachable(site, snapshot.at)).then(|| {
        format!(
            "the newest figures of {}, which receives traffic, are {} old",
            site.region,
            format::span(age)
        )
    })
}

/// Whether a Region answers requests: by gwctl's own, by Route 53's checkers, or by what its API counted. None
/// where nothing tells.
fn answers(site: &Site, snapshot: &Snapshot) -> Option<bool> {
    if is_unreachable(site, snapshot.at) {
        return Some(false);
    }
    let probed = site.probe.current();
    // What CloudFront answered by itself is no observation of the Region.
    if let Some(report) = probed.filter(|report| report.own.is_none()) {
        return Some(report.status < 500);
    }
    let check = snapshot.edge.check(&site.region);
    let checked = check.and_then(|check| check_verdict(check, snapshot.at).in_service());
    if checked.is_some() {
        return checked;
    }
    Some(snapshot.failing(site, Metric::Api5xx)?.value < HALF)
}

/// Of what a Region that answers requests at least answers well, in percent.
const HALF: f64 = 50.0;

/// The target lags, and ever more, while the switchover has not been sent.
fn lagging(
    state: &RunState,
    snapshot: &Snapshot,
    target: &Region,
    rules: &Rules,
) -> Option<String> {
    let waiting = state.plan.steps.iter().any(|step| {
        let there = matches!(&step.task, Task::Switchover(task) if &task.target == target);
        there && state.status(&step.id) == StepStatus::Waiting
    });
    if !waiting {
        return None;
    }
    let series = snapshot.database.lag(target)?.current()?;
    let lag = Lag::of(series)?;
    if let Some(silence) = lag.silence {
        return (lag.ms > rules.abort_lag_ms).then(|| {
            format!(
                "{target} last replicated from the writer {} ago",
                format::span(snapshot.at.duration_since(silence.since))
            )
        });
    }
    let mut points = series.points().iter().rev();
    let before = points.find(|point| lag.at.duration_since(point.at) >= TWO_MINUTES)?;
    (lag.ms > rules.abort_lag_ms && lag.ms > before.value)
        .then(|| format!("{target} lags {} and the lag grows", format::millis(lag.ms)))
}

/// From the begin of a minute's figure to the end of the next one's.
const TWO_MINUTES: SignedDuration = SignedDuration::from_mins(2);
