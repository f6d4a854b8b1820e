//! The AWS protocols over the simulated world: in process for gwctl, over loopback HTTP for any other client.

mod accounts; // whose credentials signed
mod answer; // one request, whatever way it came
mod codec; // one a protocol
mod dns; // the world's DNS
mod dns_server; // DNS over UDP and TCP
mod endpoint; // the fleet's own API, where operators write to it
mod fault; // an error reply
mod mutation; // which calls change something, and what
mod packages; // functions' code where Lambda says it is
mod refusal; // throttled, forbidden, expired, down: in each service's words
mod reply; // replies and errors in each protocol's shape
mod route; // which operation a request means
mod routes; // methods and paths
mod serve; // the loopback server
mod services; // the operations, one file a service
mod stand;
mod trail; // what the server answers besides AWS: probes, faults, readiness
mod value; // what operations take and give

pub use answer::{Handler, answer, handler};
pub use dns_server::{Answers, serve_dns};
pub use serve::{Server, serve};
