//! A lease that this process has: proved anew before each change, and kept alive between them.

use std::pin::Pin;
use std::sync::{Arc, Mutex as StdMutex, PoisonError};

use tokio::sync::{Mutex, watch};
use tokio::task::AbortHandle;

use crate::lease::{BEAT, OwnLease};
use crate::since::Since;
use crate::team::TTL;
use crate::written::Outcome;
use crate::{LeaseHolder, SharedLease, Team};
use gwctl_aws::{AwsError, Fence, Item, Only};

/// How many signs a holder gives while its lease lasts without one.
const SIGNS: u32 = 3;

/// Why this process must send nothing.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Lost {
    /// Somebody else has the lease.
    #[error("{} has taken over the fleet's lease", LeaseHolder::told(.0.as_ref()))]
    Taken(Option<LeaseHolder>),
    /// It was given back.
    #[error("this process has given the fleet's lease back")]
    GivenBack,
    /// Whether this process still has it cannot be told.
    #[error("the shared table is not available: {0}")]
    Unavailable(#[from] AwsError),
    /// Each proof was too old once its answer was read.
    #[error("the fleet's lease was not proven in time")]
    Late,
}

/// What is known of the item.
struct Standing {
    lease: OwnLease,
    /// The beat of the item that stands there, as far as this process knows.
    beat: String,
    lost: Option<Lost>,
}

struct Held {
    team: Team,
    standing: Mutex<Standing>,
    /// When the newest sign was sent that arrived.
    proved: StdMutex<Since>,
    /// Whether somebody else has taken over.
    taken: watch::Sender<Option<Lost>>,
}

/// The lease of a fleet, until it is released, dropped or taken over.
pub struct Hold {
    held: Arc<Held>,
    token: u64,
    keeper: AbortHandle,
}

impl std::fmt::Debug for Hold {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hold")
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

impl Hold {
    /// Keeps `lease` alive, of which `item` was just written.
    pub(crate) fn begin(team: Team, lease: OwnLease, item: &Item) -> Self {
        let token = lease.token;
        let proved = StdMutex::new(Since::now(&*team.clock));
        let held = Arc::new(Held {
            team,
            standing: Mutex::new(Standing {
                lease,
                beat: item.text(BEAT).unwrap_or_default().to_owned(),
                lost: None,
            }),
            proved,
            taken: watch::channel(None).0,
        });
        let keeper = tokio::spawn(keep(held.clone())).abort_handle();
        Self {
            held,
            token,
            keeper,
        }
    }

    /// The fencing token: it grows by one whenever somebody else takes the lease.
    pub const fn token(&self) -> u64 {
        self.token
    }

    /// The table it is in.
    pub fn team(&self) -> &Team {
        &self.held.team
    }

    /// Proves to the table that this process has the lease. Nothing may be sent after an error.
    pub async fn check(&self) -> Result<(), Lost> {
        self.held.check().await
    }

    /// Waits until somebody else has taken over; as long as nobody does, forever.
    pub async fn taken(&self) -> Lost {
        let mut taken = self.held.taken.subscribe();
        let lost = taken.wait_for(Option::is_some).await;
        match lost.ok().and_then(|lost| lost.clone()) {
            Some(lost) => lost,
            // The sender lives as long as this.
            None => std::future::pending().await,
        }
    }

    /// Whether the newest proof is so new that nobody can have taken over since: a machine that slept finds that it is
    /// not.
    pub fn is_fresh(&self) -> bool {
        self.held.is_fresh()
    }

    /// Sees that the newest proof is still fresh, and where it is not, asks for a new one. Nothing may be sent after an
    /// error.
    pub async fn prove(&self) -> Result<(), Lost> {
        self.held.prove().await
    }

    /// What each change asks right before it is sent: [`Self::prove`].
    pub fn fence(&self) -> Arc<dyn Fence> {
        self.held.clone()
    }

    /// From now on it gives no sign by itself, like the process of a laptop that was closed: for tests.
    #[doc(hidden)]
    pub fn sleep(&self) {
        self.keeper.abort();
    }

    /// Gives the lease back, for whoever comes next. Where the table does not answer, it ends by itself.
    pub async fn release(&self) {
        self.keeper.abort();
        let mut standing = self.held.standing.lock().await;
        while standing.lost.is_none() {
            let item = standing.lease.next(true);
            let only = Only::If(BEAT, &standing.beat);
            let put = self.held.team.replicas.put(&item, only).await;
            match put {
                // A sign was under way when its keeper was stopped: it is this hold's all the same.
                Ok(Outcome::Theirs(Some(there)))
                    if SharedLease::read(&there)
                        .is_some_and(|lease| lease.hold == standing.lease.hold) =>
                {
                    there
                        .text(BEAT)
                        .unwrap_or_default()
                        .clone_into(&mut standing.beat);
                }
                _ => standing.lost = Some(Lost::GivenBack),
            }
        }
    }
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Held").finish_non_exhaustive()
    }
}

/// How many proofs may be stale once their answers are read, before the change is given up.
const PROOFS: u32 = 3;

impl Fence for Held {
    fn admits(&self) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + '_>> {
        Box::pin(async { self.prove().await.map_err(|why| why.to_string()) })
    }
}

impl Held {
    fn is_fresh(&self) -> bool {
        let proved = *self.proved.lock().unwrap_or_else(PoisonError::into_inner);
        proved.is_within(TTL / 2, &*self.team.clock)
    }

    async fn prove(&self) -> Result<(), Lost> {
        for _ in 0..PROOFS {
            if self.is_fresh() {
                return Ok(());
            }
            self.check().await?;
        }
        Err(Lost::Late)
    }

    async fn check(&self) -> Result<(), Lost> {
        let mut standing = self.standing.lock().await;
        if let Some(lost) = &standing.lost {
            return Err(lost.clone());
        }
        loop {
            let sent = Since::now(&*self.team.clock);
            let item = standing.lease.next(false);
            let only = Only::If(BEAT, &standing.beat);
            match self.team.replicas.put(&item, only).await? {
                Outcome::Ours => {
                    item.text(BEAT)
                        .unwrap_or_default()
                        .clone_into(&mut standing.beat);
                    *self.proved.lock().unwrap_or_else(PoisonError::into_inner) = sent;
                    return Ok(());
                }
                Outcome::Theirs(item) => {
                    let lease = item.as_ref().and_then(SharedLease::read);
                    match lease {
                        // An earlier sign of this hold's, whose reply was lost.
                        Some(lease) if lease.hold == standing.lease.hold => {
                            standing.beat = lease.beat;
                        }
                        lease => {
                            let lost = Lost::Taken(lease.and_then(|lease| lease.holder));
                            standing.lost = Some(lost.clone());
                            self.taken.send_replace(Some(lost.clone()));
                            return Err(lost);
                        }
                    }
                }
            }
        }
    }
}

/// Gives signs until the lease is lost.
async fn keep(held: Arc<Held>) {
    loop {
        held.team.sleep(TTL / SIGNS).await;
        match held.check().await {
            Ok(()) | Err(Lost::Unavailable(_) | Lost::Late) => {}
            Err(Lost::Taken(_) | Lost::GivenBack) => return,
        }
    }
}
