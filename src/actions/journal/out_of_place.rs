//! What a journal cannot go on with.

use super::status::StepStatus;

/// Why a record cannot follow those before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutOfPlace {
    #[error("the journal is empty")]
    Empty,
    #[error("the first record does not begin a run")]
    NoBeginning,
    #[error("a run begins once")]
    Begun,
    /// The plan has no such step.
    #[error("there is no step {0}")]
    NoStep(String),
    /// Nothing more happens to this step.
    #[error("{0}: the run is over")]
    Over(String),
    /// A step that does not stand so that this could happen to it.
    #[error("{step} is {status:?}, which cannot be followed by this")]
    Status { step: String, status: StepStatus },
    /// Nobody offered the run.
    #[error("there is no offer of the run")]
    NotOffered,
    /// No call of the step waits for a reply.
    #[error("a reply for {0}, which sent nothing")]
    NotSent(String),
}
