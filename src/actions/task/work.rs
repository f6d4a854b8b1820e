//! What every task can do, what it looks with, and what it says of what it saw.

use std::sync::Mutex;

use jiff::Timestamp;

use crate::{Expected, PlannedCall, RunContext};
use gwctl_aws::{AwsError, ErrorKind};
use gwctl_fleet::{Region, StackEvent};

/// What looking found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observation {
    /// It is so.
    Done(String),
    /// The step takes several changes, and this one is due: send it.
    Next(Next),
    /// It is not so, and nothing is on its way: send.
    NotDone(String),
    /// It is on its way, or its time has not come: look again.
    Underway(String),
    /// It cannot be told, for now: look again; before sending, ask the operator.
    Unknown(String),
    /// It is not so and waiting will not help: hold.
    Wrong(String),
    /// It is for the operator to say.
    Ask(String),
}

impl Observation {
    /// What was found, in words.
    pub(crate) fn said(&self) -> &str {
        match self {
            Self::Next(next) => next.operation,
            Self::Done(said)
            | Self::NotDone(said)
            | Self::Underway(said)
            | Self::Unknown(said)
            | Self::Wrong(said)
            | Self::Ask(said) => said,
        }
    }
}

/// One of the changes of a step that takes several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// Which of the step's calls.
    pub operation: &'static str,
    /// With what, in words.
    pub what: String,
}

/// A change AWS accepted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sent {
    /// AWS's id of the request.
    pub request_id: Option<String>,
    /// What names the change for later looks.
    pub receipt: Option<String>,
}

impl From<gwctl_aws::Receipt> for Sent {
    fn from(receipt: gwctl_aws::Receipt) -> Self {
        Self {
            request_id: receipt.request_id,
            receipt: None,
        }
    }
}

/// What a task looks with.
pub(crate) struct Context<'a> {
    /// The way to everything.
    pub run: &'a RunContext,
    /// When the step began.
    pub since: Timestamp,
    /// When this process took it up, or the operator ordered another try.
    pub taken_up: Timestamp,
    /// What the change was called, once accepted.
    pub receipt: Option<&'a str>,
    /// The newest change sent; none before the first, and after the operator ordered another try: what
    /// failed before then is no verdict.
    pub sent: Option<&'a str>,
    /// What was seen of the stack's own log.
    pub log: &'a Mutex<Vec<StackEvent>>,
}

impl Context<'_> {
    pub(crate) fn now(&self) -> Timestamp {
        self.run.clock.now()
    }

    /// Seconds since the step began.
    pub(crate) fn elapsed_s(&self) -> u64 {
        u64::try_from(self.now().duration_since(self.since).as_secs()).unwrap_or(0)
    }
}

/// Every task can do this; `tasks!` hands on to it.
pub(crate) trait Work {
    fn calls(&self) -> Vec<PlannedCall>;
    fn times(&self) -> (Expected, u64);
    fn sends(&self) -> Option<String> {
        None
    }
    /// Whether AWS refused the change for now only: the same call may be taken a little later.
    fn passes(&self, error: &AwsError) -> bool {
        error.kind == ErrorKind::Throttled
    }
    async fn probe(&self, context: &Context<'_>) -> Observation;
    async fn apply(&self, _: &RunContext) -> Result<Sent, AwsError> {
        Ok(Sent::default())
    }
    async fn apply_one(
        &self,
        _operation: &str,
        run_context: &RunContext,
    ) -> Result<Sent, AwsError> {
        self.apply(run_context).await
    }
}

/// A call that changes something.
pub(crate) fn change(service: &str, operation: &str, region: &Region) -> PlannedCall {
    PlannedCall {
        service: service.into(),
        operation: operation.into(),
        region: region.clone(),
        mutates: true,
    }
}

/// A call that only reads.
pub(crate) fn read(service: &str, operation: &str, region: &Region) -> PlannedCall {
    PlannedCall {
        service: service.into(),
        operation: operation.into(),
        region: region.clone(),
        mutates: false,
    }
}

/// What to make of a look that failed.
pub(crate) fn unobserved(error: &AwsError) -> Observation {
    Observation::Unknown(error.to_string())
}
