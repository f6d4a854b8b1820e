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
        let before = self.in_the_way(&claim, conflict).await?;
        let left = self.watched(before, &claim, conflict).await?;
        for (domain, (lease, shares)) in &left {
            if *domain != claim.domain {
                self.end(lease, shares).await?;
            }
        }
        let own = match left.get(&claim.domain) {
            Some((own, _)) => Some(own.clone()),
            None => match self.standing(&claim.domain).await? {
                // Somebody took it since it was last looked at.
                Some(lease) if !lease.free => {
                    let (holder, shares) = (lease.holder, format!("domain {}", lease.domain));
                    return Err(NotTaken::Held { holder, shares });
                }
                free => free,
            },
        };
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
        let others = self.in_the_way(&claim, conflict).await;
        let met = others.map(|others| {
            let mut others = others.into_values();
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

    /// The lease of `domain`, free or not.
    async fn standing(&self, domain: &str) -> Result<Option<SharedLease>, AwsError> {
        let leases = self.leases().await?;
        Ok(leases.into_iter().find(|lease| lease.domain == domain))
    }

    /// The leases that somebody has and that stand in the way of `claim`, with what both have in common.
    async fn in_the_way(
        &self,
        claim: &Claim,
        conflict: Conflict<'_>,
    ) -> Result<BTreeMap<String, (SharedLease, String)>, AwsError> {
        let leases = self.leases().await?.into_iter();
        let held = leases.filter(|lease| !lease.free);
        let shared = held.filter_map(|lease| {
            let same =
                || (lease.domain == claim.domain).then(|| format!("domain {}", lease.domain));
            let shares = same().or_else(|| conflict(&lease))?;
            Some((lease.domain.clone(), (lease, shares)))
        });
        Ok(shared.collect())
    }

    /// Watches the leases in the way until each was left for as long as it lasts; those that were.
    async fn watched(
        &self,
        before: BTreeMap<String, (SharedLease, String)>,
        claim: &Claim,
        conflict: Conflict<'_>,
    ) -> Result<BTreeMap<String, (SharedLease, String)>, NotTaken> {
        let begun = Instant::now();
        let mut waiting = before.clone();
        let mut left = BTreeMap::new();
        while !waiting.is_empty() {
            self.sleep(LOOK).await;
            let now = self.in_the_way(claim, conflict).await?;
            // What was given back meanwhile is in nobody's way.
            waiting.retain(|domain, _| now.contains_key(domain));
            for (domain, (lease, shares)) in now {
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
        Ok(left)
    }
}
