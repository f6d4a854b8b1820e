//! ARC Region switch plans, asked of every Region: each of a plan's two Regions has a copy, and answers while the
//! other is down (aws-facts §8.2).

use std::sync::Arc;

use super::picture::Picture;
use super::poller::{Askers, Fold, Poller};
use super::schedule::REGION_SWITCH;
use gwctl_aws::RegionSwitch;
use gwctl_fleet::{Account, Missing, Region, RegionSwitchPlan};

/// Starts the asker of the `n`th site. A plan is between two Regions: a fleet in one has none.
pub(super) fn watch(askers: &mut Askers, n: usize) {
    if askers.poller.spec.sites.len() > 1 {
        askers.every(REGION_SWITCH, move |poller| plans(poller, n));
    }
}

async fn plans(poller: Arc<Poller>, n: usize) -> Fold {
    let region = poller.spec.sites[n].region.clone();
    let service = poller.session.region_switch(&region);
    // The same for every fleet of the account.
    let listed = poller
        .ask_once(
            "arc-region-switch:ListPlansInRegion",
            (&Account::Site(region.clone()), &region, ""),
            service.plans(),
        )
        .await;
    let mut said = listed.map(|mut plans: Vec<RegionSwitchPlan>| {
        plans.retain(|plan| is_within(&poller, plan));
        Ok(plans)
    });
    for plan in said.answer.iter_mut().flatten() {
        fill(&poller, &service, plan).await;
    }
    Box::new(move |picture: &mut Picture| {
        let plans = &mut picture.snapshot.edge.region_switch;
        said.renew(plans.entry(region).or_default());
    })
}

/// Whether both of its Regions are the fleet's.
fn is_within(poller: &Poller, plan: &RegionSwitchPlan) -> bool {
    let ours = |region: &Region| poller.spec.sites.iter().any(|site| site.region == *region);
    plan.regions.len() == 2 && plan.regions.iter().all(ours)
}

/// What else the Region tells of the plan.
async fn fill(poller: &Poller, service: &RegionSwitch, plan: &mut RegionSwitchPlan) {
    let (arn, region) = (plan.arn.clone(), plan.told_by.clone());
    let detail = service.detail(&arn);
    let detail = poller.ask("arc-region-switch:GetPlanInRegion", &region, detail);
    detail.await.renew(&mut plan.detail);
    let evaluation = service.evaluation(&arn);
    let evaluation = poller.ask(
        "arc-region-switch:GetPlanEvaluationStatus",
        &region,
        evaluation,
    );
    evaluation.await.renew(&mut plan.evaluation);
    let checks = service.checks(&arn);
    let checks = poller.ask(
        "arc-region-switch:ListRoute53HealthChecksInRegion",
        &region,
        checks,
    );
    checks.await.renew(&mut plan.checks);
    let running = plan.active.clone();
    let execution = async {
        match running {
            Some(id) => service.execution(&arn, &id).await.map_err(Missing::from),
            None => Err(Missing::NoData),
        }
    };
    let execution = poller.ask("arc-region-switch:GetPlanExecution", &region, execution);
    execution.await.renew(&mut plan.execution);
}
