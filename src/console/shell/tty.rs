//! The terminal's modes: taken when the console begins, given back however it ends.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange,
};
use crossterm::style::ResetColor;
use crossterm::terminal::{self, EnterAlternateScreen, LeaveAlternateScreen};
use crossterm::{Command, cursor};

use crate::ConsoleError;

/// Whether the terminal is in our modes. A process has one terminal.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Presses and the wheel, with coordinates of any size. crossterm's own switch would also ask for
/// every motion of the mouse, which nobody here needs.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1000l";

/// The terminal in our modes; dropping it gives it back.
pub(super) struct Tty {
    mouse: bool,
}

impl Tty {
    /// Refuses politely what is no terminal, or one that can place nothing.
    pub fn check() -> Result<(), ConsoleError> {
        require(io::stdin().is_terminal(), "standard input")?;
        require(io::stdout().is_terminal(), "standard output")?;
        match std::env::var("TERM") {
            Ok(term) if is_dumb(&term) => Err(ConsoleError::Dumb { term }),
            _ => Ok(()),
        }
    }

    /// Takes the terminal.
    pub fn take(mouse: bool) -> Result<Self, ConsoleError> {
        let tty = Self { mouse };
        tty.enter()?;
        Ok(tty)
    }

    /// Gives the terminal back for a while: to the shell, when the console is suspended.
    pub fn leave() {
        restore();
    }

    /// Takes the terminal again, also where another program changed its modes meanwhile.
    pub fn enter(&self) -> Result<(), ConsoleError> {
        let failed = |cause| ConsoleError::Terminal {
            doing: "taking over the screen",
            cause,
        };
        // crossterm does nothing where it believes the mode to be raw already.
        if TAKEN.load(Ordering::SeqCst) {
            terminal::disable_raw_mode().map_err(failed)?;
        }
        terminal::enable_raw_mode().map_err(failed)?;
        TAKEN.store(true, Ordering::SeqCst);
        let mut modes = String::new();
        add(&mut modes, EnterAlternateScreen);
        add(&mut modes, EnableBracketedPaste);
        add(&mut modes, EnableFocusChange);
        add(&mut modes, cursor::Hide);
        if self.mouse {
            modes.push_str(MOUSE_ON);
        }
        write(&modes).map_err(failed)
    }

    /// Columns and rows, as the terminal or else `COLUMNS` and `LINES` say; none where nobody does.
    pub fn size() -> (u16, u16) {
        match terminal::window_size() {
            Ok(size) if size.columns > 0 && size.rows > 0 => (size.columns, size.rows),
            Ok(_) => given("COLUMNS").zip(given("LINES")).unwrap_or((0, 0)),
            Err(_) => (80, 24),
        }
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
    add(&mut modes, DisableFocusChange);
    add(&mut modes, DisableBracketedPaste);
    add(&mut modes, LeaveAlternateScreen);
    add(&mut modes, cursor::Show);
    let _ = write(&modes);
    let _ = terminal::disable_raw_mode();
}

/// Terminals that only print lines: Emacs' shell, Acme, some build servers'.
fn is_dumb(term: &str) -> bool {
    matches!(term, "dumb" | "emacs")
}

fn given(name: &str) -> Option<u16> {
    let said = std::env::var(name).ok()?;
    said.parse().ok().filter(|count| *count > 0)
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
