//! Requests on schedule.

use std::fs::File;
use std::io::{self, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::Response;
use hyper::body::Bytes;
use serde::Serialize;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep_until};
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_util::sync::CancellationToken;

use super::answer;
use super::client::{Call, Client, Clock};
use super::connection::{Pool, trusting};
use super::counts::Counts;
use super::ledger::{Asked, Fate, Ledger, Order, Read, Request};
use super::options::Options;
use super::plan::{self, Known, Memory, Plan};

/// Why there is no load.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The ledger's file cannot be made.
    #[error("the clients' ledger cannot be written: {0}")]
    File(#[from] io::Error),
    /// The domain is no name, the authority no certificate, or nobody is to send.
    #[error("the clients cannot start: {0}")]
    Options(String),
}

/// Clients that send requests until they are stopped. Dropped, they stop at once.
pub struct Load {
    shared: Arc<Shared>,
    stopping: CancellationToken,
    task: Option<JoinHandle<()>>,
}

struct Shared {
    clients: Vec<Client>,
    clock: Clock,
    options: Options,
    /// Of this load's keys: no two loads share one.
    run: u64,
    book: Mutex<Book>,
}

/// What was sent so far.
struct Book {
    orders: Vec<Order>,
    reads: Vec<Read>,
    /// By continent, as the clients are.
    memories: Vec<Memory>,
    under_way: u64,
    /// Orders and reads that were told of already.
    drained: (usize, usize),
    file: File,
}

impl Load {
    /// Clients send from now on.
    ///
    /// # Errors
    /// See [`LoadError`].
    pub fn start(options: Options) -> Result<Self, LoadError> {
        let shared = Arc::new(Shared::new(options)?);
        let stopping = CancellationToken::new();
        let task = tokio::spawn(send_on_schedule(shared.clone(), stopping.clone()));
        Ok(Self {
            shared,
            stopping,
            task: Some(task),
        })
    }

    /// What ended since it was last asked, or since the start.
    pub fn drain(&self) -> Counts {
        let mut book = self.shared.book();
        let (orders, reads) = book.drained;
        book.drained = (book.orders.len(), book.reads.len());
        let mut counts = Counts {
            under_way: book.under_way,
            ..Counts::default()
        };
        for order in &book.orders[orders..] {
            counts.order(order);
        }
        for read in &book.reads[reads..] {
            counts.read(read);
        }
        counts
    }

    /// Sends no more new requests, and waits for those under way: as long as their tries last at most.
    pub async fn stop(mut self) -> Ledger {
        self.stopping.cancel();
        if let Some(task) = self.task.take() {
            let _ = task.await;
        }
        let mut book = self.shared.book();
        Ledger {
            began: self.shared.clock.began(),
            ended: self.shared.clock.at(Instant::now()),
            orders: std::mem::take(&mut book.orders),
            reads: std::mem::take(&mut book.reads),
        }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.stopping.cancel();
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

async fn send_on_schedule(shared: Arc<Shared>, stopping: CancellationToken) {
    let mut rng = fastrand::Rng::with_seed(shared.options.seed);
    let mut under_way = JoinSet::new();
    for number in 0_u32.. {
        let due = shared.clock.instant() + shared.options.due(number);
        tokio::select! {
            () = stopping.cancelled() => break,
            () = sleep_until(due) => {}
        }
        while under_way.try_join_next().is_some() {}
        under_way.spawn(shared.clone().send(number, due, rng.fork()));
    }
    while under_way.join_next().await.is_some() {}
}

impl Shared {
    fn new(options: Options) -> Result<Self, LoadError> {
        let wrong = LoadError::Options;
        if options.through.is_empty() {
            return Err(wrong("no continent has clients".into()));
        }
        if !(options.rate > 0.0 && options.rate.is_finite()) {
            return Err(wrong(format!("{} requests a second", options.rate)));
        }
        let domain = ServerName::try_from(options.domain.clone());
        let domain = domain.map_err(|error| wrong(error.to_string()))?;
        let tls = trusting(&options.authority).map_err(wrong)?;
        let clock = Clock::start();
        let clients = options.through.iter().map(|through| Client {
            continent: through.continent.as_str().into(),
            pool: Pool::new(
                through.edge,
                domain.clone(),
                tls.clone(),
                options.connections,
            ),
            clock,
            domain: options.domain.clone(),
            bearer: options.bearer.clone(),
            timeout: options.timeout,
            tries: options.tries,
            pause: options.pause,
        });
        let book = Book {
            orders: Vec::new(),
            reads: Vec::new(),
            memories: options.through.iter().map(|_| Memory::default()).collect(),
            under_way: 0,
            drained: (0, 0),
            file: File::create(&options.file)?,
        };
        Ok(Self {
            clients: clients.collect(),
            clock,
            run: fastrand::u64(..),
            book: Mutex::new(book),
            options,
        })
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The `number`-th request, whatever it is.
    async fn send(self: Arc<Self>, number: u32, due: Instant, mut rng: fastrand::Rng) {
        let place = number as usize % self.clients.len();
        let plan = if rng.f64() < self.options.writes {
            let key = format!("{:016x}-{number}", self.run);
            plan::order(key, self.options.order.to_string().into())
        } else {
            self.book().memories[place].read(&mut rng)
        };
        self.book().under_way += 1;
        match plan {
            Plan::Order { key, call } => self.order(place, key, &call, due).await,
            Plan::Page { call } => {
                let (request, _) = self.clients[place].send(&call, due).await;
                self.book().add_read(Asked::Page, request);
            }
            Plan::Own { known, call, token } => {
                let (request, answer) = self.clients[place].send(&call, due).await;
                let asked = Asked::Own {
                    key: known.key,
                    token,
                    seen: seen(&known.id, answer.as_ref()),
                };
                self.book().add_read(asked, request);
            }
        }
        self.book().under_way -= 1;
    }

    async fn order(&self, place: usize, key: String, call: &Call, due: Instant) {
        let (request, answer) = self.clients[place].send(call, due).await;
        let id = answer.as_ref().and_then(answer::id);
        let token = answer.as_ref().and_then(|one| answer::token(one.headers()));
        let fate = Fate::of(&request, id);
        let mut book = self.book();
        if let Fate::Acknowledged { id: Some(id), .. } = &fate {
            book.memories[place].learn(Known {
                key: key.clone(),
                id: id.clone(),
                token,
            });
        }
        book.add_order(Order { key, fate, request });
    }
}

/// Whether the answer has the order `id`; none where it is no answer to that.
fn seen(id: &str, answer: Option<&Response<Bytes>>) -> Option<bool> {
    let answer = answer?;
    match answer.status().as_u16() {
        200 => Some(answer::id(answer).is_some_and(|found| found == id)),
        // 412: no database has the order that the token names.
        404 | 412 => Some(false),
        _ => None,
    }
}

impl Book {
    fn add_order(&mut self, order: Order) {
        self.write(&order);
        self.orders.push(order);
    }

    fn add_read(&mut self, asked: Asked, request: Request) {
        let read = Read { asked, request };
        self.write(&read);
        self.reads.push(read);
    }

    /// The ledger in memory is the one that counts.
    fn write(&mut self, record: &impl Serialize) {
        let written = serde_json::to_string(record)
            .map_err(io::Error::other)
            .and_then(|line| self.file.write_all(format!("{line}\n").as_bytes()));
        if let Err(error) = written {
            tracing::warn!(%error, "the clients' ledger cannot be written");
        }
    }
}
