//! An execution of a plan of ARC Region switch: started once, then followed to its end (aws-facts §8.2, §21.1).
//!
//! gwctl finds its own execution by what it wrote as the comment, so that a lost reply or a crash leads to the same
//! one again. It approves, pauses and cancels nothing.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::work::{Context, Observation, Sent, Work, change, read, unobserved};
use crate::{Expected, PlannedCall, RunContext};
use gwctl_aws::{AwsError, ExecutionSummary, RegionSwitch, StartExecution};
use gwctl_fleet::{Progress, Region, SwitchExecution};
use gwctl_store::digest;

/// IAM's prefix.
const SERVICE: &str = "arc-region-switch";
/// How long an execution should take where its plan names no time, in seconds.
const USUAL_S: u64 = 600;
/// For how long it is followed, in seconds: somebody may have to approve it.
const LONGEST_S: u64 = 7_200;
/// Where an operator does what gwctl does not.
const CONSOLE: &str = "the ARC console, or `aws arc-region-switch`";

/// Executes a plan of ARC Region switch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwitchRegion {
    /// ARN of the plan.
    pub plan: String,
    /// Its name.
    pub name: String,
    /// The version that it was planned on; another one means that somebody changed it meanwhile.
    pub version: Option<String>,
    /// `activate` or `deactivate`.
    pub action: String,
    /// The Region that is activated or deactivated.
    pub region: Region,
    /// The Region whose data plane runs it: the one that is activated.
    pub home: Region,
    /// The comment by which gwctl knows the execution again: no other plan of gwctl's has the same.
    pub mark: String,
    /// How long it should take, in seconds, as the plan says.
    pub objective_s: Option<u64>,
    /// Whether another execution is waited for: this one takes it back.
    pub waits: bool,
}

impl Work for SwitchRegion {
    fn calls(&self) -> Vec<PlannedCall> {
        let reads = [
            "ListPlansInRegion",
            "ListPlanExecutions",
            "GetPlanExecution",
            "ListPlanExecutionEvents",
        ];
        let mut calls = vec![change(SERVICE, "StartPlanExecution", &self.home)];
        calls.extend(reads.map(|operation| read(SERVICE, operation, &self.home)));
        calls
    }

    fn times(&self) -> (Expected, u64) {
        (
            self.objective_s.map_or(
                Expected::or_much_longer(
                    USUAL_S,
                    10,
                    "nobody knows: the plan in AWS names no recovery time",
                ),
                |s| {
                    Expected::or_much_longer(
                        s,
                        10.min(s),
                        "the recovery time that the plan in AWS names",
                    )
                },
            ),
            LONGEST_S,
        )
    }

    fn sends(&self) -> Option<String> {
        Some(format!(
            "{}: {} {}, graceful, of version {}",
            self.plan,
            self.action,
            self.region,
            self.version.as_deref().unwrap_or("unknown")
        ))
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        let service = context.run.session.region_switch(&self.home);
        let id = match context.receipt {
            Some(id) => Some(id.to_owned()),
            None => match service.executions(&self.plan).await {
                Ok(all) => self.own(&all).map(|one| one.id.clone()),
                Err(error) => return unobserved(&error),
            },
        };
        let Some(id) = id else {
            return self.before(&service, context).await;
        };
        match service.execution(&self.plan, &id).await {
            Ok(execution) => followed(&execution, context),
            Err(error) => unobserved(&error),
        }
    }

    async fn apply(&self, run_context: &RunContext) -> Result<Sent, AwsError> {
        // AWS answers a token that it knows with the execution of the first request: another try after an execution
        // that ended needs another token, and a repeated request the same.
        let before = run_context.session.region_switch(&self.home);
        let before = before.executions(&self.plan).await?;
        let newest = newest(before.iter()).map_or("none", |one| one.id.as_str());
        let token = digest(format!("{} after {newest}", self.mark).as_bytes());
        let service = run_context.mutating_session().region_switch(&self.home);
        let wanted = StartExecution {
            plan: &self.plan,
            action: &self.action,
            region: &self.region,
            comment: &self.mark,
            token: &token,
        };
        let (id, receipt) = Box::pin(service.start(&wanted)).await?;
        Ok(Sent {
            receipt: Some(id),
            ..receipt.into()
        })
    }
}

fn newest<'a>(all: impl Iterator<Item = &'a ExecutionSummary>) -> Option<&'a ExecutionSummary> {
    all.max_by_key(|one| one.started)
}

fn is_before(execution: &SwitchExecution, moment: Timestamp) -> bool {
    execution.ended.is_none_or(|ended| ended <= moment)
}

impl SwitchRegion {
    /// The newest execution that this step started.
    fn own<'a>(&self, all: &'a [ExecutionSummary]) -> Option<&'a ExecutionSummary> {
        let own = |one: &&ExecutionSummary| one.comment.as_deref() == Some(self.mark.as_str());
        newest(all.iter().filter(own))
    }

    /// Whether it may be started: AWS runs one execution of a plan at a time.
    async fn before(&self, service: &RegionSwitch, context: &Context<'_>) -> Observation {
        let plans = match service.plans().await {
            Ok(plans) => plans,
            Err(error) => return unobserved(&error),
        };
        let (name, home) = (&self.name, &self.home);
        let Some(plan) = plans.into_iter().find(|plan| plan.arn == self.plan) else {
            return Observation::Wrong(format!("{home} has no Region switch plan {name}"));
        };
        if let Some(id) = &plan.active {
            let other = match service.execution(&self.plan, id).await {
                Ok(execution) if execution.comment.as_deref() == Some(self.mark.as_str()) => {
                    return followed(&execution, context);
                }
                Ok(execution) => execution.words(),
                Err(error) => return unobserved(&error),
            };
            let text = format!("another execution of plan {name} is not over: {id}, {other}");
            return if self.waits {
                Observation::Underway(format!("{text}; this one begins after it"))
            } else {
                Observation::Wrong(format!(
                    "{text}. Wait until it is over, or cancel it in {CONSOLE}"
                ))
            };
        }
        if plan.version != self.version {
            let word =
                |version: &Option<String>| version.clone().unwrap_or_else(|| "unknown".into());
            return Observation::Wrong(format!(
                "somebody changed plan {name} meanwhile: it is version {} instead of {}",
                word(&plan.version),
                word(&self.version)
            ));
        }
        Observation::NotDone(format!("no execution of plan {name} runs"))
    }
}

/// What to make of this step's execution.
fn followed(execution: &SwitchExecution, context: &Context<'_>) -> Observation {
    let text = format!("execution {}: {}", execution.id, execution.words());
    let trouble = || {
        let words = execution.trouble.as_deref();
        words.map_or_else(String::new, |words| format!(" ({words})"))
    };
    match execution.progress() {
        Progress::Underway => Observation::Underway(text),
        Progress::Completed => Observation::Done(text),
        Progress::Approval => Observation::Underway(format!(
            "{text}. Whoever may assume the plan's approval role approves it in {CONSOLE}; gwctl does not"
        )),
        Progress::Paused => Observation::Underway(format!(
            "{text}. Somebody paused it: resume it in {CONSOLE}; gwctl does not"
        )),
        Progress::FailedStep => Observation::Wrong(format!(
            "{text}{}. Repair the cause and resume the execution, or skip the step, in {CONSOLE}; then retry: gwctl follows the same execution",
            trouble()
        )),
        // One that ended before the operator ordered another try is no verdict on that.
        Progress::Ended if context.sent.is_none() && is_before(execution, context.taken_up) => {
            Observation::NotDone(format!("{text}: it is over"))
        }
        Progress::Exceptions => Observation::Ask(format!(
            "{text}{}. It is over, and not every step is completed: check what is missing, then go on",
            trouble()
        )),
        Progress::Ended => Observation::Wrong(format!(
            "{text}{}. What its steps did stays done: Region switch takes nothing back. A retry starts another execution",
            trouble()
        )),
        Progress::Unknown => {
            Observation::Unknown(format!("{text}: gwctl does not know this state"))
        }
    }
}
