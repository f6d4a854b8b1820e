//! The journal of a run: append-only, hash-chained JSON lines, on disk before anything is sent.

mod elsewhere;
mod entry;
mod events;
mod fetch;
mod file;
mod folder;
mod lease;
mod out_of_place;
mod state;
mod status;
mod tail;

pub use entry::{Entry, Record, Reply};
pub use fetch::{Diverged, NotBrought};
use file::private;
pub use file::{Broken, Journal, JournalError, ResumeError, Torn};
pub use folder::{DiskFault, Folder, Follower, LeaseRefused, Summary};
pub use lease::Lease;
pub use out_of_place::OutOfPlace;
pub use state::{CallMade, Note, RunState, StackPart, StepState, Trip};
pub use status::{Phase, Status, StepStatus};
pub use tail::Tail;
