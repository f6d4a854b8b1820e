//! Executions of a Region switch plan: they go on by themselves, set the plan's health checks and may move the writer
//! (aws-facts §8.2, §21.1). How long a step takes is plausible, not AWS's promise.

use jiff::{SignedDuration, Timestamp};

use super::State;
use super::model::{SwitchBlock, SwitchEvent, SwitchPlan, SwitchRun, SwitchRunStep};
use super::seed_recovery::hex;
use crate::world::parts::faults::FaultKind;
use gwctl_fleet::Region;

/// Until an execution begins with its first step.
const PENDING: SignedDuration = SignedDuration::from_secs(3);
/// How long the step takes that sets the health checks.
const TRAFFIC: SignedDuration = SignedDuration::from_secs(8);

/// Why AWS refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SwitchRefused {
    /// `ResourceNotFoundException`.
    #[error("The plan {0} was not found.")]
    NoPlan(String),
    /// `ResourceNotFoundException`.
    #[error("The execution {0} was not found.")]
    NoExecution(String),
    /// `IllegalStateException`.
    #[error("{0}")]
    State(String),
    /// `IllegalArgumentException`.
    #[error("{0}")]
    Argument(String),
    /// `ConflictException`.
    #[error("The client token was used with other parameters.")]
    Token,
}

/// What `StartPlanExecution` is asked for.
#[derive(Debug, Clone)]
pub struct SwitchOrder {
    /// The Region whose endpoint was called.
    pub home: Region,
    pub plan: String,
    pub action: String,
    pub target: Region,
    pub mode: String,
    pub comment: Option<String>,
    pub token: Option<String>,
}

impl State {
    /// The plan, which both of its Regions know.
    pub fn switch_plan(&self, home: &Region, arn: &str) -> Result<&SwitchPlan, SwitchRefused> {
        let plan = self.resources.region_switch.as_ref();
        let plan = plan.filter(|plan| plan.arn == arn && plan.regions.contains(home));
        plan.ok_or_else(|| SwitchRefused::NoPlan(arn.into()))
    }

    /// An execution, which the Region knows that runs it.
    pub fn switch_run(
        &self,
        home: &Region,
        arn: &str,
        id: &str,
    ) -> Result<&SwitchRun, SwitchRefused> {
        let plan = self.switch_plan(home, arn)?;
        let mut runs = plan.executions.iter();
        let run = runs.find(|run| run.id == id && run.home == *home);
        run.ok_or_else(|| SwitchRefused::NoExecution(id.into()))
    }

    /// Starts an execution; a token that was used before leads to the execution that it started.
    pub fn start_switch(&mut self, order: &SwitchOrder) -> Result<SwitchRun, SwitchRefused> {
        let plan = self.switch_plan(&order.home, &order.plan)?;
        if let Some(run) = plan.executions.iter().find(|run| run.is_of(order)) {
            let same = run.action == order.action && run.target == order.target;
            return if same {
                Ok(run.clone())
            } else {
                Err(SwitchRefused::Token)
            };
        }
        if let Some(run) = plan.active() {
            let why = format!("The plan execution {} is in progress.", run.id);
            return Err(SwitchRefused::State(why));
        }
        let fits = match order.action.as_str() {
            "activate" => true,
            "deactivate" => !plan.passive,
            _ => false,
        };
        if !fits || !plan.regions.contains(&order.target) {
            let why = "The plan has no workflow for this action and Region.";
            return Err(SwitchRefused::Argument(why.into()));
        }
        let what = format!("execution {} {}", order.plan, plan.executions.len());
        let steps = plan.steps.iter().map(|step| SwitchRunStep {
            name: step.name,
            block: step.block,
            status: "notStarted",
            started: None,
            ended: None,
        });
        let run = SwitchRun {
            id: format!("{}/{}", order.home, hex(self.present.seed, &what, 16)),
            home: order.home.clone(),
            action: order.action.clone(),
            target: order.target.clone(),
            mode: order.mode.clone(),
            comment: order.comment.clone(),
            token: order.token.clone(),
            version: plan.version,
            started: self.now(),
            ended: None,
            state: "pending",
            steps: steps.collect(),
            events: vec![SwitchEvent::of(self.now(), "executionPending")],
        };
        if let Some(plan) = &mut self.resources.region_switch {
            plan.executions.push(run.clone());
        }
        Ok(run)
    }

    /// Somebody approves a step, or does not.
    pub fn approve_switch(&mut self, id: &str, approved: bool) -> Result<(), SwitchRefused> {
        let now = self.now();
        let run = self.active_switch(id)?;
        let step = run
            .steps
            .iter_mut()
            .find(|step| step.status == "pendingApproval");
        let Some(step) = step else {
            let why = "No step waits for an approval.";
            return Err(SwitchRefused::State(why.into()));
        };
        step.ended = Some(now);
        if approved {
            step.status = "completed";
            run.state = "inProgress";
        } else {
            step.status = "failed";
            run.end("failed", now);
        }
        Ok(())
    }

    /// `pause` and `resume`: what failed is tried again.
    pub fn update_switch(&mut self, id: &str, action: &str) -> Result<(), SwitchRefused> {
        let run = self.active_switch(id)?;
        match action {
            "pause" => run.state = "pausedByOperator",
            "resume" => {
                run.state = "inProgress";
                let failed = run.steps.iter_mut().filter(|step| step.status == "failed");
                for step in failed {
                    step.status = "notStarted";
                }
            }
            other => {
                let why = format!("{other} is not simulated.");
                return Err(SwitchRefused::Argument(why));
            }
        }
        Ok(())
    }

    /// Goes on without the step.
    pub fn skip_switch_step(&mut self, id: &str, name: &str) -> Result<(), SwitchRefused> {
        let now = self.now();
        let run = self.active_switch(id)?;
        let Some(step) = run.steps.iter_mut().find(|step| step.name == name) else {
            let why = format!("There is no step {name}.");
            return Err(SwitchRefused::Argument(why));
        };
        step.status = "skipped";
        step.ended = Some(now);
        run.state = "inProgress";
        Ok(())
    }

    /// Stops further steps; what was done stays done.
    pub fn cancel_switch(&mut self, id: &str) -> Result<(), SwitchRefused> {
        let now = self.now();
        let run = self.active_switch(id)?;
        for step in &mut run.steps {
            if !matches!(step.status, "completed" | "skipped" | "failed") {
                step.status = "canceled";
            }
        }
        run.end("canceled", now);
        Ok(())
    }

    fn active_switch(&mut self, id: &str) -> Result<&mut SwitchRun, SwitchRefused> {
        let plan = self.resources.region_switch.as_mut();
        let mut runs = plan.into_iter().flat_map(|plan| &mut plan.executions);
        let run = runs.find(|run| run.id == id);
        let run = run.ok_or_else(|| SwitchRefused::NoExecution(id.into()))?;
        if run.ended.is_some() {
            let why = format!("The plan execution {id} is over.");
            return Err(SwitchRefused::State(why));
        }
        Ok(run)
    }

    /// Whether the health check of a plan is healthy.
    pub(super) fn follow_vended(&self, check: &str) -> bool {
        let plan = self.resources.region_switch.iter();
        let mut checks = plan.flat_map(|plan| &plan.checks);
        checks
            .find(|one| one.id == check)
            .is_none_or(|one| one.healthy)
    }

    /// The execution that runs goes on.
    pub(super) fn switch_further(&mut self) {
        let Some(plan) = self.resources.region_switch.clone() else {
            return;
        };
        let Some(run) = plan.active() else { return };
        let dark = self
            .faults
            .strikes(FaultKind::RegionDark, run.home.as_str());
        if dark || !matches!(run.state, "pending" | "inProgress") {
            return;
        }
        let mut run = run.clone();
        self.run_further(&plan, &mut run);
        if let Some(plan) = &mut self.resources.region_switch {
            let known = plan.executions.iter_mut().find(|one| one.id == run.id);
            if let Some(known) = known {
                *known = run;
            }
        }
    }

    fn run_further(&mut self, plan: &SwitchPlan, run: &mut SwitchRun) {
        let now = self.now();
        if run.state == "pending" {
            if now.duration_since(run.started) >= PENDING {
                run.state = "inProgress";
                run.events.push(SwitchEvent::of(now, "executionStarted"));
            }
            return;
        }
        let over = |step: &SwitchRunStep| matches!(step.status, "completed" | "skipped");
        let Some(index) = run.steps.iter().position(|step| !over(step)) else {
            let skipped = run.steps.iter().any(|step| step.status == "skipped");
            let state = if skipped {
                "completedWithExceptions"
            } else {
                "completed"
            };
            run.end(state, now);
            return;
        };
        match run.steps[index].status {
            "notStarted" => self.begin_step(plan, run, index),
            "running" => match self.step_outcome(plan, run, index) {
                None => {}
                Some(Ok(())) => {
                    run.steps[index].status = "completed";
                    run.steps[index].ended = Some(now);
                }
                Some(Err(why)) => run.fail(index, why, now),
            },
            _ => {}
        }
    }

    fn begin_step(&mut self, plan: &SwitchPlan, run: &mut SwitchRun, index: usize) {
        let now = self.now();
        let step = &mut run.steps[index];
        step.started = Some(now);
        step.status = "running";
        match step.block {
            SwitchBlock::Approval => {
                step.status = "pendingApproval";
                run.state = "pendingManualApproval";
            }
            SwitchBlock::Database(behavior) => {
                let to = run.activated(plan);
                let writer = &self.database.members[self.database.writer].region;
                if *writer == to {
                    return;
                }
                let loses = behavior == super::model::SwitchBehavior::Failover;
                if let Err(why) = self.promote_to(&to, loses) {
                    run.fail(index, why, now);
                }
            }
            SwitchBlock::Traffic => {}
        }
    }

    /// The writer is to move to `to`.
    fn promote_to(&mut self, to: &Region, loses: bool) -> Result<(), String> {
        let member = self.database.in_region(to);
        let target = member.map(super::replication::Member::arn);
        let Some((global, target)) = self.database.global.clone().zip(target) else {
            return Err("There is no global database.".into());
        };
        let started = self.rds().failover(&global, &target, loses);
        started.map(|_| ()).map_err(|why| why.to_string())
    }

    /// None while the step is under way.
    fn step_outcome(
        &mut self,
        plan: &SwitchPlan,
        run: &SwitchRun,
        index: usize,
    ) -> Option<Result<(), String>> {
        let step = &run.steps[index];
        let since = self.now().duration_since(step.started?);
        match step.block {
            SwitchBlock::Approval => None,
            SwitchBlock::Database(_) => {
                if self.database.promotion.is_some() {
                    return None;
                }
                let writer = &self.database.members[self.database.writer].region;
                let moved = *writer == run.activated(plan);
                Some(if moved {
                    Ok(())
                } else {
                    Err("The writer did not move.".into())
                })
            }
            SwitchBlock::Traffic if since < TRAFFIC => None,
            SwitchBlock::Traffic if plan.fails => {
                Some(Err("The health check could not be set.".into()))
            }
            SwitchBlock::Traffic => {
                if let Some(plan) = &mut self.resources.region_switch {
                    plan.set_checks(&run.action, &run.target);
                }
                Some(Ok(()))
            }
        }
    }
}

impl SwitchPlan {
    /// Traffic to the activated Region, none to the deactivated.
    fn set_checks(&mut self, action: &str, target: &Region) {
        let alone = self.passive;
        for check in &mut self.checks {
            if check.region == *target {
                check.healthy = action == "activate";
            } else if alone {
                check.healthy = action != "activate";
            }
        }
    }
}

impl SwitchRun {
    /// The Region that it activates.
    pub(crate) fn activated(&self, plan: &SwitchPlan) -> Region {
        match (self.action.as_str(), plan.other(&self.target)) {
            ("deactivate", Some(other)) => other.clone(),
            _ => self.target.clone(),
        }
    }

    /// Whether it was started by the same token.
    fn is_of(&self, order: &SwitchOrder) -> bool {
        order.token.is_some() && self.token == order.token
    }

    fn fail(&mut self, index: usize, why: String, now: Timestamp) {
        self.steps[index].status = "failed";
        self.steps[index].ended = Some(now);
        self.state = "pausedByFailedStep";
        self.events.push(SwitchEvent {
            at: now,
            kind: "stepPausedByError",
            step: Some(self.steps[index].name),
            error: Some(why),
        });
    }

    fn end(&mut self, state: &'static str, now: Timestamp) {
        self.state = state;
        self.ended = Some(now);
        let kind = match state {
            "canceled" => "executionCanceled",
            "failed" => "executionFailed",
            _ => "executionSucceeded",
        };
        self.events.push(SwitchEvent::of(now, kind));
    }
}

impl SwitchEvent {
    const fn of(at: Timestamp, kind: &'static str) -> Self {
        Self {
            at,
            kind,
            step: None,
            error: None,
        }
    }
}
