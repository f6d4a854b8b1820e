//! The real binary in a real pseudo-terminal.

mod accounts;
mod building;
mod charts;
mod credentials;
mod endings;
mod guided;
mod job;
mod keys;
mod own_commands;
pub mod pty;
mod quiet;
mod repair;
mod replay;
mod several;
mod sizes;
mod which_fleet;
