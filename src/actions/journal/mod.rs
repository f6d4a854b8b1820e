//! The journal of a run: append-only, hash-chained JSON lines, on disk before anything is sent.

mod alone;
mod clash;
mod elsewhere;
mod entry;
mod events;
mod fetch;
mod file;
mod folder;
mod hand_over;
mod out_of_place;
mod sent;
mod stack_part;
mod state;
mod status;
mod step_state;
mod tail;
mod word;

pub use alone::{Alone, SHARED_TABLE};
pub use clash::{Clash, Conflict};
pub use entry::{Entry, Record, Reply};
pub(crate) use fetch::differ;
pub use fetch::{Compared, Diverged, NotBrought};
pub(crate) use file::private;
pub use file::{Broken, Journal, JournalError, ResumeError, Torn};
pub use folder::{DiskFault, Folder, Followed, Follower, Summary};
pub use hand_over::{HandOver, Offered};
pub use out_of_place::OutOfPlace;
pub(crate) use sent::sent;
pub use stack_part::StackPart;
pub use state::{Note, RunState, Trip};
pub use status::{Phase, Status, StepStatus};
pub use step_state::{CallMade, StepState};
pub use tail::Tail;
pub(crate) use word::Word;
