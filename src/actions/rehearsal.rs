//! How an action is tried on a simulated fleet: the harness that breaks every step of every action, and
//! `gwctl rehearse`, take it from here.

use super::Mechanism;
use gwctl_fleet::Region;

/// Three Regions of the fleet that is rehearsed on.
#[derive(Debug, Clone)]
pub struct Places {
    /// Where the database is written.
    pub writer: Region,
    /// Another one.
    pub other: Region,
    /// A third one.
    pub third: Region,
    /// One that the fleet is not in.
    pub free: Region,
    /// A function where the database is written.
    pub function: Option<String>,
    /// Id of the API there.
    pub api: Option<String>,
    /// The function that routes at the edge.
    pub router: Option<String>,
    /// Whether health checks follow ARC routing controls there.
    pub routing_controls: bool,
    /// Whether a plan of ARC Region switch is about writer and other.
    pub region_switch: bool,
}

/// What is done before an action is tried, so that there is something to do.
#[derive(Debug, Clone)]
pub enum Before {
    /// A Region is evacuated by a mechanism.
    Evacuated(Region, Mechanism),
    /// The fleet is built in one more Region.
    Provisioned(Region),
    /// The whole fleet is built.
    Built,
}

/// One way to try an action.
#[derive(Debug, Clone)]
pub struct Rehearsal<A> {
    /// Unique among all.
    pub name: &'static str,
    /// The simulator's scenario it is tried in; what goes wrong there ends after a while.
    pub scenario: &'static str,
    /// What is done first.
    pub before: Option<Before>,
    /// What is tried. A certificate without an ARN stands for any that fits.
    pub intent: A,
    /// In an account without a fleet.
    pub empty: bool,
}

impl<A> Rehearsal<A> {
    /// On a calm day.
    pub(super) const fn calm(name: &'static str, intent: A) -> Self {
        Self {
            name,
            scenario: "calm",
            before: None,
            intent,
            empty: false,
        }
    }

    pub(super) const fn in_an_empty_account(mut self) -> Self {
        self.empty = true;
        self
    }

    pub(super) const fn during(mut self, scenario: &'static str) -> Self {
        self.scenario = scenario;
        self
    }

    pub(super) fn after(mut self, before: Before) -> Self {
        self.before = Some(before);
        self
    }

    /// The same of one action among all.
    pub(super) fn of<B: Into<A>>(one: Rehearsal<B>) -> Self {
        Self {
            name: one.name,
            scenario: one.scenario,
            before: one.before,
            intent: one.intent.into(),
            empty: one.empty,
        }
    }
}
