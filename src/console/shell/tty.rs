//! The terminal's modes: taken when the console begins, given back however it ends.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::style::ResetColor;
use crossterm::terminal::{self, EnterAlternateScreen, LeaveAlternateScreen};
use crossterm::{Command, cursor};

use crate::console::ConsoleError;

/// Whether the terminal is in our modes. A process has one terminal.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Presses and the wheel, with coordinates of any size. crossterm's own switch would also ask for
/// every motion of the mouse, which nobody here needs.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1000l";

/// The terminal in our modes; dropping it gives it back.
pub(super) struct Tty(());

impl Tty {
    /// Refuses politely what is no terminal, else takes it.
    pub fn take(mouse: bool) -> Result<Self, ConsoleError> {
        require(io::stdin().is_terminal(), "standard input")?;
        require(io::stdout().is_terminal(), "standard output")?;
        let failed = |cause| ConsoleError::Terminal {
            doing: "taking over the screen",
            cause,
        };
        terminal::enable_raw_mode().map_err(failed)?;
        TAKEN.store(true, Ordering::SeqCst);
        let tty = Self(());
        let mut modes = String::new();
        add(&mut modes, EnterAlternateScreen);
        add(&mut modes, EnableBracketedPaste);
        add(&mut modes, cursor::Hide);
        if mouse {
            modes.push_str(MOUSE_ON);
        }
        write(&modes).map_err(failed)?;
        Ok(tty)
    }

    /// Whether there still is a terminal behind standard output.
    pub fn is_there() -> bool {
        io::stdout().is_terminal()
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back, once. Safe to call from anywhere, also while panicking; what fails is
/// passed over, for a terminal that went away needs nothing.
pub(super) fn restore() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut modes = String::from(MOUSE_OFF);
    add(&mut modes, ResetColor);
    add(&mut modes, DisableBracketedPaste);
    add(&mut modes, LeaveAlternateScreen);
    add(&mut modes, cursor::Show);
    let _ = write(&modes);
    let _ = terminal::disable_raw_mode();
}

fn require(is_terminal: bool, stream: &'static str) -> Result<(), ConsoleError> {
    if is_terminal {
        Ok(())
    } else {
        Err(ConsoleError::NotATerminal { stream })
    }
}

fn add(modes: &mut String, command: impl Command) {
    // Writing into a string cannot fail.
    let _ = command.write_ansi(modes);
}

fn write(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}
