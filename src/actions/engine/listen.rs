//! What others say to the process that drives a run: another process of this machine, by a file; whom the run was
//! offered to, by the table that the team shares.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::AbortHandle;

use super::log::Log;
use super::order::Order;
use super::run::Message;
use super::shared::Shared;
use crate::RunContext;
use crate::journal::{Folder, RunState, Word};
use gwctl_store::SaidNote;

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
    shared: Option<Arc<Shared>>,
    /// The run ends with those who speak to it: this one does not count among them.
    run: mpsc::WeakUnboundedSender<Message>,
}

impl Listening {
    pub(super) fn begin(
        folder: Folder,
        id: &str,
        log: &Log,
        run: mpsc::WeakUnboundedSender<Message>,
    ) -> Self {
        // What was said to a process before this one.
        drop(folder.hear(id));
        let listener = Listener {
            folder,
            id: id.to_owned(),
            run_context: log.run_context.clone(),
            state: log.watch(),
            shared: log.shared.clone(),
            run,
        };
        Self(tokio::spawn(listener.listen()).abort_handle())
    }
}

impl Listener {
    async fn listen(self) {
        for turn in 0.. {
            self.run_context.sleep(LISTEN).await;
            let here = self.folder.hear(&self.id).map(message);
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
        let mut said = self.folder.said_notes(&self.id);
        if asks && let Some(shared) = &self.shared {
            said.extend(shared.said_notes().await);
        }
        let state = self.state.borrow().clone();
        said.retain(|note| {
            let written = state.has_note(&note.name);
            if written {
                self.folder.forget_note(&self.id, &note.name);
            }
            !written
        });
        said
    }

    /// Whether the offer that stands was accepted on another machine.
    async fn accepted(&self) -> Option<Message> {
        let shared = self.shared.as_ref()?;
        let offer = {
            let state = self.state.borrow();
            state.offered.as_ref()?.what.journal.clone()
        };
        let by = shared.acceptance(&offer).await?;
        Some(Message::Accepted { by, offer })
    }
}

fn message(word: Word) -> Message {
    match word {
        Word::HandOver { to } => Message::Order(Order::HandOver { to }),
        Word::Withdraw => Message::Order(Order::Withdraw),
        Word::Accept { by, offer } => Message::Accepted { by, offer },
    }
}
