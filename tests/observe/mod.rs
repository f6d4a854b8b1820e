//! The observer over the simulated AWS, through the real SDK, in virtual time.

mod cadence;
mod changes;
mod dead_database;
mod discover;
mod evidence;
mod explained;
mod first_picture;
mod fleets;
mod health;
mod heard;
mod history;
mod inquiry;
mod lasting;
mod past;
mod region_switch;
pub mod stand;
mod switches;
mod weights;
