//! The journal of a run: append-only, hash-chained JSON lines, on disk before anything is sent.

mod elsewhere;
mod entry;
mod events;
mod fetch;
mod file;
mod folder;
mod hand_over;
mod lease;
mod out_of_place;
mod state;
mod status;
mod step_state;
mod tail;
mod word;

pub use entry::{Entry, Record, Reply};
pub use fetch::{Diverged, NotBrought};
pub(crate) use file::private;
pub use file::{Broken, Journal, JournalError, ResumeError, Torn};
pub(crate) use folder::file_name;
pub use folder::{DiskFault, Folder, LeaseRefused, Summary};
pub use hand_over::{HandOver, Offered};
pub use lease::Lease;
pub use out_of_place::OutOfPlace;
pub use state::{Note, RunState, Trip};
pub use status::{Phase, Status, StepStatus};
pub use step_state::{CallMade, StackPart, StepState};
pub use tail::Tail;
pub(crate) use word::Word;
