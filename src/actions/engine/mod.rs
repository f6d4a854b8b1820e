//! Runs a plan: journal before act, look before send, done only when seen done, hold on failure.

mod abort;
mod accept;
mod afresh;
mod drive;
mod listen;
mod log;
mod order;
mod run;
pub(super) mod shared;
mod shared_refused;
mod start;

pub use accept::accept;
pub use order::Order;
pub use shared_refused::SharedRefused;
pub use start::{Control, NotStarted, Running, resume, start};
pub(super) use start::{holder, share};
