//! What a team shares in a table of DynamoDB: the lease of a fleet, and the journals of its runs.

mod alone;
mod lease;
mod processes;
mod runs;
mod stand;
