//! The plan: one value that is shown, printed by `--dry-run`, journalled and run.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    Advice, Binding, Check, Choice, DataLoss, Finding, Intent, Need, Refused, Standing, Task,
    registry,
};
use gwctl_fleet::{FleetSpec, Region, Rules, Snapshot};
use gwctl_stacks::Part;

/// The version of the document `--dry-run -o json` prints.
pub const SCHEMA: &str = "gwctl.plan/1";

/// What will happen, in which order, and what it depends on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// `gwctl.plan/1`.
    pub schema: String,
    /// The fleet's name.
    pub fleet: String,
    /// Where it was made and for what: it runs there alone.
    #[serde(default)]
    pub binding: Binding,
    /// What was asked for.
    pub intent: Intent,
    /// In a line.
    pub title: String,
    /// What must be typed to confirm it.
    pub confirm: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// A digest of the state it was planned on; another state needs another plan.
    pub basis: String,
    /// What gwctl recommends, where the action changes the writer or leaves a Region.
    pub advice: Option<Advice>,
    /// How traffic is shifted, where it is.
    pub mechanism: Option<Choice>,
    /// What a failover would lose.
    pub data_loss: Option<DataLoss>,
    /// What must hold first.
    pub checks: Vec<Check>,
    /// The steps; every one comes after those it names.
    pub steps: Vec<Step>,
    /// What would take it back, computed up front.
    pub inverse: Vec<Step>,
    /// What the operator should know besides.
    pub notes: Vec<String>,
    /// Objectives and abort criteria.
    pub rules: Rules,
}

/// One step: at most one change, and how it is seen to be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Unique in the plan, such as `switchover`.
    pub id: String,
    /// In a line.
    pub title: String,
    /// The steps that must be over before it begins.
    pub after: Vec<String>,
    /// What it does.
    pub task: Task,
    /// Its exact API calls.
    pub calls: Vec<PlannedCall>,
    /// What it cannot do without.
    pub needs: Vec<Need>,
    /// What it changes.
    pub change: Option<Change>,
    /// How long it should take, in seconds.
    pub expected_s: u64,
    /// After how long the run holds, in seconds.
    pub timeout_s: u64,
    /// Once it was sent there is no way back but forward.
    pub no_return: bool,
    /// In an inverse plan: the step it takes back.
    #[serde(default)]
    pub undoes: Option<String>,
    /// How it moves a Region's traffic, where it does.
    #[serde(default)]
    pub shift: Option<Shift>,
}

/// How much of its traffic a Region keeps once a step was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    /// The Region.
    pub region: Region,
    /// In percent: with 0 it is left, with 100 it has all of its own again.
    pub percent: u8,
    /// The Regions that were planned to take the rest.
    pub takers: Vec<Region>,
}

/// An API call a step will make.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PlannedCall {
    /// IAM's prefix.
    pub service: String,
    /// As the API names it.
    pub operation: String,
    /// The Region of the endpoint called.
    pub region: Region,
    /// Whether it changes something.
    pub mutates: bool,
}

impl std::fmt::Display for PlannedCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{} in {}", self.service, self.operation, self.region)
    }
}

/// One thing before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What.
    pub what: String,
    /// As it is.
    pub before: String,
    /// As it will be.
    pub after: String,
}

impl Change {
    pub(super) fn new(
        what: impl Into<String>,
        before: impl Into<String>,
        after: impl Into<String>,
    ) -> Self {
        Self {
            what: what.into(),
            before: before.into(),
            after: after.into(),
        }
    }
}

impl Step {
    pub(super) fn new(
        id: impl Into<String>,
        title: impl Into<String>,
        task: Task,
        snapshot: &Snapshot,
    ) -> Self {
        let calls = task.calls();
        let needs = task
            .needs()
            .into_iter()
            .map(|on| Need::seen(on, snapshot))
            .collect();
        let (expected_s, timeout_s) = task.times();
        Self {
            id: id.into(),
            title: title.into(),
            after: Vec::new(),
            no_return: task.no_return(),
            task,
            calls,
            needs,
            change: None,
            expected_s,
            timeout_s,
            undoes: None,
            shift: None,
        }
    }

    pub(super) fn after<S: Into<String>>(mut self, steps: impl IntoIterator<Item = S>) -> Self {
        self.after.extend(steps.into_iter().map(Into::into));
        self
    }

    pub(super) fn changes(mut self, change: Change) -> Self {
        self.change = Some(change);
        self
    }

    pub(super) fn shifts(mut self, shift: Shift) -> Self {
        self.shift = Some(shift);
        self
    }

    pub(super) fn undoes(mut self, step: impl Into<String>) -> Self {
        self.undoes = Some(step.into());
        self
    }

    pub(super) fn expected(mut self, seconds: u64) -> Self {
        self.expected_s = seconds;
        self.timeout_s = self.timeout_s.max(3 * seconds);
        self
    }

    /// Why it cannot be done, when something it needs is broken.
    pub fn broken(&self) -> Option<String> {
        self.needs.iter().find_map(|need| match &need.standing {
            Standing::Broken(why) => Some(format!("{}: {why}", need.on)),
            _ => None,
        })
    }

    /// Whether what it needs is looked at only when its turn comes: it may be down when this is planned.
    pub fn is_looked_at_later(&self) -> bool {
        !self.calls.is_empty() && self.needs.is_empty()
    }

    /// What becomes of its stack's resources, where it is about a stack.
    pub fn parts(&self) -> &[Part] {
        match &self.task {
            Task::BuildStack(task) => &task.parts,
            _ => &[],
        }
    }

    /// Whether it changes anything.
    pub fn mutates(&self) -> bool {
        self.calls.iter().any(|call| call.mutates)
    }
}

/// What the operator typed, and what was waived by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// As typed; must be the plan's `confirm`.
    pub typed: String,
    /// Names of waived checks.
    pub waived: Vec<String>,
    /// Who.
    pub operator: String,
    /// On which machine.
    pub host: String,
}

/// Why a plan does not run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotConfirmed {
    /// A check failed that nobody can waive.
    #[error("{name}: {text}")]
    Refused {
        /// The check.
        name: String,
        /// What was found.
        text: String,
    },
    /// A check failed that must be waived by name.
    #[error("{name}: {text}; waive it by name to go on")]
    NotWaived {
        /// The check.
        name: String,
        /// What was found.
        text: String,
    },
    /// Something else was typed.
    #[error("`{typed}` is not `{expected}`: nothing was changed")]
    Mistyped {
        /// What was typed.
        typed: String,
        /// What should have been.
        expected: String,
    },
}

/// Makes the plan for `intent` on what `snapshot` shows. Pure: the same snapshot and arguments give
/// the same plan.
pub fn plan(
    fleet: &str,
    spec: &FleetSpec,
    snapshot: &Snapshot,
    intent: &Intent,
) -> Result<Plan, Refused> {
    let planner = registry::planner(intent);
    let mut plan = planner(
        &PlanContext {
            fleet,
            spec,
            snapshot,
        },
        intent,
    )?;
    plan.judge_place();
    plan.judge_needs();
    plan.judge_permissions(snapshot);
    plan.name_assumptions();
    Ok(plan)
}

/// What a planner plans on.
#[derive(Clone, Copy)]
pub struct PlanContext<'a> {
    pub(super) fleet: &'a str,
    pub(super) spec: &'a FleetSpec,
    pub(super) snapshot: &'a Snapshot,
}

impl PlanContext<'_> {
    /// An empty plan for `intent`.
    pub(super) fn plan(
        &self,
        intent: &Intent,
        title: impl Into<String>,
        confirm: impl Into<String>,
    ) -> Plan {
        Plan {
            schema: SCHEMA.into(),
            fleet: self.fleet.into(),
            binding: Binding::of(self.spec, self.snapshot),
            intent: intent.clone(),
            title: title.into(),
            confirm: confirm.into(),
            made_at: self.snapshot.at,
            basis: super::basis::of(self.snapshot),
            advice: None,
            mechanism: None,
            data_loss: None,
            checks: Vec::new(),
            steps: Vec::new(),
            inverse: Vec::new(),
            notes: Vec::new(),
            rules: self.spec.rules.clone(),
        }
    }

    /// The fleet's distribution, or why there is no plan.
    pub(super) fn distribution(&self) -> Result<&str, Refused> {
        let id = self.spec.edge.distribution.as_str();
        if id.is_empty() {
            return Err(Refused::new("the fleet has no distribution yet")
                .instead("`gwctl up` builds it, `gwctl discover` finds it."));
        }
        Ok(id)
    }

    /// The fleet in `region`, or why there is no plan.
    pub(super) fn site(&self, region: &Region) -> Result<&gwctl_fleet::Site, Refused> {
        self.snapshot.site(region).ok_or_else(|| {
            let known: Vec<&str> = self
                .snapshot
                .sites
                .iter()
                .map(|site| site.region.as_str())
                .collect();
            Refused::new(format!("the fleet is not in {region}"))
                .instead(format!("It is in {}.", known.join(", ")))
        })
    }
}

impl Plan {
    /// A digest of the whole plan, by which journal and report name it.
    pub fn fingerprint(&self) -> String {
        digest(&serde_json::to_vec(self).unwrap_or_default())
    }

    /// The worst finding.
    pub fn finding(&self) -> Finding {
        self.checks
            .iter()
            .map(|check| check.finding)
            .max()
            .unwrap_or(Finding::Pass)
    }

    /// Whether `confirmation` lets it run.
    pub fn confirmed(&self, confirmation: &Confirmation) -> Result<(), NotConfirmed> {
        for check in &self.checks {
            let (name, text) = (check.name.clone(), check.text.clone());
            match check.finding {
                Finding::Fail => return Err(NotConfirmed::Refused { name, text }),
                Finding::Waivable if !confirmation.waived.contains(&name) => {
                    return Err(NotConfirmed::NotWaived { name, text });
                }
                _ => {}
            }
        }
        if confirmation.typed.trim() == self.confirm {
            Ok(())
        } else {
            Err(NotConfirmed::Mistyped {
                typed: confirmation.typed.trim().into(),
                expected: self.confirm.clone(),
            })
        }
    }

    /// The step called `id`, forward or inverse.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps
            .iter()
            .chain(&self.inverse)
            .find(|step| step.id == id)
    }

    /// When each step should begin, in seconds from the start.
    pub fn begins_s(&self) -> BTreeMap<&str, u64> {
        let mut begins: BTreeMap<&str, u64> = BTreeMap::new();
        for step in &self.steps {
            let ends = |id: &String| {
                let before = self.steps.iter().find(|before| &before.id == id)?;
                Some(begins.get(id.as_str())? + before.expected_s)
            };
            let begin = step.after.iter().filter_map(ends).max().unwrap_or(0);
            begins.insert(&step.id, begin);
        }
        begins
    }

    /// How long it should take: its longest chain of steps, in seconds.
    pub fn expected_s(&self) -> u64 {
        let begins = self.begins_s();
        let end = |step: &Step| begins.get(step.id.as_str()).unwrap_or(&0) + step.expected_s;
        self.steps.iter().map(end).max().unwrap_or(0)
    }

    /// The same plan with each step after the one before it, as a runbook would go.
    #[must_use]
    pub fn one_by_one(mut self) -> Self {
        let mut before: Option<String> = None;
        for step in &mut self.steps {
            step.after = before.into_iter().collect();
            before = Some(step.id.clone());
        }
        self
    }

    /// The same steps one after the other, in seconds: what a runbook would take.
    pub fn one_by_one_s(&self) -> u64 {
        self.steps.iter().map(|step| step.expected_s).sum()
    }
}

/// The first 16 hexadecimal digits of SHA-256.
pub(super) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .take(8)
        .fold(String::new(), |mut hex, byte| {
            use std::fmt::Write as _;
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}
