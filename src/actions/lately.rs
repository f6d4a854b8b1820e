//! Changes that runs of this folder sent and that may not show yet: health checks, DNS and caches take minutes
//! to show that a Region was left, and the picture says until then that it serves (aws-facts §3.4).

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::check::{Check, Finding};
use super::guided::{Moved, bears, serves};
use super::journal::{Reply, RunState, StepStatus};
use super::{Binding, Folder, Plan, SharedTable, Task, format};
use gwctl_fleet::{Region, Snapshot, Takes};

/// After this time a sent change shows; a change that does not show had no effect.
const SHOWS: SignedDuration = SignedDuration::from_mins(10);
/// For this time an open run that did not see its change still counts.
const OPEN: SignedDuration = SignedDuration::from_hours(1);

/// The Regions that were left a moment ago, and what the table that the team shares answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lately {
    left: BTreeMap<Region, Sent>,
    table: SharedTable,
}

/// The newest change of a Region's traffic.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Sent {
    at: Timestamp,
    run: String,
    /// What of its traffic the Region keeps, in percent.
    percent: u8,
    /// The run is open, and did not see the effect of its change.
    open: bool,
    /// The run saw that DNS answers without the Region.
    seen: bool,
}

impl Lately {
    /// As the journals of `folder` tell of what `binding` names; the run `own` does not count.
    pub fn of(folder: &Folder, binding: &Binding, own: &str, now: Timestamp) -> Self {
        let mut newest: BTreeMap<Region, Sent> = BTreeMap::new();
        let runs = folder.runs_on(binding);
        for run in runs.iter().filter(|run| run.id != own) {
            for (region, sent) in shifts(run) {
                match newest.get(&region) {
                    Some(known) if known.at >= sent.at => {}
                    _ => drop(newest.insert(region, sent)),
                }
            }
        }
        newest.retain(|_, sent| {
            let age = now.duration_since(sent.at);
            sent.percent == 0 && (age < SHOWS || (sent.open && age < OPEN))
        });
        Self {
            left: newest,
            table: SharedTable::default(),
        }
    }

    /// With what the table that the team shares answered.
    #[must_use]
    pub fn and_table(self, table: SharedTable) -> Self {
        Self { table, ..self }
    }

    /// Whether `region` was left, and may still be taken for one that serves.
    pub fn left(&self, region: &Region) -> bool {
        self.left.contains_key(region)
    }

    /// Whether that was so before `moment`: then a plan of that moment does not change by it.
    pub(super) fn left_before(&self, region: &Region, moment: Timestamp) -> bool {
        self.left.get(region).is_some_and(|sent| sent.at <= moment)
    }

    /// `eu-west-1 was left 40 s ago by the run …`.
    fn told(&self, now: Timestamp) -> String {
        let told: Vec<String> = self
            .left
            .iter()
            .map(|(region, sent)| {
                let age = format::span(now.duration_since(sent.at).max(SignedDuration::ZERO));
                format!(
                    "the traffic of {region} was moved away {age} ago by the run {}, {}",
                    sent.run,
                    if sent.seen {
                        "which saw DNS answer without it"
                    } else {
                        "and DNS may not show it yet"
                    }
                )
            })
            .collect();
        told.join(", ")
    }

    /// Why no Region would serve after `plan`, when sent changes count even if they do not show yet.
    pub fn refuses(&self, plan: &Plan, snapshot: &Snapshot) -> Option<Check> {
        let region = leaves(plan)?;
        if self.left.is_empty() {
            return None;
        }
        if !self.serving(snapshot, region).is_empty() {
            return None;
        }
        let told = self.told(snapshot.at);
        let text = format!(
            "no Region would be left to serve after {region}: {told}. Restore one of them first"
        );
        Some(Check::new("not-the-last", Finding::Fail, text))
    }

    /// Judges `plan` by it: a Region that was left a moment ago receives no client requests, and its clients go to the
    /// remaining Regions. A check says so.
    pub fn weigh(&self, plan: &mut Plan, snapshot: &Snapshot) {
        if let Some((spec, seen)) = &self.table.0 {
            plan.weigh_shared(spec, seen);
        }
        let Some(leaves) = leaves(plan).filter(|_| !self.left.is_empty()).cloned() else {
            return;
        };
        if let Some(check) = self.refuses(plan, snapshot) {
            self.forget_receivers(plan);
            return plan.put(check);
        }
        let serving = self.serving(snapshot, &leaves).join(", ");
        plan.put(Check::pass(
            "not-the-last",
            format!("{serving} would serve"),
        ));
        let from: Vec<&Region> = std::iter::once(&leaves).chain(self.left.keys()).collect();
        let bound = Takes::AtMost {
            why: "several Regions were left, and who takes what is not known".into(),
        };
        let moved = Moved {
            from: &from,
            leaves: 1.0,
            takes: &bound,
        };
        let takers = snapshot.sites.iter().map(|site| &site.region);
        for taker in takers.filter(|taker| !from.contains(taker)) {
            for check in bears(snapshot, moved, taker) {
                if let Some(known) = plan.checks.iter_mut().find(|one| one.name == check.name) {
                    *known = check;
                }
            }
        }
        self.forget_receivers(plan);
        let told = format!(
            "{}: gwctl does not count it as serving",
            self.told(snapshot.at)
        );
        plan.put(Check::new("left-lately", Finding::Warn, told));
    }

    /// Who would serve after `leaves` is left, without those that were left before.
    fn serving<'a>(&self, snapshot: &'a Snapshot, leaves: &Region) -> Vec<&'a str> {
        let others = snapshot.sites.iter().map(|site| &site.region);
        let serving = others.filter(|other| {
            *other != leaves && !self.left(other) && serves(snapshot, other) == Some(true)
        });
        serving.map(Region::as_str).collect()
    }

    /// What is said of those that were left as receivers is of before.
    fn forget_receivers(&self, plan: &mut Plan) {
        plan.checks.retain(|check| {
            let about = check.name.split_once(':').map(|(_, region)| region);
            about.is_none_or(|about| !self.left.keys().any(|left| left.as_str() == about))
        });
    }
}

/// The Region that loses traffic by `plan`.
fn leaves(plan: &Plan) -> Option<&Region> {
    let mut shifts = plan.steps.iter().filter_map(|step| step.shift.as_ref());
    Some(&shifts.find(|shift| shift.percent < 100)?.region)
}

/// Whether `run` saw, after `since`, that no DNS answer leads to `region` any more.
fn saw_dns_without(run: &RunState, region: &Region, since: Timestamp) -> bool {
    let mut steps = run.plan.steps.iter().chain(&run.plan.inverse);
    steps.any(|step| {
        let waits = match &step.task {
            Task::AwaitAnswers(task) => task.gone && task.region == *region,
            _ => false,
        };
        waits
            && run.steps.get(&step.id).is_some_and(|state| {
                state.status == StepStatus::Done && state.ended.is_some_and(|ended| ended >= since)
            })
    })
}

/// The newest change that `run` sent, a Region. A change that AWS refused was not made.
fn shifts(run: &RunState) -> BTreeMap<Region, Sent> {
    let mut newest: BTreeMap<Region, Sent> = BTreeMap::new();
    for step in run.plan.steps.iter().chain(&run.plan.inverse) {
        let (Some(shift), Some(state)) = (&step.shift, run.steps.get(&step.id)) else {
            continue;
        };
        let made = state
            .calls
            .iter()
            .filter(|call| !matches!(call.reply, Some((_, Reply::Refused { .. }))));
        let Some(at) = made.map(|call| call.at).max() else {
            continue;
        };
        let sent = Sent {
            at,
            run: run.id.clone(),
            percent: shift.percent,
            open: !run.phase().over(),
            seen: saw_dns_without(run, &shift.region, at),
        };
        match newest.get(&shift.region) {
            Some(known) if known.at >= at => {}
            _ => drop(newest.insert(shift.region.clone(), sent)),
        }
    }
    newest
}
