//! A fault of the simulated world, in its menu.

/// A fault of the simulated world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultEntry {
    /// What starts and ends it.
    pub id: String,
    /// What it does, in a few words.
    pub title: String,
    /// Whether it is on.
    pub active: bool,
}
