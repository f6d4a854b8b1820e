//! Seeds the plan of ARC Region switch.

use super::model::{SwitchBlock, SwitchCheck, SwitchPlan, SwitchSetup, SwitchStep};
use super::names::{self, ACCOUNT, FLEET};
use super::seed_recovery::hex;
use crate::world::seed_options::SeedOptions;

/// The plan between the first two Regions; none for a fleet in one.
pub(super) fn plan(options: &SeedOptions, setup: SwitchSetup) -> Option<SwitchPlan> {
    let [primary, second, ..] = options.regions else {
        return None;
    };
    let regions = [primary.clone(), second.clone()];
    let check = |region| SwitchCheck {
        region: Clone::clone(region),
        id: names::uuid(options.seed, &format!("check region switch {region}")),
        healthy: !setup.passive || region == primary,
    };
    let approval = setup.approval.then_some(SwitchStep {
        name: "Approve",
        block: SwitchBlock::Approval,
    });
    let database = setup.database.map(|behavior| SwitchStep {
        name: "Database",
        block: SwitchBlock::Database(behavior),
    });
    let traffic = SwitchStep {
        name: "Traffic",
        block: SwitchBlock::Traffic,
    };
    let warning = "The execution role is not allowed to call route53:ListResourceRecordSets.";
    Some(SwitchPlan {
        arn: format!(
            "arn:aws:arc-region-switch::{ACCOUNT}:plan/{FLEET}:{}",
            hex(options.seed, "plan", 6)
        ),
        name: FLEET.into(),
        owner: ACCOUNT.into(),
        checks: regions.iter().map(check).collect(),
        regions,
        passive: setup.passive,
        version: 3,
        updated: options.days_ago(40, "plan"),
        role: format!("arn:aws:iam::{ACCOUNT}:role/{FLEET}-region-switch"),
        steps: approval
            .into_iter()
            .chain(database)
            .chain([traffic])
            .collect(),
        trigger: setup.trigger,
        warning: setup.warning.then(|| warning.into()),
        executions: Vec::new(),
        fails: false,
    })
}
