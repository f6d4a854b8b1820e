//! Plans of ARC Region switch: what works against one, and how one is executed (aws-facts §8.2, §21.1).

use super::no_way::NoWay;
use super::way::Way;
use crate::check::{Check, Finding};
use crate::draft::{Draft, PlanContext};
use crate::task::SwitchRegion;
use crate::{Change, Refused, format};
use gwctl_fleet::{Block, PlanDetail, Region, RegionSwitchPlan, Snapshot, Workflow};
use gwctl_store::digest;

/// The check that tells of a plan about the same Regions; waivers name it.
pub(crate) const NAME: &str = "region-switch";

/// An execution that moves a Region's traffic.
pub(super) struct Route<'a> {
    pub(super) plan: &'a RegionSwitchPlan,
    detail: &'a PlanDetail,
    workflow: &'a Workflow,
    action: &'static str,
    /// The Region that is activated or deactivated.
    target: &'a Region,
    /// The Region that takes the traffic: its data plane runs the execution.
    pub(super) home: &'a Region,
}

/// The execution that takes the traffic of `region` away, or back.
pub(super) fn route<'a>(
    snapshot: &'a Snapshot,
    region: &'a Region,
    way: Way,
) -> Result<Route<'a>, NoWay> {
    let plans = snapshot.region_switch_plans_of(region);
    let plan = match plans.as_slice() {
        [plan] => *plan,
        [] => {
            let unknown = snapshot.unknown_region_switch(region).cloned();
            return Err(unknown.map_or_else(|| NoWay::NoPlan(region.clone()), NoWay::PlansUnknown));
        }
        several => {
            let names: Vec<&str> = several.iter().map(|plan| plan.name.as_str()).collect();
            return Err(NoWay::SeveralPlans(names.join(", ")));
        }
    };
    let other = plan
        .other(region)
        .ok_or_else(|| NoWay::NoPlan(region.clone()))?;
    let (action, target, home) = match way {
        Way::Back => ("activate", region, region),
        Way::Out if plan.is_active_active() => ("deactivate", region, other),
        Way::Out => ("activate", other, other),
    };
    let detail = plan.detail.last();
    let detail = detail.ok_or_else(|| NoWay::PlanUnread {
        plan: plan.name.clone(),
        missing: plan.detail.why_missing().cloned(),
    })?;
    let workflow = detail.workflow(action, target);
    let workflow = workflow.ok_or_else(|| NoWay::NoWorkflow {
        plan: plan.name.clone(),
        action,
        target: target.clone(),
    })?;
    Ok(Route {
        plan,
        detail,
        workflow,
        action,
        target,
        home,
    })
}

/// Adds to `draft` what Region switch has to do with it: the plans beside it, and where `way` is given the execution
/// that shifts the traffic of `region` that way, with its checks and notes.
pub(super) fn add_to<'a>(
    draft: &mut Draft,
    context: &PlanContext<'a>,
    region: &'a Region,
    way: Option<Way>,
) -> Result<Option<Route<'a>>, Refused> {
    let found = way.map(|way| route(context.snapshot, region, way));
    let found = found.transpose();
    let found = found.map_err(|why| Refused::new(why.to_string()))?;
    let own = found.as_ref().map(|route| route.plan);
    draft
        .checks
        .extend(beside(context.snapshot, &[region], own));
    if let Some(route) = &found {
        draft.checks.extend(route.checks(context));
        draft.notes.extend(route.notes());
    }
    Ok(found)
}

impl Route<'_> {
    /// Why it works, in a clause.
    pub(super) fn why(&self) -> String {
        format!(
            "plan {} runs in {}, which answers",
            self.plan.name, self.home
        )
    }

    /// The step that executes it, and what it changes; `waits` for another execution that it takes back.
    pub(super) fn task(&self, context: &PlanContext<'_>, waits: bool) -> (SwitchRegion, Change) {
        let (plan, action, target) = (self.plan, self.action, self.target);
        let unique = format!(
            "{} {action} {target} {waits} {}",
            plan.arn, context.snapshot.at
        );
        let task = SwitchRegion {
            plan: plan.arn.clone(),
            name: plan.name.clone(),
            version: plan.version.clone(),
            action: action.into(),
            region: target.clone(),
            home: self.home.clone(),
            mark: format!("gwctl: {action} {target} ({})", digest(unique.as_bytes())),
            objective_s: plan
                .objective_minutes
                .map(|minutes| 60 * u64::from(minutes)),
            waits,
        };
        let change = Change::new(
            format!("Region switch plan {}", plan.name),
            "no execution",
            format!("{action} {target}"),
        );
        (task, change)
    }

    /// What must hold before it runs.
    pub(super) fn checks(&self, context: &PlanContext<'_>) -> Vec<Check> {
        let snapshot = context.snapshot;
        let mut checks = vec![self.idle(), self.evaluated(snapshot)];
        checks.extend(self.same_version(snapshot));
        checks.extend(self.shifts(snapshot));
        checks.extend(self.moves_the_writer(snapshot));
        checks
    }

    fn idle(&self) -> Check {
        let name = &self.plan.name;
        Check::of(
            "region-switch-idle",
            !self.plan.is_running(),
            format!("no execution of plan {name} runs"),
            Finding::Fail,
            format!(
                "an execution of plan {name} runs already: {}",
                running(self.plan)
            ),
        )
    }

    /// AWS's own evaluation is the only look at what the plan's role may do.
    fn evaluated(&self, snapshot: &Snapshot) -> Check {
        const CHECK: &str = "region-switch-evaluation";
        let name = &self.plan.name;
        let Some(evaluation) = self.plan.evaluation.last() else {
            let why = self.plan.evaluation.why_missing();
            let why = why.map_or_else(String::new, |why| format!(": {why}"));
            let text = format!("whether plan {name} would work is not known{why}");
            return Check::new(CHECK, Finding::Waivable, text);
        };
        let state = &evaluation.state;
        let ago = evaluation.at.map_or_else(
            || "at a time that is not known".into(),
            |at| format!("{} ago", format::span(snapshot.at.duration_since(at))),
        );
        let text = format!("AWS evaluated plan {name} {ago}: {state}");
        let warnings: Vec<String> = evaluation.warnings.iter().map(warning).collect();
        let text = match warnings.as_slice() {
            [] => text,
            some => format!("{text}: {}", some.join("; ")),
        };
        let finding = match state.as_str() {
            "passed" if warnings.is_empty() => Finding::Pass,
            "passed" | "pendingEvaluation" | "unknown" => Finding::Warn,
            _ => Finding::Waivable,
        };
        Check::new(CHECK, finding, text)
    }

    /// The Region that runs it has its own copy.
    fn same_version(&self, snapshot: &Snapshot) -> Option<Check> {
        let copies = snapshot.edge.region_switch.get(self.home)?.last()?;
        let copy = copies.iter().find(|copy| copy.arn == self.plan.arn);
        let (name, home) = (&self.plan.name, self.home);
        let version =
            |plan: &RegionSwitchPlan| plan.version.clone().unwrap_or_else(|| "unknown".into());
        let text = match copy {
            Some(copy) if copy.version == self.plan.version => return None,
            Some(copy) => format!(
                "{home}, where plan {name} runs, has version {}, and {} has version {}",
                version(copy),
                self.plan.told_by,
                version(self.plan)
            ),
            None => format!("{home}, where it runs, does not list plan {name}"),
        };
        Some(Check::new("region-switch-version", Finding::Fail, text))
    }

    /// Whether it shifts this fleet's traffic at all.
    fn shifts(&self, snapshot: &Snapshot) -> Option<Check> {
        const CHECK: &str = "region-switch-traffic";
        let (name, action) = (&self.plan.name, self.action);
        let is_traffic =
            |block: &Block| matches!(block, Block::Records { .. } | Block::Controls { .. });
        let mut blocks = self.workflow.steps.iter().map(|step| &step.block);
        if !blocks.clone().any(is_traffic) {
            let text = format!(
                "no step of plan {name} for `{action}` names records or routing controls: whether it shifts traffic is not known"
            );
            return Some(Check::new(CHECK, Finding::Waivable, text));
        }
        if !blocks.any(|block| matches!(block, Block::Records { .. })) {
            return None;
        }
        let missing = self
            .plan
            .regions
            .iter()
            .filter(|region| !self.is_attached(region, snapshot));
        let missing: Vec<&str> = missing.map(Region::as_str).collect();
        (!missing.is_empty()).then(|| {
            let text = format!(
                "no record of {} is seen to follow a health check of plan {name}: setting it would shift nothing there",
                missing.join(" and ")
            );
            Check::new(CHECK, Finding::Waivable, text)
        })
    }

    /// Whether a record of `region` follows a check that the plan made for it.
    fn is_attached(&self, region: &Region, snapshot: &Snapshot) -> bool {
        let followed = snapshot.edge.followed(region);
        let vended = self.plan.checks.last().into_iter().flatten();
        let mut ids = vended
            .filter(|check| check.region.as_ref() == Some(region))
            .filter_map(|check| check.id.as_ref());
        ids.any(|id| followed.iter().any(|check| check.id == *id))
    }

    /// A failover may lose writes, and with `failover` a graceful execution may make one.
    fn moves_the_writer(&self, snapshot: &Snapshot) -> Option<Check> {
        const CHECK: &str = "region-switch-writer";
        let (step, behavior) = self.database()?;
        let home = self.home;
        if snapshot.is_writer(home) == Some(true) {
            return None;
        }
        let text = format!("step {step} of the plan moves the database's writer to {home}");
        Some(if behavior == "switchoverOnly" {
            Check::new(CHECK, Finding::Warn, format!("{text} by switchover only"))
        } else {
            let text = format!(
                "{text}, and its behavior is `{behavior}`: also a graceful execution may fail over with the loss of what is not replicated"
            );
            Check::new(CHECK, Finding::Waivable, text)
        })
    }

    /// The step that moves the writer, and its behavior.
    fn database(&self) -> Option<(&str, &str)> {
        self.workflow
            .steps
            .iter()
            .find_map(|step| match &step.block {
                Block::Database { behavior, .. } => Some((step.name.as_str(), behavior.as_str())),
                _ => None,
            })
    }

    /// Whether it may lose what is not replicated.
    pub(super) fn may_lose_data(&self, snapshot: &Snapshot) -> bool {
        let moves = snapshot.is_writer(self.home) != Some(true);
        moves
            && self
                .database()
                .is_some_and(|(_, behavior)| behavior != "switchoverOnly")
    }

    /// Whether it moves the writer.
    pub(super) fn moves_writer(&self) -> bool {
        self.database().is_some()
    }

    /// What the operator should know besides.
    pub(super) fn notes(&self) -> Vec<String> {
        let steps: Vec<String> = self
            .workflow
            .steps
            .iter()
            .map(|step| format!("{} ({})", step.name, step.kind))
            .collect();
        let mut notes = vec![format!(
            "Region switch runs the steps of plan {} itself: {}. gwctl follows them. It approves, pauses and cancels nothing: do that in the ARC console. Canceling stops further steps and takes nothing back; undo waits for the end of the execution and starts another one.",
            self.plan.name,
            steps.join(", ")
        )];
        let role = self
            .workflow
            .steps
            .iter()
            .find_map(|step| match &step.block {
                Block::Approval { role } => Some((step.name.as_str(), role.as_str())),
                _ => None,
            });
        if let Some((step, role)) = role {
            notes.push(format!(
                "Step {step} waits until somebody approves it with the role {role}."
            ));
        }
        if !self.plan.is_active_active() {
            let other = self.plan.other(self.home).map_or("", Region::as_str);
            notes.push(format!(
                "The plan is active/passive: it gives {} the traffic, and takes it from {other}.",
                self.home
            ));
        }
        notes.extend(
            triggers(self.detail).map(|text| format!("The plan may also start by itself: {text}.")),
        );
        notes
    }
}

fn warning(one: &gwctl_fleet::EvaluationWarning) -> String {
    match &one.step {
        Some(step) => format!("step {step}: {}", one.text),
        None => one.text.clone(),
    }
}

/// What the running execution does, as far as it is known.
fn running(plan: &RegionSwitchPlan) -> String {
    let id = plan.active.as_deref().unwrap_or_default();
    match plan.execution.last() {
        Some(execution) => format!("{id}, {}", execution.words()),
        None => id.to_owned(),
    }
}

fn triggers(detail: &PlanDetail) -> Option<String> {
    let each = detail.triggers.iter().map(|trigger| {
        let when = trigger.conditions.join(" and ");
        format!("{} {} when {when}", trigger.action, trigger.region)
    });
    let all: Vec<String> = each.collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// Whether a plan of Region switch moves the same traffic or the same writer; none where there is no other.
pub(super) fn beside(
    snapshot: &Snapshot,
    regions: &[&Region],
    own: Option<&RegionSwitchPlan>,
) -> Option<Check> {
    let mut plans = snapshot.region_switch_plans();
    plans.retain(|plan| plan.regions.iter().any(|region| regions.contains(&region)));
    plans.retain(|plan| own.is_none_or(|own| own.arn != plan.arn));
    let worst = plans.iter().map(|plan| {
        if plan.is_running() {
            Finding::Waivable
        } else {
            Finding::Warn
        }
    });
    if let Some(finding) = worst.max() {
        let each: Vec<String> = plans.iter().map(|plan| told(plan)).collect();
        return Some(Check::new(NAME, finding, each.join("; ")));
    }
    let unknown = regions
        .iter()
        .find_map(|region| snapshot.unknown_region_switch(region));
    unknown.map(|why| {
        let text =
            format!("whether a plan of ARC Region switch moves the same is not known: {why}");
        Check::new(NAME, Finding::Warn, text)
    })
}

/// That there is a plan, and what it does now.
fn told(plan: &RegionSwitchPlan) -> String {
    let (name, between) = (&plan.name, plan.between());
    let head = format!("ARC Region switch plan {name} is about {between}");
    if plan.is_running() {
        return format!(
            "{head}, and it runs now: {}. Both would change the same",
            running(plan)
        );
    }
    let starts = plan.detail.last().and_then(triggers);
    let starts = starts.map_or_else(String::new, |text| {
        format!("; it may start by itself: {text}")
    });
    format!("{head}{starts}. `evacuate --mechanism region-switch` runs it instead")
}

/// Whether a plan keeps traffic from `region`: the check that it made says so, and a record follows that.
pub(super) fn keeps_out(snapshot: &Snapshot, region: &Region) -> bool {
    let followed = snapshot.edge.followed(region);
    snapshot.region_switch_plans_of(region).iter().any(|plan| {
        let mut vended = plan.checks.last().into_iter().flatten();
        vended.any(|check| {
            let on_record = |id: &String| followed.iter().any(|one| one.id == *id);
            check.region.as_ref() == Some(region)
                && check.status.as_deref() == Some("unhealthy")
                && check.id.as_ref().is_some_and(on_record)
        })
    })
}
