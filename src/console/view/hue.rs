//! What a line of a chart is coloured by.

use gwctl_fleet::Region;

/// What a line of a chart is coloured by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hue {
    /// A Region's own, the same on every screen.
    Region(Region),
    /// The nth of a chart that has several of one Region.
    Nth(usize),
}
