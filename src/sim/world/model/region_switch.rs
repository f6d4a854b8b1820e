//! ARC Region switch: a plan and its executions (aws-facts §8.2, §21.1).

use jiff::Timestamp;
use serde::Deserialize;

use gwctl_fleet::Region;

/// What the account's one plan is like (`[region-switch]` of a scenario). It is between the fleet's first two Regions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a line of a scenario"
)]
pub struct SwitchSetup {
    /// Whether one Region alone takes traffic.
    pub passive: bool,
    /// Whether somebody must approve each execution.
    pub approval: bool,
    /// Whether it moves the writer, and how.
    pub database: Option<SwitchBehavior>,
    /// Whether an alarm starts it.
    pub trigger: bool,
    /// Whether its evaluation found something.
    pub warning: bool,
}

/// How a step moves the writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SwitchBehavior {
    SwitchoverOnly,
    Failover,
}

impl SwitchBehavior {
    /// AWS's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::SwitchoverOnly => "switchoverOnly",
            Self::Failover => "failover",
        }
    }
}

/// The plan.
#[derive(Debug, Clone)]
pub struct SwitchPlan {
    pub arn: String,
    pub name: String,
    /// Twelve digits.
    pub owner: String,
    /// The primary first.
    pub regions: [Region; 2],
    /// Whether one Region alone takes traffic.
    pub passive: bool,
    pub version: i64,
    pub updated: Timestamp,
    /// ARN of the role that executions work with.
    pub role: String,
    /// The steps of each of its workflows.
    pub steps: Vec<SwitchStep>,
    /// Whether an alarm starts it.
    pub trigger: bool,
    /// What its evaluation found.
    pub warning: Option<String>,
    /// Of each Region the health check that it sets, and whether that is healthy.
    pub checks: Vec<SwitchCheck>,
    /// Oldest first.
    pub executions: Vec<SwitchRun>,
    /// Whether the step fails that shifts the traffic.
    pub fails: bool,
}

#[derive(Debug, Clone)]
pub struct SwitchCheck {
    pub region: Region,
    /// Id of the Route 53 health check.
    pub id: String,
    pub healthy: bool,
}

/// A step of a workflow.
#[derive(Debug, Clone)]
pub struct SwitchStep {
    pub name: &'static str,
    pub block: SwitchBlock,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SwitchBlock {
    Approval,
    Database(SwitchBehavior),
    Traffic,
}

/// An execution.
#[derive(Debug, Clone)]
pub struct SwitchRun {
    /// `eu-west-1/0123456789abcdef`.
    pub id: String,
    /// The Region whose data plane runs it.
    pub home: Region,
    /// `activate` or `deactivate`.
    pub action: String,
    /// The Region that is activated or deactivated.
    pub target: Region,
    pub mode: String,
    pub comment: Option<String>,
    pub token: Option<String>,
    pub version: i64,
    pub started: Timestamp,
    pub ended: Option<Timestamp>,
    /// As AWS spells it.
    pub state: &'static str,
    pub steps: Vec<SwitchRunStep>,
    /// Oldest first.
    pub events: Vec<SwitchEvent>,
}

#[derive(Debug, Clone)]
pub struct SwitchRunStep {
    pub name: &'static str,
    pub block: SwitchBlock,
    /// As AWS spells it.
    pub status: &'static str,
    pub started: Option<Timestamp>,
    pub ended: Option<Timestamp>,
}

#[derive(Debug, Clone)]
pub struct SwitchEvent {
    pub at: Timestamp,
    /// As AWS spells it.
    pub kind: &'static str,
    pub step: Option<&'static str>,
    pub error: Option<String>,
}

impl SwitchPlan {
    /// The Region beside `region`.
    pub fn other(&self, region: &Region) -> Option<&Region> {
        let mut others = self.regions.iter().filter(|one| *one != region);
        others.next().filter(|_| self.regions.contains(region))
    }

    /// The execution that is not over.
    pub fn active(&self) -> Option<&SwitchRun> {
        self.executions.iter().find(|run| run.ended.is_none())
    }
}
