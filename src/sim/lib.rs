//! The embedded AWS: a world with physics and faults (`world`), and the AWS protocols over it (`wire`).

mod alias;
pub mod wire;
pub mod world;

pub use alias::Alias;
pub use world::{Answered, Measured, MeasuredFlow, MeasuredFunction, Reality};
pub use world::{FaultStatus, History, Scenario, Sim, SimError, SimOptions};
