//! What fleets behind the same credentials have in common: the rate of Route 53's API, which all of them share
//! (aws-facts §3.3), and the answers about the account, which are the same for each of them.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::gathered::Gathered;
use super::limiter::Limiter;
use super::response::Response;
use super::turns::Turns;
use gwctl_aws::Network;
use gwctl_fleet::{Clock, ClusterState, Reachability, Switch};

/// How old an answer may be that another fleet's question gets: less than the period of any question.
const KEPT: SignedDuration = SignedDuration::from_secs(3);

/// All that one process observes, so that fleets of one account keep to one limit.
#[derive(Debug)]
pub struct Together {
    turns: Arc<AllTurns>,
    network: Network,
    by_credentials: Mutex<BTreeMap<Option<String>, Arc<Common>>>,
}

impl Together {
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            turns: Arc::new(AllTurns::new(clock)),
            network: Network::default(),
            by_credentials: Mutex::default(),
        }
    }

    /// The network that the sessions of all fleets go over.
    pub const fn network(&self) -> &Network {
        &self.network
    }

    /// What the fleets have in common whose own credentials are those of `profile`; none is the environment's. Two
    /// profiles that lead into one account share its limits once STS has told so.
    pub fn of(&self, profile: Option<&str>) -> Arc<Common> {
        let known = self.by_credentials.lock();
        let mut known = known.unwrap_or_else(PoisonError::into_inner);
        let key = profile.map(ToOwned::to_owned);
        let common = || Arc::new(Common::new(self.turns.clone(), profile));
        known.entry(key).or_insert_with(common).clone()
    }
}

/// The APIs with a rate that a whole account shares.
#[derive(Debug)]
struct AllTurns {
    route53: Turns,
    votes: Turns,
}

impl AllTurns {
    fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            // Three calls at once and two a second: never more than five within a second.
            route53: Turns::new(clock.clone(), 3.0, 2.0),
            // `GetHealthCheckStatus` alone has one a second.
            votes: Turns::new(clock, 1.0, 1.0),
        }
    }
}

/// An answer, with when it came. Whoever asks holds it meanwhile, and the others wait for the same answer.
type Slot = Arc<tokio::sync::Mutex<Option<(Timestamp, Box<dyn Any + Send>)>>>;

/// What fleets behind the same credentials have in common.
pub struct Common {
    turns: Arc<AllTurns>,
    profile: Option<String>,
    /// How many fleets are observed.
    fleets: AtomicUsize,
    answers: Mutex<BTreeMap<String, Slot>>,
    pub(super) switches: Gathered<Switch>,
    pub(super) clusters: Gathered<ClusterState>,
}

impl fmt::Debug for Common {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Common")
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}

impl Common {
    fn new(turns: Arc<AllTurns>, profile: Option<&str>) -> Self {
        Self {
            turns,
            profile: profile.map(ToOwned::to_owned),
            fleets: AtomicUsize::new(0),
            answers: Mutex::default(),
            switches: Gathered::default(),
            clusters: Gathered::default(),
        }
    }

    /// Of a fleet that is looked at alone.
    pub(super) fn alone(clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self::new(Arc::new(AllTurns::new(clock)), None))
    }

    /// Whether several fleets are observed at present: what is asked for one alone is asked by its name.
    pub(super) fn is_shared(&self) -> bool {
        self.fleets.load(Ordering::Relaxed) > 1
    }

    /// Route 53's API is shared by the account that `way` leads into: five calls a second at most.
    pub(super) fn route53(&self, way: &str) -> Arc<Limiter> {
        let lane = (self.profile.clone(), way.to_owned());
        self.turns.route53.at(&lane)
    }

    /// That of `GetHealthCheckStatus`.
    pub(super) fn votes(&self, way: &str) -> Arc<Limiter> {
        let lane = (self.profile.clone(), way.to_owned());
        self.turns.votes.at(&lane)
    }

    /// STS told that `way` leads into the account of this number.
    pub(super) fn leads_into(&self, way: &str, account: &str) {
        let lane = (self.profile.clone(), way.to_owned());
        self.turns.route53.leads_into(&lane, account);
        self.turns.votes.leads_into(&lane, account);
    }

    /// How many answers are kept.
    pub(super) fn kept(&self) -> usize {
        let answers = self.answers.lock();
        answers.unwrap_or_else(PoisonError::into_inner).len()
    }

    /// What `ask` answers, or what it answered another fleet a moment before `now`: then with what that fleet learnt of
    /// the Region. `question` names the question, the Region, and the way into the account.
    pub(super) async fn once<T: Clone + Send + 'static>(
        &self,
        question: String,
        now: impl Fn() -> Timestamp,
        ask: impl Future<Output = (Response<T>, Reachability)>,
    ) -> (Response<T>, Reachability) {
        if !self.is_shared() {
            return ask.await;
        }
        let slot = {
            let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
            answers.entry(question).or_default().clone()
        };
        let mut slot = slot.lock().await;
        if let Some((at, kept)) = slot.as_ref()
            && now().duration_since(*at) < KEPT
            && let Some(kept) = kept.downcast_ref::<(Response<T>, Reachability)>()
        {
            return kept.clone();
        }
        let said = ask.await;
        // A silent call takes longer than an answer is kept: it counts from when it ended.
        *slot = Some((now(), Box::new(said.clone())));
        said
    }
}

/// One of the fleets that are observed, as long as it is.
#[derive(Debug)]
pub(super) struct Seat(Arc<Common>);

impl Seat {
    pub(super) fn take(common: &Arc<Common>) -> Self {
        common.fleets.fetch_add(1, Ordering::Relaxed);
        Self(common.clone())
    }
}

impl std::ops::Deref for Seat {
    type Target = Common;

    fn deref(&self) -> &Common {
        &self.0
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.fleets.fetch_sub(1, Ordering::Relaxed);
    }
}
