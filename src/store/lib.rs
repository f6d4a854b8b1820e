//! What a team shares: who acts on a fleet, and what was done, in a table of DynamoDB that every machine reaches.
//!
//! ```text
//! Team::take ──▶ Hold ──check, before each change──▶ the change
//!   watches whoever     │
//!   holds it already    └──append──▶ the journal's lines, for every machine to read
//! ```
//!
//! The files of this machine stay what they are, and are written first: the table follows before a change is sent
//! (aws-facts §16.2).

mod approvals;
mod hand_over;
mod hold;
mod holder;
mod lease;
mod lines;
mod notes;
mod replicas;
mod since;
mod take;
mod team;
mod told;
mod written;

pub use approvals::NotAsked;
pub use hold::{Hold, Lost};
pub use holder::{LeaseHolder, SAME_RUN};
pub use lease::{Claim, SharedLease};
pub use lines::{NotShared, SharedRun};
pub use notes::SaidNote;
pub use take::NotTaken;
pub use team::{Team, Unfit};
