//! What is reasoned from.

use gwctl_fleet::logs::{LogSpan, Pattern};
use gwctl_fleet::{Event, Heard, Snapshot};

/// What is reasoned from.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    pub picture: &'a Snapshot,
    /// What happened lately, in any order; empty where nobody was asked.
    pub events: &'a [Event],
    /// What the functions log as errors; empty where nobody was asked.
    pub patterns: &'a [Pattern],
    /// How far each log was read: an error that no pattern tells is absent only there.
    pub spans: &'a [LogSpan],
    /// What canaries and the API's routes tell; none where nobody was asked.
    pub heard: Option<&'a Heard>,
}
