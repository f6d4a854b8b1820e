//! What was lost, by what was observed; where nothing could be, what is known of its bounds (aws-facts §2.3,
//! §2.5, §12).

use jiff::Timestamp;
use serde::Serialize;

use crate::figures::MINUTE;
use crate::format::{count, millis, seconds};
use crate::journal::{Reply, RunState, StepStatus};
use crate::{CallMade, DataLoss, SiteMinute, Step, Task};
use gwctl_fleet::{Lag, Point, Region, Series};

/// What was lost.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecoveryPoint {
    /// Milliseconds of acknowledged writes that were lost, where it is known.
    pub achieved_ms: Option<f64>,
    /// Since when nothing had arrived from the old writer; none where writes arrived until the failover.
    pub silent_since: Option<Timestamp>,
    /// What a failover loses when the old writer stopped once it was last heard, or replication went on until then.
    pub likely: Option<Bound>,
    /// What it loses at most, as far as was observed.
    pub at_most: Option<Bound>,
    /// The objective in seconds.
    pub objective_s: f64,
    /// Whether it was met, where that is known.
    pub met: Option<bool>,
    /// What was observed.
    pub why: String,
}

/// A length of time and the writes in it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bound {
    /// Milliseconds.
    pub ms: f64,
    /// Writes at the writer's rate before; none where no rate is known.
    pub writes: Option<f64>,
}

/// The recovery point that `state` achieved.
pub(super) fn point(state: &RunState) -> RecoveryPoint {
    let objective_s = state.plan.rules.rpo_s;
    let nothing = |why: String| RecoveryPoint {
        achieved_ms: Some(0.0),
        silent_since: None,
        likely: None,
        at_most: None,
        objective_s,
        met: Some(true),
        why,
    };
    if let Some((step, sent)) = sent(state, |task| matches!(task, Task::Failover(_))) {
        return failover(state, step, sent);
    }
    if let Some((_, sent)) = sent(state, |task| matches!(task, Task::Switchover(_))) {
        let lag = largest_lag(state, sent).map_or_else(String::new, |ms| {
            format!("; the largest lag before it was {}", millis(ms))
        });
        return nothing(format!(
            "a switchover loses nothing by design: the writer moves once the target has every write{lag}"
        ));
    }
    nothing("this run did not move the writer: nothing was lost by it".into())
}

/// The step that may have moved the writer, and when it was sent. What AWS refused moved nothing.
fn sent(state: &RunState, wanted: fn(&Task) -> bool) -> Option<(&Step, Timestamp)> {
    state
        .plan
        .steps
        .iter()
        .filter(|step| wanted(&step.task))
        .find_map(|step| {
            let calls = &state.steps.get(&step.id)?.calls;
            let made = |call: &&CallMade| !matches!(call.reply, Some((_, Reply::Refused { .. })));
            Some((step, calls.iter().find(made)?.at))
        })
}

fn largest_lag(state: &RunState, sent: Timestamp) -> Option<f64> {
    let sites = state.minutes.sites.values();
    let before =
        sites.filter_map(|minutes| minutes.range(..sent).rev().find_map(|(_, m)| m.lag_ms));
    before.max_by(f64::total_cmp)
}

fn failover(state: &RunState, step: &Step, sent: Timestamp) -> RecoveryPoint {
    let unknown = RecoveryPoint {
        achieved_ms: None,
        silent_since: None,
        likely: None,
        at_most: None,
        objective_s: state.plan.rules.rpo_s,
        met: None,
        why: "a failover loses what was not replicated, and no lag was known when it was decided"
            .into(),
    };
    let Some(planned) = &state.plan.data_loss else {
        return unknown;
    };
    let (old, new) = places(step);
    let mut loss = at_the_decision(state, planned, new.as_ref(), sent);
    let Some(heard) = loss.from() else {
        return unknown;
    };
    // What could not be read of the old writer at the decision may have been read since.
    let rate = old.as_ref().and_then(|old| rate_before(state, old, heard));
    (loss.writes_per_s, loss.writes_at) = match rate {
        Some((at, rate)) if loss.writes_per_s.is_none() => (Some(rate), Some(at)),
        _ => (loss.writes_per_s, loss.writes_at),
    };
    let (until, end) = writes_ended(state, step);
    let mut said = vec![format!(
        "a failover loses the writes that the old writer acknowledged and the new one did not receive; everything until {} had arrived",
        time(heard)
    )];
    if let Some(ms) = loss.lag_ms {
        said.push(format!("the lag then was {}", millis(ms)));
    }
    said.push(end);
    // While writes arrive, those after the newest figure may have arrived as well.
    let written = old
        .as_ref()
        .filter(|_| loss.silent_since.is_some())
        .and_then(|old| recorded(state, old, heard, until));
    let rpo_ms = unknown.objective_s * 1_000.0;
    let missed = written
        .as_ref()
        .is_some_and(|written| written.at_least_ms > rpo_ms);
    said.extend(written.map(|written| written.said));
    said.extend(snapshot(state));
    let at_most = until.map(|until| Bound {
        ms: until.duration_since(heard).as_secs_f64().max(0.0) * 1_000.0,
        writes: loss.at_most(until),
    });
    let within = at_most.is_some_and(|bound| bound.ms <= rpo_ms);
    RecoveryPoint {
        silent_since: loss.silent_since,
        likely: loss.lag_ms.map(|ms| Bound {
            ms,
            writes: loss.writes(),
        }),
        at_most,
        met: if missed {
            Some(false)
        } else {
            within.then_some(true)
        },
        why: said.join("; "),
        ..unknown
    }
}

/// The old writer's Region and the new one's.
fn places(step: &Step) -> (Option<Region>, Option<Region>) {
    let Task::Failover(failover) = &step.task else {
        return (None, None);
    };
    let old = step.change.as_ref();
    let old = old.and_then(|change| Region::new(&change.before).ok());
    (old, Some(failover.target.clone()))
}

/// The plan's estimate, made better by what of the target's lag was seen before the change was sent.
fn at_the_decision(
    state: &RunState,
    planned: &DataLoss,
    new: Option<&Region>,
    sent: Timestamp,
) -> DataLoss {
    let minutes = new.and_then(|new| state.minutes.sites.get(new));
    let points = minutes.into_iter().flatten().filter_map(|(at, minute)| {
        let value = minute.lag_ms?;
        (*at < sent).then_some(Point { at: *at, value })
    });
    let period = std::time::Duration::from_mins(1);
    let lag = Lag::of(&Series::new(period, points));
    match lag.and_then(|lag| lag.silence) {
        Some(silence) => DataLoss {
            silent_since: Some(silence.since),
            lag_ms: silence.lag_ms.or(planned.lag_ms),
            ..planned.clone()
        },
        None => planned.clone(),
    }
}

/// The old writer's last complete minute of commits a second before its last data arrived.
fn rate_before(state: &RunState, old: &Region, heard: Timestamp) -> Option<(Timestamp, f64)> {
    let mut minutes = state.minutes.sites.get(old)?.range(..=heard - MINUTE).rev();
    minutes.find_map(|(at, minute)| Some((*at, minute.commits_per_s?)))
}

/// Until when the old writer can have acknowledged writes, where that is known, in a sentence.
fn writes_ended(state: &RunState, step: &Step) -> (Option<Timestamp>, String) {
    let moved = state
        .steps
        .get(&step.id)
        .filter(|now| now.status == StepStatus::Done)
        .and_then(|now| now.ended);
    match (&state.blocked, moved) {
        (Some(blocked), _) if blocked.succeeded => (
            Some(blocked.at),
            format!(
                "RDS blocked writes to the old volume by {}",
                time(blocked.at)
            ),
        ),
        (Some(_), Some(moved)) => (
            Some(moved),
            format!(
                "RDS could not block writes to the old volume: what was written to it after {} is lost as well",
                time(moved)
            ),
        ),
        (None, Some(moved)) => (
            Some(moved),
            format!(
                "RDS published no event on blocking writes to the old volume; the new writer was seen at {}",
                time(moved)
            ),
        ),
        (_, None) => (None, "the failover was not observed done".into()),
    }
}

/// What the old writer's own figures show.
struct Recorded {
    at_least_ms: f64,
    said: String,
}

/// The old writer's commits after its last data arrived, and before another was the writer, where CloudWatch in its
/// Region answered since.
fn recorded(
    state: &RunState,
    old: &Region,
    heard: Timestamp,
    until: Option<Timestamp>,
) -> Option<Recorded> {
    let minutes = state.minutes.sites.get(old)?;
    let until = until.unwrap_or(state.newest).max(heard);
    let wrote = |(_, minute): &(&Timestamp, &SiteMinute)| {
        minute.commits_per_s.is_some_and(|rate| rate > 0.0)
    };
    if let Some((last, _)) = minutes.range(heard..until).rfind(wrote) {
        return Some(Recorded {
            at_least_ms: last.duration_since(heard).as_secs_f64() * 1_000.0,
            said: format!(
                "the old writer's own figures show commits after {}",
                time(*last)
            ),
        });
    }
    let (last, _) = minutes.range(..heard).rfind(wrote)?;
    let again = minutes.keys().next_back().filter(|at| **at >= until)?;
    Some(Recorded {
        at_least_ms: 0.0,
        said: format!(
            "the old writer's own figures, complete again until {}, show no commit between {} and the failover",
            time(*again + MINUTE),
            time(*last + MINUTE)
        ),
    })
}

/// Where the lost writes can be counted.
fn snapshot(state: &RunState) -> Option<String> {
    let mut kept = state.plan.steps.iter();
    let kept = kept.find(|step| matches!(step.task, Task::CopySnapshot(_)))?;
    let status = state.status(&kept.id);
    let open = [StepStatus::Waiting, StepStatus::Running, StepStatus::Held];
    Some(if status == StepStatus::Done {
        "the snapshot of the old volume contains these writes: compare it with the new volume to count them"
            .into()
    } else if open.contains(&status) {
        "the snapshot of the old volume, which contains these writes, is not copied yet".into()
    } else {
        "no snapshot of the old volume was kept, so these writes cannot be counted".into()
    })
}

fn time(at: Timestamp) -> String {
    at.strftime("%H:%M:%SZ").to_string()
}

impl Bound {
    fn sentence(&self) -> String {
        let writes = self.writes.map_or_else(
            || "no write rate is known".into(),
            |writes| format!("about {} writes", count(writes)),
        );
        format!("{} ({writes})", length(self.ms))
    }
}

fn length(ms: f64) -> String {
    if ms < 60_000.0 {
        millis(ms)
    } else {
        seconds((ms / 1_000.0).round() as u64)
    }
}

impl RecoveryPoint {
    /// `0 ms; objective 5 s: met`, or that it is unknown and between what.
    pub fn sentence(&self) -> String {
        let met = match self.met {
            Some(true) => ": met",
            Some(false) => ": missed",
            None => ": not known whether it was met",
        };
        let objective = format!("objective {} s{met}", self.objective_s);
        if let Some(ms) = self.achieved_ms {
            return format!("{}; {objective}", millis(ms));
        }
        let mut said = vec!["unknown".to_owned()];
        if let Some(bound) = self.at_most {
            said.push(format!("at most {}", bound.sentence()));
        }
        if let Some(bound) = self.likely {
            let when = match self.silent_since {
                Some(_) => "the old writer stopped when its last data arrived",
                None => "replication went on until the failover",
            };
            said.push(format!("{} if {when}", bound.sentence()));
        }
        format!("{}; {objective}", said.join(", "))
    }
}
