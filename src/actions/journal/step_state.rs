//! How one step of a run stands, and what it sent.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::entry::Reply;
use super::status::StepStatus;
use crate::PlannedCall;
use gwctl_fleet::StackEvent;

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

/// One resource of a stack that is built, changed or deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StackPart {
    /// `AWS::RDS::DBCluster`.
    pub kind: String,
    /// `CREATE_IN_PROGRESS` …
    pub status: String,
    /// When it began.
    pub began: Timestamp,
    /// When it was complete, or failed.
    pub ended: Option<Timestamp>,
    /// Why it failed.
    pub reason: Option<String>,
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
        calls: Vec::new(),
        settled: 0,
        retried: false,
        parts: BTreeMap::new(),
        events: BTreeSet::new(),
    };

    /// Takes a line of the stack's log in.
    pub(super) fn take(&mut self, line: &StackEvent) {
        self.events.insert(line.id.clone());
        if line.is_of_the_stack() {
            return;
        }
        let over = !line.status.ends_with("_IN_PROGRESS");
        let part = StackPart {
            kind: line.kind.clone(),
            status: line.status.clone(),
            began: line.at,
            ended: over.then_some(line.at),
            reason: line
                .reason
                .clone()
                .filter(|_| line.status.ends_with("_FAILED")),
        };
        match self.parts.get_mut(&line.logical) {
            // The same operation goes on; another one, such as a rollback's, begins anew.
            Some(known) if verb(&known.status) == verb(&line.status) => {
                *known = StackPart {
                    began: known.began,
                    ..part
                };
            }
            _ => {
                self.parts.insert(line.logical.clone(), part);
            }
        }
    }

    /// Whether what comes after it may begin.
    pub fn over(&self) -> bool {
        matches!(self.status, StepStatus::Done | StepStatus::Skipped)
    }
}

/// `CREATE` of `CREATE_COMPLETE`.
fn verb(status: &str) -> &str {
    status.split('_').next().unwrap_or_default()
}
