//! A fleet and the way to it: the configured one over the network, or the simulated one.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use super::clock;
use super::flags::Global;
use super::mfa;
use super::output::tell;
use super::settings::{self, Settings};
use super::verbose::introduce;
use crate::actions::RunContext;
use crate::aws::{Network, Session};
use crate::console::Opened;
use crate::fleet::{Clock, FleetSpec, Snapshot};
use crate::observe::{Common, NetworkProber, Observer, Prober, Refresh, Together};

/// Everything it takes to look at a fleet.
pub struct Target {
    /// Its name in the configuration.
    pub name: String,
    /// What its configuration names.
    pub spec: FleetSpec,
    /// The way to AWS.
    pub session: Session,
    /// The way to its public endpoints.
    pub prober: Arc<dyn Prober>,
    /// Whose time it is there.
    pub clock: Arc<dyn Clock>,
    /// How often it is looked at.
    pub refresh: Refresh,
    /// What it has in common with other fleets; none where it is looked at alone.
    pub common: Option<Arc<Common>>,
}

/// The variable that names a DNS server to ask instead of the system's, as `gwctl sim serve` prints it.
pub const DNS_VARIABLE: &str = "GWCTL_DNS";

fn prober() -> NetworkProber {
    let Some(server) = std::env::var(DNS_VARIABLE).ok().filter(|s| !s.is_empty()) else {
        return NetworkProber::new();
    };
    let passed_over = |why: &dyn Display| {
        tell(format!("gwctl: {DNS_VARIABLE} is ignored: {why}"));
        NetworkProber::new()
    };
    match server.parse() {
        Ok(address) => NetworkProber::through(address).unwrap_or_else(|why| passed_over(&why)),
        Err(_) => passed_over(&"it is not `ADDRESS:PORT`"),
    }
}

impl Target {
    /// The fleet the settings chose, over the network, in the time the environment tells.
    pub async fn configured(global: &Global, settings: &Settings) -> Self {
        Self::over(&Network::default(), global, settings).await
    }

    /// As [`Self::configured`], beside the fleets that `together` observes.
    pub async fn beside(together: &Together, global: &Global, settings: &Settings) -> Self {
        let profile = settings::profile(global, &settings.spec());
        Self {
            common: Some(together.of(profile.as_deref())),
            ..Self::over(together.network(), global, settings).await
        }
    }

    async fn over(network: &Network, global: &Global, settings: &Settings) -> Self {
        let spec = settings.spec();
        let clock = clock::present();
        let options = settings::session_options(global, &spec, &settings.config, clock.clone());
        let session = Session::connect_fleet_over(network, options, &spec).await;
        mfa::ask(&session, &spec).await;
        if global.verbose {
            introduce(&session).await;
        }
        Self {
            name: settings.fleet.clone(),
            prober: Arc::new(prober()),
            spec,
            session,
            clock,
            refresh: settings::refresh(&settings.config),
            common: None,
        }
    }

    /// The fleet of a run once more, as `spec` describes it now where it does: the same way to AWS, so that
    /// the ledger of calls goes on.
    pub fn again(run_context: RunContext, spec: Option<FleetSpec>, refresh: Refresh) -> Self {
        Self {
            name: run_context.fleet,
            spec: spec.unwrap_or(run_context.spec),
            session: run_context.session,
            prober: run_context.prober,
            clock: run_context.clock,
            refresh,
            common: None,
        }
    }

    /// Begins to look, with everything it takes to act. Must be called within a tokio runtime.
    pub fn open(&self) -> Opened {
        let observer = self.observe();
        let run_context = self.run_context(&observer);
        Opened {
            observer,
            run_context,
        }
    }

    /// What guided actions need, on the picture that `observer` keeps fresh.
    pub fn run_context(&self, observer: &Observer) -> RunContext {
        RunContext {
            fleet: self.name.clone(),
            spec: self.spec.clone(),
            session: self.session.clone(),
            prober: self.prober.clone(),
            picture: observer.watch(),
            clock: self.clock.clone(),
        }
    }

    /// Begins to look. Must be called within a tokio runtime.
    pub fn observe(&self) -> Observer {
        self.observe_as(self.refresh)
    }

    /// As [`Self::observe`], for who changes nothing: what the credentials may change is not asked.
    pub fn observe_only(&self) -> Observer {
        self.observe_as(Refresh {
            permissions: false,
            ..self.refresh
        })
    }

    fn observe_as(&self, refresh: Refresh) -> Observer {
        let (session, prober) = (self.session.clone(), self.prober.clone());
        let (spec, clock) = (self.spec.clone(), self.clock.clone());
        match &self.common {
            Some(common) => {
                let fleet = (self.name.as_str(), spec);
                Observer::start_beside(common, fleet, refresh, session, (prober, clock))
            }
            None => Observer::start(&self.name, spec, refresh, session, prober, clock),
        }
    }
}

/// The first complete picture of what is, or what is known when `limit` is over.
pub async fn complete(target: &Target, limit: Duration) -> Arc<Snapshot> {
    let observer = target.observe_only();
    observer.first_to_act_on(limit).await
}
