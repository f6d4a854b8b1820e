//! Signals: those that end the console, those that stop it and let it go on, and the one that says it has
//! another size.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(super) use unix::{Signals, has_shell, suspend_job};
#[cfg(windows)]
pub(super) use windows::{Signals, has_shell, suspend_job};

/// What a signal wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    windows,
    expect(dead_code, reason = "nothing suspends a program there")
)]
pub(super) enum Wish {
    /// Leave; the number of the signal.
    Leave(i32),
    /// Look how large the terminal is.
    Measure,
    /// Give the terminal to the shell, and stand still.
    Suspend,
    /// The process stood still and goes on: the terminal may be in any mode.
    GoOn,
}
