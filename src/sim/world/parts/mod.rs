//! The parts of the world: each owns its state. What a second does to several of them is beside this folder.

pub(in crate::world) mod admission;
pub(in crate::world) mod check_series;
pub(in crate::world) mod control;
pub(in crate::world) mod database;
pub(in crate::world) mod dns;
pub(in crate::world) mod edge;
pub(in crate::world) mod edge_minute;
pub(in crate::world) mod edge_series;
pub(in crate::world) mod faults;
pub(in crate::world) mod fleet;
pub(in crate::world) mod front;
pub(in crate::world) mod health;
pub(in crate::world) mod member_series;
pub(in crate::world) mod mishap;
pub(in crate::world) mod owners;
pub(in crate::world) mod present;
pub(in crate::world) mod probe;
pub(in crate::world) mod promotion;
pub(in crate::world) mod record;
pub(in crate::world) mod script;
pub(in crate::world) mod series;
pub(in crate::world) mod served;
pub(in crate::world) mod side;
pub(in crate::world) mod site_series;
pub(in crate::world) mod tamper;
pub(in crate::world) mod totals;
