//! What a run works with.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use gwctl_aws::Session;
use gwctl_fleet::{Clock, FleetSpec, Snapshot};
use gwctl_observe::Prober;

/// The way to AWS, to DNS, to the picture, and whose time it is.
#[derive(Clone)]
pub struct RunContext {
    /// The fleet's name.
    pub fleet: String,
    /// What its configuration names.
    pub spec: FleetSpec,
    /// For looking.
    pub session: Session,
    /// The public endpoints and DNS.
    pub prober: Arc<dyn Prober>,
    /// The picture, kept fresh by an observer that must outlive the run.
    pub picture: watch::Receiver<Arc<Snapshot>>,
    /// Whose time it is.
    pub clock: Arc<dyn Clock>,
}

impl RunContext {
    /// For changing: one attempt a call, so that nothing is sent twice unseen (aws-facts §11.2).
    pub(super) fn mutating_session(&self) -> Session {
        self.session.one_attempt()
    }

    pub(super) fn snapshot(&self) -> Arc<Snapshot> {
        self.picture.borrow().clone()
    }

    /// Waits for fleet time to pass.
    pub(super) async fn sleep(&self, fleet_time: Duration) {
        tokio::time::sleep(self.clock.wall(fleet_time).max(Duration::from_millis(1))).await;
    }
}
