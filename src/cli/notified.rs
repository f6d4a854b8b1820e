//! Who is told what happens, by the configuration.

use std::io::{IsTerminal as _, Write as _};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::output::tell;
use super::settings::Settings;
use crate::actions::{Followed, Follower, RunContext};
use crate::aws::{Session, WebClient};
use crate::console::ToldNews;
use crate::console::app::Told;
use crate::fleet::Clock;
use crate::notify::{Came, Notifier, NotifySpec, Outcome, Outcomes, Ring, Way, approval_wanted};

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
    let ring = own_terminal();
    (!spec.targets.is_empty()).then(|| start(spec, session, clock, ring))
}

/// The terminal that stderr is; none where it is none.
fn own_terminal() -> Option<Ring> {
    let ring = |sequence: String| {
        // Who does not hear the bell reads it on the next line.
        let _ = std::io::stderr().lock().write_all(sequence.as_bytes());
    };
    std::io::stderr()
        .is_terminal()
        .then(|| Arc::new(ring) as Ring)
}

pub(super) fn start(
    spec: &NotifySpec,
    session: &Session,
    clock: &Arc<dyn Clock>,
    ring: Option<Ring>,
) -> Notifier {
    let way = Way {
        web: WebClient::network(),
        aws: Some(session.clone()),
        ring,
        clock: clock.clone(),
    };
    Notifier::start(spec, way)
}

/// Tells what becomes of the runs of this process. Nothing is begun before the first run is.
#[derive(Clone)]
pub struct RunsTold {
    spec: Arc<NotifySpec>,
    notifier: Arc<OnceLock<Notifier>>,
    /// The console that has the terminal, where there is one.
    console: Option<mpsc::UnboundedSender<ToldNews>>,
}

impl RunsTold {
    /// By the configuration.
    pub fn new(settings: &Settings) -> Self {
        Self {
            spec: Arc::new(settings.config.notify.clone()),
            notifier: Arc::default(),
            console: None,
        }
    }

    /// As [`Self::new`], within a console, which draws on the terminal; and what it is to hear.
    pub fn within_a_console(settings: &Settings) -> (Self, mpsc::UnboundedReceiver<ToldNews>) {
        let (sender, news) = mpsc::unbounded_channel();
        let targets = settings.config.notify.targets.keys();
        let none = targets.map(|name| (name.clone(), Outcome::default()));
        drop(sender.send(ToldNews::Came(came(&none.collect()))));
        let own = Self {
            console: Some(sender),
            ..Self::new(settings)
        };
        (own, news)
    }

    fn begin(&self, run_context: &RunContext) -> Notifier {
        let (session, clock) = (&run_context.session, &run_context.clock);
        let Some(console) = self.console.clone() else {
            return start(&self.spec, session, clock, own_terminal());
        };
        let shell = console.clone();
        let ring: Ring = Arc::new(move |sequence| drop(shell.send(ToldNews::Ring(sequence))));
        let notifier = start(&self.spec, session, clock, Some(ring));
        tokio::spawn(complain(notifier.outcomes(), console));
        notifier
    }

    /// What hears of every run; none where nobody is to be told.
    pub fn follower(&self) -> Option<Follower> {
        if self.spec.targets.is_empty() {
            return None;
        }
        let own = self.clone();
        Some(Follower::new(move |run_context: &RunContext, what| {
            let notifier = own.notifier.get_or_init(|| own.begin(run_context));
            match what {
                Followed::Run(state) => notifier.follow(&run_context.fleet, state),
                Followed::Waits(asked) => drop(notifier.tell(&approval_wanted(&asked))),
            }
        }))
    }

    /// Waits a moment for what was just told, and says on stderr whom it did not reach.
    pub async fn settle(&self) {
        if let Some(notifier) = self.notifier.get() {
            settle(notifier).await;
        }
    }
}

/// What the console shows of the outcomes.
fn came(outcomes: &Outcomes) -> Vec<Told> {
    let one = |(target, outcome): (&String, &Outcome)| Told {
        target: target.clone(),
        at: outcome.at,
        came: outcome.came.to_string(),
        counts: (
            outcome.delivered,
            outcome.lost + outcome.dropped,
            outcome.waiting,
        ),
    };
    outcomes.iter().map(one).collect()
}

/// Says in the console what became of each message, and whom one did not reach, once for each failure.
async fn complain(
    mut outcomes: watch::Receiver<Outcomes>,
    console: mpsc::UnboundedSender<ToldNews>,
) {
    let mut said = Outcomes::new();
    while outcomes.changed().await.is_ok() {
        let now = outcomes.borrow_and_update().clone();
        drop(console.send(ToldNews::Came(came(&now))));
        for (name, outcome) in &now {
            let same = said
                .get(name)
                .is_some_and(|before| before.came == outcome.came);
            if same || matches!(outcome.came, Came::Nothing | Came::Taken(_)) {
                continue;
            }
            let told = format!("notification to {name}: {}", outcome.came);
            drop(console.send(ToldNews::Failed(told)));
        }
        said = now;
    }
}

/// Waits a moment for what was just told, and says on stderr whom it did not reach.
pub async fn settle(notifier: &Notifier) {
    notifier.settle(LEAVING).await;
    for (name, outcome) in notifier.outcomes().borrow().iter() {
        match &outcome.came {
            Came::Nothing | Came::Taken(_) => {}
            // The process ends: there is no next try.
            Came::Later { why, .. } => {
                tell(format!(
                    "gwctl: notification to {name}: not delivered: {why}"
                ));
            }
            came => tell(format!("gwctl: notification to {name}: {came}")),
        }
    }
}
