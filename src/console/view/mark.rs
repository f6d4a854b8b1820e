//! Something that happened, as it stands on a time axis.

use jiff::Timestamp;

use gwctl_fleet::{EventKind, EventOutcome, Region};

/// What became of it, as far as a mark tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Done,
    Refused,
    Unknown,
}

impl From<&EventOutcome> for Fate {
    fn from(outcome: &EventOutcome) -> Self {
        match outcome {
            EventOutcome::Done => Self::Done,
            EventOutcome::Refused { .. } => Self::Refused,
            EventOutcome::Unknown => Self::Unknown,
        }
    }
}

/// Something that happened.
#[derive(Debug, Clone)]
pub struct Mark {
    pub at: Timestamp,
    /// Where; none for what is global.
    pub region: Option<Region>,
    pub kind: EventKind,
    pub fate: Fate,
}
