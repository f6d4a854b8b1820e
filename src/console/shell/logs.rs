//! Reading the logs: one question at a time, dropped when nobody looks any more.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::{AbortHandle, JoinHandle};

use crate::app::{LogsPrice, LogsQuestion, LogsStep, Msg};
use gwctl_observe::Observer;
use gwctl_observe::logs::{LogBoard, LogsAsked, RangePlan, StopSearch};

/// How long the console waits, when it ends, until its queries are stopped.
const STOPPING: Duration = Duration::from_secs(2);

/// The question under way, and what the one before it left.
#[derive(Default)]
pub(super) struct LogsTask {
    task: Option<AbortHandle>,
    board: Option<LogBoard>,
    /// The search in Logs Insights, which is stopped rather than dropped.
    search: Option<(StopSearch, JoinHandle<()>)>,
    /// What Logs Insights is to be asked, with the price that was told.
    plan: Arc<Mutex<Option<RangePlan>>>,
}

/// What a question needs.
struct Means<S> {
    observer: Arc<Observer>,
    question: LogsQuestion,
    send: S,
}

impl<S: Fn(Msg) + Clone + Send + Sync + 'static> Means<S> {
    /// Finds the groups, keeps the plan, and tells its price.
    async fn price(self, asked: LogsAsked, kept: Arc<Mutex<Option<RangePlan>>>) {
        let plan = Box::pin(self.observer.logs().range_plan(&asked)).await;
        let price = LogsPrice {
            short: plan.price_in_short(),
            said: plan.price(),
        };
        *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(plan);
        (self.send)(Msg::LogsPrice(self.question.number, price));
    }

    /// Asks what was planned. Dropped, it stops the queries.
    async fn insights(self, plan: RangePlan, stop: StopSearch) {
        let number = self.question.number;
        let known = self.send.clone();
        let told = move |book| known(Msg::Logs(number, Box::new(book)));
        let search = self.observer.logs();
        Box::pin(search.range(&plan, &stop, told)).await;
        (self.send)(Msg::LogsRead(number));
    }
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
        let means = Means {
            observer: observer.clone(),
            question,
            send: send.clone(),
        };
        let since = now.checked_sub(question.window).unwrap_or(now);
        let kept = &self.plan;
        match question.step {
            LogsStep::Lines => {}
            LogsStep::Price => {
                let asked = LogsAsked::all(since, now);
                let task = tokio::spawn(means.price(asked, kept.clone()));
                self.task = Some(task.abort_handle());
                return;
            }
            LogsStep::Insights => {
                let plan = kept.lock().unwrap_or_else(PoisonError::into_inner).take();
                self.search = plan.map(|plan| {
                    let stop = StopSearch::default();
                    (stop.clone(), tokio::spawn(means.insights(plan, stop)))
                });
                return;
            }
        }
        let before = self.board.take().filter(|_| question.only_new);
        let follows = before.is_some();
        let board = before.unwrap_or_else(|| LogBoard::new(LogsAsked::all(since, now)));
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
        if let Some((stop, _)) = &self.search {
            stop.stop();
        }
    }

    /// The console ends: waits a moment until AWS knows that its queries are to stop.
    pub async fn end(&mut self) {
        self.stop();
        if let Some((_, search)) = self.search.take() {
            let _ = tokio::time::timeout(STOPPING, search).await;
        }
    }
}
