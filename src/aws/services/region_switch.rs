//! ARC Region switch: plans, their evaluation and their executions (aws-facts §8.2, §21.1). Everything here is asked
//! of its Regional data plane. AWS's model offers CBOR and JSON 1.0: JSON needs no codec of its own.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::services::region_switch_replies::{
    Checks, Evaluated, Event, Events, Executed, ExecutionSummary, Found, Listed, ListedExecutions,
    Plans, Started, StepState, ToldCheck, ToldWarning,
};
use crate::transport::error::AwsError;
use crate::transport::json::{JsonService, Page, Target, all_pages};
use crate::transport::receipt::Receipt;
use crate::transport::reply;
use crate::transport::session::Session;
use gwctl_fleet::{
    Evaluation, PlanDetail, Progress, Region, RegionSwitchPlan, SwitchExecution, VendedCheck,
};

const SERVICE: &str = "arc-region-switch";
const TARGET: Target = Target {
    prefix: "ArcRegionSwitch",
    version: "1.0",
};

/// Region switch in one Region.
#[derive(Clone)]
pub struct RegionSwitch {
    service: JsonService,
}

/// What `StartPlanExecution` is asked for.
#[derive(Debug, Clone, Copy)]
pub struct StartExecution<'a> {
    /// ARN of the plan.
    pub plan: &'a str,
    /// `activate` or `deactivate`.
    pub action: &'a str,
    /// The Region that is activated or deactivated.
    pub region: &'a Region,
    /// Shown with the execution.
    pub comment: &'a str,
    /// The same for a repeated request: AWS then answers with the execution that the first one started.
    pub token: &'a str,
}

impl Session {
    /// Region switch in `region`. Its endpoint has the names of dual stack alone (aws-facts §21.1).
    pub fn region_switch(&self, region: &Region) -> RegionSwitch {
        RegionSwitch {
            service: self.json(SERVICE, "ARC Region switch", region).dual_stack(),
        }
    }
}

impl RegionSwitch {
    /// Every plan that has a copy here, without what it does.
    pub async fn plans(&self) -> Result<Vec<RegionSwitchPlan>, AwsError> {
        const ACTION: &str = "ListPlansInRegion";
        let here = &self.service.caller.region;
        let listed = self
            .pages(ACTION, json!({}), |told: Plans| {
                (told.plans, told.next_token)
            })
            .await?;
        let plans = listed.into_iter().map(|plan| plan.plan(here));
        let plans: Option<Vec<RegionSwitchPlan>> = plans.collect();
        plans.ok_or_else(|| self.garbled(ACTION, "a plan without an ARN or with an odd Region"))
    }

    /// Steps and triggers of a plan, as they are in this Region.
    pub async fn detail(&self, plan: &str) -> Result<PlanDetail, AwsError> {
        const ACTION: &str = "GetPlanInRegion";
        let told: Found = self.call(ACTION, &json!({ "arn": plan })).await?;
        let detail = told.plan.and_then(|plan| plan.detail());
        detail.ok_or_else(|| self.garbled(ACTION, "no plan with steps in it"))
    }

    /// Whether the plan would work, as AWS evaluated it last.
    pub async fn evaluation(&self, plan: &str) -> Result<Evaluation, AwsError> {
        const ACTION: &str = "GetPlanEvaluationStatus";
        let which = json!({ "planArn": plan });
        let told: Evaluated = self.call(ACTION, &which).await?;
        let evaluation = told.evaluation();
        let mut evaluation =
            evaluation.ok_or_else(|| self.garbled(ACTION, "no evaluation state in it"))?;
        let warnings = if told.next_token.is_some() {
            let warnings = |told: Evaluated| (told.warnings, told.next_token);
            self.pages(ACTION, which, warnings).await?
        } else {
            told.warnings.unwrap_or_default()
        };
        let active = warnings.iter().filter(|warning| warning.is_active());
        evaluation.warnings = active.map(ToldWarning::warning).collect();
        Ok(evaluation)
    }

    /// The health checks that the plan made.
    pub async fn checks(&self, plan: &str) -> Result<Vec<VendedCheck>, AwsError> {
        const ACTION: &str = "ListRoute53HealthChecksInRegion";
        let listed = self
            .pages(ACTION, json!({ "arn": plan }), |told: Checks| {
                (told.health_checks, told.next_token)
            })
            .await?;
        Ok(listed.into_iter().map(ToldCheck::vended).collect())
    }

    /// The executions of the plan in this Region, the ended ones too.
    pub async fn executions(&self, plan: &str) -> Result<Vec<ExecutionSummary>, AwsError> {
        const ACTION: &str = "ListPlanExecutions";
        let listed = self
            .pages(
                ACTION,
                json!({ "planArn": plan }),
                |told: ListedExecutions| (told.items, told.next_token),
            )
            .await?;
        let all = listed.into_iter().map(Listed::summary);
        let all: Option<Vec<ExecutionSummary>> = all.collect();
        all.ok_or_else(|| self.garbled(ACTION, "an execution without an id"))
    }

    /// One execution with all its steps, and what went wrong where something did.
    pub async fn execution(&self, plan: &str, id: &str) -> Result<SwitchExecution, AwsError> {
        const ACTION: &str = "GetPlanExecution";
        let which = json!({ "planArn": plan, "executionId": id });
        let told: Executed = self.call(ACTION, &which).await?;
        let execution = told.execution();
        let mut execution = execution.ok_or_else(|| self.garbled(ACTION, "no state in it"))?;
        if told.next_token.is_some() {
            let steps = |told: Executed| (told.step_states, told.next_token);
            let steps = self.pages(ACTION, which.clone(), steps).await?;
            execution.steps = steps.iter().map(StepState::step).collect();
        }
        let wrong = matches!(
            execution.progress(),
            Progress::FailedStep | Progress::Exceptions | Progress::Ended
        );
        if wrong {
            execution.trouble = self.trouble(&which).await;
        }
        Ok(execution)
    }

    /// The last error among the events; none where there is none, or they cannot be read: the state itself is told.
    async fn trouble(&self, which: &Value) -> Option<String> {
        const ACTION: &str = "ListPlanExecutionEvents";
        let events = self
            .pages(ACTION, which.clone(), |told: Events| {
                (told.items, told.next_token)
            })
            .await
            .ok()?;
        let mut failed: Vec<_> = events.iter().filter_map(Event::failure).collect();
        failed.sort_by_key(|(at, _)| *at);
        failed.pop().map(|(_, words)| words)
    }

    /// Starts an execution. Which version of the plan runs is not for the caller to say: the model has no member for
    /// it (aws-facts §21.1). The id of the execution.
    pub async fn start(&self, wanted: &StartExecution<'_>) -> Result<(String, Receipt), AwsError> {
        const ACTION: &str = "StartPlanExecution";
        let body = json!({
            "planArn": wanted.plan,
            "targetRegion": wanted.region.as_str(),
            "action": wanted.action,
            "mode": "graceful",
            "comment": wanted.comment,
            "clientToken": wanted.token,
        });
        let (told, receipt): (Started, _) = self.service.change(TARGET, ACTION, &body).await?;
        let id = reply::some_name(told.execution_id.as_deref());
        match id {
            Some(id) => Ok((id, receipt)),
            None => Err(AwsError {
                in_doubt: true,
                ..self.garbled(ACTION, "no execution id in it")
            }),
        }
    }

    async fn call<T: DeserializeOwned>(
        &self,
        action: &'static str,
        body: &Value,
    ) -> Result<T, AwsError> {
        self.service.call(TARGET, action, body).await
    }

    /// All items of a list that `body` asks for; `part` takes items and the next mark out of a page.
    async fn pages<T: DeserializeOwned, I>(
        &self,
        action: &'static str,
        body: Value,
        part: impl Fn(T) -> (Option<Vec<I>>, Option<String>),
    ) -> Result<Vec<I>, AwsError> {
        let (body, part) = (&body, &part);
        let page = move |next: Option<String>| async move {
            let mut body = body.clone();
            if let Some(mark) = next {
                body["nextToken"] = json!(mark);
            }
            let (items, next) = part(self.call::<T>(action, &body).await?);
            Ok(Page {
                items: items.unwrap_or_default(),
                next,
            })
        };
        Box::pin(all_pages(&self.service.caller, action, page)).await
    }

    fn garbled(&self, action: &'static str, what: &str) -> AwsError {
        self.service.caller.garbled(action, what)
    }
}
