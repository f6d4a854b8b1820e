//! `gwctl demo`: the console on the embedded simulator.

use std::sync::Arc;

use super::args::{Global, Simulated};
use super::console::{THEME, open};
use super::exit::Exit;
use super::failure::Failure;
use super::operator::operator;
use super::simulated::{target, world};
use crate::actions::Folder;
use crate::config::Paths;
use crate::console::app::{FaultEntry, Mode};
use crate::console::{FaultPanel, Fleets, Opening, Setup};
use crate::fleet::{FleetSpec, Pace};
use crate::sim::Sim;

/// Founds a world and opens the console on it. Needs no configuration, no credentials, no network.
pub fn run(global: &Global, args: &Simulated) -> Result<Exit, Failure> {
    let sim = world(args, false)?;
    let paths = Paths::find(None)?;
    open(Setup {
        fleets: Arc::new(World(sim.clone())),
        fleet: sim.name().to_owned(),
        faults: Some(Arc::new(Faults(sim.clone()))),
        mode: Mode::Demo {
            scenario: args.scenario.clone(),
        },
        write: global.write,
        pace: Pace::default(),
        theme: global.theme.clone().unwrap_or_else(|| THEME.to_owned()),
        themes: Some(paths.themes),
        ascii: false,
        color: global.color.wish(),
        mouse: global.mouse,
        keys: std::collections::BTreeMap::new(),
        runs: Folder::new(paths.state.join("demo/runs")),
        operator: operator(),
        clock: sim.clock(),
    })
}

/// The one fleet of a simulated world.
struct World(Sim);

impl Fleets for World {
    fn names(&self) -> Vec<String> {
        vec![self.0.name().to_owned()]
    }

    fn spec(&self, name: &str) -> Option<FleetSpec> {
        (name == self.0.name()).then(|| self.0.spec())
    }

    fn open(&self, _name: &str, pace: Pace) -> Opening {
        let sim = self.0.clone();
        Box::pin(async move { Ok(target(&sim, pace).await.open()) })
    }
}

/// The world's faults, for the menu.
struct Faults(Sim);

impl FaultPanel for Faults {
    fn list(&self) -> Vec<FaultEntry> {
        let entry = |fault: crate::sim::FaultStatus| FaultEntry {
            active: fault.since.is_some(),
            id: fault.id,
            title: fault.title,
        };
        self.0.faults().into_iter().map(entry).collect()
    }

    fn set(&self, id: &str, on: bool) -> Result<(), String> {
        let done = if on {
            self.0.start_fault(id)
        } else {
            self.0.end_fault(id)
        };
        done.map_err(|error| error.to_string())
    }
}
