//! ARC Region switch's data plane (aws-facts §8.2, §21.1).

use jiff::SignedDuration;

use super::page::page;
use crate::wire::fault::Fault;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::value::{Value, empty, members, shape};
use crate::world::model::{SwitchBlock, SwitchPlan, SwitchRun, SwitchStep};
use crate::world::{State, SwitchOrder, SwitchRefused, names};
use gwctl_fleet::Region;

/// How often AWS evaluates a plan, in seconds.
const EVALUATED_EVERY: i64 = 1_800;

pub fn call(operation: &str, world: &mut State, ask: &Ask) -> Answer {
    match operation {
        "ListPlansInRegion" => list(world, ask),
        "GetPlanInRegion" => {
            let plan = plan(world, ask, "arn")?;
            Ok(shape! { "plan": described(plan) }.into())
        }
        "GetPlanEvaluationStatus" => Ok(evaluation(plan(world, ask, "planArn")?, ask).into()),
        "ListRoute53HealthChecksInRegion" => Ok(checks(plan(world, ask, "arn")?).into()),
        "ListPlanExecutions" => executions(world, ask),
        "GetPlanExecution" => {
            let plan = plan(world, ask, "planArn")?;
            Ok(execution(plan, run(world, ask)?).into())
        }
        "ListPlanExecutionEvents" => Ok(events(run(world, ask)?).into()),
        "StartPlanExecution" => start(world, ask),
        "ApprovePlanExecutionStep" => {
            let approved = ask.input.need("approval")? == "approve";
            done(world.approve_switch(ask.input.need("executionId")?, approved))
        }
        "UpdatePlanExecution" => {
            let action = ask.input.need("action")?;
            done(world.update_switch(ask.input.need("executionId")?, action))
        }
        "UpdatePlanExecutionStep" => {
            let step = ask.input.need("stepName")?;
            done(world.skip_switch_step(ask.input.need("executionId")?, step))
        }
        "CancelPlanExecution" => done(world.cancel_switch(ask.input.need("executionId")?)),
        other => Err(Fault::unimplemented(other)),
    }
}

fn refused(why: &SwitchRefused) -> Fault {
    let (status, code) = match why {
        SwitchRefused::NoPlan(_) | SwitchRefused::NoExecution(_) => {
            (404, "ResourceNotFoundException")
        }
        SwitchRefused::State(_) => (400, "IllegalStateException"),
        SwitchRefused::Argument(_) => (400, "IllegalArgumentException"),
        SwitchRefused::Token => (409, "ConflictException"),
    };
    Fault::new(status, code, why.to_string())
}

fn done(outcome: Result<(), SwitchRefused>) -> Answer {
    outcome.map_err(|why| refused(&why))?;
    Ok(empty().into())
}

fn plan<'w>(world: &'w State, ask: &Ask, member: &str) -> Result<&'w SwitchPlan, Fault> {
    let arn = ask.input.need(member)?;
    world
        .switch_plan(&ask.region, arn)
        .map_err(|why| refused(&why))
}

fn run<'w>(world: &'w State, ask: &Ask) -> Result<&'w SwitchRun, Fault> {
    let (arn, id) = (ask.input.need("planArn")?, ask.input.need("executionId")?);
    let run = world.switch_run(&ask.region, arn, id);
    run.map_err(|why| refused(&why))
}

/// What a list and the plan itself have in common.
fn head(plan: &SwitchPlan) -> Value {
    let approach = if plan.passive {
        "activePassive"
    } else {
        "activeActive"
    };
    shape! {
        "arn": &plan.arn,
        "owner": &plan.owner,
        "name": &plan.name,
        "regions": members(plan.regions.iter().map(Region::as_str)),
        "recoveryApproach": approach,
        "primaryRegion": plan.passive.then(|| plan.regions[0].as_str()),
        "version": plan.version.to_string(),
        "updatedAt": plan.updated,
        "executionRole": &plan.role,
        "recoveryTimeObjectiveMinutes": 10,
    }
}

fn list(world: &State, ask: &Ask) -> Answer {
    let here = world.resources.region_switch.iter();
    let here = here.filter(|plan| plan.regions.contains(&ask.region));
    let size = ask.input.int("maxResults")?.unwrap_or(50);
    let page = page(here, ask.input.text("nextToken"), size as usize)
        .ok_or_else(|| Fault::bad("IllegalArgumentException", "invalid nextToken"))?;
    let listed = page.items.into_iter().map(|plan| {
        let active = plan.active().map(|run| run.id.as_str());
        head(plan).with("activePlanExecution", active)
    });
    Ok(shape! { "plans": members(listed), "nextToken": page.next }.into())
}

fn described(plan: &SwitchPlan) -> Value {
    let workflow = |action: &'static str| {
        shape! {
            "workflowTargetAction": action,
            "steps": members(plan.steps.iter().map(|step| described_step(plan, step))),
        }
    };
    let actions: &[&'static str] = if plan.passive {
        &["activate"]
    } else {
        &["activate", "deactivate"]
    };
    let condition = shape! { "associatedAlarmName": "orders-errors", "condition": "red" };
    let trigger = plan.trigger.then(|| {
        shape! {
            "targetRegion": plan.regions[0].as_str(),
            "action": "deactivate",
            "conditions": members([condition]),
            "minDelayMinutesBetweenExecutions": 30,
        }
    });
    head(plan)
        .with(
            "workflows",
            members(actions.iter().map(|action| workflow(action))),
        )
        .with("triggers", members(trigger))
}

fn described_step(plan: &SwitchPlan, step: &SwitchStep) -> Value {
    let (kind, configuration) = match step.block {
        SwitchBlock::Approval => (
            "ManualApproval",
            shape! { "executionApprovalConfig": shape! {
                "approvalRole": plan.role.replace("region-switch", "approver"),
            } },
        ),
        SwitchBlock::Database(behavior) => (
            "AuroraGlobalDatabase",
            shape! { "globalAuroraConfig": shape! {
                "behavior": behavior.word(),
                "globalClusterIdentifier": names::FLEET,
                "databaseClusterArns": members(Vec::<Value>::new()),
            } },
        ),
        SwitchBlock::Traffic => (
            "Route53HealthCheck",
            shape! { "route53HealthCheckConfig": shape! {
                "hostedZoneId": names::ZONE,
                "recordName": names::LATENCY_RECORD,
            } },
        ),
    };
    shape! {
        "name": step.name,
        "executionBlockType": kind,
        "executionBlockConfiguration": configuration,
    }
}

fn evaluation(plan: &SwitchPlan, ask: &Ask) -> Value {
    let since = ask.now.as_second().rem_euclid(EVALUATED_EVERY);
    let at = ask.now - SignedDuration::from_secs(since);
    let warning = plan.warning.as_ref().map(|text| {
        shape! {
            "stepName": plan.steps.last().map(|step| step.name),
            "version": plan.version.to_string(),
            "warningStatus": "active",
            "warningUpdatedTime": at,
            "warningMessage": text,
        }
    });
    shape! {
        "planArn": &plan.arn,
        "region": ask.region.as_str(),
        "lastEvaluationTime": at,
        "lastEvaluatedVersion": plan.version.to_string(),
        "evaluationState": if warning.is_some() { "actionRequired" } else { "passed" },
        "warnings": members(warning),
    }
}

fn checks(plan: &SwitchPlan) -> Value {
    let each = plan.checks.iter().map(|check| {
        shape! {
            "hostedZoneId": names::ZONE,
            "recordName": names::LATENCY_RECORD,
            "healthCheckId": &check.id,
            "status": if check.healthy { "healthy" } else { "unhealthy" },
            "region": check.region.as_str(),
        }
    });
    shape! { "healthChecks": members(each) }
}

fn abbreviated(plan: &SwitchPlan, run: &SwitchRun) -> Value {
    shape! {
        "planArn": &plan.arn,
        "executionId": &run.id,
        "version": run.version.to_string(),
        "comment": run.comment.as_deref(),
        "startTime": run.started,
        "endTime": run.ended,
        "mode": &run.mode,
        "executionState": run.state,
        "executionAction": &run.action,
        "executionRegion": run.target.as_str(),
    }
}

fn executions(world: &State, ask: &Ask) -> Answer {
    let plan = plan(world, ask, "planArn")?;
    let here = plan
        .executions
        .iter()
        .rev()
        .filter(|run| run.home == ask.region);
    let size = ask.input.int("maxResults")?.unwrap_or(50);
    let page = page(here, ask.input.text("nextToken"), size as usize)
        .ok_or_else(|| Fault::bad("IllegalArgumentException", "invalid nextToken"))?;
    let items = page.items.into_iter().map(|run| abbreviated(plan, run));
    Ok(shape! { "items": members(items), "nextToken": page.next }.into())
}

fn execution(plan: &SwitchPlan, run: &SwitchRun) -> Value {
    let steps = run.steps.iter().map(|step| {
        shape! {
            "name": step.name,
            "status": step.status,
            "startTime": step.started,
            "endTime": step.ended,
            "stepMode": &run.mode,
        }
    });
    abbreviated(plan, run)
        .with("stepStates", members(steps))
        .with("plan", described(plan))
}

fn events(run: &SwitchRun) -> Value {
    let each = run.events.iter().enumerate().map(|(n, event)| {
        shape! {
            "timestamp": event.at,
            "type": event.kind,
            "stepName": event.step,
            "error": event.error.as_deref(),
            "eventId": format!("event-{n}"),
            "previousEventId": n.checked_sub(1).map(|before| format!("event-{before}")),
        }
    });
    shape! { "items": members(each) }
}

fn start(world: &mut State, ask: &Ask) -> Answer {
    let text = |name: &str| ask.input.text(name).map(str::to_owned);
    let target = ask.input.need("targetRegion")?;
    let target = Region::new(target)
        .map_err(|why| Fault::bad("IllegalArgumentException", why.to_string()))?;
    let order = SwitchOrder {
        home: ask.region.clone(),
        plan: ask.input.need("planArn")?.to_owned(),
        action: ask.input.need("action")?.to_owned(),
        target,
        mode: text("mode").unwrap_or_else(|| "graceful".into()),
        comment: text("comment"),
        token: text("clientToken"),
    };
    let run = world.start_switch(&order).map_err(|why| refused(&why))?;
    let plan = plan(world, ask, "planArn")?;
    let activated = run.activated(plan);
    let other = plan.other(&activated).map(Region::as_str);
    Ok(shape! {
        "executionId": &run.id,
        "plan": &plan.arn,
        "planVersion": run.version.to_string(),
        "activateRegion": activated.as_str(),
        "deactivateRegion": other,
    }
    .into())
}
