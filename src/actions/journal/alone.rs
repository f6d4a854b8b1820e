//! A run whose operator waived the table that the team shares.

use jiff::Timestamp;
use serde::Serialize;

use super::entry::Record;
use super::state::RunState;
use super::status::StepStatus;

/// The name of the check, and of the waiver, of the table that the team shares.
pub const SHARED_TABLE: &str = "shared-table";

/// Who waived the table that the team shares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alone {
    /// When.
    pub since: Timestamp,
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
}

impl RunState {
    pub(super) fn go_alone(&mut self, record: &Record, reason: &str) {
        self.alone = Some(Alone {
            since: record.at,
            by: record.by.clone(),
            reason: reason.to_owned(),
        });
    }

    /// What was held for the table alone may begin.
    pub(super) fn look_at_table_again(&mut self) {
        for step in self.steps.values_mut().filter(|step| step.table) {
            (step.status, step.held, step.table) = (StepStatus::Waiting, None, false);
        }
    }

    /// Whether the run waits for the table that the team shares, and the operator may waive it.
    pub fn awaits_table(&self) -> bool {
        self.steps
            .values()
            .any(|step| step.status == StepStatus::Held && step.table)
    }
}
