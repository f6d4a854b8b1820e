//! The journal of a run: append-only, hash-chained JSON lines, on disk before anything is sent.

mod alone;
mod clash;
mod elsewhere;
mod entry;
mod events;
mod fetch;
mod file;
mod folder;
mod lease;
mod out_of_place;
mod stack_part;
mod state;
mod status;
mod tail;

pub use alone::{Alone, SHARED_TABLE};
pub use clash::{Clash, Conflict};
pub use entry::{Entry, Record, Reply};
pub(crate) use fetch::differ;
pub use fetch::{Compared, Diverged, NotBrought};
use file::private;
pub use file::{Broken, Journal, JournalError, ResumeError, Torn};
pub use folder::{DiskFault, Folder, Follower, LeaseRefused, Summary};
pub use lease::Lease;
pub use out_of_place::OutOfPlace;
pub use stack_part::StackPart;
pub use state::{CallMade, Note, RunState, StepState, Trip};
pub use status::{Phase, Status, StepStatus};
pub use tail::Tail;
