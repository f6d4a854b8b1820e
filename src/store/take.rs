//! Taking a lease: whoever seems to have it is watched first, on this machine's own clock (aws-facts §16.2).

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::lease::{BEAT, OwnLease};
use crate::team::{TTL, Unfit};
use crate::written::Outcome;
use crate::{Claim, Hold, LeaseHolder, SAME_RUN, SharedLease, Team};
use gwctl_aws::{AwsError, Item, Only};

/// How often a lease that is watched is looked at.
const LOOK: Duration = Duration::from_secs(2);

/// Why a lease is not had.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    /// Somebody has it, or a lease of something in common.
    #[error("{}", LeaseHolder::in_the_way(&LeaseHolder::told(.holder.as_ref()), shares))]
    Held {
        /// Who; none where the item does not tell.
        holder: Option<LeaseHolder>,
        /// What both act on, such as `domain api.example.com`; or [`SAME_RUN`].
        shares: String,
    },
    /// The table does not answer.
    #[error("the shared table is not available: {0}")]
    Unavailable(#[from] AwsError),
    #[error(transparent)]
    Unfit(#[from] Unfit),
}

fn held_now(item: Option<&Item>, shares: String) -> NotTaken {
    let lease = item.and_then(SharedLease::read);
    let holder = lease.and_then(|lease| lease.holder);
    NotTaken::Held { holder, shares }
}

/// What two leases have in common, in words; none where nothing.
type Conflict<'c> = &'c (dyn Fn(&SharedLease) -> Option<String> + Send + Sync);

/// The leases that somebody has and that stand in a claim's way, by their fleets, with what both have in common.
type InTheWay = BTreeMap<String, (SharedLease, String)>;

/// What a claim meets.
struct Seen {
    /// The lease of its own fleet, free or not.
    own: Option<SharedLease>,
    in_the_way: InTheWay,
}

impl Team {
    /// Takes the lease of `claim`. Leases of something in common, as `conflict` tells, stand in the way; one whose holder
    /// gives no sign for as long as it lasts is taken over.
    ///
    /// # Errors
    /// Nothing was taken.
    pub async fn take(&self, claim: Claim, conflict: Conflict<'_>) -> Result<Hold, NotTaken> {
        let run = claim.holder.run.clone();
        let taken = self.take_watched(claim, conflict).await;
        taken.map_err(|why| match why {
            NotTaken::Held {
                holder: Some(holder),
                ..
            } if holder.run == run => NotTaken::Held {
                holder: Some(holder),
                shares: SAME_RUN.into(),
            },
            other => other,
        })
    }

    async fn take_watched(&self, claim: Claim, conflict: Conflict<'_>) -> Result<Hold, NotTaken> {
        self.fitness().await??;
        let seen = self.look(&claim, conflict).await?;
        let (own, left) = self.watched(seen, &claim, conflict).await?;
        for (domain, (lease, shares)) in &left {
            if *domain != claim.domain {
                self.end(lease, shares).await?;
            }
        }
        let token = own.as_ref().map_or(1, |lease| lease.token + 1);
        let mut lease = OwnLease::new(claim.clone(), token, (TTL, self.partition));
        let item = lease.next(false);
        let only = own.as_ref();
        let only = only.map_or(Only::IfAbsent, |lease| Only::If(BEAT, &lease.beat));
        if let Outcome::Theirs(item) = self.replicas.put(&item, only).await? {
            let shares = format!("domain {}", claim.domain);
            return Err(held_now(item.as_ref(), shares));
        }
        let hold = Hold::begin(self.clone(), lease, &item);
        // Whoever took a lease of something in common at the same moment wrote first and read then, as this one does: at
        // least one of the two sees the other.
        let others = self.look(&claim, conflict).await;
        let met = others.map(|others| {
            let mut others = others.in_the_way.into_values();
            others.find(|(other, _)| other.domain != claim.domain)
        });
        match met {
            Ok(None) => Ok(hold),
            Ok(Some((other, shares))) => {
                hold.release().await;
                let holder = other.holder;
                Err(NotTaken::Held { holder, shares })
            }
            Err(error) => {
                hold.release().await;
                Err(error.into())
            }
        }
    }

    /// Ends the lease of a holder who is gone: should it come back, it finds that it has it no longer.
    async fn end(&self, lease: &SharedLease, shares: &str) -> Result<(), NotTaken> {
        let item = lease.ended();
        match self
            .replicas
            .put(&item, Only::If(BEAT, &lease.beat))
            .await?
        {
            Outcome::Ours => Ok(()),
            Outcome::Theirs(item) => Err(held_now(item.as_ref(), shares.to_owned())),
        }
    }

    /// The leases as they stand now, of which the claim meets some.
    async fn look(&self, claim: &Claim, conflict: Conflict<'_>) -> Result<Seen, AwsError> {
        let (mut own, mut in_the_way) = (None, InTheWay::new());
        for lease in self.leases().await? {
            let same = lease.domain == claim.domain;
            if !lease.free {
                let same = same.then(|| format!("domain {}", lease.domain));
                if let Some(shares) = same.or_else(|| conflict(&lease)) {
                    in_the_way.insert(lease.domain.clone(), (lease.clone(), shares));
                }
            }
            if same {
                own = Some(lease);
            }
        }
        Ok(Seen { own, in_the_way })
    }

    /// Watches the leases in the way until each was left for as long as it lasts, or was given back: that of the claim's own
    /// fleet, as it was seen last, and those that were left.
    async fn watched(
        &self,
        before: Seen,
        claim: &Claim,
        conflict: Conflict<'_>,
    ) -> Result<(Option<SharedLease>, InTheWay), NotTaken> {
        let begun = Instant::now();
        let Seen {
            mut own,
            in_the_way: before,
        } = before;
        let mut waiting = before.clone();
        let mut left = InTheWay::new();
        while !waiting.is_empty() {
            self.sleep(LOOK).await;
            let now = self.look(claim, conflict).await?;
            own = now.own;
            // What was given back meanwhile is in nobody's way.
            waiting.retain(|domain, _| now.in_the_way.contains_key(domain));
            left.retain(|domain, _| now.in_the_way.contains_key(domain));
            for (domain, (lease, shares)) in now.in_the_way {
                let seen = before.get(&domain).map(|(seen, _)| seen.beat.as_str());
                if seen != Some(lease.beat.as_str()) {
                    let holder = lease.holder;
                    return Err(NotTaken::Held { holder, shares });
                }
                // Only what was seen without a change for so long counts as left.
                if begun.elapsed() > self.clock.wall(lease.ttl) {
                    waiting.remove(&domain);
                    left.insert(domain, (lease, shares));
                }
            }
        }
        Ok((own, left))
    }
}
