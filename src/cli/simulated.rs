//! The simulated fleet behind the same doors as the real one: SDK, observer, prober.

use std::future::{Future, ready};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::failure::Failure;
use super::flags::{Global, Simulated};
use super::target::Target;
use super::target::complete;
use crate::aws::{Session, SessionOptions, Timeouts, in_process};
use crate::fleet::{FleetSpec, Pace, ProbeReport, Snapshot};
use crate::observe::{Answerer, NetworkError, NoProbe, Prober, Refresh, Resolved};
use crate::sim::world::ResolveOutcome;
use crate::sim::{Alias, History, Scenario, Sim, SimOptions};

/// How far back the charts of a simulated fleet reach.
const HISTORY: Duration = Duration::from_hours(3);

/// A moment of a simulated world, for a look without a terminal.
#[derive(Debug, Clone)]
pub struct Still {
    /// Name of the scenario.
    pub scenario: String,
    /// The same seed gives the same picture.
    pub seed: u64,
    /// How far into the scenario.
    pub after: Duration,
    /// An account without a fleet.
    pub empty: bool,
}

/// When still pictures begin: a fixed moment, so that the same seed gives the same picture.
const STILL_START: i64 = 1_795_442_400; // 2026-11-23T14:00:00Z

/// A running world as the arguments describe it; `empty` is an account without a fleet.
pub fn world(args: &Simulated, empty: bool) -> Result<Sim, Failure> {
    found(SimOptions {
        empty,
        ..options(args)?
    })
}

/// As [`world`], before its history is made: [`Sim::make_history`] makes it.
pub fn world_to_be(args: &Simulated) -> Result<Sim, Failure> {
    found(SimOptions {
        history: History::OnDemand,
        ..options(args)?
    })
}

fn options(args: &Simulated) -> Result<SimOptions, Failure> {
    Ok(SimOptions {
        seed: args.seed,
        speed: args.speed,
        scenario: scenario(&args.scenario)?,
        ..SimOptions::default()
    })
}

/// Refuses a fleet that no simulated world has. What the environment names is meant for configured fleets.
pub fn only_its_fleet(global: &Global) -> Result<(), Failure> {
    match named(global) {
        Some(name) if name != Sim::NAME => {
            let why = no_such_fleet(name);
            Err(why.next(format!("The simulated world has one: {}.", Sim::NAME)))
        }
        _ => Ok(()),
    }
}

/// The fleet that `--fleet` names; what the environment says is for configured fleets.
pub fn named(global: &Global) -> Option<&str> {
    let named = global.fleet.as_deref().filter(|name| !name.is_empty());
    let exported = std::env::var("GWCTL_FLEET").ok();
    named.filter(|name| exported.as_deref() != Some(*name))
}

/// Why a simulated fleet cannot be opened.
pub fn no_such_fleet(name: &str) -> Failure {
    Failure::usage(format!("there is no simulated fleet `{name}`"))
}

/// The scenario of that name or file.
pub fn scenario(name: &str) -> Result<Scenario, Failure> {
    Scenario::load(name).map_err(|error| {
        Failure::usage(error.to_string()).next("`gwctl sim scenarios` lists them.")
    })
}

fn found(options: SimOptions) -> Result<Sim, Failure> {
    Sim::new(options).map_err(|error| Failure::new(error.to_string()))
}

/// The configuration of the fleet in `sim`: as it was founded, or as it is described before it is built.
pub fn spec(sim: &Sim) -> FleetSpec {
    let founded = sim.spec();
    if !founded.sites.is_empty() {
        return founded;
    }
    // A test reads it.
    toml::from_str(include_str!("unbuilt.toml")).unwrap_or(founded)
}

/// The fleet of `sim`, behind the same SDK as any other.
pub async fn target(sim: &Sim, pace: Pace) -> Target {
    target_as(Alias::OWN, sim, spec(sim), pace).await
}

/// As [`target`], by the name that `alias` gives it; `spec` is its configuration by that name.
pub async fn target_as(alias: Alias, sim: &Sim, spec: FleetSpec, pace: Pace) -> Target {
    let clock = sim.clock();
    let options = SessionOptions {
        profile: None,
        http_client: Some(in_process(alias.handler(sim.clone()))),
        timeouts: Timeouts::default(),
        clock: clock.clone(),
    };
    let session = Session::connect_fleet(options, &spec).await;
    Target {
        name: alias.name().to_owned(),
        spec,
        session,
        prober: Arc::new(Seat(sim.clone(), alias)),
        clock,
        refresh: refresh(pace),
        common: None,
    }
}

/// How often a simulated fleet is looked at.
pub const fn refresh(pace: Pace) -> Refresh {
    Refresh {
        pace,
        history: HISTORY,
        permissions: true,
        probes: true,
        vantages: true,
        gather: Refresh::FOR_ONE,
    }
}

/// The complete picture of one moment. Time is virtual: nothing waits on the wall's clock.
pub fn picture(world: &Still, limit: Duration) -> Result<Arc<Snapshot>, Failure> {
    still(world, async |target| complete(&target, limit).await)
}

/// Lets `look` see one moment of a world, on virtual time.
pub fn still<T>(world: &Still, look: impl AsyncFnOnce(Target) -> T) -> Result<T, Failure> {
    within(scenario(&world.scenario)?, world, look)
}

/// As [`still`], in `scenario` whatever the world's is called.
pub fn within<T>(
    scenario: Scenario,
    world: &Still,
    look: impl AsyncFnOnce(Target) -> T,
) -> Result<T, Failure> {
    within_from(still_start(), scenario, world, look)
}

/// As [`within`], in a world that begins `later` than still pictures do: at another time of day.
pub fn later<T>(
    later: SignedDuration,
    scenario: Scenario,
    world: &Still,
    look: impl AsyncFnOnce(Target) -> T,
) -> Result<T, Failure> {
    let start = still_start();
    within_from(start.map(|start| start + later), scenario, world, look)
}

fn within_from<T>(
    start: Option<Timestamp>,
    scenario: Scenario,
    world: &Still,
    look: impl AsyncFnOnce(Target) -> T,
) -> Result<T, Failure> {
    on_virtual_time(world.seed, async || {
        let sim = found(SimOptions {
            seed: world.seed,
            scenario,
            start,
            empty: world.empty,
            ..SimOptions::default()
        })?;
        sim.advance(world.after);
        Ok(look(target(&sim, Pace::Calm).await).await)
    })
}

/// When still pictures begin.
pub fn still_start() -> Option<Timestamp> {
    Timestamp::from_second(STILL_START).ok()
}

/// Does `work` where nothing waits on the wall's clock.
pub fn on_virtual_time<T>(
    seed: u64,
    work: impl AsyncFnOnce() -> Result<T, Failure>,
) -> Result<T, Failure> {
    // The SDK draws the pauses between its attempts from this thread's generator.
    fastrand::seed(seed);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .map_err(|error| Failure::io("start the runtime", &error))?;
    let outcome = runtime.block_on(work());
    runtime.shutdown_background();
    outcome
}

/// What the operator's seat in the simulated world sees of the public endpoints.
struct Seat(Sim, Alias);

impl Prober for Seat {
    fn probe(
        &self,
        url: String,
    ) -> Pin<Box<dyn Future<Output = Result<ProbeReport, NoProbe>> + Send>> {
        let (sim, alias) = (self.0.clone(), self.1);
        Box::pin(async move {
            let seen = sim.probe(&alias.heard(&url));
            let seen = seen.map_err(|why| NetworkError::Other(alias.told(&why)))?;
            let report = ProbeReport {
                dns: seen.dns,
                connect: seen.connect,
                tls: Some(seen.tls),
                first_byte: seen.first_byte,
                status: seen.status,
                served_by: seen.served_by.map(|by| alias.told(&by)),
                own: None,
            };
            tokio::time::sleep(sim.clock().wall(report.total())).await;
            Ok(report)
        })
    }

    fn answer(
        &self,
        name: String,
        kind: String,
        vantage: IpAddr,
    ) -> Pin<Box<dyn Future<Output = Result<Resolved, NetworkError>> + Send>> {
        let answer = self.0.answer_as(&self.1.heard(&name), &kind, vantage);
        Box::pin(ready(self.resolved(answer, Answerer::Servers)))
    }

    fn resolve(
        &self,
        name: String,
    ) -> Pin<Box<dyn Future<Output = Result<Resolved, NetworkError>> + Send>> {
        let answer = self.0.resolve(&self.1.heard(&name));
        Box::pin(ready(self.resolved(answer, Answerer::Resolver)))
    }
}

impl Seat {
    fn resolved(
        &self,
        answer: Result<ResolveOutcome, String>,
        by: Answerer,
    ) -> Result<Resolved, NetworkError> {
        let seen = answer.map_err(|why| NetworkError::Other(self.1.told(&why)))?;
        let told = seen.values.iter().map(|value| self.1.told(value));
        Ok(Resolved {
            values: told.collect(),
            ttl_s: seen.ttl_s,
            by,
        })
    }
}
