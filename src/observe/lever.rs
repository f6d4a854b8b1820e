//! A health check through which an alarm moves traffic.

use gwctl_fleet::Region;

/// A health check that follows an alarm, on its way to a Region's record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lever {
    /// The Region that it takes out of service.
    pub(super) site: Region,
    /// The health check's id.
    pub(super) check: String,
    /// The alarm's name.
    pub(super) alarm: String,
    /// Where the alarm is.
    pub(super) home: Region,
    /// Whether unhealthy at the alarm is healthy at the record.
    pub(super) inverted: bool,
    /// What the check is while the alarm has no data.
    pub(super) without_points: Option<String>,
}
