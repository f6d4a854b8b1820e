//! Tells what is to be told of one fleet as long as this process may, and writes down what somebody heard: whoever tells
//! next goes on from there.

use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::telling::{Telling, Told, read};
use crate::cli::output::tell;
use crate::fleet::Verdict;
use crate::notify::{Notice, Notifier};
use crate::store::{Hold, Lost, Team};

/// How long the table may take to answer, in fleet time, when it is asked whether this process still has the lease.
const PROOF: Duration = Duration::from_secs(5);
/// How often the table is asked what was told last, and after which time again.
const QUESTIONS: u32 = 3;
const AGAIN: Duration = Duration::from_secs(5);

/// A notice, and the verdict that it tells.
pub type News = (Notice, Verdict);

/// Where it is written what was told.
#[derive(Clone)]
pub enum Book {
    /// In the table, by the fleet's domain.
    Table(Team, String),
    /// In a file of this machine.
    File(PathBuf),
}

impl Book {
    async fn note(&self, verdict: Verdict) -> Result<(), String> {
        match self {
            Self::Table(team, domain) => {
                let noted = team.note_told(domain, verdict.word()).await;
                noted.map_err(|why| why.to_string())
            }
            Self::File(path) => {
                let noted = std::fs::write(path, verdict.word());
                noted.map_err(|why| format!("cannot write {}: {why}", path.display()))
            }
        }
    }

    /// What was told last.
    pub async fn last(&self) -> Told {
        match self {
            Self::Table(team, domain) => {
                for _ in 0..QUESTIONS {
                    if let Ok(told) = team.told(domain).await {
                        return Told::of(told.as_deref());
                    }
                    tokio::time::sleep(team.clock.wall(AGAIN)).await;
                }
                Told::Unknown
            }
            Self::File(path) => match crate::files::read_to_string(path) {
                Ok(text) => read(&text).map_or(Told::Nothing, Told::Last),
                Err(_) => Told::Nothing,
            },
        }
    }
}

/// Tells of one fleet.
pub struct Voice {
    /// What is to be told.
    pub news: mpsc::UnboundedReceiver<News>,
    /// Whether this process tells.
    pub telling: watch::Sender<Telling>,
    notifier: Notifier,
    book: Book,
    /// Each waits until somebody heard a notice, and writes it down.
    notes: JoinSet<()>,
    /// How many notices were told; and the newest of them that is written down.
    told: u64,
    noted: Arc<Mutex<u64>>,
    /// What was told last without the lease.
    unwritten: Option<Verdict>,
}

impl Voice {
    pub fn new(
        news: mpsc::UnboundedReceiver<News>,
        telling: watch::Sender<Telling>,
        notifier: Notifier,
        book: Book,
    ) -> Self {
        Self {
            news,
            telling,
            notifier,
            book,
            notes: JoinSet::new(),
            told: 0,
            noted: Arc::default(),
            unwritten: None,
        }
    }

    /// Waits for `end`, and tells meanwhile what is to be told.
    pub async fn tell_until<T>(&mut self, hold: Option<&Hold>, end: impl Future<Output = T>) -> T {
        let mut end = pin!(end);
        loop {
            tokio::select! {
                biased;
                ended = &mut end => return ended,
                Some(news) = self.news.recv() => self.tell(news, hold).await,
            }
        }
    }

    /// This process may tell, and begins at what was told last.
    pub async fn begin(&mut self) {
        let told = match self.unwritten.take() {
            // It told people while the table was silent.
            Some(verdict) => {
                // Whoever tells next tells it once more, where this is not written down.
                drop(self.book.note(verdict).await);
                Told::Unknown
            }
            None => self.book.last().await,
        };
        self.telling.send_replace(Telling::Yes(told));
    }

    /// Another process tells: what it writes down counts.
    pub fn end(&mut self) {
        self.notes.abort_all();
        self.unwritten = None;
        let no = |now: &mut Telling| std::mem::replace(now, Telling::No) != Telling::No;
        self.telling.send_if_modified(no);
    }

    async fn tell(&mut self, (notice, verdict): News, hold: Option<&Hold>) {
        let silent = *self.telling.borrow() == Telling::No;
        if silent || matches!(hold, Some(hold) if !self.still_has(hold).await) {
            return;
        }
        tell(format!("gwctl: told: {}", notice.title));
        let heard = self.notifier.tell(&notice);
        if hold.is_none() && matches!(self.book, Book::Table(..)) {
            self.unwritten = Some(verdict);
            return;
        }
        self.told += 1;
        let (turn, noted, book) = (self.told, self.noted.clone(), self.book.clone());
        while self.notes.try_join_next().is_some() {}
        self.notes.spawn(async move {
            if !heard.settled().await {
                return;
            }
            let mut newest = noted.lock().await;
            if turn < *newest {
                return;
            }
            match book.note(verdict).await {
                Ok(()) => *newest = turn,
                // Whoever tells next tells it once more.
                Err(why) => tracing::warn!("what was told is not written down: {why}"),
            }
        });
    }

    /// Whether nobody else is known to tell. Where the table is silent, twice is better than not at all.
    async fn still_has(&self, hold: &Hold) -> bool {
        if hold.is_fresh() {
            return true;
        }
        let limit = hold.team().clock.wall(PROOF);
        let proof = timeout(limit, hold.check()).await;
        !matches!(proof, Ok(Err(Lost::Taken(_) | Lost::GivenBack)))
    }
}
