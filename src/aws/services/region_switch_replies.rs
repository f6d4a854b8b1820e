//! What ARC Region switch answers, member by member (aws-facts §21.1), and what of it gwctl keeps.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::transport::json::Epoch;
use crate::transport::reply;
use gwctl_fleet::{
    Block, Evaluation, EvaluationWarning, ExecutionStep, Observed, PlanDetail, PlanStep, Region,
    RegionSwitchPlan, SwitchExecution, Trigger, VendedCheck, Workflow,
};

/// An execution as a list tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecutionSummary {
    pub id: String,
    /// What whoever started it wrote.
    pub comment: Option<String>,
    pub started: Option<jiff::Timestamp>,
}

fn moment(told: Option<Epoch>) -> Option<jiff::Timestamp> {
    told.and_then(Epoch::moment)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Plans {
    pub(crate) plans: Option<Vec<ListedPlan>>,
    pub(crate) next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListedPlan {
    arn: Option<String>,
    owner: Option<String>,
    name: Option<String>,
    regions: Option<Vec<String>>,
    recovery_approach: Option<String>,
    primary_region: Option<String>,
    version: Option<String>,
    updated_at: Option<Epoch>,
    active_plan_execution: Option<String>,
    recovery_time_objective_minutes: Option<u32>,
}

impl ListedPlan {
    /// None where it has no ARN, or Regions that are none.
    pub(crate) fn plan(self, here: &Region) -> Option<RegionSwitchPlan> {
        let regions = self.regions?;
        let regions = regions.iter().map(|code| Region::new(code).ok());
        let regions: Option<Vec<Region>> = regions.collect();
        Some(RegionSwitchPlan {
            arn: reply::exact(&self.arn?)?,
            name: reply::name_or_empty(self.name.as_deref()),
            owner: reply::name_or_empty(self.owner.as_deref()),
            regions: regions?,
            approach: reply::name_or_empty(self.recovery_approach.as_deref()),
            primary: self.primary_region.and_then(|code| Region::new(&code).ok()),
            version: reply::some_name(self.version.as_deref()),
            updated: moment(self.updated_at),
            objective_minutes: self.recovery_time_objective_minutes,
            told_by: here.clone(),
            detail: Observed::default(),
            evaluation: Observed::default(),
            checks: Observed::default(),
            active: reply::some_name(self.active_plan_execution.as_deref()),
            execution: Observed::default(),
        })
    }
}

#[derive(Deserialize)]
pub(crate) struct Found {
    pub(crate) plan: Option<ToldPlan>,
}

#[derive(Deserialize)]
pub(crate) struct ToldPlan {
    workflows: Option<Vec<ToldWorkflow>>,
    triggers: Option<Vec<ToldTrigger>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToldWorkflow {
    steps: Option<Vec<ToldStep>>,
    workflow_target_action: Option<String>,
    workflow_target_region: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToldStep {
    name: Option<String>,
    execution_block_type: Option<String>,
    execution_block_configuration: Option<Configuration>,
}

/// One of them is set; of blocks that are not here none.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "they are AWS's")]
struct Configuration {
    global_aurora_config: Option<GlobalAurora>,
    route53_health_check_config: Option<HealthCheck>,
    arc_routing_control_config: Option<RoutingControls>,
    execution_approval_config: Option<Approval>,
    region_switch_plan_config: Option<Child>,
    parallel_config: Option<Parallel>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GlobalAurora {
    behavior: Option<String>,
    global_cluster_identifier: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HealthCheck {
    hosted_zone_id: Option<String>,
    record_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RoutingControls {
    region_and_routing_controls: Option<BTreeMap<String, Vec<ControlState>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ControlState {
    routing_control_arn: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Approval {
    approval_role: Option<String>,
}

#[derive(Deserialize)]
struct Child {
    arn: Option<String>,
}

#[derive(Deserialize)]
struct Parallel {
    steps: Option<Vec<ToldStep>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToldTrigger {
    target_region: Option<String>,
    action: Option<String>,
    conditions: Option<Vec<Condition>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Condition {
    associated_alarm_name: Option<String>,
    condition: Option<String>,
}

impl ToldPlan {
    /// None where it has no workflows.
    pub(crate) fn detail(self) -> Option<PlanDetail> {
        let triggers = self.triggers.unwrap_or_default().into_iter();
        Some(PlanDetail {
            workflows: self
                .workflows?
                .into_iter()
                .map(ToldWorkflow::workflow)
                .collect(),
            triggers: triggers.map(ToldTrigger::trigger).collect(),
        })
    }
}

impl ToldWorkflow {
    fn workflow(self) -> Workflow {
        Workflow {
            action: reply::name_or_empty(self.workflow_target_action.as_deref()),
            region: self
                .workflow_target_region
                .and_then(|code| Region::new(&code).ok()),
            steps: flat(self.steps),
        }
    }
}

/// The steps with those of parallel blocks behind the block.
fn flat(steps: Option<Vec<ToldStep>>) -> Vec<PlanStep> {
    let mut all = Vec::new();
    for step in steps.unwrap_or_default() {
        let configuration = step.execution_block_configuration;
        let (block, below) = configuration.map_or((Block::Nothing, None), Configuration::read);
        all.push(PlanStep {
            name: reply::name_or_empty(step.name.as_deref()),
            kind: reply::name_or_empty(step.execution_block_type.as_deref()),
            block,
        });
        all.extend(flat(below));
    }
    all
}

impl Configuration {
    fn read(self) -> (Block, Option<Vec<ToldStep>>) {
        let text = |text: Option<&String>| reply::name_or_empty(text.map(String::as_str));
        if let Some(parallel) = self.parallel_config {
            return (Block::Nothing, parallel.steps);
        }
        let database = self.global_aurora_config.map(|one| Block::Database {
            cluster: text(one.global_cluster_identifier.as_ref()),
            behavior: text(one.behavior.as_ref()),
        });
        let records = self.route53_health_check_config.map(|one| Block::Records {
            zone: text(one.hosted_zone_id.as_ref()),
            record: reply::domain(&one.record_name.unwrap_or_default()),
        });
        let controls = self.arc_routing_control_config.map(|one| {
            let controls = one.region_and_routing_controls.unwrap_or_default();
            let states = controls.into_values().flatten();
            let arns =
                states.filter_map(|state| reply::some_name(state.routing_control_arn.as_deref()));
            Block::Controls {
                arns: arns.collect(),
            }
        });
        let approval = self.execution_approval_config.map(|one| Block::Approval {
            role: text(one.approval_role.as_ref()),
        });
        let child = self.region_switch_plan_config.map(|one| Block::Plan {
            arn: text(one.arn.as_ref()),
        });
        let block = database.or(records).or(controls).or(approval).or(child);
        (block.unwrap_or(Block::Nothing), None)
    }
}

impl ToldTrigger {
    fn trigger(self) -> Trigger {
        let condition = |one: Condition| {
            let alarm = reply::name_or_empty(one.associated_alarm_name.as_deref());
            let state = reply::name_or_empty(one.condition.as_deref());
            format!("{alarm} {state}")
        };
        let conditions = self.conditions.unwrap_or_default().into_iter();
        Trigger {
            action: reply::name_or_empty(self.action.as_deref()),
            region: reply::name_or_empty(self.target_region.as_deref()),
            conditions: conditions.map(condition).collect(),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Evaluated {
    evaluation_state: Option<String>,
    last_evaluation_time: Option<Epoch>,
    last_evaluated_version: Option<String>,
    pub(crate) warnings: Option<Vec<ToldWarning>>,
    pub(crate) next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToldWarning {
    step_name: Option<String>,
    resource_arn: Option<String>,
    warning_status: Option<String>,
    warning_message: Option<String>,
}

impl Evaluated {
    /// None without a state. The warnings are not in it.
    pub(crate) fn evaluation(&self) -> Option<Evaluation> {
        Some(Evaluation {
            state: reply::some_name(self.evaluation_state.as_deref())?,
            at: moment(self.last_evaluation_time),
            version: reply::some_name(self.last_evaluated_version.as_deref()),
            warnings: Vec::new(),
        })
    }
}

impl ToldWarning {
    /// Whether it still holds.
    pub(crate) fn is_active(&self) -> bool {
        self.warning_status.as_deref() != Some("resolved")
    }

    pub(crate) fn warning(&self) -> EvaluationWarning {
        EvaluationWarning {
            step: reply::some_name(self.step_name.as_deref()),
            resource: reply::some_name(self.resource_arn.as_deref()),
            text: reply::message(self.warning_message.as_deref().unwrap_or_default()),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Checks {
    pub(crate) health_checks: Option<Vec<ToldCheck>>,
    pub(crate) next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToldCheck {
    hosted_zone_id: Option<String>,
    record_name: Option<String>,
    health_check_id: Option<String>,
    status: Option<String>,
    region: Option<String>,
}

impl ToldCheck {
    pub(crate) fn vended(self) -> VendedCheck {
        VendedCheck {
            id: reply::some_name(self.health_check_id.as_deref()),
            zone: reply::name_or_empty(self.hosted_zone_id.as_deref()),
            record: reply::domain(&self.record_name.unwrap_or_default()),
            region: self.region.and_then(|code| Region::new(&code).ok()),
            status: reply::some_name(self.status.as_deref()),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListedExecutions {
    pub(crate) items: Option<Vec<Listed>>,
    pub(crate) next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Listed {
    execution_id: Option<String>,
    comment: Option<String>,
    start_time: Option<Epoch>,
}

impl Listed {
    /// None without an id.
    pub(crate) fn summary(self) -> Option<ExecutionSummary> {
        Some(ExecutionSummary {
            id: reply::exact(&self.execution_id?)?,
            comment: reply::some_name(self.comment.as_deref()),
            started: moment(self.start_time),
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Executed {
    execution_id: Option<String>,
    execution_state: Option<String>,
    execution_action: Option<String>,
    execution_region: Option<String>,
    mode: Option<String>,
    version: Option<String>,
    start_time: Option<Epoch>,
    end_time: Option<Epoch>,
    comment: Option<String>,
    pub(crate) step_states: Option<Vec<StepState>>,
    pub(crate) next_token: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct StepState {
    name: Option<String>,
    status: Option<String>,
}

impl StepState {
    pub(crate) fn step(&self) -> ExecutionStep {
        ExecutionStep {
            name: reply::name_or_empty(self.name.as_deref()),
            status: reply::name_or_empty(self.status.as_deref()),
        }
    }
}

impl Executed {
    /// None without a state.
    pub(crate) fn execution(&self) -> Option<SwitchExecution> {
        let steps = self.step_states.iter().flatten();
        Some(SwitchExecution {
            id: reply::name_or_empty(self.execution_id.as_deref()),
            state: reply::some_name(self.execution_state.as_deref())?,
            action: reply::name_or_empty(self.execution_action.as_deref()),
            region: reply::name_or_empty(self.execution_region.as_deref()),
            mode: reply::name_or_empty(self.mode.as_deref()),
            version: reply::some_name(self.version.as_deref()),
            started: moment(self.start_time),
            ended: moment(self.end_time),
            comment: reply::some_name(self.comment.as_deref()),
            steps: steps.map(StepState::step).collect(),
            trouble: None,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Events {
    pub(crate) items: Option<Vec<Event>>,
    pub(crate) next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Event {
    timestamp: Option<Epoch>,
    step_name: Option<String>,
    error: Option<String>,
}

impl Event {
    /// When and why, where it tells of an error.
    pub(crate) fn failure(&self) -> Option<(Option<jiff::Timestamp>, String)> {
        let error = reply::message(self.error.as_deref()?);
        let words = match reply::some_name(self.step_name.as_deref()) {
            Some(step) => format!("step {step}: {error}"),
            None => error.clone(),
        };
        (!error.is_empty()).then(|| (moment(self.timestamp), words))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Started {
    pub(crate) execution_id: Option<String>,
}
