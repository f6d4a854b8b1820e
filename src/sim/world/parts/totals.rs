//! What the world has counted.

/// What the world has counted since its history began.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Totals {
    /// Requests clients sent.
    pub requests: f64,
    /// Of these, those answered 5xx, 429 or not at all.
    pub failed: f64,
    /// Of these, those answered 429.
    pub throttled: f64,
    /// Writes a client was told are done.
    pub writes_acknowledged: f64,
    /// Acknowledged writes that no longer exist.
    pub writes_lost: f64,
    /// Seconds in which no cluster accepted writes.
    pub without_writer_s: f64,
}
