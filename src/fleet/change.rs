//! What the picture itself tells of changes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{EventKind, Region};

/// How the picture knows of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sign {
    /// AWS gives the time of the call that changed it.
    Dated,
    /// Two pictures differ: somebody's call came between them.
    Compared,
    /// It follows by itself: a status, a health check, an alarm, a verdict.
    Effect,
}

/// Something that changed, for "what changed last".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// When.
    pub at: Timestamp,
    /// Where; none for global things.
    pub region: Option<Region>,
    /// The part of the fleet that it is about.
    pub kind: EventKind,
    /// Name or id of what changed.
    pub about: String,
    pub sign: Sign,
    /// What, in one line: `distribution E2… deployed`, `writer moved to eu-west-1`.
    pub what: String,
}
