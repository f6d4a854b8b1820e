//! The folder of all journals.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::watch;

use super::entry::{Entry, Record};
use super::file::{self, Broken, Journal, JournalError, ResumeError};
use super::state::RunState;
use super::status::Phase;
use super::tail::Tail;
use crate::{Asked, Binding, Confirmation, Plan, RunContext};
use gwctl_fleet::FleetSpec;
use gwctl_store::{Files, LeaseHolder, LeaseRefused, Lock, Store, file_name, store_of};

/// Where runs are kept: `$XDG_STATE_HOME/gwctl/runs`.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
    fault: Option<DiskFault>,
    /// Runs of simulated worlds that ended: their changes affect no fleet.
    gone: BTreeSet<String>,
    follower: Option<Follower>,
}

/// Hears of every run that a process begins or goes on with. It must not wait: the run does not begin meanwhile.
#[derive(Clone)]
pub struct Follower(Arc<Follow>);

/// What follows a run: what the run works with, and what there is to hear.
type Follow = dyn Fn(&RunContext, Followed) + Send + Sync;

/// What there is to hear.
#[derive(Debug)]
pub enum Followed {
    /// A run began, or goes on: how it stands from now on.
    Run(watch::Receiver<Arc<RunState>>),
    /// A plan waits for the approval of others.
    Waits(Box<Asked>),
}

impl std::fmt::Debug for Follower {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Follower")
    }
}

impl Follower {
    /// Calls `follow` with every run, and with every plan that waits.
    pub fn new(follow: impl Fn(&RunContext, Followed) + Send + Sync + 'static) -> Self {
        Self(Arc::new(follow))
    }
}

/// For tests: the disk fails at a record, or the power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiskFault {
    /// The record of this number is not written.
    Before(u64),
    /// It is, and nothing after it.
    After(u64),
}

/// One line of `gwctl runs`.
#[derive(Debug)]
pub struct Summary {
    /// Identifier.
    pub id: String,
    /// The run, or why its journal cannot be read.
    pub state: Result<RunState, Broken>,
}

impl Folder {
    /// The folder at `path`; it is made when first needed.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            fault: None,
            gone: BTreeSet::new(),
            follower: None,
        }
    }

    /// The same folder, whose runs `follower` hears of.
    #[must_use]
    pub fn followed_by(self, follower: Option<Follower>) -> Self {
        Self { follower, ..self }
    }

    /// Tells the follower of a run that this process drives.
    pub(crate) fn tell(&self, run_context: &RunContext, what: Followed) {
        if let Some(Follower(follow)) = &self.follower {
            follow(run_context, what);
        }
    }

    /// The same folder for a simulated world that just began: the runs that are there were of others.
    #[must_use]
    pub fn of_a_new_world(self) -> Self {
        let gone = self.ids().collect();
        Self { gone, ..self }
    }

    /// The same folder on a disk that fails: for tests.
    #[doc(hidden)]
    #[must_use]
    pub fn failing(&self, fault: DiskFault) -> Self {
        Self {
            fault: Some(fault),
            ..self.clone()
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All runs, the newest first.
    pub fn runs(&self) -> Vec<Summary> {
        let mut runs: Vec<Summary> = self
            .ids()
            .map(|id| Summary {
                state: self.state(&id),
                id,
            })
            .collect();
        let begun = |run: &Summary| run.state.as_ref().ok().map(|state| state.begun);
        runs.sort_by(|a, b| begun(b).cmp(&begun(a)).then_with(|| b.id.cmp(&a.id)));
        runs
    }

    fn ids(&self) -> impl Iterator<Item = String> {
        let entries = std::fs::read_dir(&self.path).into_iter().flatten();
        entries.flatten().filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            Some(name.strip_suffix(".jsonl")?.to_owned())
        })
    }

    /// The runs that act, or acted, on something that `binding` has too, in the world there is now.
    pub(crate) fn runs_on(&self, binding: &Binding) -> Vec<RunState> {
        let alive = self.ids().filter(|id| !self.gone.contains(id));
        alive
            .filter_map(|id| self.state(&id).ok())
            .filter(|run| run.plan.binding.shares(binding).is_some())
            .collect()
    }

    /// Another run than `id` that changed something of what `binding` names since `moment`.
    pub(crate) fn changed_beside(
        &self,
        id: &str,
        binding: &Binding,
        moment: Timestamp,
    ) -> Option<String> {
        let runs = self.runs_on(binding).into_iter();
        let mut others = runs.filter(|other| other.id != id);
        Some(others.find(|other| other.has_changed_since(moment))?.id)
    }

    /// Why the folder cannot be read; one that is not there yet holds no runs.
    pub fn unreadable(&self) -> Option<String> {
        match std::fs::read_dir(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Some(error.to_string()),
            _ => None,
        }
    }

    /// The runs that are neither done nor given up, the newest first. What nobody is at any more in a world that
    /// ended is over.
    pub fn open_runs(&self, fleet: &FleetSpec) -> Vec<RunState> {
        let mut open = self.open();
        open.retain(|run| run.plan.binding.is_of(fleet));
        open
    }

    /// As [`Self::open_runs`], of all fleets.
    pub fn open(&self) -> Vec<RunState> {
        self.runs()
            .into_iter()
            .filter(|run| !self.ended_with_its_world(&run.id))
            .filter_map(|run| run.state.ok())
            .filter(|run| !run.phase().over())
            .collect()
    }

    /// Whether the run `id` was of a simulated world that ended, with the process that was at it.
    pub(crate) fn ended_with_its_world(&self, id: &str) -> bool {
        self.gone.contains(id) && self.holder(id).is_none()
    }

    /// All records of one run; the chain is checked.
    pub fn records(&self, id: &str) -> Result<Vec<Record>, Broken> {
        Ok(file::read(&self.journal(id))?.0)
    }

    /// The records of one run as they come, from the first.
    pub fn tail(&self, id: &str) -> Tail {
        Tail::new(self.journal(id))
    }

    /// One run as its journal tells it.
    pub fn state(&self, id: &str) -> Result<RunState, Broken> {
        let path = self.journal(id);
        file::fold(&path, &file::read(&path)?.0)
    }

    /// The process that drives the run `id` now, on this machine or, as the team's table last told, on another; none
    /// when there is no such process. A slow holder still holds.
    pub fn holder(&self, id: &str) -> Option<LeaseHolder> {
        self.holder_here(id).or_else(|| self.holder_elsewhere(id))
    }

    /// Whether a process of this machine drives the run `id` now.
    pub fn is_held_here(&self, id: &str) -> bool {
        self.holder_here(id).is_some()
    }

    /// The process of this machine that drives the run `id` now.
    pub(super) fn holder_here(&self, id: &str) -> Option<LeaseHolder> {
        self.files().holder(id)
    }

    /// Takes the lease of what `binding` names, or says who has some of it.
    pub fn lease(&self, binding: &Binding, holder: &LeaseHolder) -> Result<Lock, LeaseRefused> {
        let conflict = |held: &serde_json::Value| binding.conflict(held, "runs folder");
        self.files().lock(&binding.claim(holder.clone()), &conflict)
    }

    /// What is kept in it beside the journals.
    pub fn files(&self) -> Files {
        Files::new(&self.path)
    }

    /// Where the team of the fleet that `run_context` is about keeps what it shares.
    pub fn store(&self, run_context: &RunContext) -> Arc<dyn Store> {
        let clock = run_context.clock.clone();
        store_of(&run_context.session, &run_context.spec, clock, self.files())
    }

    pub(crate) fn begin(
        &self,
        id: &str,
        by: &str,
        at: Timestamp,
        plan: &Plan,
        confirmation: &Confirmation,
    ) -> Result<Journal, JournalError> {
        let entry = Entry::Begun {
            id: id.into(),
            plan: Box::new(plan.clone()),
            confirmation: confirmation.clone(),
            gwctl: env!("CARGO_PKG_VERSION").into(),
        };
        Journal::begin(self.journal(id), by, at, entry, self.fault)
    }

    pub(crate) fn go_on(&self, id: &str, by: &str, at: Timestamp) -> Result<Journal, ResumeError> {
        Journal::go_on(self.journal(id), by, at, self.fault)
    }

    pub(super) fn journal(&self, id: &str) -> PathBuf {
        self.path.join(format!("{}.jsonl", file_name(id)))
    }
}

impl Summary {
    /// How it stands; none when it cannot be read.
    pub fn phase(&self) -> Option<Phase> {
        self.state.as_ref().ok().map(RunState::phase)
    }
}
