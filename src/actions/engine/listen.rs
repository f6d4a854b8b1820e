//! What others say to the process that drives a run: another process of this machine, by a file; the rest of the team, by
//! what it shares.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::AbortHandle;

use super::log::Log;
use super::order::Order;
use super::run::Message;
use crate::RunContext;
use crate::journal::{Folder, RunState, Word};
use gwctl_store::{SaidNote, Store};

/// How often it listens.
const LISTEN: Duration = Duration::from_secs(1);

/// How often the table is asked for notes, counted in [`LISTEN`].
const NOTES: u32 = 4;

/// Listens until it is dropped.
pub(super) struct Listening(AbortHandle);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.abort();
    }
}

struct Listener {
    folder: Folder,
    id: String,
    run_context: RunContext,
    state: watch::Receiver<Arc<RunState>>,
    store: Arc<dyn Store>,
    /// The run ends with those who speak to it: this one does not count among them.
    run: mpsc::WeakUnboundedSender<Message>,
}

impl Listening {
    pub(super) fn begin(
        (folder, store): (Folder, Arc<dyn Store>),
        id: &str,
        log: &Log,
        run: mpsc::WeakUnboundedSender<Message>,
    ) -> Self {
        // What was said to a process before this one.
        drop(folder.hear(id));
        folder.files().forget_acceptance(id);
        let listener = Listener {
            folder,
            id: id.to_owned(),
            run_context: log.run_context.clone(),
            state: log.watch(),
            store,
            run,
        };
        Self(tokio::spawn(listener.listen()).abort_handle())
    }
}

impl Listener {
    async fn listen(self) {
        for turn in 0.. {
            self.run_context.sleep(LISTEN).await;
            let here = self.folder.hear(&self.id);
            let here = here.map(|word| Message::Order(word.into()));
            let heard = match here {
                Some(message) => Some(message),
                None => self.accepted().await,
            };
            let asks = turn % NOTES == 0;
            let notes = self.notes(asks).await.into_iter().map(Message::Noted);
            let Some(run) = self.run.upgrade() else {
                return;
            };
            for message in heard.into_iter().chain(notes) {
                drop(run.send(message));
            }
        }
    }

    /// What others noted and the journal does not have yet; what it has is forgotten here.
    async fn notes(&self, asks: bool) -> Vec<SaidNote> {
        // What the table does not answer now is asked again.
        let mut said = if asks {
            self.store.said_notes(&self.id).await.unwrap_or_default()
        } else {
            self.folder.files().notes(&self.id)
        };
        let state = self.state.borrow().clone();
        said.retain(|note| {
            let written = state.has_note(&note.name);
            if written {
                self.folder.files().forget_note(&self.id, &note.name);
            }
            !written
        });
        said
    }

    /// Whether the offer that stands was accepted. What the table does not answer now is asked again.
    async fn accepted(&self) -> Option<Message> {
        let offer = {
            let state = self.state.borrow();
            state.offered.as_ref()?.what.journal.clone()
        };
        let accepted = self.store.acceptance(&self.id, &offer).await;
        let by = accepted.ok()??;
        Some(Message::Accepted { by, offer })
    }
}

impl From<Word> for Order {
    fn from(word: Word) -> Self {
        match word {
            Word::HandOver { to } => Self::HandOver { to },
            Word::Withdraw => Self::Withdraw,
        }
    }
}
