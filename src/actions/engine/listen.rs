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

/// How often it listens.
const LISTEN: Duration = Duration::from_secs(1);

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
        loop {
            self.run_context.sleep(LISTEN).await;
            let here = self.folder.hear(&self.id).map(message);
            let heard = match here {
                Some(message) => Some(message),
                None => self.accepted().await,
            };
            let Some(message) = heard else {
                continue;
            };
            let Some(run) = self.run.upgrade() else {
                return;
            };
            drop(run.send(message));
        }
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
