//! The journal of a run as its steps write it, and what they work with.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::order::Order;
use super::shared::Shared;
use crate::journal::{Entry, HandOver, Journal, JournalError, RunState};
use crate::{Lately, RunContext};
use gwctl_fleet::Account;
use gwctl_store::SaidNote;

/// The journal as steps write it.
#[derive(Clone)]
pub(super) struct Log {
    pub(super) journal: Arc<Mutex<Journal>>,
    pub(super) run_context: RunContext,
    /// What other runs sent before this one began or went on: none of them acts meanwhile.
    pub(super) lately: Arc<Lately>,
    /// Who this process was in each account when it first changed something there.
    pub(super) acting: Arc<Mutex<BTreeMap<Option<Account>, String>>>,
    /// The run's place in the table that the team shares; none where there is no such table.
    pub(super) shared: Option<Arc<Shared>>,
}

impl Log {
    pub(super) fn of(
        journal: Journal,
        mut run_context: RunContext,
        lately: Lately,
        shared: Option<Shared>,
    ) -> Self {
        if let Some(shared) = &shared {
            run_context.session = run_context.session.fenced(shared.fence());
        }
        Self {
            journal: Arc::new(Mutex::new(journal)),
            run_context,
            lately: Arc::new(lately),
            acting: Arc::default(),
            shared: shared.map(Arc::new),
        }
    }

    /// The run as it stands, and what follows.
    pub(super) fn watch(&self) -> watch::Receiver<Arc<RunState>> {
        let journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        journal.watch()
    }

    /// Who this process was first in the account of `holder`: `now`, where this is the first change there.
    pub(super) fn first_there(&self, holder: Option<Account>, now: &str) -> String {
        let mut acting = self.acting.lock().unwrap_or_else(PoisonError::into_inner);
        acting
            .entry(holder)
            .or_insert_with(|| now.to_owned())
            .clone()
    }

    pub(super) fn say(&self, entry: Entry) -> Result<(), JournalError> {
        let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        journal.append(self.run_context.clock.now(), entry)
    }

    /// Writes down what somebody noted who does not drive the run, once.
    pub(super) fn note(&self, note: &SaidNote) -> Result<(), JournalError> {
        let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        if journal.state().has_note(&note.name) {
            return Ok(());
        }
        let order = Order::said(note);
        journal.append_of(
            &note.by,
            self.run_context.clock.now(),
            Entry::Ordered { order },
        )
    }

    /// That the run is offered to `to`, with what has to be known.
    pub(super) fn offer(&self, to: &str) -> Entry {
        let snapshot = self.run_context.snapshot();
        let journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        let what = HandOver::of(journal.state(), to, journal.hash(), Some(&snapshot));
        Entry::Offered { what: what.into() }
    }

    pub(super) fn state(&self) -> Arc<RunState> {
        self.journal
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .state()
            .clone()
    }
}
