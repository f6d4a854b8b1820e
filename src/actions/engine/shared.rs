//! What a run shares with the team: its lease, and its journal line by line. The journal on this machine is written
//! first; the table follows before anything is sent (aws-facts §16.2). Where the operator waived the table, a run goes on
//! while it does not answer, and takes its place there as soon as it does.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Mutex, watch};
use tokio::task::AbortHandle;

use super::shared_refused::SharedRefused;
use crate::journal::{Diverged, NotBrought, differ};
use crate::{Binding, Folder, LeaseHolder, RunContext, RunState};
use gwctl_aws::Fence;
use gwctl_fleet::FleetSpec;
use gwctl_store::{Claim, Hold, Lost, NotShared, SharedLease, Store, Table};

/// How often lines that nothing waits for are copied.
const COPY: Duration = Duration::from_secs(1);
/// How often a run that goes on alone asks whether the table answers again.
const ASK: Duration = Duration::from_secs(5);
/// How long the table may take to answer a run that can go on without it.
const PATIENCE: Duration = Duration::from_secs(3);

/// Waits for so much of the fleet's time.
pub(crate) async fn pause(store: &dyn Store, fleet_time: Duration) {
    let clock = store.table().map(|table| &table.team.clock);
    let wall = clock.map_or(fleet_time, |clock| clock.wall(fleet_time));
    tokio::time::sleep(wall).await;
}

impl Folder {
    /// Brings what the team's other machines did with the fleet, where it shares a table.
    ///
    /// # Errors
    /// What is known here stays.
    pub async fn bring_team(&self, run_context: &RunContext) -> Result<(), NotBrought> {
        self.bring_all(&*self.store(run_context), &run_context.spec)
            .await
    }

    /// As [`Self::bring_team`], from the store of the team of `spec`.
    ///
    /// # Errors
    /// What is known here stays.
    pub async fn bring_all(&self, store: &dyn Store, spec: &FleetSpec) -> Result<(), NotBrought> {
        if !spec.rules.approvals.is_empty() {
            // What the table does not answer is said of the journals.
            drop(self.bring_asked(store, &spec.domain).await);
        }
        self.bring(store, &spec.domain).await
    }
}

/// The lease that the team shares, or the claim to it of a run that goes on alone.
pub(crate) struct TeamLease {
    table: Table,
    claim: Claim,
    binding: Binding,
    /// None while the run goes on alone.
    hold: Option<Hold>,
}

/// Takes the lease of what `binding` names. Whoever holds something of it is watched first.
async fn lease(table: &Table, claim: Claim, binding: &Binding) -> Result<Hold, SharedRefused> {
    let conflict = |lease: &SharedLease| binding.conflict(&lease.holds, "table");
    Ok(table.team.take(claim, &conflict).await?)
}

/// The lease of what `binding` names, for whoever begins no run.
pub(crate) async fn hold(
    table: &Table,
    binding: &Binding,
    holder: LeaseHolder,
) -> Result<Hold, SharedRefused> {
    lease(table, binding.claim(holder), binding).await
}

/// Takes the lease that the team shares, and brings the team's journals to this machine. None where there is no table;
/// where it does not answer and is `waived`, without it.
pub(crate) async fn take(
    store: &dyn Store,
    folder: &Folder,
    binding: &Binding,
    holder: LeaseHolder,
    waived: bool,
) -> Result<Option<TeamLease>, SharedRefused> {
    let Some(table) = store.table() else {
        return Ok(None);
    };
    let claim = binding.claim(holder);
    let with = |hold| TeamLease {
        table: table.clone(),
        claim: claim.clone(),
        binding: binding.clone(),
        hold,
    };
    let hold = match lease(table, claim.clone(), binding).await {
        Err(why) if waived && why.is_unavailable() => return Ok(Some(with(None))),
        taken => taken?,
    };
    match folder.bring(table, &binding.domain).await {
        Ok(()) => Ok(Some(with(Some(hold)))),
        Err(why) => {
            hold.release().await;
            let why = SharedRefused::from(why);
            if waived && why.is_unavailable() {
                return Ok(Some(with(None)));
            }
            Err(why)
        }
    }
}

/// Gives back the lease of a run that does not begin.
pub(crate) async fn let_go(lease: Option<TeamLease>) {
    if let Some(hold) = lease.and_then(|lease| lease.hold) {
        hold.release().await;
    }
}

/// What of a journal the table has.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Copied {
    lines: u64,
    /// Where they end in this machine's file.
    bytes: u64,
}

impl Copied {
    fn of(lines: &[String]) -> Self {
        // Each ends with a line feed.
        let bytes = lines.iter().map(|line| line.len() as u64 + 1);
        Self {
            lines: lines.len() as u64,
            bytes: bytes.sum(),
        }
    }
}

/// What the table has of the journal of run `id`, all of which this machine's has too.
pub(crate) async fn copied(
    lease: Option<&TeamLease>,
    folder: &Folder,
    id: &str,
) -> Result<Copied, SharedRefused> {
    let Some(lease) = lease.filter(|lease| lease.hold.is_some()) else {
        return Ok(Copied::default());
    };
    let theirs = lease
        .table
        .team
        .lines(id, 0)
        .await
        .map_err(NotShared::from)?;
    folder.join(id, &theirs)?;
    Ok(Copied::of(&theirs))
}

/// A run's place in the table. Held until it is released or dropped.
pub(crate) struct Shared {
    copying: Arc<Copying>,
    copier: AbortHandle,
}

struct Copying {
    table: Table,
    claim: Claim,
    binding: Binding,
    folder: Folder,
    id: String,
    run: watch::Receiver<Arc<RunState>>,
    hold: watch::Sender<Option<Arc<Hold>>>,
    copied: Mutex<Copied>,
    /// Whether the table has all lines of a run that went on alone.
    rejoined: watch::Sender<bool>,
    /// Whether the newest change was not sent because the table did not answer.
    silent: AtomicBool,
    /// What a run that went on alone met when the table answered again.
    clash: watch::Sender<Option<String>>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.copier.abort();
    }
}

impl Shared {
    /// The journal of `run` is copied from here on; of it the table has what was `copied`.
    pub(crate) async fn begin(
        lease: TeamLease,
        folder: &Folder,
        run: watch::Receiver<Arc<RunState>>,
        copied: Copied,
    ) -> Result<Self, SharedRefused> {
        let id = run.borrow().id.clone();
        let copying = Arc::new(Copying {
            table: lease.table,
            claim: lease.claim,
            binding: lease.binding,
            folder: folder.clone(),
            id,
            run,
            hold: watch::channel(lease.hold.map(Arc::new)).0,
            copied: Mutex::new(copied),
            rejoined: watch::channel(false).0,
            silent: AtomicBool::new(false),
            clash: watch::channel(None).0,
        });
        if let Some(hold) = copying.held() {
            let there = async {
                hold.list(&copying.id, &copying.claim.domain).await?;
                copying.copy().await
            };
            if let Err(why) = there.await {
                hold.release().await;
                return Err(why);
            }
        }
        let on = tokio::spawn(copy_on(copying.clone())).abort_handle();
        Ok(Self {
            copying,
            copier: on,
        })
    }

    /// What every change of the run asks right before it is sent.
    pub(crate) fn fence(&self) -> Arc<dyn Fence> {
        self.copying.clone()
    }

    /// Whether a change may be sent now: all that the journal says is in the table, and this process has the lease. Where
    /// the operator waived the table, also while it does not answer.
    pub(super) async fn admits(&self) -> Result<(), SharedRefused> {
        self.copying.admits().await
    }

    /// Whether the newest change was not sent because the table did not answer right before it.
    pub(super) fn was_silent(&self) -> bool {
        self.copying.silent.load(Ordering::Relaxed)
    }

    /// Whether another machine has taken over while this one slept. What the table does not answer shows before a change
    /// is sent.
    pub(super) async fn is_taken(&self) -> bool {
        match self.copying.held() {
            Some(hold) => !hold.is_fresh() && matches!(hold.check().await, Err(Lost::Taken(_))),
            None => self.copying.clash.borrow().is_some(),
        }
    }

    /// Waits until another machine has taken over; as long as none does, forever.
    pub(super) async fn taken(&self) -> String {
        let copying = &self.copying;
        let mut changed = copying.hold.subscribe();
        loop {
            let hold = changed.borrow_and_update().clone();
            tokio::select! {
                biased;
                met = met(&copying.clash) => return met,
                lost = taken(hold.as_deref()) => {
                    let lost = SharedRefused::from(lost);
                    copying.note(&lost);
                    return lost.to_string();
                }
                Ok(()) = changed.changed() => {}
            }
        }
    }

    /// Waits until the table has all lines of a run that went on alone.
    pub(super) async fn rejoined(&self) {
        let mut rejoined = self.copying.rejoined.subscribe();
        drop(rejoined.wait_for(|rejoined| *rejoined).await);
        self.copying.rejoined.send_replace(false);
    }

    /// Copies the rest; whether a run that went on alone is in the table now.
    pub(super) async fn meet(&self) -> bool {
        let met = self.copying.meet().await.is_ok();
        met && self.copying.is_alone()
    }

    /// Copies the rest, and gives the lease back.
    pub(crate) async fn end(&self) {
        self.copier.abort();
        // What is not copied now is copied by `gwctl share push`.
        drop(self.copying.meet().await);
        if let Some(hold) = self.copying.held() {
            hold.release().await;
        }
    }
}

/// Waits until there is something in `of`.
async fn met(of: &watch::Sender<Option<String>>) -> String {
    let mut of = of.subscribe();
    let met = of.wait_for(Option::is_some).await;
    let met = met.ok().and_then(|met| met.clone());
    match met {
        Some(met) => met,
        // The sender lives as long as this.
        None => std::future::pending().await,
    }
}

async fn taken(hold: Option<&Hold>) -> Lost {
    match hold {
        Some(hold) => hold.taken().await,
        None => std::future::pending().await,
    }
}

impl std::fmt::Debug for Copying {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Copying").finish_non_exhaustive()
    }
}

impl Fence for Copying {
    fn admits(&self) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + '_>> {
        Box::pin(async {
            let admitted = match self.held().filter(|_| !self.is_alone()) {
                Some(hold) => hold.prove().await.map_err(SharedRefused::from),
                None => self.admits().await,
            };
            let silent = admitted.as_ref().err();
            let silent = silent.is_some_and(SharedRefused::is_unavailable);
            self.silent.store(silent, Ordering::Relaxed);
            admitted.map_err(|why| why.to_string())
        })
    }
}

impl Copying {
    async fn admits(&self) -> Result<(), SharedRefused> {
        if self.is_alone() && !self.answers().await {
            return Ok(());
        }
        let proved = async {
            self.meet().await?;
            match self.held() {
                Some(hold) => Ok(hold.check().await?),
                None => Ok(()),
            }
        };
        match proved.await {
            Err(why) if self.is_alone() && SharedRefused::is_unavailable(&why) => Ok(()),
            proved => proved,
        }
    }

    fn held(&self) -> Option<Arc<Hold>> {
        self.hold.borrow().clone()
    }

    /// Whether the operator waived the table, and it has not answered since.
    fn is_alone(&self) -> bool {
        self.run.borrow().alone.is_some()
    }

    /// Whether the table answers, asked once and not for long.
    async fn answers(&self) -> bool {
        let limit = self.table.team.clock.wall(PATIENCE);
        // A world that runs fast still waits for the wire.
        let limit = limit.clamp(PATIENCE / 6, PATIENCE);
        let asked = tokio::time::timeout(limit, self.table.team.leases());
        matches!(asked.await, Ok(Ok(_)))
    }

    /// Takes the run's place in the table where it has none, and copies what is new. What stands in the way of a run that
    /// went on alone is kept for people to see.
    async fn meet(&self) -> Result<(), SharedRefused> {
        let met = self.copy().await;
        match &met {
            Ok(()) if self.is_alone() => drop(self.rejoined.send_replace(true)),
            Ok(()) => {}
            Err(why) => self.note(why),
        }
        met
    }

    async fn copy(&self) -> Result<(), SharedRefused> {
        let mut copied = self.copied.lock().await;
        let hold = match self.held() {
            Some(hold) => hold,
            None => self.join(&mut copied).await?,
        };
        let (lines, bytes) = self.folder.lines_behind(&self.id, copied.bytes);
        if !lines.is_empty() {
            hold.append(&self.id, copied.lines, &lines).await?;
            copied.lines += lines.len() as u64;
            copied.bytes = bytes;
        }
        Ok(())
    }

    /// Takes the lease of a run that went on alone. What the table has of its journal must be how this machine's begins.
    async fn join(&self, copied: &mut Copied) -> Result<Arc<Hold>, SharedRefused> {
        let hold = lease(&self.table, self.claim.clone(), &self.binding).await?;
        let compared = async {
            let theirs = self.table.team.lines(&self.id, 0).await;
            let theirs = theirs.map_err(NotShared::from)?;
            let (ours, _) = self.folder.lines_behind(&self.id, 0);
            let line = differ(&ours, &theirs)
                .or_else(|| (theirs.len() > ours.len()).then_some(ours.len() as u64 + 1));
            if let Some(line) = line {
                let run = self.id.clone();
                return Err(Diverged { run, line }.into());
            }
            self.folder.bring(&self.table, &self.claim.domain).await?;
            let alone = self.run.borrow().alone.clone();
            if let Some(alone) = alone
                && let Some(other) =
                    self.folder
                        .changed_beside(&self.id, &self.binding, alone.since)
            {
                return Err(SharedRefused::Beside(other));
            }
            hold.list(&self.id, &self.claim.domain).await?;
            Ok(Copied::of(&theirs))
        };
        match compared.await {
            Ok(there) => {
                *copied = there;
                let hold = Arc::new(hold);
                self.hold.send_replace(Some(hold.clone()));
                Ok(hold)
            }
            Err(why) => {
                hold.release().await;
                Err(why)
            }
        }
    }

    /// Keeps what a run that went on alone met, and ends it.
    fn note(&self, why: &SharedRefused) {
        let Some(clash) = why.clash().filter(|_| self.is_alone()) else {
            return;
        };
        self.folder.note_clash(&self.id, clash, Timestamp::now());
        self.clash.send_replace(Some(why.to_string()));
    }
}

/// Copies what is new until it is stopped. What cannot be copied now is tried again, and before each change.
async fn copy_on(copying: Arc<Copying>) {
    loop {
        let pause = if copying.held().is_some() { COPY } else { ASK };
        tokio::time::sleep(copying.table.team.clock.wall(pause)).await;
        if copying.is_alone() && !copying.answers().await {
            continue;
        }
        drop(copying.meet().await);
    }
}
