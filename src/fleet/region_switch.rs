//! ARC Region switch: plans that move an application between two Regions, and their executions (aws-facts §8.2,
//! §21.1). Status words are AWS's own.

mod concern;
mod plan;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use concern::Concern;
pub use plan::{Block, PlanDetail, PlanStep, Trigger, Workflow};

use super::{Observed, Region};

/// What a Region tells of a plan: copies of it in two Regions may be of different age.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegionSwitchPlan {
    pub arn: String,
    pub name: String,
    /// Twelve digits: the account that owns it.
    pub owner: String,
    /// Both Regions.
    pub regions: Vec<Region>,
    /// `activeActive` or `activePassive`.
    pub approach: String,
    /// The Region that is active on a normal day, of an active/passive plan.
    pub primary: Option<Region>,
    /// A number that Region switch gives each version of it.
    pub version: Option<String>,
    pub updated: Option<Timestamp>,
    /// How long it should take, in minutes, as its owner wrote it down.
    pub objective_minutes: Option<u32>,
    /// The Region that told it.
    pub told_by: Region,
    /// Steps and triggers.
    pub detail: Observed<PlanDetail>,
    /// Whether it would work, as AWS evaluated it last.
    pub evaluation: Observed<Evaluation>,
    /// The health checks that it sets.
    pub checks: Observed<Vec<VendedCheck>>,
    /// Id of the execution that runs.
    pub active: Option<String>,
    /// That execution.
    pub execution: Observed<SwitchExecution>,
}

/// AWS's own look at whether a plan would work; it repeats it by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evaluation {
    /// `passed`, `actionRequired`, `pendingEvaluation` or `unknown`.
    pub state: String,
    /// When it was last made.
    pub at: Option<Timestamp>,
    /// Of which version.
    pub version: Option<String>,
    /// What must be looked at.
    pub warnings: Vec<EvaluationWarning>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvaluationWarning {
    /// The step that it is about.
    pub step: Option<String>,
    /// ARN of the resource that it is about.
    pub resource: Option<String>,
    /// AWS's words.
    pub text: String,
}

/// A Route 53 health check that a plan made and sets; it is on a record where somebody put it there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VendedCheck {
    /// None until Region switch has made it.
    pub id: Option<String>,
    pub zone: String,
    /// Name of the record that it is for, without the final dot.
    pub record: String,
    /// The Region that it lets traffic to.
    pub region: Option<Region>,
    /// `healthy`, `unhealthy` or `unknown`.
    pub status: Option<String>,
}

/// An execution of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwitchExecution {
    pub id: String,
    /// AWS's word, such as `inProgress`.
    pub state: String,
    /// `activate`, `deactivate` or `postRecovery`.
    pub action: String,
    /// The Region that is activated or deactivated.
    pub region: String,
    /// `graceful` or `ungraceful`.
    pub mode: String,
    /// The version of the plan that it runs.
    pub version: Option<String>,
    pub started: Option<Timestamp>,
    pub ended: Option<Timestamp>,
    /// What whoever started it wrote.
    pub comment: Option<String>,
    /// In their order.
    pub steps: Vec<ExecutionStep>,
    /// AWS's words on what went wrong, where it did.
    pub trouble: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecutionStep {
    pub name: String,
    /// `notStarted`, `running`, `failed`, `completed`, `canceled`, `skipped` or `pendingApproval`.
    pub status: String,
}

/// Where an execution is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// It works.
    Underway,
    /// A step waits for somebody's approval.
    Approval,
    /// Somebody stopped it, and may let it go on.
    Paused,
    /// A step failed: it waits for somebody's decision.
    FailedStep,
    /// Every step is completed.
    Completed,
    /// It is over, and not every step is completed.
    Exceptions,
    /// It is over, and what it was to do is not done.
    Ended,
    /// A state that gwctl does not know.
    Unknown,
}

impl SwitchExecution {
    /// Where it is.
    pub fn progress(&self) -> Progress {
        match self.state.as_str() {
            "pending" | "inProgress" => Progress::Underway,
            "pendingManualApproval" => Progress::Approval,
            "pausedByOperator" => Progress::Paused,
            "pausedByFailedStep" => Progress::FailedStep,
            // Region switch then only measures how long the application takes to recover.
            "completed" | "completedMonitoringApplicationHealth" => Progress::Completed,
            "completedWithExceptions" => Progress::Exceptions,
            "failed" | "canceled" | "planExecutionTimedOut" => Progress::Ended,
            _ => Progress::Unknown,
        }
    }

    /// The steps with this status, by their names.
    pub fn with_status(&self, status: &str) -> Vec<&str> {
        let steps = self.steps.iter().filter(|step| step.status == status);
        steps.map(|step| step.name.as_str()).collect()
    }

    /// What it does, in words: `deactivate eu-west-1, inProgress: 1 of 3 steps completed, running: Traffic`.
    pub fn words(&self) -> String {
        let (state, region) = (&self.state, &self.region);
        let mut text = format!("{} {region}, {state}", self.action);
        if !self.steps.is_empty() {
            let done = self.with_status("completed").len();
            text = format!("{text}: {done} of {} steps completed", self.steps.len());
        }
        for (status, word) in [
            ("running", "running"),
            ("pendingApproval", "waits for approval"),
            ("failed", "failed"),
            ("skipped", "skipped"),
        ] {
            let steps = self.with_status(status);
            if !steps.is_empty() {
                text = format!("{text}, {word}: {}", steps.join(", "));
            }
        }
        text
    }
}

impl RegionSwitchPlan {
    /// The Region beside `region`; none where the plan is not about it.
    pub fn other(&self, region: &Region) -> Option<&Region> {
        self.regions.iter().find(|one| *one == region)?;
        self.regions.iter().find(|one| *one != region)
    }

    /// Whether both Regions take traffic on a normal day.
    pub fn is_active_active(&self) -> bool {
        self.approach == "activeActive"
    }

    /// Whether an execution runs, or may run.
    pub fn is_running(&self) -> bool {
        self.active.is_some()
    }

    /// Its Regions in a word: `us-east-1 and eu-west-1`.
    pub fn between(&self) -> String {
        let regions: Vec<&str> = self.regions.iter().map(Region::as_str).collect();
        regions.join(" and ")
    }
}
