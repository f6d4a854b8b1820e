//! What happened: changes that people and services made, and what AWS and gwctl saw, as one list in order of time.
//!
//! [`TrailRecord`] is what CloudTrail keeps of one call; [`catalogue`] says in plain words what such a call does;
//! [`FleetNames`] tells the fleet's own resources from others; [`EventLog`] merges all sources, each event once.

mod actor;
mod alarm_turn;
mod asked;
mod catalogue;
mod database_event;
mod event;
mod fleet_names;
mod health_event;
mod kind;
mod log;
mod phrase;
mod record;
#[cfg(test)]
mod tests;
mod trail;

pub use actor::Actor;
pub use alarm_turn::AlarmTurn;
pub use asked::{AskedSource, LATENESS, NO_ENDPOINT, NO_PLAN};
pub use event::Event;
pub use fleet_names::FleetNames;
pub use health_event::HealthEvent;
pub use kind::EventKind;
pub use log::EventLog;
pub use record::{Outcome, TrailRecord};
pub use trail::Trail;
