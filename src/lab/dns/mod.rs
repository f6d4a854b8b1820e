//! DNS as clients and edge of one continent see it: a resolver that keeps answers for their TTL, and behind it the
//! simulated Route 53, which answers by latency and health.

mod ask; // one question to a server
mod continent; // where clients are
mod resolver; // keeps answers for their TTL

pub use continent::{Continent, between};
pub use resolver::Resolver;
