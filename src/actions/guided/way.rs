//! Which way traffic goes.

/// Away from a Region, or back to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Out,
    Back,
}
