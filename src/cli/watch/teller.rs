//! Which of several watchers of a fleet tells people: the one that has the lease of telling. It is in the table that the
//! team shares, where there is one, and else a lock among the processes of this machine.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::telling::{Telling, Told};
use super::voice::{Book, News, Voice};
use crate::aws::ErrorKind;
use crate::cli::operator::operator;
use crate::cli::output::tell;
use crate::cli::target::Target;
use crate::fleet::Verdict;
use crate::notify::{Notice, Notifier};
use crate::store::{Claim, LeaseHolder, NotTaken, Team};

/// How often a lease that another watcher has is asked for in the table.
const AGAIN: Duration = Duration::from_secs(5);
/// And how often the lock of this machine, which costs nothing.
const LOCK_AGAIN: Duration = Duration::from_secs(1);

/// Has the lease of telling, or waits for it, until it is dropped.
pub struct Teller {
    telling: watch::Receiver<Telling>,
    news: mpsc::UnboundedSender<News>,
    _tasks: JoinSet<()>,
}

impl Teller {
    /// Asks for the lease of the fleet that `target` is, to tell of it through `notifier`. Must be called within a tokio
    /// runtime.
    pub fn begin(target: &Target, state: &Path, notifier: &Notifier) -> Self {
        let (sender, telling) = watch::channel(Telling::No);
        let (news, incoming) = mpsc::unbounded_channel();
        let voice = |book| Voice::new(incoming, sender, notifier.clone(), book);
        let mut tasks = JoinSet::new();
        if let Some(team) = Team::of(&target.session, &target.spec, target.clock.clone()) {
            let (team, claim) = (team.for_telling(), claim(target));
            let voice = voice(Book::Table(team.clone(), claim.domain.clone()));
            tasks.spawn(in_the_table(team, claim, voice));
        } else {
            let lock = Lock::of(state, &target.spec.domain);
            let voice = voice(Book::File(lock.told.clone()));
            tasks.spawn(on_this_machine(lock, voice));
        }
        Self {
            telling,
            news,
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

    /// Tells `notice` of `verdict`, and writes it down for whoever tells next once somebody heard it.
    pub fn tell(&self, notice: Notice, verdict: Verdict) {
        // Its task lives as long as this.
        drop(self.news.send((notice, verdict)));
    }
}

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

/// Whether AWS answered that this process may not use the table: unlike silence, it does not pass by itself.
fn is_refusal(why: &NotTaken) -> bool {
    let kinds = [ErrorKind::NotAllowed, ErrorKind::Forbidden];
    matches!(why, NotTaken::Unavailable(error) if kinds.contains(&error.kind))
}

/// Whether a process tells that does not get the lease, and told or not before: where the table is silent, twice is
/// better than not at all.
fn without_the_lease(why: &NotTaken, before: &Telling) -> Telling {
    match (why, before) {
        (NotTaken::Held { .. }, _) => Telling::No,
        (why, _) if is_refusal(why) => Telling::No,
        (_, Telling::No) => Telling::Yes(Told::Unknown),
        (_, before) => before.clone(),
    }
}

async fn in_the_table(team: Team, claim: Claim, mut voice: Voice) {
    // Of which kind of failure it was told: of a refusal, or of another.
    let mut complained = None;
    loop {
        let taking = team.take(claim.clone(), &|_| None);
        match voice.tell_until(None, taking).await {
            Ok(hold) => {
                complained = None;
                voice.begin().await;
                voice.tell_until(Some(&hold), hold.taken()).await;
                voice.end();
            }
            Err(why) => {
                let now = without_the_lease(&why, &voice.telling.borrow());
                if now == Telling::No {
                    voice.end();
                } else if now != *voice.telling.borrow() {
                    voice.telling.send_replace(now);
                }
                let refused = is_refusal(&why);
                let held = matches!(why, NotTaken::Held { .. });
                if !held && complained.replace(refused) != Some(refused) {
                    tell(complaint(&why, refused));
                }
            }
        }
        let pause = tokio::time::sleep(team.clock.wall(AGAIN));
        voice.tell_until(None, pause).await;
    }
}

fn complaint(why: &NotTaken, refused: bool) -> String {
    if refused {
        format!(
            "gwctl: {why}: this process tells nobody; `gwctl iam-policy watch` prints what it needs"
        )
    } else {
        format!("gwctl: {why}: this process tells people, and other watchers may do so too")
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
}

async fn on_this_machine(lock: Lock, mut voice: Voice) {
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
    voice.begin().await;
    voice.tell_until(None, std::future::pending::<()>()).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::AwsError;
    use crate::fleet::Region;

    fn failed(kind: ErrorKind) -> NotTaken {
        let region = Region::global();
        AwsError::own(kind, "dynamodb", "DescribeTable", &region, "no").into()
    }

    #[test]
    fn a_refusal_tells_nobody_and_silence_tells_on_from_what_this_process_knows() {
        let (told, unknown) = (Told::Last(Verdict::Down), Told::Unknown);
        let refused = failed(ErrorKind::NotAllowed);
        let silent = failed(ErrorKind::TimedOut);
        for (why, before, after) in [
            (&refused, Telling::No, Telling::No),
            (&refused, Telling::Yes(told), Telling::No),
            (&silent, Telling::No, Telling::Yes(unknown)),
            (&silent, Telling::Yes(told), Telling::Yes(told)),
        ] {
            assert_eq!(without_the_lease(why, &before), after, "{why} {before:?}");
        }
        assert_eq!(unknown.known(), None);
        assert_eq!(Told::of(None).known(), Some(Verdict::Healthy));
    }
}
