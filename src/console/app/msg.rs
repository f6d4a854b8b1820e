//! What comes in and what goes out: the only ways to change the state and the world.

use std::sync::Arc;

use jiff::Timestamp;

use super::{FaultEntry, Hits, Key};
use crate::fleet::{Observed, Pace, Snapshot, Vote};

/// What a mouse did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gesture {
    /// The left button went down.
    Click,
    /// The wheel turned towards the top.
    WheelUp,
    /// The wheel turned towards the end.
    WheelDown,
}

/// Something happened.
#[derive(Debug, Clone)]
pub enum Msg {
    /// The console begins.
    Start,
    /// A key.
    Key(Key),
    /// Text pasted at once.
    Paste(String),
    /// The mouse, at a column and row.
    Mouse(Gesture, u16, u16),
    /// The terminal has another size: columns, rows.
    Resize(u16, u16),
    /// The clocks: the fleet's, and the wall's.
    Tick {
        /// The fleet's time.
        now: Timestamp,
        /// The wall's.
        wall: Timestamp,
    },
    /// [`Effect::Open`] began: the picture of nothing of that fleet, and whether changes to it are refused.
    Opening(u64, Arc<Snapshot>, bool),
    /// A new picture of the fleet that was opened with this generation.
    Snapshot(u64, Arc<Snapshot>),
    /// [`Effect::Open`] ended.
    Opened(u64, Result<(), String>),
    /// [`Effect::Votes`] ended.
    Votes(u64, Observed<Vec<Vote>>),
    /// The faults of the simulated world, as they stand.
    Faults(Vec<FaultEntry>),
    /// Something the operator asked for did not work.
    Failed(String),
    /// A frame was drawn.
    Drawn(Hits),
}

/// Something to do outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Leave.
    Quit,
    /// Put this into the clipboard.
    Copy(String),
    /// Look at the fleet at this pace.
    SetPace(Pace),
    /// Ask everything again now.
    Refresh,
    /// Ask for the checkers' votes on this health check; answer with this generation.
    Votes(u64, String),
    /// Watch the fleet of this name instead, at this pace; answer with this generation.
    Open(u64, String, Pace),
    /// List the faults.
    ListFaults,
    /// Start or end a fault, then list them.
    SetFault {
        /// Which.
        id: String,
        /// Whether it shall be on.
        on: bool,
    },
}
