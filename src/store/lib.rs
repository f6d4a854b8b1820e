//! Where a team keeps what it shares: who acts on a fleet, what was done, notes and approvals. One trait, [`Store`], and two
//! kinds: the [`Files`] of one machine, and a [`Table`] of DynamoDB that every machine reaches.
//!
//! ```text
//! Store ── Files   the folder of the journals; Files::lock is its lease
//!     └─── Table   Team::take ──▶ Hold ──check, before each change──▶ the change
//!                    watches whoever     │
//!                    holds it already    └──append──▶ the journal's lines, for every machine to read
//! ```
//!
//! The files of this machine stay what they are with a table, and are written first: the table follows before a change is
//! sent (aws-facts §16.2).

mod approvals;
mod digest;
mod files;
mod hand_over;
mod hold;
mod holder;
mod lease;
mod lines;
mod lock;
mod notes;
mod replicas;
mod since;
mod store;
mod table;
mod take;
mod team;
mod told;
mod written;

pub use digest::digest;
pub use files::{Files, file_name};
pub use hold::{Hold, Lost};
pub use holder::{LeaseHolder, SAME_RUN};
pub use lease::{Claim, SharedLease};
pub use lines::{NotShared, SharedRun};
pub use lock::{LeaseRefused, Lock};
pub use notes::SaidNote;
pub use store::{Answer, NotKept, RunOf, Store, store_of};
pub use table::Table;
pub use take::NotTaken;
pub use team::{Team, Unfit};
