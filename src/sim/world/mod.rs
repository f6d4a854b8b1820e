//! The simulated AWS as a world: resources, physics, faults and scenarios on a virtual clock.
//!
//! The same seed and start give the same run. `sim/wire` prints what is here in AWS's protocols.

mod admission;
mod clock;
mod faults;
mod found;
mod found_alarms;
mod found_checks;
mod found_database;
mod geo;
pub mod metrics;
pub mod model;
mod names;
mod probe;
mod rng;
mod scenario;
mod sim;
pub mod sketch;

use jiff::Timestamp;

pub use admission::{Admission, Refusal};
pub use faults::{Fault, FaultKind, FaultStatus};
pub use metrics::{MetricId, MetricStore};
pub use model::Resources;
pub use probe::{ProbeOutcome, ResolveOutcome};
pub use scenario::{Event, Scenario, ScenarioError};
pub use sim::{Sim, SimError, SimOptions, StateGuard};

use crate::fleet::{FleetSpec, Region};
use faults::Faults;
use rng::Rng;

/// What the world has counted since its history began.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Totals {
    /// Requests clients sent.
    pub requests: f64,
    /// Of these, those answered 5xx or not at all.
    pub failed: f64,
    /// Writes a client was told are done.
    pub writes_acknowledged: f64,
    /// Acknowledged writes that no longer exist.
    pub writes_lost: f64,
}

/// The world at one moment.
#[derive(Debug)]
pub struct State {
    /// Everything that exists in the account.
    pub resources: Resources,
    /// What CloudWatch knows.
    pub metrics: MetricStore,
    /// What the world counted.
    pub totals: Totals,
    seed: u64,
    rest: bool,
    now: i64,
    regions: Vec<Region>,
    faults: Faults,
    limits: admission::Limits,
    rng_calls: Rng,
    /// Scenario events to come, the next one last.
    script: Vec<(i64, Event)>,
}

impl State {
    /// Founds the world of `options` at `start` and makes its history.
    fn new(
        seed: u64,
        regions: Vec<Region>,
        rest: bool,
        scenario: &Scenario,
        start: Timestamp,
    ) -> Self {
        let ground = found::Ground {
            seed,
            regions: &regions,
            rest,
            now: start,
        };
        let mut script: Vec<(i64, Event)> = scenario
            .events
            .iter()
            .map(|event| (start.as_second() + event.at.as_secs(), event.clone()))
            .collect();
        script.reverse();
        let mut state = Self {
            resources: found::resources(&ground),
            metrics: MetricStore::default(),
            totals: Totals::default(),
            seed,
            rest,
            now: start.as_second() - scenario::HISTORY.as_secs(),
            regions,
            faults: Faults::default(),
            limits: admission::Limits::default(),
            rng_calls: Rng::new(seed, "calls"),
            script,
        };
        state.advance_to(start);
        state
    }

    /// The second the world stands at.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_second(self.now).unwrap_or_default()
    }

    /// The Regions of the fleet, the one founded with the writer first.
    pub fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// The configuration that names this fleet.
    pub fn spec(&self) -> FleetSpec {
        found::spec(self.seed, &self.regions, self.rest)
    }

    fn advance_to(&mut self, until: Timestamp) {
        let until = until.as_second();
        while self.now < until {
            let step = self.step(until);
            self.tick(step);
        }
        self.metrics.set_now(self.now);
    }

    /// One second; longer while history is made in which nothing is about to change.
    fn step(&self, until: i64) -> i64 {
        (until - self.now).min(1)
    }

    fn tick(&mut self, step: i64) {
        self.now += step;
        while let Some((at, _)) = self.script.last()
            && *at <= self.now
        {
            let Some((_, event)) = self.script.pop() else {
                break;
            };
            if event.starts {
                self.start(event.fault);
            } else {
                self.end(&event.fault);
            }
        }
    }

    fn start(&mut self, fault: Fault) {
        self.faults.start(fault, self.now());
    }

    fn end(&mut self, fault: &Fault) {
        self.faults.end(fault);
    }
}
