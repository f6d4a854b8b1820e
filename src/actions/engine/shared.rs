//! What a run shares with the team: its lease, and its journal line by line. The journal on this machine is written
//! first; the table follows before anything is sent (aws-facts §16.2).

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::task::AbortHandle;

use crate::journal::{Diverged, NotBrought};
use crate::{Binding, Folder, LeaseHolder, RunContext};
use gwctl_aws::Fence;
use gwctl_store::{Claim, Hold, Lost, NotShared, NotTaken, SharedLease, Team};

/// How often lines that nothing waits for are copied.
const COPY: Duration = Duration::from_secs(1);

/// Why a run does not begin, or go on, where its team shares a table.
#[derive(Debug, thiserror::Error)]
pub enum SharedRefused {
    #[error(transparent)]
    NotTaken(#[from] NotTaken),
    #[error(transparent)]
    NotShared(#[from] NotShared),
    #[error(transparent)]
    NotBrought(#[from] NotBrought),
}

impl From<Diverged> for SharedRefused {
    fn from(diverged: Diverged) -> Self {
        Self::NotBrought(diverged.into())
    }
}

/// A run's place in the table. Held until it is released or dropped.
#[derive(Debug)]
pub(crate) struct Shared {
    copying: Arc<Copying>,
    copier: AbortHandle,
}

#[derive(Debug)]
struct Copying {
    hold: Hold,
    folder: Folder,
    id: String,
    /// How many lines of the journal the table has.
    copied: Mutex<u64>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.copier.abort();
    }
}

/// The table of the fleet that `run_context` is about; none where each machine keeps its own files.
pub(crate) fn team(run_context: &RunContext) -> Option<Team> {
    let clock = run_context.clock.clone();
    Team::of(&run_context.session, &run_context.spec, clock)
}

impl Folder {
    /// Brings what the team's other machines did with the fleet, where it shares a table.
    ///
    /// # Errors
    /// What is known here stays.
    pub async fn bring_team(&self, run_context: &RunContext) -> Result<(), NotBrought> {
        match team(run_context) {
            Some(team) => {
                let domain = &run_context.spec.domain;
                if !run_context.spec.rules.approvals.is_empty() {
                    // What the table does not answer is said of the journals.
                    drop(self.bring_asked(&team, domain).await);
                }
                self.bring(&team, domain).await
            }
            None => Ok(()),
        }
    }
}

/// Takes the lease that the team shares, and brings the team's journals to this machine. None where there is no table.
pub(crate) async fn take(
    team: Option<&Team>,
    folder: &Folder,
    binding: &Binding,
    holder: LeaseHolder,
) -> Result<Option<Hold>, SharedRefused> {
    let Some(team) = team else {
        return Ok(None);
    };
    let claim = Claim {
        domain: binding.domain.clone(),
        holds: serde_json::to_value(binding).unwrap_or_default(),
        holder,
    };
    let conflict =
        |lease: &SharedLease| match serde_json::from_value::<Binding>(lease.holds.clone()) {
            Ok(theirs) => theirs.shares(binding),
            // What it is held for cannot be read: it may be anything.
            Err(_) => Some("table".into()),
        };
    let hold = team.take(claim, &conflict).await?;
    if let Err(why) = folder.bring(team, &binding.domain).await {
        hold.release().await;
        return Err(why.into());
    }
    Ok(Some(hold))
}

/// How many lines of the journal of run `id` the table has, all of which this machine's has too.
pub(crate) async fn copied(
    hold: Option<&Hold>,
    folder: &Folder,
    id: &str,
) -> Result<u64, SharedRefused> {
    let Some(hold) = hold else {
        return Ok(0);
    };
    let theirs = hold.team().lines(id, 0).await.map_err(NotShared::from)?;
    folder.join(id, &theirs)?;
    Ok(theirs.len() as u64)
}

impl Shared {
    /// The journal of run `id` is copied from here on; of it the table has `copied` lines.
    pub(crate) async fn begin(
        hold: Hold,
        folder: &Folder,
        (id, domain): (&str, &str),
        copied: u64,
    ) -> Result<Self, SharedRefused> {
        hold.list(id, domain).await?;
        let copying = Arc::new(Copying {
            hold,
            folder: folder.clone(),
            id: id.to_owned(),
            copied: Mutex::new(copied),
        });
        copying.copy().await?;
        let on = tokio::spawn(copy_on(copying.clone())).abort_handle();
        Ok(Self {
            copying,
            copier: on,
        })
    }

    /// What every change of the run asks right before it is sent.
    pub(crate) fn fence(&self) -> Arc<dyn Fence> {
        self.copying.hold.fence()
    }

    /// Whether a change may be sent now: all that the journal says is in the table, and this process has the lease.
    pub(super) async fn admits(&self) -> Result<(), NotShared> {
        self.copying.copy().await?;
        self.copying.hold.check().await?;
        Ok(())
    }

    /// Whether another machine has taken over while this one slept. What the table does not answer shows before a change
    /// is sent.
    pub(super) async fn is_taken(&self) -> bool {
        let hold = &self.copying.hold;
        !hold.is_fresh() && matches!(hold.check().await, Err(Lost::Taken(_)))
    }

    /// Waits until another machine has taken over; as long as none does, forever.
    pub(super) async fn taken(&self) -> String {
        self.copying.hold.taken().await.to_string()
    }

    /// Who accepted the offer called `offer`. What the table does not answer now is asked again.
    pub(super) async fn acceptance(&self, offer: &str) -> Option<String> {
        let copying = &self.copying;
        let accepted = copying.hold.team().acceptance(&copying.id, offer).await;
        accepted.ok().flatten()
    }

    /// Copies the rest, and gives the lease back.
    pub(crate) async fn end(&self) {
        self.copier.abort();
        // What is not copied now is copied when somebody goes on, or looks, from this machine.
        drop(self.copying.copy().await);
        self.copying.hold.release().await;
    }
}

impl Copying {
    async fn copy(&self) -> Result<(), NotShared> {
        let mut copied = self.copied.lock().await;
        let lines = self.folder.lines(&self.id, *copied);
        if !lines.is_empty() {
            self.hold.append(&self.id, *copied, &lines).await?;
            *copied += lines.len() as u64;
        }
        Ok(())
    }
}

/// Copies what is new until it is stopped. What cannot be copied now is tried again, and before each change.
async fn copy_on(copying: Arc<Copying>) {
    loop {
        let clock = &copying.hold.team().clock;
        tokio::time::sleep(clock.wall(COPY)).await;
        drop(copying.copy().await);
    }
}
