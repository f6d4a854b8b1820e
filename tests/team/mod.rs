//! What a team shares in a table of DynamoDB: the lease of a fleet, and the journals of its runs.

mod alone;
mod asked;
mod four_eyes;
mod hand_over;
mod harness;
mod history;
mod interleavings;
mod lease;
mod line;
mod notes;
mod persons;
mod processes;
pub mod runs;
mod speed;
mod stand;
mod telling;
mod whole_runs;
