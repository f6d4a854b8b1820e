//! Guided actions: plan, check, confirm, run, verify, undo.
//!
//! ```text
//! Intent ──plan()──▶ Plan ──confirm──▶ Engine ──▶ Journal (before every act)
//!   pure, of the snapshot     │            │  ▲
//!                             │            ▼  │ look, send, look again
//!                        the same value   Task (one file a kind of step) ──▶ aws
//! ```
//!
//! [`Plan`] is data: it is what is shown, what `--dry-run` prints, what the journal keeps and what
//! the engine runs. A new action is a file of its own, listed in [`guided`].

mod advise;
mod annotate;
mod approval;
pub mod arguments;
mod asked;
mod asking;
mod basis;
mod binding;
mod check;
mod config_after_run;
mod data_loss;
mod draft;
pub mod drift;
mod engine;
mod eta;
mod expected;
mod figures;
mod four_eyes;
pub use gwctl_fleet::format;
pub mod guided;
mod handing_over;
mod holds;
mod journal;
mod keep;
mod lately;
mod mechanism;
mod name_pattern;
pub mod names;
mod needs;
mod offers;
mod operator;
mod patience;
mod plan;
mod plan_judged;
mod planned_call;
mod planning;
pub mod policy;
mod push;
mod quotas;
mod readiness;
mod recovery;
mod refused;
mod rehearsal;
mod remedy;
pub mod report;
mod run_context;
mod run_name;
mod said_note;
mod settle;
mod several;
mod shared_table;
mod step;
mod survey;
mod task;
pub mod terraform;
mod traffic;
mod tried;
mod unlearned;
mod unreachable;
mod waiting;

pub use advise::{Advice, Mode, advise};
pub use annotate::{abandon, offer};
pub use approval::Approval;
pub use arguments::CodeFrom;
pub use asked::Asked;
pub use asking::Asking;
pub use binding::{Binding, Holder, Place};
pub use check::{Check, Finding};
pub use config_after_run::{as_built, built_by};
pub use data_loss::DataLoss;
pub use engine::{Control, NotStarted, Order, Running, SharedRefused, accept, resume, start};
pub use eta::{expected_recovery, left};
pub use expected::Expected;
pub use figures::{EdgeMinute, Minutes, SiteMinute, WritesBlocked};
pub use four_eyes::{NotApproved, approvals, approve, ask_approval};
pub use guided::Intent;
pub use holds::{Hold, holds};
pub use journal::{
    Alone, Broken, CallMade, Clash, Compared, Conflict, DiskFault, Diverged, Entry, Folder,
    Followed, Follower, HandOver, Journal, JournalError, NotBrought, Note, Offered, OutOfPlace,
    Phase, Record, Reply, ResumeError, RunState, SHARED_TABLE, StackPart, Status, StepState,
    StepStatus, Summary, Tail, Torn, Trip,
};
pub use keep::keep_switches;
pub use lately::Lately;
pub use mechanism::{Choice, Mechanism};
pub use name_pattern::means;
pub use needs::{Dependency, Need, Standing};
pub use offers::Offers;
pub use operator::Operator;
pub use patience::plan_patiently;
pub use plan::{Confirmation, NotConfirmed, Plan};
pub use planned_call::PlannedCall;
pub use planning::{look_up, plan};
pub use push::{Pushed, push};
pub use quotas::Room;
pub use readiness::{Answer, Readiness, Ready, evacuation, promotable, promotion, readiness};
pub use recovery::{Afterwards, Recovery, clients_steps_done, recovery};
pub use refused::Refused;
pub use rehearsal::{Before, Places, Rehearsal};
pub use remedy::{Remedy, outage, remedies};
pub use run_context::RunContext;
pub use said_note::{Noted, note, note_here};
pub use settle::settle;
pub use several::{Said, as_one_of_several, confirmed_with_others, plan_weighed, word_for_several};
pub use shared_table::{SharedTable, TableSeen};
pub use step::{Change, Shift, Step};
pub use survey::{KnownStack, SourceCode, Survey};
pub use task::Task;
pub use tried::Tried;
pub use unlearned::Unlearned;
pub use waiting::{Waiting, approve_here, waiting};

/// Resources of a stack, and what becomes of them.
pub use gwctl_stacks::{Action as Becomes, Part};

/// Who acts, on this machine or another.
pub use gwctl_store::{LeaseHolder, LeaseRefused, Store};
