//! A console's view of the logs: what came is drawn at once, and every later question adds to it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::{FutureExt as _, join};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;

use super::{AccessLogs, Book, Came, GroupLogs, GroupRead, LogReader, LogsAsked};
use gwctl_fleet::logs::lateness;
use gwctl_fleet::{Missing, Region};

/// How late an event may be and is still found by a question that follows; more where one came later than that.
const LATE: SignedDuration = SignedDuration::from_secs(60);
/// But no later than this: all of it is asked for each time.
const LATEST: SignedDuration = SignedDuration::from_mins(5);

/// What was read of one window; clones are the same board.
#[derive(Clone)]
pub struct LogBoard(Arc<Mutex<Kept>>);

struct Kept {
    asked: LogsAsked,
    groups: Vec<GroupLogs>,
    access: Vec<AccessLogs>,
    waiting: BTreeMap<Region, usize>,
    /// Whether what comes is added to what was read before.
    follows: bool,
}

impl LogBoard {
    /// Nothing was read of it yet.
    pub fn new(asked: LogsAsked) -> Self {
        Self(Arc::new(Mutex::new(Kept {
            asked,
            groups: Vec::new(),
            access: Vec::new(),
            waiting: BTreeMap::new(),
            follows: false,
        })))
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was read before is read again.
    fn begin(&self) -> LogsAsked {
        let mut kept = self.kept();
        kept.follows = false;
        kept.waiting.clear();
        kept.asked.clone()
    }

    /// Moves the window on to `now`; what is to be asked for what is new in it.
    fn follow(&self, now: Timestamp) -> LogsAsked {
        let mut kept = self.kept();
        let length = kept.asked.until.duration_since(kept.asked.since);
        let known = kept.asked.until;
        kept.asked.since = now.checked_sub(length).unwrap_or(kept.asked.since);
        kept.asked.until = now;
        kept.follows = true;
        let since = known.checked_sub(kept.late()).unwrap_or(known);
        LogsAsked {
            since: since.max(kept.asked.since),
            ..kept.asked.clone()
        }
    }

    /// What is known now.
    fn book(&self) -> Book {
        let kept = self.kept();
        let (asked, groups, access) =
            (kept.asked.clone(), kept.groups.clone(), kept.access.clone());
        let waiting = kept.waiting.clone();
        drop(kept);
        Book::new(&asked, groups, access, waiting)
    }
}

impl Kept {
    /// How far back a question that follows must go.
    fn late(&self) -> SignedDuration {
        let read = self
            .groups
            .iter()
            .filter_map(|one| one.read.as_ref().ok()?.as_ref());
        let events = read.flat_map(|read| &read.events);
        let longest = lateness(events).map_or(LATE, |(_, longest)| longest);
        longest.clamp(LATE, LATEST)
    }

    fn take(&mut self, came: Came) {
        match came {
            Came::Group(group) => self.group(*group),
            Came::Access(access) => {
                self.access.retain(|one| one.region != access.region);
                self.access.push(access);
            }
            Came::Over(region) => {
                if let Some(parts) = self.waiting.get_mut(&region) {
                    *parts -= 1;
                    if *parts == 0 {
                        self.waiting.remove(&region);
                    }
                }
            }
        }
    }

    fn group(&mut self, mut new: GroupLogs) {
        // Two stages have access logs of their own.
        let same = |one: &GroupLogs| {
            let group = one.group == new.group || one.group.is_none() || new.group.is_none();
            one.region == new.region && one.sources == new.sources && group
        };
        let old = self.groups.iter().position(same);
        if let Some(at) = old {
            let old = self.groups.swap_remove(at);
            new.calls += old.calls;
            if self.follows {
                new.read = followed(old.read, new.read, self.asked.since);
                new.group = new.group.or(old.group);
            }
        }
        self.groups.push(new);
        self.groups
            .sort_by(|a, b| (&a.region, &a.sources).cmp(&(&b.region, &b.sources)));
    }
}

/// What was read before and what is new. Where the new question failed, what was read stays and says so.
fn followed(
    old: Result<Option<GroupRead>, Missing>,
    new: Result<Option<GroupRead>, Missing>,
    since: Timestamp,
) -> Result<Option<GroupRead>, Missing> {
    match (old, new) {
        (Ok(Some(old)), Ok(Some(new))) => Ok(Some(old.followed_by(new, since))),
        (Ok(Some(mut old)), Err(why)) => {
            old.events.retain(|event| event.at >= since);
            old.behind = Some(why);
            Ok(Some(old))
        }
        (_, new) => new,
    }
}

impl LogReader {
    /// Reads what `board` asks for; `told` gets what is known with every answer that came, the last time with nothing
    /// to wait for.
    pub async fn fill(&self, board: &LogBoard, told: impl Fn(Book)) {
        let asked = board.begin();
        for region in self.parts(&asked) {
            *board.kept().waiting.entry(region).or_default() += 1;
        }
        self.known.forget();
        self.extend(board, &asked, told).await;
    }

    /// Reads what is new since `board` was read last, up to `now`.
    pub async fn follow(&self, board: &LogBoard, now: Timestamp, told: impl Fn(Book)) {
        let asked = board.follow(now);
        self.extend(board, &asked, told).await;
    }

    async fn extend(&self, board: &LogBoard, asked: &LogsAsked, told: impl Fn(Book)) {
        let (sender, mut coming) = mpsc::unbounded_channel();
        let reading = async move { self.read_groups(asked, &sender).await };
        let telling = async {
            while let Some(first) = coming.recv().await {
                board.kept().take(first);
                while let Ok(more) = coming.try_recv() {
                    board.kept().take(more);
                }
                told(board.book());
            }
        };
        join(reading.boxed(), telling).await;
    }
}
