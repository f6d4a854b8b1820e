//! Notifications, against real HTTP servers on loopback.

mod answers;
pub mod receiver;
mod runs;
