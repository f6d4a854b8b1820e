//! `gwctl demo`: the console on the embedded simulator.

use std::error::Error;
use std::sync::Arc;

use super::act::record::{Memory, read_back};
use super::args;
use super::console::{THEME, open};
use super::exit::Exit;
use super::failure::Failure;
use super::flags::Global;
use super::incident::file;
use super::lab::KnownLab;
use super::lab::args::Load;
use super::operator::operator;
use super::output::tell;
use super::simulated::{named, no_such_fleet, refresh};
use super::simulated_fleets::Worlds;
use super::target::Target;
use crate::actions::{Folder, Intent, RunContext};
use crate::config::Paths;
use crate::console::app::{FaultEntry, Mode};
use crate::console::{FaultPanel, Fleets, Keeping, Opening, Setup};
use crate::fleet::{FleetSpec, Pace};
use crate::observe::Refresh;
use crate::sim::Sim;

/// Where the demo's fleet is described.
const KEPT: &str =
    "the fleet on screen is as it was built; a simulated one has no configuration file";

/// Founds a world and opens the console on it. Needs no configuration, no credentials, no network.
pub fn run(global: &Global, args: &args::Demo) -> Result<Exit, Failure> {
    let fleet = named(global).unwrap_or(Sim::NAME);
    let names = Worlds::names();
    if !names.iter().any(|name| name == fleet) {
        let next = format!("The demo has {}.", names.join(", "));
        return Err(no_such_fleet(fleet).next(next));
    }
    if !args.lab {
        return show(global, fleet, Worlds::new(&args.world)?);
    }
    let runtime =
        tokio::runtime::Runtime::new().map_err(|error| Failure::io("start the runtime", &error))?;
    tell("gwctl: a lab starts …");
    let load = Load {
        seed: args.world.seed,
        ..Load::default()
    };
    let lab = runtime.block_on(Box::pin(KnownLab::start(load)))?;
    let worlds = Worlds::beside(lab.running.sim.clone(), &args.world);
    let shown = show(global, fleet, worlds);
    let _entered = runtime.enter();
    drop(lab);
    shown
}

fn show(global: &Global, fleet: &str, worlds: Worlds) -> Result<Exit, Failure> {
    let worlds = Arc::new(worlds);
    let sim = worlds.first();
    let paths = Paths::find(None)?;
    let incidents = file::kept_in(file::folder(&paths, true), global.record);
    let setup = Setup {
        untold: Vec::new(),
        told: None,
        fleets: Arc::new(Demo {
            worlds: worlds.clone(),
            built: Arc::default(),
        }),
        fleet: fleet.to_owned(),
        faults: Some(Arc::new(Faults(worlds.clone()))),
        mode: Mode::Demo {
            scenario: worlds.scenario(fleet).unwrap_or_default(),
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

/// The fleets of the simulated worlds.
struct Demo {
    worlds: Arc<Worlds>,
    /// As they were built in this console.
    built: Arc<Memory>,
}

impl Demo {
    /// Opens one; a name that is no fleet's is refused before.
    fn opening(&self, name: &str, pace: Pace, refreshed: fn(Refresh) -> Refresh) -> Opening {
        let (worlds, name) = (self.worlds.clone(), name.to_owned());
        Box::pin(async move {
            match worlds.target(&name, pace).await {
                Some(mut target) => {
                    target.refresh = refreshed(target.refresh);
                    target.open()
                }
                None => std::future::pending().await,
            }
        })
    }
}

impl Fleets for Demo {
    fn names(&self) -> Vec<String> {
        Worlds::names()
    }

    fn spec(&self, name: &str) -> Option<FleetSpec> {
        self.built.get(name).or_else(|| self.worlds.spec(name))
    }

    fn scenario(&self, name: &str) -> Option<String> {
        self.worlds.scenario(name)
    }

    fn open(&self, name: &str, pace: Pace) -> Opening {
        self.worlds.show(name);
        self.opening(name, pace, std::convert::identity)
    }

    fn look(&self, name: &str) -> Opening {
        self.opening(name, Pace::Calm, Refresh::beside_others)
    }

    fn beside(&self, name: &str) -> Opening {
        self.opening(name, Pace::Incident, std::convert::identity)
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

/// The faults of the world of the fleet on screen, for the menu.
struct Faults(Arc<Worlds>);

impl FaultPanel for Faults {
    fn list(&self) -> Vec<FaultEntry> {
        let entry = |fault: crate::sim::FaultStatus| FaultEntry {
            active: fault.since.is_some(),
            id: fault.id,
            title: fault.title,
        };
        self.0.shown().faults().into_iter().map(entry).collect()
    }

    fn set(&self, id: &str, on: bool) -> Result<(), Box<dyn Error + Send + Sync>> {
        if on {
            self.0.shown().start_fault(id)?;
        } else {
            self.0.shown().end_fault(id)?;
        }
        Ok(())
    }
}
