//! `gwctl demo`: the console on the embedded simulator.

use std::error::Error;
use std::sync::Arc;

use super::act::record::{Memory, read_back};
use super::console::{THEME, open};
use super::exit::Exit;
use super::failure::Failure;
use super::flags::{Global, Simulated};
use super::incident::file;
use super::operator::operator;
use super::simulated::{refresh, target, world_to_be};
use super::target::Target;
use crate::actions::{Folder, Intent, RunContext};
use crate::config::Paths;
use crate::console::app::{FaultEntry, Mode};
use crate::console::{FaultPanel, Fleets, Keeping, Opening, Setup};
use crate::fleet::{FleetSpec, Pace};
use crate::sim::Sim;

/// Where the demo's fleet is described.
const KEPT: &str =
    "the fleet on screen is as it was built; a simulated one has no configuration file";

/// Founds a world and opens the console on it. Needs no configuration, no credentials, no network.
pub fn run(global: &Global, args: &Simulated) -> Result<Exit, Failure> {
    let sim = world_to_be(args)?;
    let paths = Paths::find(None)?;
    let incidents = file::kept_in(file::folder(&paths, true), global.record);
    let setup = Setup {
        told: None,
        fleets: Arc::new(World {
            sim: sim.clone(),
            built: Arc::default(),
        }),
        fleet: sim.name().to_owned(),
        faults: Some(Arc::new(Faults(sim.clone()))),
        mode: Mode::Demo {
            scenario: args.scenario.clone(),
        },
        write: global.write,
        pace: Pace::default(),
        theme: global.theme.clone().unwrap_or_else(|| THEME.to_owned()),
        themes: Some(paths.themes),
        columns: None,
        ascii: false,
        color: global.color.wish(),
        mouse: global.mouse,
        keys: std::collections::BTreeMap::new(),
        own: Vec::new(),
        runs: Folder::new(paths.state.join("demo/runs")).of_a_new_world(),
        operator: operator(),
        incidents: Some(incidents),
        recording: None,
        clock: sim.clock(),
    };
    open(setup, global)
}

/// The one fleet of a simulated world.
struct World {
    sim: Sim,
    /// As it was built in this console.
    built: Arc<Memory>,
}

impl Fleets for World {
    fn names(&self) -> Vec<String> {
        vec![self.sim.name().to_owned()]
    }

    fn spec(&self, name: &str) -> Option<FleetSpec> {
        let built = self.built.get(name);
        built.or_else(|| (name == self.sim.name()).then(|| self.sim.spec()))
    }

    fn open(&self, _name: &str, pace: Pace) -> Opening {
        let sim = self.sim.clone();
        Box::pin(async move {
            // Before anybody asks: a question would wait for it, and be counted as unanswered.
            sim.make_history();
            target(&sim, pace).await.open()
        })
    }

    fn reopen(&self, run_context: RunContext, pace: Pace) -> Opening {
        let spec = self.spec(&run_context.fleet);
        Box::pin(async move { Target::again(run_context, spec, refresh(pace)).open() })
    }

    fn keep(&self, run_context: RunContext, intent: Intent) -> Keeping {
        let built = self.built.clone();
        Box::pin(async move {
            match read_back(&intent, &run_context, &run_context.spec).await {
                Ok(now) if now == run_context.spec => (false, None),
                Ok(now) => (built.put(&run_context, now), Some(Ok(KEPT.into()))),
                Err(why) => (false, Some(Err(why))),
            }
        })
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

    fn set(&self, id: &str, on: bool) -> Result<(), Box<dyn Error + Send + Sync>> {
        if on {
            self.0.start_fault(id)?;
        } else {
            self.0.end_fault(id)?;
        }
        Ok(())
    }
}
