//! Every guided action, listed once: a new one is a planner and a line here. Command line, console and
//! the harness that breaks every step of every action read this list.

use super::Intent;
use super::intent::Refused;
use super::plan::{Plan, PlanContext};
use super::planners::{
    certificate, down, drain, drill, evacuate, invalidate, promote, provision, restore, retire, up,
};
use super::rehearsal::{Places, Rehearsal};
use gwctl_fleet::{Region, Snapshot};

/// Makes a plan of a kind of intent.
pub type Planner = fn(&PlanContext<'_>, &Intent) -> Result<Plan, Refused>;

/// One guided action.
pub struct Action {
    /// As its subcommand is called.
    pub name: &'static str,
    /// In a line, for menus and help.
    pub about: &'static str,
    /// Makes its plan.
    pub planner: Planner,
    /// What could be asked of it where `region` is selected, possible or not: planning tells. For an
    /// action on the whole fleet, the same wherever.
    pub offers: fn(&Snapshot, &Region) -> Vec<Intent>,
    /// How it is tried on a simulated fleet; at least one way, every mechanism and mode among them.
    pub rehearsals: fn(&Places) -> Vec<Rehearsal>,
}

/// All of them, in the order menus show them.
pub const ACTIONS: [Action; 11] = [
    Action {
        name: "evacuate",
        about: "No new traffic to a Region, at once",
        planner: evacuate::plan,
        offers: evacuate::offers,
        rehearsals: evacuate::rehearsals,
    },
    Action {
        name: "promote",
        about: "Make another Region the database's writer",
        planner: promote::plan,
        offers: promote::offers,
        rehearsals: promote::rehearsals,
    },
    Action {
        name: "drain",
        about: "Less traffic to a Region, step by step, by weight",
        planner: drain::plan,
        offers: drain::offers,
        rehearsals: drain::rehearsals,
    },
    Action {
        name: "restore",
        about: "Traffic returns to a Region, after a hold-down",
        planner: restore::plan,
        offers: restore::offers,
        rehearsals: restore::rehearsals,
    },
    Action {
        name: "drill",
        about: "A whole failover and back",
        planner: drill::plan,
        offers: drill::offers,
        rehearsals: drill::rehearsals,
    },
    Action {
        name: "invalidate",
        about: "Remove paths from CloudFront's caches",
        planner: invalidate::plan,
        offers: invalidate::offers,
        rehearsals: invalidate::rehearsals,
    },
    Action {
        name: "certificate",
        about: "Attach another certificate to the distribution",
        planner: certificate::plan,
        offers: certificate::offers,
        rehearsals: certificate::rehearsals,
    },
    Action {
        name: "up",
        about: "Build the whole fleet that the configuration describes",
        planner: up::plan,
        offers: up::offers,
        rehearsals: up::rehearsals,
    },
    Action {
        name: "provision",
        about: "Build the fleet in one more Region",
        planner: provision::plan,
        offers: provision::offers,
        rehearsals: provision::rehearsals,
    },
    Action {
        name: "retire",
        about: "Take the fleet out of a Region: traffic first, data last",
        planner: retire::plan,
        offers: retire::offers,
        rehearsals: retire::rehearsals,
    },
    Action {
        name: "down",
        about: "Take the whole fleet down",
        planner: down::plan,
        offers: down::offers,
        rehearsals: down::rehearsals,
    },
];

pub(super) fn planner(intent: &Intent) -> Planner {
    ACTIONS
        .iter()
        .find(|action| action.name == intent.name())
        .map_or(nobody, |action| action.planner)
}

fn nobody(_: &PlanContext<'_>, intent: &Intent) -> Result<Plan, Refused> {
    Err(Refused::new(format!(
        "{} is not listed among the actions",
        intent.name()
    )))
}
