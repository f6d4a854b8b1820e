//! When the service was back: one definition for the console, the command line, reports and rehearsals
//! (aws-facts §12: say which clock starts).
//!
//! It was back when the last step that clients need was observed done, and after that neither CloudFront nor a
//! Region that receives answered too many of a whole minute's requests with 5xx. CloudFront's share counts the
//! clients that still reach a Region which is left. The objective is held against the time from the confirmation.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use jiff::Timestamp;
use serde::Serialize;

use super::figures::{EdgeMinute, MINUTE, SiteMinute};
use super::format::seconds;
use super::journal::{RunState, StepStatus};
use super::{Plan, Step, Task};

/// What stands in front of all Regions, where one of them would be named.
const CLOUDFRONT: &str = "CloudFront";

/// How soon the service was back.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recovery {
    /// When the writer was last heard, where the plan knew it fell silent: about when the outage began.
    pub onset: Option<Timestamp>,
    /// When the first change was sent.
    pub first_change: Option<Timestamp>,
    /// When the service was back; none while it is not, or where nothing was to be brought back.
    pub recovered: Option<Timestamp>,
    /// Seconds from the confirmation to recovery.
    pub from_confirmation_s: Option<i64>,
    /// Seconds from the first change to recovery.
    pub from_first_change_s: Option<i64>,
    /// Seconds from when the writer was last heard to recovery.
    pub from_onset_s: Option<i64>,
    /// The objective in seconds.
    pub objective_s: u64,
    /// Whether it was met, by the clock that starts at the confirmation.
    pub met: Option<bool>,
    /// What counts as recovered here, or why there is no figure.
    pub why: String,
    /// What was done after it, which no client waits for, in the order of its end.
    pub afterwards: Vec<Afterwards>,
}

/// A step that was done once clients were served again: the old writer's return, full protection, a look at figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Afterwards {
    /// The step.
    pub step: String,
    /// What it is, in a line.
    pub title: String,
    /// Seconds from recovery until it was done.
    pub after_s: i64,
}

/// The recovery that `state` achieved.
pub fn recovery(state: &RunState) -> Recovery {
    let onset = state.plan.data_loss.as_ref();
    let none = Recovery {
        onset: onset.and_then(|loss| loss.silent_since),
        first_change: state.first_change(),
        recovered: None,
        from_confirmation_s: None,
        from_first_change_s: None,
        from_onset_s: None,
        objective_s: state.plan.rules.rto_s,
        met: None,
        why: String::new(),
        afterwards: Vec::new(),
    };
    let (recovered, why) = match recovered(state) {
        Ok(known) => known,
        Err(why) => {
            let why = why.to_string();
            return Recovery { why, ..none };
        }
    };
    let since = |from: Timestamp| recovered.duration_since(from).as_secs().max(0);
    let from_confirmation_s = since(state.begun);
    Recovery {
        recovered: Some(recovered),
        from_confirmation_s: Some(from_confirmation_s),
        from_first_change_s: none.first_change.map(since),
        from_onset_s: none.onset.map(since),
        met: Some(from_confirmation_s.cast_unsigned() <= none.objective_s),
        why,
        afterwards: afterwards(state, recovered),
        ..none
    }
}

/// The steps on the way out that were done after `recovered`.
fn afterwards(state: &RunState, recovered: Timestamp) -> Vec<Afterwards> {
    let done = |step: &Step| {
        let after_s = done(state, step)?.duration_since(recovered).as_secs();
        (after_s > 0).then(|| Afterwards {
            step: step.id.clone(),
            title: step.title.clone(),
            after_s,
        })
    };
    let mut all: Vec<Afterwards> = out(&state.plan.steps).filter_map(done).collect();
    all.sort_by_key(|one| one.after_s);
    all
}

/// When the last step that clients need was observed done; none while one is not, or where nothing is brought back.
/// What clients then got is known only minutes later: [`recovery`] has the figure.
pub fn clients_steps_done(state: &RunState) -> Option<Timestamp> {
    let needs = |step: &&Step| is_needed(&state.plan, step);
    let mut last = None;
    for step in state.plan.steps.iter().filter(needs) {
        last = last.max(Some(done(state, step)?));
    }
    last.filter(|_| state.plan.intent.recovers())
}

/// When `step` was observed done.
fn done(state: &RunState, step: &Step) -> Option<Timestamp> {
    let now = state.steps.get(&step.id)?;
    now.ended.filter(|_| now.status == StepStatus::Done)
}

/// Whether clients need `step` of `plan`.
pub(super) fn is_needed(plan: &Plan, step: &Step) -> bool {
    needed(step) && out(&plan.steps).any(|one| one.id == step.id)
}

/// Why the service is not back by what a run did.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum NotRecovered<'a> {
    #[error("this action does not restore service")]
    NothingLost,
    /// These steps, which clients need.
    #[error("not recovered by this run: {0} were not all observed done")]
    NotAllDone(String),
    /// The gate behind them.
    #[error("not recovered by this run: {0} was not observed done")]
    NotDone(&'a str),
    /// A Region, or CloudFront.
    #[error("{0} still answers too many requests with 5xx")]
    StillFailing(&'a str),
}

/// When, and by what; or why not.
fn recovered(state: &RunState) -> Result<(Timestamp, String), NotRecovered<'_>> {
    if !state.plan.intent.recovers() {
        return Err(NotRecovered::NothingLost);
    }
    let needed: Vec<&Step> = out(&state.plan.steps).filter(|step| needed(step)).collect();
    let names: Vec<&str> = needed.iter().map(|step| step.id.as_str()).collect();
    let names = names.join(", ");
    let ends: Option<Vec<Timestamp>> = needed.iter().map(|step| done(state, step)).collect();
    let Some(done) = ends.and_then(|ends| ends.into_iter().max()) else {
        return Err(NotRecovered::NotAllDone(names));
    };
    match unwell(state, done)? {
        None => Ok((done, format!("recovered when {names} were observed done"))),
        Some((by, until)) => Ok((
            until,
            format!(
                "{names} were observed done before; {by} answered too many requests with 5xx until then"
            ),
        )),
    }
}

/// Until when CloudFront or a Region that receives was unwell by whole minutes after `from`, and which; an error
/// while it is not over, or nobody saw that it is.
fn unwell(
    state: &RunState,
    from: Timestamp,
) -> Result<Option<(&str, Timestamp)>, NotRecovered<'_>> {
    let mut sick: Vec<(&str, Timestamp)> = at_the_edge(state, from)?.into_iter().collect();
    for step in out(&state.plan.steps) {
        let Task::AwaitWithinLimits(within) = &step.task else {
            continue;
        };
        let now = state.steps.get(&step.id);
        let status = now.map_or(StepStatus::Waiting, |now| now.status);
        if matches!(status, StepStatus::Held | StepStatus::Skipped) {
            return Err(NotRecovered::NotDone(&step.id));
        }
        let until = now.and_then(|now| now.ended).unwrap_or(state.newest);
        for region in &within.regions {
            let Some(minutes) = state.minutes.sites.get(region) else {
                continue;
            };
            let failed = SiteMinute::failed_percent;
            let last = last_sick(minutes, from..until, within.errors_percent, failed);
            let Some(last) = last else { continue };
            if status != StepStatus::Done && last.newest {
                return Err(NotRecovered::StillFailing(region.as_str()));
            }
            sick.push((region.as_str(), last.end));
        }
    }
    Ok(sick.into_iter().max_by_key(|(_, until)| *until))
}

/// The same of what clients got from CloudFront, up to where the operator looks around.
fn at_the_edge(
    state: &RunState,
    from: Timestamp,
) -> Result<Option<(&'static str, Timestamp)>, NotRecovered<'static>> {
    let steps = state.plan.steps.iter();
    let mut looks = steps.filter(|step| matches!(step.task, Task::HoldForOperator(_)));
    let look = looks.find_map(|step| state.steps.get(&step.id)?.started);
    let span = from..look.unwrap_or(state.newest);
    let limit = state.plan.rules.abort_5xx_percent;
    let failed = |minute: &EdgeMinute| minute.failed_percent;
    let Some(last) = last_sick(&state.minutes.edge, span, limit, failed) else {
        return Ok(None);
    };
    if last.newest {
        return Err(NotRecovered::StillFailing(CLOUDFRONT));
    }
    Ok(Some((CLOUDFRONT, last.end)))
}

/// A minute in which too many requests failed.
struct Sick {
    /// When it was over.
    end: Timestamp,
    /// No later minute is known.
    newest: bool,
}

/// The last minute that begins within `span` in which more than `limit` percent failed.
fn last_sick<M>(
    minutes: &BTreeMap<Timestamp, M>,
    span: Range<Timestamp>,
    limit: f64,
    failed: impl Fn(&M) -> Option<f64>,
) -> Option<Sick> {
    let Range { start, end } = span;
    let sick = |minute: &M| failed(minute).is_some_and(|percent| percent > limit);
    let mut within = minutes.range(start..end.max(start));
    let (at, _) = within.rfind(|(_, minute)| sick(minute))?;
    Some(Sick {
        end: *at + MINUTE,
        newest: minutes.keys().next_back() == Some(at),
    })
}

/// The steps on the way out: in a drill, those before the operator looks around.
fn out(steps: &[Step]) -> impl Iterator<Item = &Step> {
    steps
        .iter()
        .take_while(|step| !matches!(step.task, Task::HoldForOperator(_)))
}

/// Clients are sent where the service is well, and the writer answers under its name.
const fn needed(step: &Step) -> bool {
    matches!(
        step.task,
        Task::FlipSwitch(_)
            | Task::RoutingControl(_)
            | Task::ForceCheck(_)
            | Task::ChangeRecords(_)
            | Task::AwaitAnswers(_)
            | Task::Switchover(_)
            | Task::Failover(_)
            | Task::AwaitEndpoint(_)
    )
}

impl Recovery {
    /// `snapshot 5 h 30 min, resync 6 h 1 min`: what was done after it and how long after; none where it was the last.
    pub fn afterwards_sentence(&self) -> Option<String> {
        let told = |one: &Afterwards| {
            let after = seconds(u64::try_from(one.after_s).unwrap_or(0));
            format!("{} {after}", one.step)
        };
        let told: Vec<String> = self.afterwards.iter().map(told).collect();
        (!told.is_empty()).then(|| told.join(", "))
    }

    /// `56 s from the confirmation, 51 s from the first change sent; objective 15 min: met`, or why there is none.
    pub fn sentence(&self) -> String {
        let (Some(confirmation), Some(met)) = (self.from_confirmation_s, self.met) else {
            return "none".into();
        };
        let span = |s: i64| seconds(u64::try_from(s).unwrap_or(0));
        let mut clocks = format!("{} from the confirmation", span(confirmation));
        if let Some(change) = self.from_first_change_s {
            let _ = write!(clocks, ", {} from the first change sent", span(change));
        }
        if let Some(onset) = self.from_onset_s {
            let _ = write!(clocks, ", {} since the last replication", span(onset));
        }
        let met = if met { "met" } else { "missed" };
        let objective = seconds(self.objective_s);
        format!("{clocks}; objective {objective} from the confirmation: {met}")
    }
}
