//! What is reasoned from.

use gwctl_fleet::{Event, Snapshot};

/// What is reasoned from.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    pub picture: &'a Snapshot,
    /// What happened lately, in any order; empty where nobody was asked.
    pub events: &'a [Event],
}
