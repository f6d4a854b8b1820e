//! `gwctl watch`: watches without a terminal, and tells who is to be told.

pub mod args;
mod lines;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::exit::Exit;
use super::failure::Failure;
use super::flags::Global;
use super::notified::notifier;
use super::output::{print, tell};
use super::runtime::run_async;
use super::settings::Settings;
use super::stop_signals::StopSignals;
use super::target::Target;
use crate::fleet::Snapshot;
use crate::notify::{Notifier, Verdicts};
use crate::observe::Observer;
use args::Watch;
use lines::Lines;

/// How long what was just told is waited for at the end.
const LEAVING: Duration = Duration::from_secs(5);

/// Watches until it is told to stop.
pub fn run(global: &Global, args: &Watch) -> Result<Exit, Failure> {
    let settings = if args.all {
        Settings::read_any(global)?
    } else {
        Settings::read(global)?
    };
    settings.tell_warnings();
    run_async(watch(global, args, settings))?
}

async fn watch(global: &Global, args: &Watch, settings: Settings) -> Result<Exit, Failure> {
    let mut signals = StopSignals::listen()?;
    let targets = targets(global, args, &settings).await;
    let notifier = targets.first().and_then(|first| notifier(&settings, first));
    let verdicts = Verdicts::new(settings.config.notify.hold_down_s);
    let mut watching = Watching {
        lines: Lines::default(),
        verdicts,
        notifier,
    };
    let (mut pictures, _observed) = observe(&targets);
    loop {
        tokio::select! {
            biased;
            () = signals.any() => break,
            picture = pictures.recv() => match picture {
                Some(picture) => watching.take(&picture)?,
                None => break,
            },
        }
    }
    if let Some(notifier) = &watching.notifier {
        notifier.settle(LEAVING).await;
    }
    Ok(Exit::Success)
}

/// The fleets that are watched, each with a way to AWS of its own.
async fn targets(global: &Global, args: &Watch, settings: &Settings) -> Vec<Target> {
    let names: Vec<String> = if args.all {
        settings.config.fleets.keys().cloned().collect()
    } else {
        vec![settings.fleet.clone()]
    };
    let mut targets = Vec::new();
    for fleet in names {
        let one = Settings {
            fleet,
            ..settings.clone()
        };
        let mut target = Target::configured(global, &one).await;
        target.refresh.probes = !args.no_probe;
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
}

impl Watching {
    /// Prints what changed, and tells what is to be told. Before everything was asked once nothing is known to change.
    fn take(&mut self, picture: &Snapshot) -> Result<(), Failure> {
        if !picture.complete {
            return Ok(());
        }
        for line in self.lines.of(picture) {
            print(&format!("{line}\n"))?;
        }
        if let Some(notice) = self.verdicts.take(picture) {
            tell(format!("gwctl: {}", notice.title));
            if let Some(notifier) = &self.notifier {
                notifier.tell(&notice);
            }
        }
        Ok(())
    }
}
