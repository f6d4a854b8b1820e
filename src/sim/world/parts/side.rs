//! One side of a change of the writer.

use gwctl_fleet::Region;

/// The old or the new primary.
pub(in crate::world) struct Side {
    pub region: Region,
    /// Identifier of its cluster.
    pub cluster: String,
}
