//! An incident kept in one file: JSON lines, compressed with zstd.
//!
//! The first line names the schema and the fleet. Then come pictures, what happened, the records of runs, and notes,
//! in the order in which the console saw them. A picture is told as what differs from the one before; every few
//! minutes one is told whole, so that a reader can begin anywhere. Every line is on its way to the disk before the
//! next one begins: of a file that a crash cut, all whole lines are read.
//!
//! Nothing here touches a disk: it writes into what it is given, and reads bytes.

mod difference;
mod entry;
mod error;
mod read;
mod redact;
mod reel;
mod write;

pub use entry::{Head, Noted, SCHEMA, verdicts};
pub use error::RecordingError;
pub use read::Recording;
pub use redact::redacted;
pub use reel::{Moment, Reel};
pub use write::{PER_HOUR, Writer};
