//! Writing to stdout and stderr: a reader that has gone is not an error, and colour only where it is wanted.

use std::io::{ErrorKind, IsTerminal, Write};

use unicode_width::UnicodeWidthStr as _;

use super::act::paper::wrap;
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

/// Writes a line to stderr, as well as that goes; at a terminal broken between words.
pub fn tell(text: impl std::fmt::Display) {
    let text = text.to_string();
    match columns() {
        Some(columns) => tell_as_it_is(wrapped(&text, columns)),
        None => tell_as_it_is(text),
    }
}

/// Writes a line to stderr whose breaks stay as they are.
pub fn tell_as_it_is(text: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// The width of the terminal that stderr is; none where it is none.
fn columns() -> Option<usize> {
    let terminal = std::io::stderr().is_terminal();
    let size = terminal.then(|| crossterm::terminal::size().ok()).flatten();
    size.map(|(columns, _)| usize::from(columns))
        .filter(|columns| *columns >= NARROWEST)
}

/// Narrower than this nothing is broken: words would stand alone.
const NARROWEST: usize = 40;
/// Who speaks: what follows stands below the first word behind it.
const SPEAKER: &str = "gwctl: ";

/// Lines of more than `columns` cells broken between words, further ones under the first word. Command lines stay whole,
/// to be copied, and so do columns.
fn wrapped(text: &str, columns: usize) -> String {
    let lines = text.split('\n').map(|line| {
        let indent = line.len() - line.trim_start_matches(' ').len();
        let lead = if line.starts_with(SPEAKER) {
            SPEAKER.len()
        } else {
            indent
        };
        let (head, body) = line.split_at(lead);
        let stays = indent > 0 && body.starts_with("gwctl ") || body.contains("  ");
        if line.width() <= columns || stays {
            return line.to_owned();
        }
        let pieces = wrap(body, columns.saturating_sub(lead), 0);
        format!("{head}{}", pieces.join(&format!("\n{}", " ".repeat(lead))))
    });
    lines.collect::<Vec<_>>().join("\n")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_broken_between_words_and_goes_on_under_its_first_word() {
        let text = "gwctl: the policy allows more than needed, for the account is not known yet\n       Add --account 123456789012 to say which of the accounts is meant";
        let lines: Vec<String> = wrapped(text, 44).lines().map(Into::into).collect();
        assert_eq!(
            lines,
            [
                "gwctl: the policy allows more than needed,",
                "       for the account is not known yet",
                "       Add --account 123456789012 to say",
                "       which of the accounts is meant",
            ]
        );
        assert_eq!(wrapped(text, 200), text);
    }

    #[test]
    fn a_command_stays_whole_to_be_copied_and_so_do_columns() {
        for text in [
            "       gwctl runs resume 20261123-120135-evacuate-3f2a --write --config /home/robin/gwctl.toml",
            "  --retry traffic-gone      look again, and send again if it is not done yet by anybody",
        ] {
            assert_eq!(wrapped(text, 50), text);
        }
    }
}
