//! One step of a plan: at most one change, and how it is seen to be done.

use serde::{Deserialize, Serialize};

use super::expected::Expected;
use super::needs::{Need, Standing};
use super::planned_call::PlannedCall;
use super::task::Task;
use gwctl_fleet::{Region, Snapshot};
use gwctl_stacks::Part;

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
    /// How long it is likely to take, in seconds; [`Step::expected`] has the range.
    pub expected_s: u64,
    /// After how long the run holds, in seconds.
    pub timeout_s: u64,
    /// After it is sent, undo must first complete it.
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
    pub region: Region,
    /// In percent: with 0 it is left, with 100 it has all of its own again.
    pub percent: u8,
    /// The Regions that were planned to take the rest.
    pub takers: Vec<Region>,
}

/// One thing before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub what: String,
    /// As it is.
    pub before: String,
    /// As it will be.
    pub after: String,
}

impl Change {
    pub(crate) fn new(
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
    pub(crate) fn new(
        id: impl Into<String>,
        title: impl Into<String>,
        task: Task,
        snapshot: &Snapshot,
    ) -> Self {
        let partition = snapshot.partition();
        let mut calls = task.calls();
        for call in &mut calls {
            call.region = partition.place(&call.service, &call.region);
        }
        let needs = task.needs().into_iter();
        let needs = needs
            .map(|on| Need::seen(on.placed(partition), snapshot))
            .collect();
        let (expected, timeout_s) = task.times();
        Self {
            id: id.into(),
            title: title.into(),
            after: Vec::new(),
            no_return: task.no_return(),
            task,
            calls,
            needs,
            change: None,
            expected_s: expected.likely_s,
            timeout_s,
            undoes: None,
            shift: None,
        }
    }

    pub(crate) fn after<S: Into<String>>(mut self, steps: impl IntoIterator<Item = S>) -> Self {
        self.after.extend(steps.into_iter().map(Into::into));
        self
    }

    pub(crate) fn changes(mut self, change: Change) -> Self {
        self.change = Some(change);
        self
    }

    pub(crate) fn shifts(mut self, shift: Shift) -> Self {
        self.shift = Some(shift);
        self
    }

    pub(crate) fn undoes(mut self, step: impl Into<String>) -> Self {
        self.undoes = Some(step.into());
        self
    }

    pub(crate) fn likely(mut self, seconds: u64) -> Self {
        self.expected_s = seconds;
        self.timeout_s = self.timeout_s.max(3 * seconds);
        self
    }

    /// How long it is likely to take, with the range and who says so.
    pub fn expected(&self) -> Expected {
        self.task.times().0.around(self.expected_s)
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
