//! Where the team of a fleet keeps what it shares: one trait, and what can go wrong. [`Files`] is for engineers of one
//! machine and needs no set-up; [`Table`] is for several machines.

use std::pin::Pin;
use std::sync::Arc;

use crate::{Files, LeaseHolder, SaidNote, Table, Team};
use gwctl_aws::{AwsError, Session};
use gwctl_fleet::{Clock, FleetSpec};

/// What a store answers, once it does.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, NotKept>> + Send + 'a>>;

/// Why something is neither kept nor read.
#[derive(Debug, thiserror::Error)]
pub enum NotKept {
    #[error("the shared table is not available: {0}")]
    Unavailable(#[from] AwsError),
    #[error("cannot use the folder of the journals: {0}")]
    Io(#[from] std::io::Error),
    #[error("the plan is longer than an item of DynamoDB may be")]
    TooLong,
    #[error("another plan of the name {0} waits already")]
    Another(String),
}

/// A run, as a store is asked for it.
#[derive(Debug, Clone, Copy)]
pub struct RunOf<'a> {
    /// Its identifier.
    pub id: &'a str,
    /// The fleet by the name that its clients use.
    pub domain: &'a str,
}

/// What is asked of the place where the team of a fleet keeps what it shares.
///
/// Two things are not here, because with files there is nothing to ask:
///
/// - **The copies of the journals.** A journal is written on this machine first, with both stores. With files that is all;
///   only a table has a second copy, which is brought, compared, pushed and settled: whoever does so asks [`Self::table`].
/// - **Taking the lease.** The lock of this machine ([`Files::lock`]) is taken with both stores, because a journal has one
///   writer; the system takes it back with its process and at no other time. The table's lease ([`Team::take`]) comes on
///   top: it can be lost, must be proved before each change, and a run may go on without it by a waiver.
pub trait Store: Send + Sync {
    /// The process that drives the run now, as far as can be told: a holder that is gone is named until its lease is over.
    fn driver<'a>(&'a self, run: RunOf<'a>) -> Answer<'a, Option<LeaseHolder>>;

    /// Says `note` to the process that drives the run `id`. Said twice, it is said once.
    fn say_note<'a>(&'a self, id: &'a str, note: &'a SaidNote) -> Answer<'a, ()>;

    /// The notes that were said of the run `id`, those of one place in the order in which they were said.
    fn said_notes<'a>(&'a self, id: &'a str) -> Answer<'a, Vec<SaidNote>>;

    /// Lets the plan called `id` wait for approval: `text` is what others read.
    fn ask_approval<'a>(&'a self, id: &'a str, text: &'a str) -> Answer<'a, ()>;

    /// The plan called `id` waits no longer.
    fn end_asking<'a>(&'a self, id: &'a str) -> Answer<'a, ()>;

    /// Writes down that `who` approves the plan called `id`.
    fn approve<'a>(&'a self, id: &'a str, who: &'a str, text: &'a str) -> Answer<'a, ()>;

    /// The documents of the approvals of the plan called `id`.
    fn approvals<'a>(&'a self, id: &'a str) -> Answer<'a, Vec<String>>;

    /// Says that `by` accepts the offer called `offer` of the run `id`.
    fn accept<'a>(&'a self, id: &'a str, offer: &'a str, by: &'a str) -> Answer<'a, ()>;

    /// Who accepted the offer called `offer` of the run `id`.
    fn acceptance<'a>(&'a self, id: &'a str, offer: &'a str) -> Answer<'a, Option<String>>;

    /// The table, where there is one.
    fn table(&self) -> Option<&Table> {
        None
    }
}

/// The store of the team of `fleet`: the table that its configuration names, in front of the `files` of this machine; else
/// these alone.
pub fn store_of(
    session: &Session,
    fleet: &FleetSpec,
    clock: Arc<dyn Clock>,
    files: Files,
) -> Arc<dyn Store> {
    match Team::of(session, fleet, clock) {
        Some(team) => Arc::new(Table { team, files }),
        None => Arc::new(files),
    }
}
