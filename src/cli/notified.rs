//! Who is told what happens, by the configuration.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::output::tell;
use super::settings::Settings;
use crate::actions::{Follower, RunContext};
use crate::aws::{Session, WebClient};
use crate::fleet::Clock;
use crate::notify::{Came, Notifier, NotifySpec, Way};

/// How long what was just told is waited for at the end.
const LEAVING: Duration = Duration::from_secs(5);

/// Begins to tell those whom the configuration names; none where it names nobody. AWS's own targets are reached with the
/// credentials of `session`. Must be called within a tokio runtime.
pub fn notifier(
    settings: &Settings,
    session: &Session,
    clock: &Arc<dyn Clock>,
) -> Option<Notifier> {
    let spec = &settings.config.notify;
    (!spec.targets.is_empty()).then(|| start(spec, session, clock))
}

fn start(spec: &NotifySpec, session: &Session, clock: &Arc<dyn Clock>) -> Notifier {
    let way = Way {
        web: WebClient::network(),
        aws: Some(session.clone()),
        clock: clock.clone(),
    };
    Notifier::start(spec, way)
}

/// Tells what becomes of the runs of this process. Nothing is begun before the first run is.
#[derive(Clone)]
pub struct RunsTold {
    spec: Arc<NotifySpec>,
    notifier: Arc<OnceLock<Notifier>>,
}

impl RunsTold {
    /// By the configuration.
    pub fn new(settings: &Settings) -> Self {
        Self {
            spec: Arc::new(settings.config.notify.clone()),
            notifier: Arc::default(),
        }
    }

    /// What hears of every run; none where nobody is to be told.
    pub fn follower(&self) -> Option<Follower> {
        if self.spec.targets.is_empty() {
            return None;
        }
        let own = self.clone();
        Some(Follower::new(move |run_context: &RunContext, state| {
            let begin = || start(&own.spec, &run_context.session, &run_context.clock);
            let notifier = own.notifier.get_or_init(begin);
            notifier.follow(&run_context.fleet, state);
        }))
    }

    /// Waits a moment for what was just told, and says on stderr whom it did not reach.
    pub async fn settle(&self) {
        if let Some(notifier) = self.notifier.get() {
            settle(notifier).await;
        }
    }
}

/// Waits a moment for what was just told, and says on stderr whom it did not reach.
pub async fn settle(notifier: &Notifier) {
    notifier.settle(LEAVING).await;
    for (name, outcome) in notifier.outcomes().borrow().iter() {
        if !matches!(outcome.came, Came::Nothing | Came::Taken(_)) {
            tell(format!("gwctl: notification to {name}: {}", outcome.came));
        }
    }
}
