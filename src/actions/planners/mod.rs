//! One file an action: from a snapshot and arguments to a plan. Pure.

mod admission;
mod architecture;
mod building;
pub(super) mod certificate;
mod code;
pub(super) mod down;
pub(super) mod drain;
pub(super) mod drill;
pub(super) mod evacuate;
mod fleet_name;
pub(super) mod invalidate;
mod orderable;
mod preconditions;
pub(super) mod promote;
pub(super) mod provision;
mod quotas;
mod remains;
pub(super) mod restore;
pub(super) mod retire;
mod shift;
pub(super) mod up;
mod ways;
mod weights;
mod wellness;

pub(super) use preconditions::{admission, serves};
pub(super) use wellness::bears;
