//! What is wrong with the invocations of a Region's functions.

use crate::world::parts::logbook::Cause;

/// Most causes at once.
const MOST: usize = 4;

/// What is wrong with one function.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(in crate::world) struct Ailment {
    /// Why invocations fail, and which share of them, each by itself; in the order in which an invocation meets them.
    causes: [Option<(Cause, f64)>; MOST],
    /// Milliseconds that an invocation takes which waits in vain, where that is longer than usual.
    pub took_ms: f64,
    /// Milliseconds that one that does not fail takes longer.
    pub wait_ms: f64,
    /// Of the concurrency that it needs, the share that is left to it; none: all.
    pub left: Option<f64>,
}

impl Ailment {
    /// A share of the invocations fails for `cause` too.
    pub(in crate::world) fn fails(&mut self, cause: Cause, share: f64) {
        if let Some(free) = self.causes.iter_mut().find(|one| one.is_none()) {
            *free = Some((cause, share));
        }
    }

    /// Share of invocations that fail of any of them.
    pub(in crate::world) fn share(&self) -> f64 {
        self.met().map(|(_, share)| share).sum()
    }

    /// The share of all invocations that fails of each: who fails of one does not get to the next.
    pub(in crate::world) fn met(&self) -> impl Iterator<Item = (Cause, f64)> {
        let mut left = 1.0;
        self.causes.iter().flatten().map(move |(cause, share)| {
            let met = left * share;
            left -= met;
            (*cause, met)
        })
    }

    /// The part, from 0 to 1, of those that fail which fails of `wanted`.
    pub(in crate::world) fn part(&self, wanted: Cause) -> f64 {
        let of = self.met().filter(|(cause, _)| *cause == wanted);
        let share: f64 = of.map(|(_, share)| share).sum();
        share / self.share().max(f64::MIN_POSITIVE)
    }
}

/// What is wrong with the functions of a Region, and with what they share.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(in crate::world) struct Ailments {
    pub read: Ailment,
    pub write: Ailment,
    /// Connections that are open to each instance of the cluster; none: as many as are needed.
    pub connections: Option<f64>,
    /// Whether other functions of the account use up its concurrency.
    pub crowded: bool,
}
