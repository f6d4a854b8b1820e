//! What is reasoned from.

use std::ops::RangeInclusive;

use gwctl_fleet::logs::{LogSpan, Pattern};
use gwctl_fleet::{Event, Heard, Region, Snapshot};
use jiff::Timestamp;

use crate::trail::Trail;

/// What is reasoned from.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    pub picture: &'a Snapshot,
    /// What happened lately, in any order; empty where nobody was asked.
    pub events: &'a [Event],
    /// How far the calls among them are known: one that is not there was not made only there. None where nobody was
    /// asked.
    pub trail: Option<Trail<'a>>,
    /// What the functions log as errors; empty where nobody was asked.
    pub patterns: &'a [Pattern],
    /// How far each log was read: an error that no pattern tells is absent only there.
    pub spans: &'a [LogSpan],
    /// What canaries and the API's routes tell; none where nobody was asked.
    pub heard: Option<&'a Heard>,
    /// What gwctl's own runs did, by the journals of this machine; runs of others are not among them.
    pub runs: &'a [Event],
}

impl Evidence<'_> {
    /// From when on it is not known whether somebody changed something in `region` within `window`; none where all calls
    /// there are known.
    pub(crate) fn unknown_since(
        &self,
        region: &Region,
        window: &RangeInclusive<Timestamp>,
    ) -> Option<Timestamp> {
        match &self.trail {
            Some(trail) => trail.unknown_since(region, window),
            None => Some(*window.start()),
        }
    }
}
