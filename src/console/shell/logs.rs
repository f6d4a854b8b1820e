//! Reading the logs: one question at a time, dropped when nobody looks any more.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::task::AbortHandle;

use crate::app::{LogsQuestion, Msg};
use gwctl_observe::Observer;
use gwctl_observe::logs::{LogBoard, LogsAsked};

/// The question under way, and what the one before it left.
#[derive(Default)]
pub(super) struct LogsTask {
    task: Option<AbortHandle>,
    board: Option<LogBoard>,
}

impl LogsTask {
    /// Asks; what was asked before is dropped.
    pub fn ask(
        &mut self,
        observer: Arc<Observer>,
        question: LogsQuestion,
        now: Timestamp,
        send: impl Fn(Msg) + Clone + Send + Sync + 'static,
    ) {
        self.stop();
        let before = self.board.take().filter(|_| question.only_new);
        let follows = before.is_some();
        let board = before.unwrap_or_else(|| {
            let since = now.checked_sub(question.window).unwrap_or(now);
            LogBoard::new(LogsAsked::all(since, now))
        });
        self.board = Some(board.clone());
        let task = tokio::spawn(async move {
            let number = question.number;
            let known = send.clone();
            let told = move |book| known(Msg::Logs(number, Box::new(book)));
            if follows {
                observer.logs().follow(&board, now, told).await;
            } else {
                observer.logs().fill(&board, told).await;
            }
            send(Msg::LogsRead(number));
        });
        self.task = Some(task.abort_handle());
    }

    /// Nobody waits for the answer any more.
    pub fn stop(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }
}
