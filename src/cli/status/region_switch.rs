//! Plans of ARC Region switch in `gwctl.status/1`.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::document::{observed, plain};
use crate::fleet::{Edge, RegionSwitchPlan};

/// The ARC Region switch plans between Regions of the fleet, as each Region tells them.
pub fn told(edge: &Edge, now: Timestamp) -> Vec<Value> {
    let plan = |plan: &RegionSwitchPlan| {
        json!({
            "arn": plan.arn,
            "name": plan.name,
            "owner": plan.owner,
            "regions": plan.regions,
            "approach": plan.approach,
            "primary": plan.primary,
            "version": plan.version,
            "updated": plan.updated,
            "objective_minutes": plan.objective_minutes,
            "detail": plain(&plan.detail, now),
            "evaluation": plain(&plan.evaluation, now),
            "checks": plain(&plan.checks, now),
            "active": plan.active,
            "execution": plain(&plan.execution, now),
        })
    };
    let each = edge.region_switch.iter().map(|(region, plans)| {
        let plans = observed(plans, now, |plans| plans.iter().map(plan).collect());
        json!({ "region": region, "plans": plans })
    });
    each.collect()
}
