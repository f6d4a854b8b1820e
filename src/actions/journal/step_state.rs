//! How one step of a run stands, and what it sent.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::entry::Reply;
use super::stack_part::StackPart;
use super::status::StepStatus;
use crate::PlannedCall;

/// A call a run made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallMade {
    /// When it was sent.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// Which.
    pub call: PlannedCall,
    /// With what, in words.
    pub what: String,
    /// What came back and when; none when nothing was heard before the process ended.
    pub reply: Option<(Timestamp, Reply)>,
}

/// One step as it stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepState {
    /// How it stands.
    pub status: StepStatus,
    /// When it first began.
    pub started: Option<Timestamp>,
    /// When it was done or skipped.
    pub ended: Option<Timestamp>,
    /// The newest thing seen.
    pub saw: Option<String>,
    /// Why it is held.
    pub held: Option<String>,
    /// It is held because it is meant to ask the operator.
    pub gate: bool,
    /// It is held because the table that the team shares did not answer.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub table: bool,
    /// Changes sent.
    pub calls: Vec<CallMade>,
    /// How many of them the operator has settled by ordering a retry.
    pub settled: usize,
    /// The operator ordered a retry.
    pub retried: bool,
    /// What the step's stack is made of and how far each part is, by the parts' names.
    pub parts: BTreeMap<String, StackPart>,
    /// The stack's own events so far, by CloudFormation's numbers.
    #[serde(skip)]
    pub events: BTreeSet<String>,
}

impl StepState {
    /// Nothing was done yet.
    pub const NEW: Self = Self {
        status: StepStatus::Waiting,
        started: None,
        ended: None,
        saw: None,
        held: None,
        gate: false,
        table: false,
        calls: Vec::new(),
        settled: 0,
        retried: false,
        parts: BTreeMap::new(),
        events: BTreeSet::new(),
    };

    /// Whether what comes after it may begin.
    pub fn over(&self) -> bool {
        matches!(self.status, StepStatus::Done | StepStatus::Skipped)
    }
}
