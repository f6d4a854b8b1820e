//! `gwctl watch`: watches without a terminal, and tells who is to be told.

pub mod args;
mod lines;
mod metrics;
mod systemd;
mod teller;
mod telling;
mod voice;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::exit::Exit;
use super::failure::Failure;
use super::flags::Global;
use super::notified::{notifier, settle};
use super::output::{print, tell};
use super::runtime::run_async;
use super::settings::Settings;
use super::stop_signals::StopSignals;
use super::target::Target;
use crate::fleet::Snapshot;
use crate::notify::{Notifier, Verdicts};
use crate::observe::{Observer, Refresh, Together};
use args::Watch;
use lines::Lines;
use metrics::Shown;
use systemd::Systemd;
use teller::Teller;
use telling::Telling;

/// How often it is looked whether something is due, at least.
const TICK: Duration = Duration::from_secs(1);
/// It counts as ready after this, though a fleet is not seen yet: a Region that does not answer is no reason to begin anew.
const READY: Duration = Duration::from_secs(60);

/// Watches until it is told to stop.
pub fn run(global: &Global, args: &Watch) -> Result<Exit, Failure> {
    let settings = if args.all {
        Settings::read_for_all(global)?
    } else {
        Settings::read(global)?
    };
    settings.tell_errors();
    run_async(watch(global, args, settings))?
}

async fn watch(global: &Global, args: &Watch, settings: Settings) -> Result<Exit, Failure> {
    let mut signals = StopSignals::listen()?;
    let systemd = Systemd::from_environment();
    let targets = targets(global, args, &settings).await;
    let mut watching = Watching::begin(&settings, &targets);
    let _server = match args.metrics {
        Some(address) => {
            let (address, server) = metrics::serve(address, watching.shown.clone()).await?;
            tell(format!("gwctl: figures at http://{address}/metrics"));
            Some(server)
        }
        None => None,
    };
    let (mut pictures, _observed) = observe(&targets);
    let mut tick = interval(systemd.pulse().map_or(TICK, |pulse| pulse.min(TICK)));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let begun = Instant::now();
    let mut ready = false;
    loop {
        tokio::select! {
            biased;
            () = signals.any() => break,
            picture = pictures.recv() => match picture {
                Some(picture) => watching.take(picture)?,
                None => break,
            },
            _ = tick.tick() => {
                systemd.alive();
                watching.look_again();
            }
        }
        if !ready && (watching.sees(targets.len()) || begun.elapsed() > READY) {
            ready = true;
            systemd.ready(&format!("watching {} fleets", targets.len()));
        }
    }
    systemd.stopping();
    if let Some(notifier) = &watching.notifier {
        settle(notifier).await;
    }
    Ok(Exit::Success)
}

/// The fleets that are watched, each with a way to AWS of its own; those behind the same credentials keep to one limit.
async fn targets(global: &Global, args: &Watch, settings: &Settings) -> Vec<Target> {
    let names: Vec<String> = if args.all {
        settings.config.fleets.keys().cloned().collect()
    } else {
        vec![settings.fleet.clone()]
    };
    let together = Together::new(super::clock::present());
    let mut targets = Vec::new();
    for fleet in names {
        let one = Settings {
            fleet,
            ..settings.clone()
        };
        let mut target = Target::beside(&together, global, &one).await;
        target.refresh.probes = !args.no_probe;
        target.refresh.gather = Refresh::FOR_MANY;
        targets.push(target);
    }
    targets
}

/// What keeps looking until it is dropped.
type Observed = (Vec<Observer>, JoinSet<()>);

/// The pictures of all fleets as they come; of each the newest.
fn observe(targets: &[Target]) -> (mpsc::Receiver<Arc<Snapshot>>, Observed) {
    let (sender, pictures) = mpsc::channel(1);
    let mut tasks = JoinSet::new();
    let observers: Vec<Observer> = targets.iter().map(Target::observe_only).collect();
    for observer in &observers {
        let (mut seen, sender) = (observer.watch(), sender.clone());
        tasks.spawn(async move {
            while seen.changed().await.is_ok() {
                let picture = seen.borrow_and_update().clone();
                if sender.send(picture).await.is_err() {
                    return;
                }
            }
        });
    }
    (pictures, (observers, tasks))
}

/// What is done with each picture.
struct Watching {
    lines: Lines,
    verdicts: Verdicts,
    notifier: Option<Notifier>,
    /// By fleet; none where nobody is to be told.
    tellers: BTreeMap<String, Teller>,
    shown: Shown,
}

impl Watching {
    fn begin(settings: &Settings, targets: &[Target]) -> Self {
        let first = targets.first();
        let notifier = first.and_then(|first| notifier(settings, &first.session, &first.clock));
        let state = &settings.paths.state;
        let told = notifier.iter().flat_map(|notifier| {
            let teller = |target: &Target| Teller::begin(target, state, notifier);
            targets
                .iter()
                .map(move |target| (target.name.clone(), teller(target)))
        });
        Self {
            lines: Lines::default(),
            verdicts: Verdicts::new(settings.config.notify.hold_down_s),
            tellers: told.collect(),
            notifier,
            shown: Shown::default(),
        }
    }

    /// Whether `count` fleets were seen completely.
    fn sees(&self, count: usize) -> bool {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.pictures.len() >= count
    }

    /// Prints what changed, and tells what is to be told. Before everything was asked once nothing is known to change.
    fn take(&mut self, picture: Arc<Snapshot>) -> Result<(), Failure> {
        if !picture.complete {
            return Ok(());
        }
        for line in self.lines.of(&picture) {
            print(&format!("{line}\n"))?;
        }
        self.judge(&picture);
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.pictures.insert(picture.name.clone(), picture);
        Ok(())
    }

    /// Time passes without a picture, too, and another process may have gone.
    fn look_again(&mut self) {
        let pictures: Vec<Arc<Snapshot>> = {
            let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
            shown.pictures.values().cloned().collect()
        };
        for picture in pictures {
            self.judge(&picture);
        }
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let tellers = self.tellers.iter();
        let telling = tellers.map(|(fleet, teller)| (fleet.clone(), teller.tells()));
        shown.telling = telling.collect();
        if let Some(notifier) = &self.notifier {
            shown.outcomes = notifier.outcomes().borrow().clone();
        }
    }

    fn judge(&mut self, picture: &Snapshot) {
        let teller = self.tellers.get_mut(&picture.name);
        let news = teller.and_then(Teller::news);
        if let Some(Telling::Yes(told)) = news
            && let Some(told) = told.known()
        {
            self.verdicts.was_told(&picture.name, told, picture.at);
        }
        let Some(notice) = self.verdicts.take(picture) else {
            return;
        };
        let teller = self.tellers.get(&picture.name);
        if let Some(teller) = teller.filter(|teller| teller.tells()) {
            let verdict = self.verdicts.told(&picture.name);
            teller.tell(notice, verdict.unwrap_or_default());
        }
    }
}
