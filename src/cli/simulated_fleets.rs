//! Several simulated fleets, each in a world, and so in an account, of its own.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::failure::Failure;
use super::flags::Simulated;
use super::simulated::{self, Still, on_virtual_time, still_start};
use super::target::Target;
use crate::fleet::{FleetSpec, Pace};
use crate::sim::{Alias, History, Scenario, Sim, SimOptions};

/// The fleets beside the first: what each is called, and what happens to it.
pub const BESIDE: [(&str, &str); 4] = [
    ("basket", "calm"),
    ("parcel", "lag-surge"),
    ("refund", "lambda-errors"),
    ("wallet", "primary-dark"),
];

/// The worlds of one demo. Those beside the first are founded when somebody first looks at them.
pub struct Worlds {
    first: Sim,
    args: Simulated,
    beside: Mutex<BTreeMap<&'static str, Sim>>,
    /// The fleet that was opened last.
    current: Mutex<&'static str>,
}

impl Worlds {
    /// The world of `args`, and those beside it.
    pub fn new(args: &Simulated) -> Result<Self, Failure> {
        Ok(Self::beside(simulated::world_to_be(args)?, args))
    }

    /// `first`, and those beside it.
    pub fn beside(first: Sim, args: &Simulated) -> Self {
        Self {
            first,
            args: args.clone(),
            beside: Mutex::default(),
            current: Mutex::new(Sim::NAME),
        }
    }

    /// The world that the arguments describe.
    pub const fn first(&self) -> &Sim {
        &self.first
    }

    /// What the fleets are called.
    pub fn names() -> Vec<String> {
        let beside = BESIDE.iter().map(|(name, _)| (*name).to_owned());
        std::iter::once(Sim::NAME.to_owned())
            .chain(beside)
            .collect()
    }

    /// What happens to the fleet `name`.
    pub fn scenario(&self, name: &str) -> Option<String> {
        if name == Sim::NAME {
            return Some(self.args.scenario.clone());
        }
        let known = BESIDE.iter().find(|(known, _)| *known == name);
        known.map(|(_, scenario)| (*scenario).to_owned())
    }

    /// The world of the fleet `name`, at the same time of day as the first.
    pub fn world(&self, name: &str) -> Option<(Alias, Sim)> {
        if name == Sim::NAME {
            return Some((Alias::OWN, self.first.clone()));
        }
        let (name, scenario) = BESIDE.iter().find(|(known, _)| *known == name)?;
        let alias = Alias::new(name)?;
        let mut beside = self.beside.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sim) = beside.get(name) {
            return Some((alias, sim.clone()));
        }
        let sim = Sim::new(SimOptions {
            seed: self.args.seed + name.bytes().map(u64::from).sum::<u64>(),
            speed: self.args.speed,
            scenario: Scenario::load(scenario).ok()?,
            start: Some(self.first.clock().now()),
            history: History::OnDemand,
            ..SimOptions::default()
        });
        let sim = sim.ok()?;
        beside.insert(name, sim.clone());
        Some((alias, sim))
    }

    /// The configuration of the fleet `name`.
    pub fn spec(&self, name: &str) -> Option<FleetSpec> {
        let (alias, sim) = self.world(name)?;
        alias.spec(&sim.spec())
    }

    /// The fleet `name` behind the same SDK as any other.
    pub async fn target(&self, name: &str, pace: Pace) -> Option<Target> {
        let (alias, sim) = self.world(name)?;
        let spec = alias.spec(&simulated::spec(&sim))?;
        // Before anybody asks: a question would wait for it, and be counted as unanswered.
        let past = sim.clone();
        let _ = tokio::task::spawn_blocking(move || past.make_history()).await;
        Some(simulated::target_as(alias, &sim, spec, pace).await)
    }

    /// Remembers which fleet is on screen.
    pub fn show(&self, name: &str) {
        let known = BESIDE.iter().map(|(known, _)| *known);
        let known = known.chain([Sim::NAME]).find(|known| *known == name);
        if let Some(known) = known {
            *self.current.lock().unwrap_or_else(PoisonError::into_inner) = known;
        }
    }

    /// The world of the fleet on screen.
    pub fn shown(&self) -> Sim {
        let name = *self.current.lock().unwrap_or_else(PoisonError::into_inner);
        self.world(name)
            .map_or_else(|| self.first.clone(), |(_, sim)| sim)
    }
}

/// Lets `look` see the fleets that `meant` names at one moment, on virtual time: that of `world` and those beside it.
pub fn stills<T>(
    world: &Still,
    meant: impl Fn(&str) -> bool,
    look: impl AsyncFnOnce(Vec<Target>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let first = simulated::scenario(&world.scenario)?;
    on_virtual_time(world.seed, async || {
        let mut targets = Vec::new();
        let beside = BESIDE.iter().enumerate();
        let beside = beside.filter_map(|(nth, (name, scenario))| {
            let seed = world.seed + 1 + nth as u64;
            Some((Alias::new(name)?, Scenario::load(scenario).ok()?, seed))
        });
        let first = std::iter::once((Alias::OWN, first, world.seed));
        let all = first
            .chain(beside)
            .filter(|(alias, ..)| meant(alias.name()));
        for (alias, scenario, seed) in all {
            let sim = Sim::new(SimOptions {
                seed,
                scenario,
                start: still_start(),
                ..SimOptions::default()
            });
            let sim = sim.map_err(|error| Failure::new(error.to_string()))?;
            sim.advance(world.after);
            if let Some(spec) = alias.spec(&sim.spec()) {
                targets.push(simulated::target_as(alias, &sim, spec, Pace::Calm).await);
            }
        }
        look(targets).await
    })
}
