//! Lines of a given width: labels to the left, text that wraps beside them.

use std::io::IsTerminal;

use unicode_width::UnicodeWidthStr;

use crate::cli::flags::Color;
use crate::cli::output::colored;
use crate::fleet::clean_line;

/// Width where nothing says otherwise.
const PLAIN: usize = 100;
/// Longer lines are hard to read.
const WIDEST: usize = 120;
/// Narrower than this nothing is aligned any more.
const NARROWEST: usize = 60;

/// How a piece of text is to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// As it is.
    Plain,
    /// Set back.
    Faint,
    /// Set forth.
    Bold,
    /// As it should be.
    Good,
    /// Worth a look.
    Warn,
    /// Not as it should be.
    Bad,
    /// Under way.
    Busy,
}

impl Ink {
    const fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Faint => "2",
            Self::Bold => "1",
            Self::Good => "32",
            Self::Warn => "33",
            Self::Bad => "1;31",
            Self::Busy => "36",
        }
    }
}

/// How wide and how colourful.
#[derive(Debug, Clone, Copy)]
pub struct Paper {
    /// Columns; none where lines are not wrapped, because a program reads them.
    pub width: Option<usize>,
    /// Whether there is colour.
    pub color: bool,
}

impl Paper {
    /// What stdout is.
    pub fn stdout(color: Color) -> Self {
        let terminal = std::io::stdout().is_terminal();
        let width = terminal
            .then(|| crossterm::terminal::size().ok())
            .flatten()
            .map(|(columns, _)| usize::from(columns).clamp(NARROWEST, WIDEST));
        Self {
            width,
            color: colored(color),
        }
    }

    /// Columns to lay out in.
    pub fn columns(self) -> usize {
        self.width.unwrap_or(PLAIN)
    }

    /// `text` in `ink`.
    pub fn ink(self, ink: Ink, text: &str) -> String {
        match ink.code() {
            code if self.color && !code.is_empty() && !text.is_empty() => {
                format!("\x1b[{code}m{text}\x1b[0m")
            }
            _ => text.to_owned(),
        }
    }

    /// `text` below the column `hang`, where the first line already holds something; wrapped, cleaned,
    /// without a line's end.
    pub fn hang(self, hang: usize, text: &str) -> String {
        self.hang_after(hang, 0, text)
    }

    /// As [`Paper::hang`], where the first line already holds `over` cells more.
    pub fn hang_after(self, hang: usize, over: usize, text: &str) -> String {
        let room = self.columns().saturating_sub(hang).max(20);
        wrap(&clean_line(text), room, over).join(&format!("\n{}", " ".repeat(hang)))
    }
}

/// `text` padded to `width` cells.
pub fn pad(text: &str, width: usize) -> String {
    let gap = width.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(gap))
}

/// `text` in lines of at most `width` cells, broken between words; a longer word stands alone. The first
/// line has `over` cells less.
pub fn wrap(text: &str, width: usize, over: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let taken = if lines.len() == 1 { over } else { 0 };
        let used = taken + lines.last().map_or(0, |line| line.width());
        if used > 0 && used + 1 + word.width() > width {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_nothing_is_lost() {
        let text = "a failover loses what was not replicated arn:aws:rds:eu-west-1:123456789012:x";
        let lines = wrap(text, 20, 0);
        assert!(
            lines
                .iter()
                .all(|line| line.width() <= 20 || !line.contains(' ')),
            "{lines:?}"
        );
        assert_eq!(lines.join(" "), text);
        assert_eq!(wrap("", 20, 0), [""]);
    }
}
