//! Which Region switch plans are about a fleet, and whether all of them are known.

use super::{Block, RegionSwitchPlan};
use crate::{CheckKind, Missing, Region, Snapshot};

/// Whether a plan is about the fleet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concern {
    /// A step names its database, its records or its routing controls.
    Named,
    /// No step names anything that tells, or the steps are not known.
    Perhaps,
    /// The steps name others' resources alone.
    Other,
}

impl Snapshot {
    /// Whether `plan` is about this fleet.
    pub fn concern(&self, plan: &RegionSwitchPlan) -> Concern {
        let vended = plan.checks.last().into_iter().flatten();
        let mut ids = vended.filter_map(|check| check.id.as_ref());
        if ids.any(|id| self.edge.checks.contains_key(id)) {
            return Concern::Named;
        }
        let Some(detail) = plan.detail.last() else {
            return Concern::Perhaps;
        };
        let told: Vec<bool> = detail
            .steps()
            .filter_map(|step| self.names(&step.block))
            .collect();
        match told.iter().any(|own| *own) {
            true => Concern::Named,
            false if told.is_empty() => Concern::Perhaps,
            false => Concern::Other,
        }
    }

    /// Whether a block is about something of this fleet; none where it does not tell.
    fn names(&self, block: &Block) -> Option<bool> {
        match block {
            Block::Database { cluster, .. } => {
                Some(cluster.eq_ignore_ascii_case(&self.database.id))
            }
            Block::Records { record, .. } => Some(self.edge.is_routed_by(record)),
            Block::Controls { arns } => {
                // Which routing controls are the fleet's, its health checks tell.
                self.edge.records.last()?;
                let mut configs = self.edge.checks.values().map(|check| check.config.last());
                let own = |control: &String| arns.contains(control);
                Some(configs.any(|config| {
                    matches!(config.map(|config| &config.kind),
                        Some(CheckKind::RecoveryControl { control }) if own(control))
                }))
            }
            Block::Approval { .. } | Block::Plan { .. } | Block::Nothing => None,
        }
    }

    /// The plans that are, or may be, about this fleet: of each the copy that knows most.
    pub fn region_switch_plans(&self) -> Vec<&RegionSwitchPlan> {
        let told = self.edge.region_switch.values();
        let mut newest: Vec<&RegionSwitchPlan> = Vec::new();
        for plan in told.filter_map(|told| told.last()).flatten() {
            let rank = |one: &RegionSwitchPlan| (one.is_running(), one.updated);
            match newest.iter_mut().find(|one| one.arn == plan.arn) {
                Some(one) if rank(plan) > rank(one) => *one = plan,
                Some(_) => {}
                None => newest.push(plan),
            }
        }
        newest.retain(|plan| self.concern(plan) != Concern::Other);
        newest
    }

    /// Those of them that are about `region`.
    pub fn region_switch_plans_of(&self, region: &Region) -> Vec<&RegionSwitchPlan> {
        let mut plans = self.region_switch_plans();
        plans.retain(|plan| plan.regions.contains(region));
        plans
    }

    /// Why a plan about `region` may exist that is not known; none where it cannot. A plan is in both of its Regions:
    /// either tells it.
    pub fn unknown_region_switch(&self, region: &Region) -> Option<&Missing> {
        let told = &self.edge.region_switch;
        let own = told.get(region)?.why_missing()?;
        let mut others = told.iter().filter(|(other, _)| *other != region);
        let silent = others.any(|(_, told)| told.why_missing().is_some());
        silent.then_some(own)
    }
}
