//! What a Region switch plan does: workflows of steps, and what starts it.

use serde::{Deserialize, Serialize};

use crate::Region;

/// What it does and what starts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanDetail {
    pub workflows: Vec<Workflow>,
    /// What starts it with nobody there.
    pub triggers: Vec<Trigger>,
}

/// The steps of one action of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workflow {
    /// `activate`, `deactivate` or `postRecovery`.
    pub action: String,
    /// The Region that it is for; none where it is for either.
    pub region: Option<Region>,
    /// In their order; those of a `Parallel` block stand behind it.
    pub steps: Vec<PlanStep>,
}

/// One step: an execution block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanStep {
    pub name: String,
    /// AWS's word for the block, such as `AuroraGlobalDatabase`; new ones are made.
    pub kind: String,
    /// What of a fleet it names.
    pub block: Block,
}

/// What of a fleet an execution block names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "names")]
pub enum Block {
    /// A global database, whose writer it moves.
    Database {
        /// Its identifier.
        cluster: String,
        /// `switchoverOnly` or `failover`.
        behavior: String,
    },
    /// Records, whose vended health checks it sets.
    Records { zone: String, record: String },
    /// Routing controls that it sets, by their ARNs.
    Controls { arns: Vec<String> },
    /// Who may approve: the ARN of a role.
    Approval { role: String },
    /// Another plan, by its ARN.
    Plan { arn: String },
    /// Nothing that gwctl looks at.
    Nothing,
}

/// What starts a plan with nobody there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// `activate` or `deactivate`.
    pub action: String,
    pub region: String,
    /// Each an alarm and the state it must be in: `api-errors red`.
    pub conditions: Vec<String>,
}

impl PlanDetail {
    /// The workflow that an execution of `action` on `region` runs.
    pub fn workflow(&self, action: &str, region: &Region) -> Option<&Workflow> {
        let fit = self.workflows.iter().filter(|one| one.action == action);
        let own = |one: &&Workflow| one.region.as_ref() == Some(region);
        let either = || fit.clone().find(|one| one.region.is_none());
        fit.clone().find(own).or_else(either)
    }

    /// Every step of every workflow.
    pub fn steps(&self) -> impl Iterator<Item = &PlanStep> {
        self.workflows.iter().flat_map(|one| &one.steps)
    }
}
