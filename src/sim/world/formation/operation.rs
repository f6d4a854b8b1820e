//! An operation on a stack: what is to be done, in which order, and how far it is.

use std::collections::BTreeMap;

use crate::world::model::{OnFailure, StackResource, Target};
use gwctl_stacks::{Parameters, Template};

/// What a stack is doing.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub(super) phase: Phase,
    pub(super) tasks: Vec<Task>,
    /// What the stack is to become; none when it goes.
    pub(super) goal: Option<Goal>,
    pub(super) on_failure: OnFailure,
    /// The token of the request, which every event carries.
    pub(super) token: Option<String>,
    /// Resources as they were before an update touched them.
    pub(super) before: BTreeMap<String, StackResource>,
    /// What goes once the update is through.
    pub(super) garbage: Vec<Doomed>,
    /// What failed in this phase.
    pub(super) failed: Vec<String>,
    /// What cannot be deleted is left where it is.
    pub(super) forced: bool,
}

/// What a stack is to become, read and complete.
#[derive(Debug, Clone)]
pub(crate) struct Goal {
    pub(super) target: Target,
    pub(super) template: Template,
    /// Pseudo parameters included.
    pub(super) parameters: Parameters,
}

/// How far an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Creating,
    RollingBack,
    Updating,
    UpdateRollingBack,
    /// After an update, or after its rollback.
    Cleaning {
        rolled_back: bool,
    },
    Deleting,
}

impl Phase {
    /// Whether it goes towards what was asked for.
    pub(super) const fn forward(self) -> bool {
        matches!(self, Self::Creating | Self::Updating)
    }
}

/// One resource's part in a phase.
#[derive(Debug, Clone)]
pub(super) struct Task {
    pub(super) logical: String,
    pub(super) work: Work,
    /// Tasks of the same phase that come first.
    pub(super) after: Vec<usize>,
    pub(super) stage: Stage,
}

/// What is to be done.
#[derive(Debug, Clone)]
pub(super) enum Work {
    Make,
    Change,
    /// Back to what it was.
    Restore,
    Unmake(Box<Doomed>),
}

/// How far a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Waiting,
    /// Told in this second, and not begun.
    Announced(i64),
    /// Done in this second.
    Running(i64),
    Done,
    Failed,
}

/// A resource that goes, or stays without its stack.
#[derive(Debug, Clone)]
pub(super) struct Doomed {
    pub(super) resource: StackResource,
    /// `Delete`, `Retain`, `Snapshot`.
    pub(super) policy: String,
}

impl Doomed {
    /// As its deletion policy says. What a failed creation made goes, unless it is plainly retained.
    pub(super) fn by_policy(resource: &StackResource, creation_failed: bool) -> Self {
        let policy = match resource.deletion_policy.as_str() {
            "RetainExceptOnCreate" if creation_failed => "Delete",
            "RetainExceptOnCreate" => "Retain",
            // There is nothing in it yet.
            "Snapshot" if creation_failed && resource.status != "CREATE_COMPLETE" => "Delete",
            policy => policy,
        };
        Self {
            policy: policy.into(),
            resource: resource.clone(),
        }
    }

    /// What another resource took the place of.
    pub(super) fn replaced(resource: &StackResource) -> Self {
        Self {
            policy: resource.replace_policy.clone(),
            resource: resource.clone(),
        }
    }
}

impl Operation {
    pub(super) fn new(phase: Phase, goal: Option<Goal>, token: Option<String>) -> Self {
        Self {
            phase,
            tasks: Vec::new(),
            goal,
            on_failure: OnFailure::Rollback,
            token,
            before: BTreeMap::new(),
            garbage: Vec::new(),
            failed: Vec::new(),
            forced: false,
        }
    }

    /// The next phase, which unmakes `doomed`: whatever needs another first.
    pub(super) fn unmake(&mut self, phase: Phase, doomed: Vec<Doomed>) {
        self.phase = phase;
        self.failed.clear();
        let needs: Vec<_> = doomed
            .iter()
            .map(|one| (one.resource.logical.clone(), one.resource.needs.clone()))
            .collect();
        let task = |one: Doomed| {
            let logical = one.resource.logical.clone();
            let after = needs.iter().enumerate();
            let after =
                after.filter(|(_, (other, needs))| *other != logical && needs.contains(&logical));
            Task {
                after: after.map(|(at, _)| at).collect(),
                logical,
                work: Work::Unmake(Box::new(one)),
                stage: Stage::Waiting,
            }
        };
        self.tasks = doomed.into_iter().map(task).collect();
    }

    /// Whether the task's turn has come.
    pub(super) fn ready(&self, at: usize) -> bool {
        let task = &self.tasks[at];
        task.stage == Stage::Waiting
            && task
                .after
                .iter()
                .all(|before| self.tasks[*before].stage == Stage::Done)
    }
}
