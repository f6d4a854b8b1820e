//! The edge: one Node process a continent, which does what CloudFront does around the real router
//! (`src/stacks/router/index.js`).
//!
//! What differs from CloudFront: HTTP/1.1 alone; distance is a wait for half of the round trip before and after, so a
//! new connection costs no more than one that is kept; one sandbox of the router a continent.

mod counts; // what it counted
mod options; // what it is told
mod origin; // what the template says of the origin
mod process; // the process and its life

#[cfg(test)]
mod tests;

pub use counts::{Counts, Served};
pub use options::{Options, Route};
pub use origin::{Origin, Settings};
pub use process::{Edge, EdgeError, Life};
