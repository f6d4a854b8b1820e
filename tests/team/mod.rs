//! What a team shares in a table of DynamoDB: the lease of a fleet, and the journals of its runs.

mod alone;
mod harness;
mod history;
mod interleavings;
mod lease;
mod line;
mod processes;
mod runs;
mod speed;
mod stand;
mod telling;
mod whole_runs;
