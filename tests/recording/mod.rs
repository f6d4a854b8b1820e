//! Recordings: written from pictures of simulated fleets, read back, scrubbed, redacted and told.

mod format;
mod hours;
mod redact;
pub mod tape;
