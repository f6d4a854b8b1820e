//! The handle to a world: cheap to clone, safe to share.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::clock::SimClock;
use super::scenario::Scenario;
use super::{Control, RoutingShape, State, Tamper, Vantage, names};
use crate::world::parts::faults::FaultStatus;
use crate::world::parts::probe::{ProbeOutcome, ResolveOutcome};
use gwctl_fleet::{Clock, FleetSpec, Region};

/// What a world is made of.
#[derive(Debug, Clone)]
pub struct SimOptions {
    /// What goes wrong, and when.
    pub scenario: Scenario,
    /// The same seed and start give the same run.
    pub seed: u64,
    /// How many times as fast as the wall's clock; 1 is real time.
    pub speed: f64,
    /// The Regions; the first holds the database's writer. One to 34.
    pub regions: Vec<Region>,
    /// An account without a fleet: a hosted zone and nothing else, whatever `regions` says.
    pub empty: bool,
    /// REST APIs (v1) instead of HTTP APIs (v2).
    pub rest: bool,
    /// Whether there is an ARC cluster with a routing control a Region, as a scenario's `arc = true` says too.
    pub arc: bool,
    /// The instant the clock starts at; none means the present.
    pub start: Option<Timestamp>,
    /// How long every API call takes, instead of what distance and service make of it: for benchmarks.
    pub api_latency: Option<Duration>,
    /// When the history is made.
    pub history: History,
}

/// When a world's history is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum History {
    /// With the world.
    AtOnce,
    /// At the first look: a console draws before it.
    OnDemand,
}

impl Default for SimOptions {
    fn default() -> Self {
        Self {
            scenario: Scenario::calm(),
            seed: 1,
            speed: 1.0,
            regions: Region::all()
                .filter(|r| ["us-east-1", "eu-west-1", "ap-southeast-1"].contains(&r.as_str()))
                .collect(),
            empty: false,
            rest: false,
            arc: false,
            start: None,
            api_latency: None,
            history: History::AtOnce,
        }
    }
}

/// Why a world cannot be made, or a fault not be started.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// No Region at all.
    #[error("a simulated fleet needs at least one Region")]
    NoRegions,
    /// A Region that is not on the map.
    #[error("`{0}` is not a Region this build knows: use one of AWS's 34 commercial Regions")]
    UnknownRegion(Region),
    /// The scenario strikes a Region the fleet is not in.
    #[error("scenario {scenario} strikes {region}, where the fleet is not: it is in {present}")]
    StrikesElsewhere {
        /// Its name.
        scenario: String,
        /// The Region it names.
        region: Region,
        /// The fleet's Regions.
        present: String,
    },
    /// No such fault.
    #[error("there is no fault `{id}`: use one of {known}")]
    UnknownFault {
        /// What was asked for.
        id: String,
        /// What there is.
        known: String,
    },
}

/// A running world.
#[derive(Debug, Clone)]
pub struct Sim {
    clock: Arc<SimClock>,
    state: Arc<Mutex<State>>,
}

impl Sim {
    /// Founds a world, with four hours of history; where that is made on demand, the first look takes as long.
    pub fn new(options: SimOptions) -> Result<Self, SimError> {
        let SimOptions {
            scenario,
            seed,
            speed,
            mut regions,
            empty,
            rest,
            arc,
            start,
            api_latency,
            history,
        } = options;
        let scenario = scenario.drawn(seed);
        // A pair has two: a third Region would have no record.
        if scenario.routing == RoutingShape::Failover {
            regions.truncate(2);
        }
        if let Some(dialect) = scenario.partition {
            regions = dialect
                .regions()
                .iter()
                .filter_map(|code| Region::new(code).ok())
                .collect();
        }
        if empty {
            regions.clear();
        } else if regions.is_empty() {
            return Err(SimError::NoRegions);
        }
        let more = &scenario.database.more;
        let mut all = regions.iter().chain(more);
        if let Some(unknown) = all.find(|region| region.place().is_none()) {
            return Err(SimError::UnknownRegion(unknown.clone()));
        }
        let strange = scenario
            .events
            .iter()
            .filter_map(|event| event.what.region());
        // What is to be built may be anywhere.
        let strange =
            strange.filter(|region| !empty && !regions.contains(region) && !more.contains(region));
        if let Some(region) = strange.clone().next() {
            return Err(SimError::StrikesElsewhere {
                region: region.clone(),
                present: regions
                    .iter()
                    .map(Region::as_str)
                    .collect::<Vec<_>>()
                    .join(", "),
                scenario: scenario.name,
            });
        }
        let start = start.unwrap_or_else(Timestamp::now);
        let mut state = State::new(seed, regions, (rest, arc), &scenario, start);
        state.control = Control::new(api_latency);
        let clock = SimClock::new(start, speed);
        let sim = Self {
            clock: Arc::new(clock),
            state: Arc::new(Mutex::new(state)),
        };
        if history == History::AtOnce {
            sim.make_history();
        }
        Ok(sim)
    }

    /// Makes the history, where nobody looked yet.
    pub fn make_history(&self) {
        drop(self.state());
    }

    /// The world as it is now, for others to go on from.
    pub fn moment(&self) -> Moment {
        let state = self.state();
        Moment {
            at: self.clock.now(),
            state: State::clone(&state),
        }
    }

    /// The world's clock.
    pub fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    /// Jumps ahead; everything that happens meanwhile, happens.
    pub fn advance(&self, ahead: Duration) {
        self.clock.skip(ahead);
        drop(self.state());
    }

    /// The name of the only fleet in any world.
    pub const NAME: &str = names::FLEET;

    /// The fleet's name in a configuration.
    pub fn name(&self) -> &'static str {
        Self::NAME
    }

    /// The configuration that names this fleet.
    pub fn spec(&self) -> FleetSpec {
        self.present().spec()
    }

    /// Puts real software in the place of what this world models, from now on.
    pub fn follow(&self, reality: Arc<dyn super::Reality>) {
        self.state().follow(reality, self.clock.clone());
    }

    /// Every fault there is, active ones with their beginning.
    pub fn faults(&self) -> Vec<FaultStatus> {
        let state = self.state();
        state.faults.statuses(state.fleet.regions())
    }

    /// Starts a fault by its id.
    pub fn start_fault(&self, id: &str) -> Result<(), SimError> {
        let mut state = self.state();
        let fault = known_fault(&state, id)?;
        state.start(fault);
        Ok(())
    }

    /// Ends a fault by its id; nothing happens when it is not active.
    pub fn end_fault(&self, id: &str) -> Result<(), SimError> {
        let mut state = self.state();
        let fault = known_fault(&state, id)?;
        state.end(&fault);
        Ok(())
    }

    /// One call that goes wrong; see [`Tamper`].
    pub fn tamper(&self, tamper: Tamper) {
        self.state().control.tamper(tamper);
    }

    /// The world, brought up to the clock. Never hold it while awaiting: it is a lock.
    pub fn state(&self) -> StateGuard<'_> {
        let now = self.clock.now();
        let mut state = self.present();
        state.advance_to(now);
        StateGuard(state)
    }

    /// The world as it was left: time does not pass.
    fn present(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One GET from the operator's seat in Frankfurt, or a short sentence saying why there was no answer.
    pub fn probe(&self, url: &str) -> Result<ProbeOutcome, String> {
        let mut state = self.state();
        let Some(dialect) = state.resources.dialect else {
            return state.probe(url);
        };
        let mut seen = state.probe(&dialect.heard(url))?;
        seen.served_by = seen.served_by.map(|by| dialect.told(&by));
        Ok(seen)
    }

    /// What the authoritative servers answer to a client at `vantage`, CNAME first, or a short sentence.
    /// They answer whatever control plane is down.
    pub fn answer(
        &self,
        name: &str,
        vantage: impl Into<Vantage>,
    ) -> Result<ResolveOutcome, String> {
        self.translated(name, |state, name| {
            state.ask_authority(name, vantage.into())
        })
    }

    /// As [`Self::answer`], for records of one type alone.
    pub fn answer_as(
        &self,
        name: &str,
        kind: &str,
        vantage: impl Into<Vantage>,
    ) -> Result<ResolveOutcome, String> {
        self.translated(name, |state, name| {
            state.ask_authority_as(name, kind, vantage.into())
        })
    }

    /// What the resolver of the operator's seat answers, or a short sentence.
    pub fn resolve(&self, name: &str) -> Result<ResolveOutcome, String> {
        self.translated(name, State::resolve)
    }

    /// Asks in the world's words, and answers in its partition's.
    fn translated(
        &self,
        name: &str,
        ask: impl FnOnce(&mut State, &str) -> Result<ResolveOutcome, String>,
    ) -> Result<ResolveOutcome, String> {
        let mut state = self.state();
        let Some(dialect) = state.resources.dialect else {
            return ask(&mut state, name);
        };
        let mut seen = ask(&mut state, &dialect.heard(name))?;
        for value in &mut seen.values {
            *value = dialect.told(value);
        }
        Ok(seen)
    }
}

/// A world at one moment, from which any number of worlds go on, each its own way.
#[derive(Debug, Clone)]
pub struct Moment {
    at: Timestamp,
    state: State,
}

impl Moment {
    /// Goes on from there, at the wall's speed.
    pub fn go_on(&self) -> Sim {
        Sim {
            clock: Arc::new(SimClock::new(self.at, 1.0)),
            state: Arc::new(Mutex::new(self.state.clone())),
        }
    }
}

/// Access to the world.
#[derive(Debug)]
pub struct StateGuard<'a>(MutexGuard<'a, State>);

impl Deref for StateGuard<'_> {
    type Target = State;
    fn deref(&self) -> &State {
        &self.0
    }
}

impl DerefMut for StateGuard<'_> {
    fn deref_mut(&mut self) -> &mut State {
        &mut self.0
    }
}

fn known_fault(state: &State, id: &str) -> Result<super::Fault, SimError> {
    let regions = state.fleet.regions();
    let known = || {
        let all = state.faults.statuses(regions).into_iter();
        all.map(|fault| fault.id).collect::<Vec<_>>().join(", ")
    };
    let found = state.faults.find(id, regions);
    found.ok_or_else(|| SimError::UnknownFault {
        id: id.into(),
        known: known(),
    })
}
