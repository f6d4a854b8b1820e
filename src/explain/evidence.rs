//! What is reasoned from.

use std::ops::RangeInclusive;

use gwctl_fleet::logs::{LogSpan, Pattern};
use gwctl_fleet::{Event, Heard, Logged, Region, Snapshot, Trail};
use jiff::Timestamp;

/// What is reasoned from.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    pub picture: &'a Snapshot,
    /// What happened lately, in any order; empty where nobody was asked.
    pub(crate) events: &'a [Event],
    /// How far the calls among them are known: one that is not there was not made only there. None where nobody was
    /// asked.
    pub(crate) trail: Option<Trail<'a>>,
    /// What the functions log as errors; empty where nobody was asked.
    pub(crate) patterns: &'a [Pattern],
    /// How far each log was read: an error that no pattern tells is absent only there.
    pub(crate) spans: &'a [LogSpan],
    /// What canaries and the API's routes tell; none where nobody was asked.
    pub(crate) heard: Option<&'a Heard>,
    /// What gwctl's own runs did, by the journals of this machine; runs of others are not among them.
    pub(crate) runs: &'a [Event],
}

impl<'a> Evidence<'a> {
    /// A picture, and what was asked beside it; none where nobody asked.
    pub fn new(
        picture: &'a Snapshot,
        trail: Option<Trail<'a>>,
        logged: Option<Logged<'a>>,
    ) -> Self {
        Self {
            picture,
            events: trail.map_or(&[], |trail| trail.events),
            trail,
            patterns: logged.map_or(&[], |logged| logged.patterns),
            spans: logged.map_or(&[], |logged| logged.spans),
            heard: logged.map(|logged| logged.heard),
            runs: &[],
        }
    }

    /// With what gwctl's own runs did, by the journals of this machine.
    #[must_use]
    pub fn with_runs(self, runs: &'a [Event]) -> Self {
        Self { runs, ..self }
    }

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
