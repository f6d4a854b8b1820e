//! Runs a plan: journal before act, look before send, done only when seen done, hold on failure.

mod abort;
mod afresh;
mod drive;
mod order;
mod run;
pub(super) mod shared;
mod start;

pub use order::Order;
pub use shared::SharedRefused;
pub use start::{Control, NotStarted, Operator, Running, resume, start};
pub(super) use start::{holder, share};
