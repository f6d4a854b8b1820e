//! What tasks send to the loop.

use std::sync::Arc;

use super::runs::Means;
use super::several::FromSeveral;
use crate::Opened;
use crate::app::{Hold, Msg};
use gwctl_actions::{RunState, Running};

/// What tasks send to the loop.
pub(super) enum Arrival {
    /// For the update.
    Msg(Msg),
    /// The fleet asked for with this generation is being watched.
    Opened(u64, Box<Opened>),
    /// Write this to the terminal, between two frames.
    Ring(String),
    /// A run began in this process; what it works with.
    Running(Running, Box<Means>),
    /// Something came of an action on several fleets.
    Several(FromSeveral),
    /// The recording under way stopped: why.
    NotRecorded(String),
    /// A run of the fleet asked for with this generation that is not over.
    Unfinished(u64, Arc<RunState>, Hold),
}
