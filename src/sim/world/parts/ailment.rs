//! What is wrong with the invocations of a Region's functions.

use crate::world::parts::logbook::Cause;

/// What is wrong with one function.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(in crate::world) struct Ailment {
    /// Why invocations fail.
    pub cause: Cause,
    /// Share of invocations that fail for it.
    pub share: f64,
    /// Whether the handler catches what goes wrong and answers 500: the invocation succeeds (aws-facts §13.6).
    pub caught: bool,
    /// Milliseconds that one that fails takes, where that is longer than usual.
    pub took_ms: f64,
    /// Milliseconds that one that does not fail takes longer.
    pub wait_ms: f64,
    /// Of the concurrency that it needs, the share that is left to it; none: all.
    pub left: Option<f64>,
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
