//! What the journals of this machine tell of a fleet: when last a Region was left or promoted, and which runs are open.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Folder, LeaseHolder, Phase, RunState};
use gwctl_fleet::{FleetSpec, Region};

/// What was tried, and who acts now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tried {
    /// When the newest run that left a Region, and is done, was begun.
    left: BTreeMap<Region, Timestamp>,
    /// When the newest run that moved the writer there, and is done, was begun.
    promoted: BTreeMap<Region, Timestamp>,
    /// What is neither done nor given up: what it does, and who drives it.
    pub open: Vec<(String, Option<LeaseHolder>)>,
    /// Why the journals cannot be read.
    pub unreadable: Option<String>,
}

impl Tried {
    /// Reads the journals of `folder`.
    pub fn of(folder: &Folder, fleet: &FleetSpec) -> Self {
        let mut tried = Self {
            unreadable: folder.unreadable(),
            ..Self::default()
        };
        let runs = folder.runs().into_iter().filter_map(|run| run.state.ok());
        for run in runs.filter(|run| run.plan.binding.is_of(fleet)) {
            tried.take(folder, &run);
        }
        tried
    }

    fn take(&mut self, folder: &Folder, run: &RunState) {
        let phase = run.phase();
        if !phase.over() && !folder.ended_with_its_world(&run.id) {
            let holder = folder.holder(&run.id);
            self.open.push((run.plan.title.clone(), holder));
        }
        if phase != Phase::Done || !run.plan.intent.recovers() {
            return;
        }
        let intent = &run.plan.intent;
        let newest = |known: &mut BTreeMap<Region, Timestamp>, region: &Region| {
            let at = known.entry(region.clone()).or_insert(run.begun);
            *at = (*at).max(run.begun);
        };
        if let Some(region) = intent.leaves() {
            newest(&mut self.left, region);
        }
        if let Some(region) = intent.promotes() {
            newest(&mut self.promoted, region);
        }
    }

    /// When last a run evacuated `region`.
    pub fn left(&self, region: &Region) -> Option<Timestamp> {
        self.left.get(region).copied()
    }

    /// When last a run made `region` the writer's.
    pub fn promoted(&self, region: &Region) -> Option<Timestamp> {
        self.promoted.get(region).copied()
    }
}
