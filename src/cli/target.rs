//! A fleet and the way to it: the configured one over the network, or the simulated one.

use std::sync::Arc;

use super::args::Global;
use super::settings::{self, Settings};
use crate::aws::{Session, SessionOptions};
use crate::fleet::{Clock, FleetSpec, SystemClock};
use crate::observe::{NetworkProber, Observer, Prober, Refresh};

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
}

impl Target {
    /// The fleet the settings chose, over the network.
    pub async fn configured(global: &Global, settings: &Settings) -> Self {
        let spec = settings.spec();
        let clock = Arc::new(SystemClock);
        let session = Session::connect(SessionOptions {
            profile: settings::profile(global, &spec),
            http_client: None,
            timeouts: settings::timeouts(&settings.config),
            clock: clock.clone(),
        })
        .await;
        Self {
            name: settings.fleet.clone(),
            prober: Arc::new(NetworkProber::new()),
            spec,
            session,
            clock,
            refresh: settings::refresh(&settings.config),
        }
    }

    /// Begins to look. Must be called within a tokio runtime.
    pub fn observe(&self) -> Observer {
        Observer::start(
            &self.name,
            self.spec.clone(),
            self.refresh,
            self.session.clone(),
            self.prober.clone(),
            self.clock.clone(),
        )
    }
}
