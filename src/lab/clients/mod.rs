//! Clients of all continents: a load at a chosen rate, and a ledger of what each of them was told.
//!
//! Own code on `hyper`, not one of the load generators: `wrk` and `oha` keep figures alone, and the ledger needs every
//! order's key, tries and answer; `goose` and `k6` run users who wait for their answer before they go on (a closed
//! loop), so that a Region that hangs makes the load smaller and the latencies look better than they were. Here requests
//! go out on schedule whatever became of the others, and latency counts from the scheduled time (an open loop).
//!
//! The ledger is checked by keys: every key is sent by one client and written once, orders are never changed, so each
//! is a set with one element or none, and the questions (is it there, is it there twice, did nobody send it, did its
//! writer see it) have exact answers without a search for an order of events, as checkers of linearizability make it
//! for values that are written again.

mod answer; // what clients read out of an answer
mod client; // tries and pauses
mod connection; // TLS and HTTP
mod counts; // since last asked
mod display; // a verdict in sentences
mod felt; // what the clients of a continent felt
mod gap; // the longest time without success
mod ledger; // what was sent and what became of it
mod load; // requests on schedule
mod options; // how much of what
mod plan; // what the next request is
mod recovery; // when they are served again
mod verdict; // the ledger against the database

#[cfg(test)]
pub(crate) mod tests;
#[cfg(test)]
mod verdict_tests;

pub(crate) use answer::region;
pub(crate) use connection::{Pool, trusting};
pub use counts::{Counts, Done};
pub use felt::{Continent, OwnReads};
pub use gap::Gap;
pub use ledger::{Asked, Fate, Ledger, Order, Outcome, Read, Request, Try};
pub use load::{Load, LoadError};
pub use options::{Options, Through};
pub use verdict::{Lost, Row, Verdict};
