//! The lab: the data plane of one fleet as real software on one machine, loopback only, so that a drill moves true
//! requests and true rows. The simulator (`sim`) stays the control plane; what it otherwise models, the lab measures.
//!
//! ```text
//! clients → edge (router in Node) → Region: gateway → function (handler in Node) → database front → PostgreSQL
//! ```

pub mod authority; // the lab's own certificates
pub mod clients; // who asks, and what they were told
pub mod database; // PostgreSQL: a writer, its replicas, and the doors in front of them
pub mod dns; // resolvers of the clients' continents
pub mod edge; // the router in Node, between clients and Regions
mod gate; // what can be ended all at once
pub mod leash; // processes that end with the lab
pub mod links; // the distance between Regions
mod measuring; // what the simulator is told
pub mod plane; // all of it together
mod probe; // the health path, asked over the wire
pub mod region; // functions and gateway of one Region
pub mod sigv4; // signatures, as the receiving side checks them
pub mod tls; // TLS, as servers speak it

pub use measuring::Measuring;
pub use plane::{DataPlane, LabError, Setup};

#[cfg(test)]
mod path_tests; // clients, DNS, edge and router together
#[cfg(test)]
mod plane_tests; // database, function and gateway together, with the handler that users get
#[cfg(test)]
mod stand; // HTTP over TLS, for tests
