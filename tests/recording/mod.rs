//! Recordings: written from pictures of simulated fleets, read back, scrubbed, redacted and told.

mod format;
mod hours;
mod redact;
mod report;
pub mod tape;
