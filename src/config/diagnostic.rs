//! What is wrong with a file, shown at its place.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use unicode_width::UnicodeWidthStr;

use crate::fleet::{clean, clean_line};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Worth a look; the file is used.
    Warning,
    /// The file cannot be used.
    Error,
}

/// One thing wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub level: Level,
    /// Which file.
    pub file: PathBuf,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What was found.
    pub found: String,
    /// What is accepted there.
    pub accepted: Option<String>,
    /// The name that was probably meant.
    pub meant: Option<String>,
    shown: String,
    indent: usize,
    width: usize,
}

/// Longest line shown.
const LONGEST: usize = 160;

impl Diagnostic {
    /// A complaint about the bytes `span` of `text`.
    pub fn new(
        level: Level,
        file: &Path,
        text: &str,
        span: Range<usize>,
        found: impl Into<String>,
    ) -> Self {
        let start = floor(text, span.start);
        let end = floor(text, span.end.max(start));
        let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = text[start..]
            .find('\n')
            .map_or(text.len(), |newline| start + newline);
        let before = clean_line(&text[line_start..start]);
        let marked = clean_line(&text[start..end.min(line_end).max(start)]);
        Self {
            level,
            file: file.to_path_buf(),
            line: text[..start].matches('\n').count() + 1,
            column: text[line_start..start].chars().count() + 1,
            found: clean_line(&found.into()),
            accepted: None,
            meant: None,
            shown: clean(text[line_start..line_end].trim_end(), LONGEST),
            indent: before.width(),
            width: marked.trim_end().width().max(1),
        }
    }

    /// How bad it is, and what was found.
    pub fn headline(&self) -> String {
        let word = match self.level {
            Level::Warning => "warning",
            Level::Error => "error",
        };
        format!("{word}: {}", self.found)
    }

    /// Adds what is accepted.
    #[must_use]
    pub fn accepted(mut self, accepted: impl Into<String>) -> Self {
        self.accepted = Some(clean_line(&accepted.into()));
        self
    }

    /// The line may hold a secret: it is not shown.
    #[must_use]
    pub fn without_its_line(self) -> Self {
        let shown = "(not shown: it may hold a secret)".to_owned();
        Self {
            indent: 0,
            width: shown.len(),
            shown,
            ..self
        }
    }

    /// As [`Self::without_its_line`], and without the text that was found there.
    #[must_use]
    pub fn without_its_words(mut self) -> Self {
        if let Some(at) = self.found.find('"') {
            self.found.truncate(at);
            self.found.truncate(self.found.trim_end().len());
        }
        self.without_its_line()
    }

    /// Adds the name that was probably meant.
    #[must_use]
    pub fn meant(mut self, name: Option<&str>) -> Self {
        self.meant = name.map(str::to_owned);
        self
    }
}

/// The nearest character boundary at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gutter = " ".repeat(self.line.to_string().len());
        writeln!(f, "{}", self.headline())?;
        writeln!(
            f,
            "{gutter}--> {}:{}:{}",
            self.file.display(),
            self.line,
            self.column
        )?;
        writeln!(f, "{gutter} |")?;
        writeln!(f, "{} | {}", self.line, self.shown)?;
        let room = LONGEST.saturating_sub(self.indent).max(1);
        write!(
            f,
            "{gutter} | {}{}",
            " ".repeat(self.indent.min(LONGEST)),
            "^".repeat(self.width.min(room))
        )?;
        if let Some(accepted) = &self.accepted {
            write!(f, "\n{gutter} = accepted: {accepted}")?;
        }
        if let Some(name) = &self.meant {
            write!(f, "\n{gutter} = did you mean `{name}`?")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_what_is_meant() {
        let text = "a = 1\n\tnäme = \"x\u{1b}[31m\" # é\n";
        let start = text.find('"').unwrap_or(0);
        let shown = Diagnostic::new(
            Level::Error,
            Path::new("f.toml"),
            text,
            start..start + 8,
            "wrong",
        )
        .accepted("a name")
        .meant(Some("y"))
        .to_string();
        assert_eq!(
            shown,
            "error: wrong\n --> f.toml:2:9\n  |\n2 |  näme = \"x[31m\" # é\n  |         ^^^^^^^\n  = accepted: a name\n  = did you mean `y`?"
        );
    }

    #[test]
    fn any_span_of_any_text_can_be_shown() {
        for text in ["", "\n", "é", "a\r\nb", "\u{1f600}"] {
            for start in 0..6 {
                for end in 0..6 {
                    let one =
                        Diagnostic::new(Level::Warning, Path::new("f"), text, start..end, "x");
                    assert!(one.to_string().contains('^'));
                }
            }
        }
    }
}
