//! Asks Logs Insights: every Region's query runs by itself, tells what it has so far, and is stopped when nobody waits
//! any more, because AWS charges for it until it ends (aws-facts §13.3).

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{mpsc, watch};

use super::missing;
use super::range::{RangePart, RangePlan};
use crate::limiter::Limiter;
use gwctl_aws::{AwsError, ErrorKind, Insights, QueryAnswer, QueryQuestion, QueryRow, QueryState};
use gwctl_fleet::logs::QUERY_ROWS;
use gwctl_fleet::{Clock, Missing};

use super::LogReader;

/// Between two looks at an answer, in the fleet's time; the first comes sooner.
const FIRST_LOOK: Duration = Duration::from_millis(500);
const LOOK: Duration = Duration::from_secs(1);
/// How long a query may take before it is stopped.
const PATIENCE: SignedDuration = SignedDuration::from_mins(5);
/// Tries to start a query where there are too many, each after twice the time.
const TRIES: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// Looks in a row that may fail.
const MISSES: u32 = 4;

/// How far one Region has come.
#[derive(Debug, Clone)]
pub enum PartState {
    /// Nothing came yet.
    Asking,
    /// Some of it.
    Running,
    /// All that there is.
    Complete,
    /// Nobody waited any more.
    Stopped,
    /// Why there is no answer, or no more of it.
    Failed(Missing),
}

/// What one Region answered.
#[derive(Debug, Clone)]
pub struct PartAnswer {
    pub state: PartState,
    pub rows: Vec<QueryRow>,
    pub scanned: Option<u64>,
    pub matched: Option<u64>,
}

impl PartAnswer {
    pub(super) const fn nothing() -> Self {
        Self {
            state: PartState::Asking,
            rows: Vec::new(),
            scanned: None,
            matched: None,
        }
    }

    /// Whether more may come.
    pub const fn goes_on(&self) -> bool {
        matches!(self.state, PartState::Asking | PartState::Running)
    }
}

/// The answers of a plan's parts, in their order.
pub type Answers = Vec<PartAnswer>;

/// Ends a search: everything that is asked stops when this is dropped, or told to.
#[derive(Debug, Clone)]
pub struct StopSearch(Arc<watch::Sender<bool>>);

impl Default for StopSearch {
    fn default() -> Self {
        Self(Arc::new(watch::channel(false).0))
    }
}

impl StopSearch {
    /// Stops every query.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

/// One query.
struct Search {
    insights: Insights,
    start: Arc<Limiter>,
    look: Arc<Limiter>,
    clock: Arc<dyn Clock>,
    groups: Vec<String>,
    query: String,
    since: Timestamp,
    until: Timestamp,
}

impl LogReader {
    /// Asks `query_of` every part of `plan`; `told` gets all answers whenever one of them has more. Whoever drops this,
    /// or stops `stop`, stops the queries.
    pub async fn search(
        &self,
        plan: &RangePlan,
        query_of: impl Fn(&RangePart) -> String,
        stop: &StopSearch,
        told: impl Fn(&Answers),
    ) -> Answers {
        let (sender, mut coming) = mpsc::unbounded_channel();
        let mut answers: Answers = Vec::new();
        // Dropped together with this future: then the tasks stop what they asked.
        let (_alive, alive) = watch::channel(());
        for (at, part) in plan.parts.iter().enumerate() {
            let groups = part.names();
            let mut answer = PartAnswer::nothing();
            if groups.is_empty() {
                answer.state = PartState::Complete;
                answers.push(answer);
                continue;
            }
            answers.push(answer);
            let [start, look] = self.insights_limiters(&part.region);
            let search = Search {
                insights: self
                    .session
                    .in_account(part.account.clone())
                    .insights(&part.region),
                start,
                look,
                clock: self.clock.clone(),
                groups,
                query: query_of(part),
                since: plan.asked.since,
                until: plan.asked.until,
            };
            let (sender, gone) = (sender.clone(), gone(stop.clone(), alive.clone()));
            tokio::spawn(async move {
                search
                    .run(gone, |answer| _ = sender.send((at, answer)))
                    .await;
            });
        }
        drop(sender);
        told(&answers);
        while let Some((at, answer)) = coming.recv().await {
            answers[at] = answer;
            told(&answers);
        }
        answers
    }
}

/// Ends when nobody waits for an answer any more.
async fn gone(stop: StopSearch, mut alive: watch::Receiver<()>) {
    let mut stopped = stop.0.subscribe();
    tokio::select! {
        _ = stopped.wait_for(|stopped| *stopped) => {}
        _ = alive.changed() => {}
    }
}

impl PartAnswer {
    fn take(&mut self, found: QueryAnswer) {
        self.rows = found.rows;
        self.scanned = found.scanned.or(self.scanned);
        self.matched = found.matched.or(self.matched);
    }
}

/// Why AWS ended a query.
fn ended(state: QueryState) -> Missing {
    let why = match state {
        QueryState::Cancelled => "somebody stopped the query".into(),
        QueryState::Timeout => "AWS ended the query: it ran for an hour".into(),
        other => format!("AWS ended the query: its state is {}", other.name()),
    };
    Missing::CouldNotAsk { why }
}

impl Search {
    /// Starts the query; none where nobody waits any more. What was sent is waited for: a query whose id nobody knows
    /// cannot be stopped.
    async fn start(
        &self,
        mut gone: Pin<&mut impl Future<Output = ()>>,
    ) -> Option<Result<String, AwsError>> {
        let question = QueryQuestion {
            groups: &self.groups,
            query: &self.query,
            since: self.since,
            until: self.until,
            rows: QUERY_ROWS,
        };
        let mut pause = FIRST_PAUSE;
        for _ in 1..TRIES {
            self.start.turn().await;
            match self.insights.start(&question).await {
                Err(error) if error.kind == ErrorKind::Throttled => {}
                started => return Some(started),
            }
            tokio::select! {
                () = tokio::time::sleep(self.clock.wall(pause)) => {}
                () = gone.as_mut() => return None,
            }
            pause *= 2;
        }
        self.start.turn().await;
        Some(self.insights.start(&question).await)
    }

    /// A query that cannot be stopped runs to its end, and costs what it costs: nothing can be done about it.
    async fn stop(&self, id: &str) {
        self.look.turn().await;
        let _ = self.insights.stop(id).await;
    }

    async fn run(self, gone: impl Future<Output = ()>, told: impl Fn(PartAnswer)) {
        tokio::pin!(gone);
        let mut answer = PartAnswer::nothing();
        let end = |mut answer: PartAnswer, state| {
            answer.state = state;
            told(answer);
        };
        let id = match self.start(gone.as_mut()).await {
            Some(Ok(id)) => id,
            Some(Err(error)) => return end(answer, PartState::Failed(missing(error))),
            None => return end(answer, PartState::Stopped),
        };
        let begun = self.clock.now();
        let (mut pause, mut misses) = (FIRST_LOOK, 0);
        loop {
            tokio::select! {
                () = tokio::time::sleep(self.clock.wall(pause)) => {}
                () = &mut gone => {
                    self.stop(&id).await;
                    return end(answer, PartState::Stopped);
                }
            }
            pause = LOOK;
            self.look.turn().await;
            let looked = tokio::select! {
                looked = self.insights.results(&id) => looked,
                () = &mut gone => {
                    self.stop(&id).await;
                    return end(answer, PartState::Stopped);
                }
            };
            match looked {
                Ok(found) => {
                    misses = 0;
                    let state = found.state;
                    answer.take(found);
                    match state {
                        QueryState::Complete => return end(answer, PartState::Complete),
                        state if state.goes_on() => {
                            answer.state = PartState::Running;
                            told(answer.clone());
                        }
                        state => return end(answer, PartState::Failed(ended(state))),
                    }
                }
                Err(error) => {
                    misses += 1;
                    let passes = error.kind == ErrorKind::Throttled || error.kind.is_silence();
                    if !passes || misses >= MISSES {
                        self.stop(&id).await;
                        return end(answer, PartState::Failed(missing(error)));
                    }
                }
            }
            if self.clock.now().duration_since(begun) >= PATIENCE {
                self.stop(&id).await;
                let why = "gwctl stopped the query: it took longer than 5 min".into();
                return end(answer, PartState::Failed(Missing::CouldNotAsk { why }));
            }
        }
    }
}
