//! How far each part of a stack is, by the stack's own log.

use jiff::Timestamp;
use serde::Serialize;

use super::step_state::StepState;
use gwctl_fleet::StackEvent;

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
}

/// `CREATE` of `CREATE_COMPLETE`.
fn verb(status: &str) -> &str {
    status.split('_').next().unwrap_or_default()
}
