//! Guided actions on the simulated fleet, in virtual time.
#![allow(
    clippy::similar_names,
    reason = "a stage and the state of a run are what they are called"
)]

mod admitting;
mod advice;
mod another_role;
mod answers;
mod assumptions;
mod blind;
mod broken_calls;
mod building;
mod cdk;
mod connections;
mod crash;
mod criteria;
mod database_user;
mod databases;
mod drift;
mod evacuate;
mod expected;
mod explained;
mod journal;
mod keeping;
mod lease;
mod lifecycle;
mod line;
mod meanwhile;
mod mechanisms;
mod muting;
mod permissions;
mod planning;
mod policy;
mod region_switch;
mod reports;
mod resources;
mod rollback;
mod routing;
mod shapes;
mod speed;
pub mod stand;
mod terraform;
mod terraform_joining;
mod terraform_routing;
mod terraform_wiring;
mod traffic;
pub mod trial;
pub mod world;
