//! What the clients sent, and what became of it as far as they were told.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Of one load, complete once it was stopped.
#[derive(Debug, Clone, PartialEq)]
pub struct Ledger {
    /// When the load began.
    pub began: Timestamp,
    /// When its last request had ended.
    pub ended: Timestamp,
    /// In the order in which they ended.
    pub orders: Vec<Order>,
    /// In the order in which they ended.
    pub reads: Vec<Read>,
}

/// A `POST /orders`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// Its `Idempotency-Key`: of no other order.
    pub key: String,
    /// What became of it.
    pub fate: Fate,
    #[serde(flatten)]
    pub request: Request,
}

/// What a client knows of its order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// A Region said that it is written.
    Acknowledged {
        /// The order's id, if the answer had one.
        id: Option<String>,
        /// Which Region said so.
        region: Option<Arc<str>>,
    },
    /// It was refused, and no try of it may have been carried out: 4xx, or the handler says that nothing is written.
    Refused { status: u16 },
    /// It never left the client.
    NotSent,
    /// It may be written or not.
    Unknown,
}

/// A read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Read {
    pub asked: Asked,
    #[serde(flatten)]
    pub request: Request,
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asked {
    /// A page of orders.
    Page,
    /// An order that a client of this continent was told is written.
    Own {
        key: String,
        /// Whether the client showed the `Consistency-Token` of its order.
        token: bool,
        /// Whether the order was in the answer; none without one.
        seen: Option<bool>,
    },
}

/// What all requests have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Of the client.
    pub continent: Arc<str>,
    /// When it was to be sent.
    pub due: Timestamp,
    /// When the client had its answer, or gave up.
    pub ended: Timestamp,
    /// In order.
    pub tries: Vec<Try>,
}

/// One try of a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Try {
    pub at: Timestamp,
    /// Milliseconds until its outcome.
    pub took_ms: f64,
    pub outcome: Outcome,
}

/// How a try ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Answered {
        status: u16,
        /// Which Region answered; none where the edge did by itself.
        region: Option<Arc<str>>,
        /// The handler says that this try wrote nothing.
        not_written: bool,
    },
    /// Nothing of it left the client.
    NotSent { why: String },
    /// The client stopped waiting.
    Late,
    /// The connection ended before the answer.
    Broken { why: String },
}

impl Outcome {
    /// Whether what was asked may have been done, although nobody said so.
    pub const fn may_be_done(&self) -> bool {
        match self {
            Self::Answered {
                status,
                not_written,
                ..
            } => *status >= 500 && !*not_written,
            Self::NotSent { .. } => false,
            Self::Late | Self::Broken { .. } => true,
        }
    }

    /// Whether a client tries again.
    pub const fn calls_for_another(&self) -> bool {
        match self {
            Self::Answered { status, .. } => *status >= 500 || *status == 429,
            Self::NotSent { .. } | Self::Late | Self::Broken { .. } => true,
        }
    }
}

impl Request {
    /// How the last try ended.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.tries.last().map(|one| &one.outcome)
    }

    /// Whether the client got an answer, in the end: not one that says to try again later.
    pub fn is_answered(&self) -> bool {
        let outcome = self.outcome();
        outcome.is_some_and(|outcome| !outcome.calls_for_another())
    }

    /// Whether its last answer is 2xx.
    pub fn is_successful(&self) -> bool {
        self.status()
            .is_some_and(|status| (200..300).contains(&status))
    }

    /// The status of its last answer, if the last try had one.
    pub fn status(&self) -> Option<u16> {
        match self.outcome()? {
            Outcome::Answered { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Which Region answered the last try.
    pub fn region(&self) -> Option<&Arc<str>> {
        match self.outcome()? {
            Outcome::Answered { region, .. } => region.as_ref(),
            _ => None,
        }
    }

    /// From when it was to be sent to its end, in milliseconds.
    pub fn latency_ms(&self) -> f64 {
        self.ended.duration_since(self.due).as_secs_f64() * 1_000.0
    }
}

impl Fate {
    /// What these tries and this id say.
    pub(super) fn of(request: &Request, id: Option<String>) -> Self {
        match request.status() {
            Some(200..=299) => Self::Acknowledged {
                id,
                region: request.region().cloned(),
            },
            _ if request.tries.iter().any(|one| one.outcome.may_be_done()) => Self::Unknown,
            Some(status) => Self::Refused { status },
            None => Self::NotSent,
        }
    }
}
