//! The journal of a run: append-only, hash-chained JSON lines, on disk before anything is sent.

mod entry;
mod file;
mod folder;
mod lease;
mod state;
mod tail;

pub use entry::{Entry, Record, Reply};
pub use file::{Broken, Journal, JournalError, ResumeError};
pub use folder::{DiskFault, Folder, LeaseRefused, Summary};
pub use lease::{Lease, LeaseHolder};
pub use state::{CallMade, Note, Phase, RunState, StackPart, Status, StepState, StepStatus, Trip};
pub use tail::Tail;
