//! Which of several watchers of a fleet tells people: the one that has the lease of telling. It is in the table that the
//! team shares, where there is one, and else a lock among the processes of this machine.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::cli::operator::operator;
use crate::cli::output::tell;
use crate::cli::target::Target;
use crate::fleet::Verdict;
use crate::store::{Claim, LeaseHolder, NotTaken, Team};

/// How often a lease that another watcher has is asked for in the table.
const AGAIN: Duration = Duration::from_secs(5);
/// And how often the lock of this machine, which costs nothing.
const LOCK_AGAIN: Duration = Duration::from_secs(1);

/// Whether this process tells people of one fleet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Telling {
    /// Another process does, or nobody is found yet.
    No,
    /// It does; what was told last of the fleet, by whichever process.
    Yes(Option<Verdict>),
}

/// Has the lease of telling, or waits for it, until it is dropped.
pub struct Teller {
    telling: watch::Receiver<Telling>,
    told: watch::Sender<Option<Verdict>>,
    _tasks: JoinSet<()>,
}

impl Teller {
    /// Asks for the lease of the fleet that `target` is. Must be called within a tokio runtime.
    pub fn begin(target: &Target, state: &Path) -> Self {
        let (sender, telling) = watch::channel(Telling::No);
        let (told, news) = watch::channel(None);
        let mut tasks = JoinSet::new();
        if let Some(team) = Team::of(&target.session, &target.spec, target.clock.clone()) {
            let (team, claim) = (team.for_telling(), claim(target));
            tasks.spawn(in_the_table(team, claim, (sender, news)));
        } else {
            let lock = Lock::of(state, &target.spec.domain);
            tasks.spawn(on_this_machine(lock, (sender, news)));
        }
        Self {
            telling,
            told,
            _tasks: tasks,
        }
    }

    /// What is new since the last call, if anything is.
    pub fn news(&mut self) -> Option<Telling> {
        let changed = self.telling.has_changed().unwrap_or(false);
        changed.then(|| self.telling.borrow_and_update().clone())
    }

    /// Whether this process tells.
    pub fn tells(&self) -> bool {
        matches!(*self.telling.borrow(), Telling::Yes(_))
    }

    /// Writes down what was told, for whoever tells next.
    pub fn note(&self, verdict: Verdict) {
        self.told.send_replace(Some(verdict));
    }
}

type Ends = (watch::Sender<Telling>, watch::Receiver<Option<Verdict>>);

fn claim(target: &Target) -> Claim {
    let operator = operator();
    Claim {
        domain: target.spec.domain.clone(),
        holder: LeaseHolder {
            operator: operator.name,
            host: operator.host,
            pid: std::process::id(),
            run: "watch".into(),
            since: target.clock.now(),
        },
        holds: serde_json::Value::Null,
    }
}

fn read(word: &str) -> Option<Verdict> {
    serde_json::from_value(word.trim().into()).ok()
}

async fn in_the_table(team: Team, claim: Claim, (telling, mut news): Ends) {
    let mut complained = false;
    loop {
        match team.take(claim.clone(), &|_| None).await {
            Ok(hold) => {
                complained = false;
                let told = team.told(&claim.domain).await;
                let told = told.ok().flatten().as_deref().and_then(read);
                telling.send_replace(Telling::Yes(told));
                loop {
                    tokio::select! {
                        biased;
                        _ = hold.taken() => break,
                        Ok(()) = news.changed() => {
                            let verdict = *news.borrow_and_update();
                            if let Some(verdict) = verdict {
                                // Whoever tells next tells it once more, where this is not written down.
                                drop(team.note_told(&claim.domain, verdict.word()).await);
                            }
                        }
                    }
                }
                telling.send_replace(Telling::No);
            }
            Err(NotTaken::Held { .. }) => {
                telling.send_if_modified(|now| std::mem::replace(now, Telling::No) != Telling::No);
            }
            Err(why) => {
                // Twice is better than not at all.
                if !std::mem::replace(&mut complained, true) {
                    tell(format!(
                        "gwctl: {why}: this process tells people, and other watchers may do so too"
                    ));
                }
                let alone = |now: &mut Telling| {
                    let alone = *now == Telling::No;
                    if alone {
                        *now = Telling::Yes(None);
                    }
                    alone
                };
                telling.send_if_modified(alone);
            }
        }
        tokio::time::sleep(team.clock.wall(AGAIN)).await;
    }
}

/// The lock of a fleet on this machine, and what was told last.
struct Lock {
    lock: PathBuf,
    told: PathBuf,
}

impl Lock {
    fn of(state: &Path, domain: &str) -> Self {
        let folder = state.join("watch");
        // A domain was checked to be a host name.
        Self {
            lock: folder.join(format!("{domain}.lock")),
            told: folder.join(format!("{domain}.told")),
        }
    }

    /// The lock, where nobody else has it.
    fn take(&self) -> std::io::Result<Option<File>> {
        if let Some(folder) = self.lock.parent() {
            crate::files::private_folder(std::fs::DirBuilder::new().recursive(true))
                .create(folder)?;
        }
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        let file = crate::files::open(crate::files::private(&mut options), &self.lock)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn note(&self, verdict: Verdict) -> std::io::Result<()> {
        std::fs::write(&self.told, verdict.word())
    }
}

async fn on_this_machine(lock: Lock, (telling, mut news): Ends) {
    let _held = loop {
        match lock.take() {
            Ok(Some(file)) => break Some(file),
            Ok(None) => tokio::time::sleep(LOCK_AGAIN).await,
            Err(error) => {
                tell(format!(
                    "gwctl: cannot lock {}: {error}: other watchers on this machine may tell people too",
                    lock.lock.display()
                ));
                break None;
            }
        }
    };
    let told = crate::files::read_to_string(&lock.told).ok();
    telling.send_replace(Telling::Yes(told.as_deref().and_then(read)));
    while news.changed().await.is_ok() {
        let verdict = *news.borrow_and_update();
        if let Some(Err(error)) = verdict.map(|verdict| lock.note(verdict)) {
            tracing::warn!("cannot write {}: {error}", lock.told.display());
        }
    }
}
