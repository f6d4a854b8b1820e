//! How a run stands, and how a step does.

use serde::{Deserialize, Serialize};

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Steps are under way.
    Running,
    /// The operator paused it: what is under way goes on, nothing begins.
    Paused,
    /// It needs the operator.
    Held,
    /// The inverse is under way.
    Undoing,
    /// All steps were observed done.
    Done,
    /// What was done was taken back.
    Undone,
    /// The operator ended it; what was done stays done.
    Abandoned,
}

impl Phase {
    /// For people and files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Held => "held",
            Self::Undoing => "undoing",
            Self::Done => "done",
            Self::Undone => "undone",
            Self::Abandoned => "abandoned",
        }
    }

    /// The same for a run that no process drives: a step that does not wait for an order was left.
    pub const fn unattended(self) -> &'static str {
        match self {
            Self::Running | Self::Paused | Self::Undoing => "left",
            Self::Held | Self::Done | Self::Undone | Self::Abandoned => self.word(),
        }
    }

    /// [`Self::word`] while a process drives it, [`Self::unattended`] otherwise.
    pub const fn told(self, live: bool) -> &'static str {
        if live { self.word() } else { self.unattended() }
    }

    /// Whether nothing will happen any more by itself or by an order other than undo.
    pub const fn over(self) -> bool {
        matches!(self, Self::Done | Self::Undone | Self::Abandoned)
    }
}

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepStatus {
    /// Not begun.
    Waiting,
    /// Under way.
    Running,
    /// Needs the operator.
    Held,
    /// Observed done.
    Done,
    /// The operator skipped it.
    Skipped,
    /// It was under way, or held, when the run was left or abandoned: no process drives it.
    Left,
}

impl StepStatus {
    /// The same in a run that no process drives.
    #[must_use]
    pub const fn unattended(self) -> Self {
        match self {
            Self::Running => Self::Left,
            Self::Waiting | Self::Held | Self::Done | Self::Skipped | Self::Left => self,
        }
    }
}

/// Alias kept short for `match`es.
pub type Status = StepStatus;
