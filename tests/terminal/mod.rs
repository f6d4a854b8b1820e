//! The real binary in a real pseudo-terminal.

mod building;
mod endings;
mod guided;
mod keys;
mod pty;
mod quiet;
mod sizes;
