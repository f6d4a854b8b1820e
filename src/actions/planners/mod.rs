//! One file an action: from a snapshot and arguments to a plan. Pure.

pub(super) mod certificate;
pub(super) mod drain;
pub(super) mod drill;
pub(super) mod evacuate;
pub(super) mod invalidate;
mod preconditions;
pub(super) mod promote;
pub(super) mod restore;
mod shift;
mod weights;
