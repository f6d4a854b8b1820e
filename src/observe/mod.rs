//! Keeps the picture fresh: what to ask, when, of whom; turns answers into one `Snapshot`.

mod probe;

use std::sync::Arc;

use tokio::sync::watch;

use crate::aws::Session;
use crate::fleet::{Clock, FleetSpec, Observed, Pace, Snapshot, Vote};

pub use probe::{Prober, Resolved};

/// How often things are asked for (fleet time).
#[derive(Debug, Clone, PartialEq)]
pub struct Refresh {
    /// The pace to start with.
    pub pace: Pace,
    /// How far back the first question for metrics reaches.
    pub history: std::time::Duration,
}

/// Watches one fleet until dropped.
pub struct Observer {
    picture: watch::Receiver<Arc<Snapshot>>,
}

impl Observer {
    /// Starts to look at a fleet. Must be called within a tokio runtime.
    pub fn start(
        name: &str,
        spec: FleetSpec,
        _refresh: Refresh,
        _session: Session,
        _prober: Arc<dyn Prober>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let blank = Snapshot::blank(name, &spec, clock.now());
        let (_sender, picture) = watch::channel(Arc::new(blank));
        Self { picture }
    }

    /// The newest picture, and a way to wait for the next.
    pub fn watch(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.picture.clone()
    }

    /// Changes the pace.
    pub fn set_pace(&self, _pace: Pace) {}

    /// Asks everything again now, metrics no faster than their period.
    pub fn refresh(&self) {}

    /// The checkers' votes on one health check, within the API's rate limit (1/s; aws-facts §3.3).
    pub async fn votes(&self, _check: &str) -> Observed<Vec<Vote>> {
        Observed::default()
    }
}
