//! How an action is tried on a simulated fleet: the harness that breaks every step of every action, and
//! `gwctl rehearse`, take it from here.

use super::Intent;
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
}

/// One way to try an action.
#[derive(Debug, Clone)]
pub struct Rehearsal {
    /// Unique among all.
    pub name: &'static str,
    /// The simulator's scenario it is tried in; what goes wrong there ends after a while.
    pub scenario: &'static str,
    /// What is done first, so that there is something to do.
    pub before: Vec<Intent>,
    /// What is tried. A certificate without an ARN stands for any that fits.
    pub intent: Intent,
    /// In an account without a fleet.
    pub empty: bool,
}

impl Rehearsal {
    /// On a calm day.
    pub(super) const fn calm(name: &'static str, intent: Intent) -> Self {
        Self {
            name,
            scenario: "calm",
            before: Vec::new(),
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

    pub(super) fn after(mut self, before: Intent) -> Self {
        self.before.push(before);
        self
    }
}
