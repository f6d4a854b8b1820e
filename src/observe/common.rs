//! What fleets behind the same credentials have in common: the rate of Route 53's API, which all of them share
//! (aws-facts §3.3), and the answers about the account, which are the same for each of them.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::gathered::Gathered;
use super::limiter::{Limiter, Limiters};
use super::response::Response;
use gwctl_fleet::Clock;

/// How old an answer may be that another fleet's question gets: less than the period of any question.
const KEPT: SignedDuration = SignedDuration::from_secs(3);

/// All that one process observes, so that fleets of one account keep to one limit.
#[derive(Debug)]
pub struct Together {
    clock: Arc<dyn Clock>,
    by_credentials: Mutex<BTreeMap<Option<String>, Arc<Common>>>,
}

impl Together {
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            by_credentials: Mutex::default(),
        }
    }

    /// What the fleets have in common whose own credentials are those of `profile`; none is the environment's. Two
    /// profiles that lead into one account count as two: only AWS's answers would tell that it is one.
    pub fn of(&self, profile: Option<&str>) -> Arc<Common> {
        let known = self.by_credentials.lock();
        let mut known = known.unwrap_or_else(PoisonError::into_inner);
        let common = || Arc::new(Common::new(self.clock.clone(), true));
        let key = profile.map(ToOwned::to_owned);
        known.entry(key).or_insert_with(common).clone()
    }
}

/// An answer, with when it came. Whoever asks holds it meanwhile, and the others wait for the same answer.
type Slot = Arc<tokio::sync::Mutex<Option<(Timestamp, Box<dyn Any + Send>)>>>;

/// What fleets behind the same credentials have in common.
pub struct Common {
    /// Whether there are several such fleets.
    shared: bool,
    /// By the way into the account.
    route53: Limiters<String>,
    votes: Limiters<String>,
    answers: Mutex<BTreeMap<String, Slot>>,
    gathered: Gathered,
}

impl fmt::Debug for Common {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Common")
            .field("shared", &self.shared)
            .finish_non_exhaustive()
    }
}

impl Common {
    fn new(clock: Arc<dyn Clock>, shared: bool) -> Self {
        Self {
            shared,
            route53: Limiters::new(clock.clone()),
            votes: Limiters::new(clock),
            answers: Mutex::default(),
            gathered: Gathered::default(),
        }
    }

    /// The alarms of switches that are asked about at the same moment; none for a fleet that is looked at alone.
    pub(super) fn gathered(&self) -> Option<&Gathered> {
        self.shared.then_some(&self.gathered)
    }

    /// Of a fleet that is looked at alone.
    pub(super) fn alone(clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self::new(clock, false))
    }

    /// Route 53's API is shared by the whole account: three calls at once and two a second, so never more than five
    /// within a second. `way` leads into the account.
    pub(super) fn route53(&self, way: &str) -> Arc<Limiter> {
        self.route53.at(way.to_owned(), 3.0, 2.0)
    }

    /// `GetHealthCheckStatus` alone has one a second.
    pub(super) fn votes(&self, way: &str) -> Arc<Limiter> {
        self.votes.at(way.to_owned(), 1.0, 1.0)
    }

    /// What `ask` answers, or what it answered another fleet a moment before `now`. `question` names the question, the
    /// Region, and the way into the account.
    pub(super) async fn once<T: Clone + Send + 'static>(
        &self,
        question: String,
        now: impl Fn() -> Timestamp,
        ask: impl Future<Output = Response<T>>,
    ) -> Response<T> {
        if !self.shared {
            return ask.await;
        }
        let slot = {
            let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
            answers.entry(question).or_default().clone()
        };
        let mut slot = slot.lock().await;
        if let Some((at, kept)) = slot.as_ref()
            && now().duration_since(*at) < KEPT
            && let Some(kept) = kept.downcast_ref::<Response<T>>()
        {
            return kept.clone();
        }
        let said = ask.await;
        // A silent call takes longer than an answer is kept: it counts from when it ended.
        *slot = Some((now(), Box::new(said.clone())));
        said
    }
}
