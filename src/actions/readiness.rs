//! Could one act now? The plans are made of the picture there is, with every check that a run would make; nothing is sent.

use serde::Serialize;

use super::check::{Check, Finding};
use super::guided::{Evacuate, Promote};
use super::planning::plan;
use super::{Intent, Mode, advise};
use gwctl_fleet::{FleetSpec, Region, Snapshot};

/// What could be done with one Region now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Readiness {
    pub region: Region,
    /// Whether it could become the writer's; none without a database, or where it is the writer's.
    pub promotion: Option<Ready>,
    /// Whether its traffic could go elsewhere.
    pub evacuation: Ready,
}

/// Whether one action could run now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ready {
    /// The words after `gwctl`: `promote eu-west-1 --mode switchover`.
    pub command: String,
    pub answer: Answer,
    /// The checks that did not pass, the gravest first; of a plan that cannot be made, why not.
    pub checks: Vec<Check>,
}

/// In a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// Every check passes.
    Yes,
    /// It could run; some checks want a look.
    YesLook,
    /// Only where the operator waives checks by name.
    Waived,
    /// It could not.
    No,
}

impl Answer {
    /// As a cell of a table has it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::YesLook => "yes, see below",
            Self::Waived => "if waived",
            Self::No => "no",
        }
    }
}

/// What could be done with each member of the fleet, as `snapshot` shows it.
pub fn readiness(fleet: &str, spec: &FleetSpec, snapshot: &Snapshot) -> Vec<Readiness> {
    let topology = snapshot.database.topology.last();
    let mode = match advise(snapshot).mode {
        Mode::Failover => Mode::Failover,
        Mode::Switchover | Mode::EvacuateOnly => Mode::Switchover,
    };
    let of = |region: &Region| {
        let may_be_writer = spec.has_database()
            && snapshot.is_writer(region) != Some(true)
            && topology.is_none_or(|known| known.member(region).is_some());
        let promotion = may_be_writer.then(|| {
            let intent = Promote {
                target: region.clone(),
                mode: Some(mode),
                force: false,
            };
            let command = format!("promote {region} --mode {}", mode.word());
            ready(fleet, spec, snapshot, &intent.into(), command)
        });
        let evacuation = Evacuate {
            region: region.clone(),
            mechanism: None,
        };
        let command = format!("evacuate {region}");
        Readiness {
            region: region.clone(),
            promotion,
            evacuation: ready(fleet, spec, snapshot, &evacuation.into(), command),
        }
    };
    snapshot.sites.iter().map(|site| of(&site.region)).collect()
}

fn ready(
    fleet: &str,
    spec: &FleetSpec,
    snapshot: &Snapshot,
    intent: &Intent,
    command: String,
) -> Ready {
    let mut checks = match plan(fleet, spec, snapshot, intent) {
        Ok(plan) => plan.checks,
        Err(refused) => vec![Check::new("plan", Finding::Fail, refused.why)],
    };
    checks.retain(|check| check.finding != Finding::Pass);
    checks.sort_by_key(|check| std::cmp::Reverse(check.finding));
    let answer = match checks.first().map(|check| check.finding) {
        None | Some(Finding::Pass) => Answer::Yes,
        Some(Finding::Warn) => Answer::YesLook,
        Some(Finding::Waivable) => Answer::Waived,
        Some(Finding::Fail) => Answer::No,
    };
    Ready {
        command,
        answer,
        checks,
    }
}
