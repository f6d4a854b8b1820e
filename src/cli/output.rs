//! Writing to stdout and stderr: a reader that has gone is not an error, and colour only where it is wanted.

use std::io::{ErrorKind, IsTerminal, Write};

use unicode_width::UnicodeWidthStr as _;

use super::failure::Failure;
use super::flags::Color;

/// Writes `text` to stdout. Whoever closed the pipe has read enough.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::io("write to stdout", &error))
        }
        _ => Ok(()),
    }
}

/// Writes a line to stderr, as well as that goes.
pub fn tell(text: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// The rows of a table, each as a line of aligned cells: names in the first column, figures in all others. Every row has
/// as many cells as the first.
pub fn aligned(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |at: usize| rows.iter().map(|row| row[at].width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate();
        let cells = cells.map(|(at, (cell, width))| {
            let gap = " ".repeat(width - cell.width());
            if at == 0 {
                format!("{cell}{gap}")
            } else {
                format!("{gap}{cell}")
            }
        });
        let line = cells.collect::<Vec<_>>().join("  ");
        line.trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// Whether stdout gets colour.
pub fn colored(when: Color) -> bool {
    match when {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
            !no_color
                && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
                && std::io::stdout().is_terminal()
        }
    }
}
