//! The criteria at which a run holds before its next step (aws-facts §12).

use jiff::{SignedDuration, Timestamp};

use crate::actions::dark::dark;
use crate::actions::journal::{RunState, StepStatus};
use crate::actions::{Intent, Task, words};
use crate::fleet::{Metric, Region, Rules, Site, Snapshot};

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
    if now.duration_since(state.begun).as_secs() > i64::try_from(rules.window_s).unwrap_or(i64::MAX)
    {
        say(
            "window",
            format!(
                "the run takes longer than {}",
                words::seconds(rules.window_s)
            ),
        );
    }
    let Some(left) = leaves(&state.plan.intent) else {
        return met;
    };
    let staying: Vec<&Site> = snapshot
        .sites
        .iter()
        .filter(|site| &site.region != left)
        .collect();
    if let Some(from) = judged_from(state) {
        for site in &staying {
            if let Some(text) = too_long_bad(site, rules, from) {
                say("receiving", text);
            }
        }
    }
    // By what they answer, not by the verdict: while the writer moves, every Region waits for the database.
    let healthy = staying.iter().filter(|site| {
        !dark(site, now)
            && site
                .probe
                .current()
                .is_none_or(|report| report.status < 500)
    });
    let healthy = u32::try_from(healthy.count()).unwrap_or(u32::MAX);
    if healthy < rules.least_healthy {
        say(
            "least-healthy",
            format!(
                "{healthy} healthy Regions would be left, {} are the least",
                rules.least_healthy
            ),
        );
    }
    if let Some(target) = target(&state.plan.intent) {
        if snapshot.site(target).is_some_and(|site| dark(site, now)) {
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
                "the global cluster is `{}`, a word gwctl does not know",
                topology.status
            ),
        );
    }
    met
}

/// The Region that loses traffic.
const fn leaves(intent: &Intent) -> Option<&Region> {
    match intent {
        Intent::Evacuate { region, .. }
        | Intent::Drain { region, .. }
        | Intent::Drill { region, .. } => Some(region),
        _ => None,
    }
}

/// The Region that becomes the writer's.
const fn target(intent: &Intent) -> Option<&Region> {
    match intent {
        Intent::Promote { target, .. } => Some(target),
        Intent::Drill { to, .. } => Some(to),
        _ => None,
    }
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

/// Beyond a limit for as many minutes in a row as the rule says, all of them since `from`.
fn too_long_bad(site: &Site, rules: &Rules, from: Timestamp) -> Option<String> {
    let minutes = rules.abort_minutes.max(1) as usize;
    let metrics = &site.api.metrics;
    let requests = metrics.get(Metric::ApiRequests).last()?;
    let newest: Vec<_> = requests
        .points()
        .iter()
        .rev()
        .take(minutes)
        .filter(|point| point.at >= from)
        .collect();
    if newest.len() < minutes {
        return None;
    }
    let at = |metric: Metric, at: Timestamp| {
        let series = metrics.get(metric).last()?;
        series
            .points()
            .iter()
            .rev()
            .find(|point| point.at == at)
            .map(|point| point.value)
    };
    let errors = |of: &crate::fleet::Point| {
        if of.value > 0.0 {
            100.0 * at(Metric::Api5xx, of.at).unwrap_or(0.0) / of.value
        } else {
            0.0
        }
    };
    let region = &site.region;
    if newest
        .iter()
        .all(|point| errors(point) > rules.abort_5xx_percent)
    {
        let worst = newest.iter().map(|point| errors(point)).fold(0.0, f64::max);
        return Some(format!(
            "{region} receives and answers {worst:.1} % with 5xx for {minutes} minutes"
        ));
    }
    if newest.iter().all(|point| {
        at(Metric::ApiLatencyP99, point.at).is_some_and(|p99| p99 > rules.abort_p99_ms)
    }) {
        return Some(format!(
            "{region} receives and its p99 is beyond {} for {minutes} minutes",
            words::millis(rules.abort_p99_ms)
        ));
    }
    None
}

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
    let series = snapshot.database.lag(target)?.current()?;
    let newest = series.newest()?;
    let before = series
        .points()
        .iter()
        .rev()
        .find(|point| newest.at.duration_since(point.at) >= SignedDuration::from_mins(1))?;
    (waiting && newest.value > rules.abort_lag_ms && newest.value > before.value).then(|| {
        format!(
            "{target} lags {} and the lag grows",
            words::millis(newest.value)
        )
    })
}
