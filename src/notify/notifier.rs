//! Tells the targets, each through a queue and a task of its own: one that does not answer delays no other, and nobody
//! who has something to tell waits.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::heard::Ended;
use crate::queue::Queue;
use crate::{
    Answer, Came, Heard, Kind, Notice, NotifySpec, Outcome, Outcomes, RunTold, TargetSpec, Way,
};
use gwctl_actions::RunState;

/// After which time a message is tried again, in fleet time (aws-facts §17.2): eight attempts within two hours and a half.
const PAUSES_S: [u64; 7] = [5, 30, 120, 300, 900, 1_800, 5_400];
/// No target may ask for a longer pause.
const LONGEST: Duration = Duration::from_secs(5_400);
/// A moment on the wall, and the same in fleet time.
type Moment = (Instant, Timestamp);

/// Slack takes about one message a second for a channel.
const APART: Duration = Duration::from_millis(1_100);

/// Tells the targets. Cheap to clone; once the last clone is dropped, nothing is sent any more.
#[derive(Clone)]
pub struct Notifier(Arc<All>);

struct All {
    targets: BTreeMap<String, Arc<Target>>,
    outcomes: watch::Sender<Outcomes>,
    way: Way,
    /// How many runs are followed.
    following: watch::Sender<usize>,
    _tasks: JoinSet<()>,
}

/// A notice that waits for a target.
struct Queued {
    notice: Arc<Notice>,
    ended: Ended,
}

struct Target {
    spec: TargetSpec,
    queue: Mutex<Queue<Queued>>,
    new: Notify,
    /// Whether nothing waits but for a later attempt.
    idle: watch::Sender<bool>,
}

impl Target {
    fn queue(&self) -> std::sync::MutexGuard<'_, Queue<Queued>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Notifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.targets.keys()).finish()
    }
}

impl Notifier {
    /// Begins to tell the targets that `spec` names. Must be called within a tokio runtime.
    pub fn start(spec: &NotifySpec, way: Way) -> Self {
        let named = spec.targets.iter();
        let targets: BTreeMap<String, Arc<Target>> = named
            .map(|(name, spec)| {
                let target = Target {
                    spec: spec.clone(),
                    queue: Mutex::default(),
                    new: Notify::new(),
                    idle: watch::Sender::new(true),
                };
                (name.clone(), Arc::new(target))
            })
            .collect();
        let blank = |name: &String| (name.clone(), Outcome::default());
        let outcomes: Outcomes = targets.keys().map(blank).collect();
        let outcomes = watch::Sender::new(outcomes);
        let mut tasks = JoinSet::new();
        for (name, target) in &targets {
            let telling = Telling {
                name: name.clone(),
                target: target.clone(),
                way: way.clone(),
                outcomes: outcomes.clone(),
            };
            tasks.spawn(telling.run());
        }
        Self(Arc::new(All {
            targets,
            outcomes,
            way,
            following: watch::Sender::new(0),
            _tasks: tasks,
        }))
    }

    /// Whether anybody is to be told anything.
    pub fn is_empty(&self) -> bool {
        self.0.targets.is_empty()
    }

    /// Tells every target that wants it. It never waits; whoever wants to know asks what comes back.
    pub fn tell(&self, notice: &Notice) -> Heard {
        let now = self.0.way.clock.now();
        let (ended, ends) = mpsc::unbounded_channel();
        let mut told = 0;
        let notice = Arc::new(notice.clone());
        for (name, target) in &self.0.targets {
            if !target.spec.wants(&notice, now) {
                continue;
            }
            let waiting = {
                let mut queue = target.queue();
                queue.push(Queued {
                    notice: notice.clone(),
                    ended: ended.clone(),
                });
                queue.len()
            };
            target.idle.send_replace(false);
            self.0.outcomes.send_modify(|outcomes| {
                if let Some(outcome) = outcomes.get_mut(name) {
                    outcome.waiting = waiting;
                }
            });
            target.new.notify_one();
            told += 1;
        }
        Heard::of(told, ends)
    }

    /// Tells what becomes of a run on `fleet` for as long as this process drives it.
    pub fn follow(&self, fleet: &str, mut state: watch::Receiver<Arc<RunState>>) {
        let (notifier, mut told) = (self.clone(), RunTold::new(fleet));
        notifier.0.following.send_modify(|count| *count += 1);
        tokio::spawn(async move {
            loop {
                let seen = state.borrow_and_update().clone();
                for notice in told.take(&seen) {
                    drop(notifier.tell(&notice));
                }
                if state.changed().await.is_err() {
                    break;
                }
            }
            notifier.0.following.send_modify(|count| *count -= 1);
        });
    }

    /// What became of the newest message to each target, and what follows.
    pub fn outcomes(&self) -> watch::Receiver<Outcomes> {
        self.0.outcomes.subscribe()
    }

    /// Waits until the runs that are followed are left or over, and everything was tried once; no longer than `limit` on the wall.
    pub async fn settle(&self, limit: Duration) {
        let all = async {
            let mut following = self.0.following.subscribe();
            drop(following.wait_for(|count| *count == 0).await);
            for target in self.0.targets.values() {
                // The sender lives as long as the target.
                drop(target.idle.subscribe().wait_for(|idle| *idle).await);
            }
        };
        drop(tokio::time::timeout(limit, all).await);
    }

    /// Sends `notice` to every target once, side by side, whatever it wants to be told; what each answered.
    pub async fn try_each(&self, notice: &Notice) -> BTreeMap<String, Answer> {
        let mut tries = JoinSet::new();
        for (name, target) in &self.0.targets {
            let (name, spec) = (name.clone(), target.spec.clone());
            let (way, notice) = (self.0.way.clone(), notice.clone());
            tries.spawn(async move { (name, way.send(&spec, &notice).await) });
        }
        tries.join_all().await.into_iter().collect()
    }
}

/// The task of one target.
struct Telling {
    name: String,
    target: Arc<Target>,
    way: Way,
    outcomes: watch::Sender<Outcomes>,
}

impl Telling {
    async fn run(self) {
        loop {
            let next = self.target.queue().pop();
            let Some(queued) = next else {
                self.target.idle.send_replace(true);
                self.target.new.notified().await;
                continue;
            };
            if !self.deliver(&queued).await {
                self.target.queue().clear();
                self.target.idle.send_replace(true);
                return;
            }
            if self.target.spec.kind == Kind::Slack {
                self.sleep(APART).await;
            }
        }
    }

    /// Whether the target takes more.
    async fn deliver(&self, queued: &Queued) -> bool {
        let mut pauses = PAUSES_S.into_iter().map(Duration::from_secs);
        let mut due: Option<Moment> = None;
        let ended = |taken| {
            // Nobody may want to know any longer.
            let _ = queued.ended.send(taken);
        };
        loop {
            let known = self.target.queue().pushed();
            let answer = self.way.send(&self.target.spec, &queued.notice).await;
            let (why, after) = match answer {
                Answer::Taken(how) => {
                    self.came(Came::Taken(how));
                    ended(true);
                    return true;
                }
                Answer::Refused(why) => {
                    self.came(Came::Failed(why));
                    ended(false);
                    return true;
                }
                Answer::Gone(why) => {
                    self.came(Came::Gone(why));
                    ended(false);
                    return false;
                }
                Answer::Later { why, after } => (why, after),
            };
            // What was tried early, because something new came, takes no turn.
            let turn = due.filter(|due| due.0 > Instant::now());
            let turn = turn.or_else(|| pauses.next().map(|pause| self.moment(pause)));
            let Some(turn) = turn else {
                self.came(Came::Failed(format!("{why}; it was tried often enough")));
                ended(false);
                return true;
            };
            due = Some(turn);
            let least = self.moment(after.unwrap_or_default().min(LONGEST));
            let next = turn.max(least);
            self.came(Came::Later { why, next: next.1 });
            self.target.idle.send_replace(true);
            tokio::select! {
                () = tokio::time::sleep_until(next.0) => {}
                () = self.something_new(known, least.0) => {}
            }
        }
    }

    /// `pause` from now on.
    fn moment(&self, pause: Duration) -> Moment {
        let clock = &self.way.clock;
        let fleet_time = SignedDuration::try_from(pause).unwrap_or_default();
        (Instant::now() + clock.wall(pause), clock.now() + fleet_time)
    }

    /// Waits until more than `known` notices came, and no less than until `least`: what waits behind the first shall not
    /// wait for its pause.
    async fn something_new(&self, known: u64, least: Instant) {
        tokio::time::sleep_until(least).await;
        while self.target.queue().pushed() == known {
            self.target.new.notified().await;
        }
    }

    async fn sleep(&self, fleet_time: Duration) {
        tokio::time::sleep(self.way.clock.wall(fleet_time)).await;
    }

    fn came(&self, came: Came) {
        if !matches!(came, Came::Taken(_)) {
            tracing::warn!("notification to {}: {came}", self.name);
        }
        let (waiting, dropped) = {
            let queue = self.target.queue();
            (queue.len(), queue.dropped())
        };
        let at = Some(self.way.clock.now());
        self.outcomes.send_modify(|outcomes| {
            let Some(outcome) = outcomes.get_mut(&self.name) else {
                return;
            };
            match came {
                Came::Taken(_) => outcome.delivered += 1,
                Came::Failed(_) | Came::Gone(_) => outcome.lost += 1,
                Came::Later { .. } | Came::Nothing => {}
            }
            (outcome.at, outcome.came, outcome.waiting) = (at, came, waiting);
            outcome.dropped = dropped;
        });
    }
}
