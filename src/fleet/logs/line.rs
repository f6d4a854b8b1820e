//! One line of a function's log, read.

use serde::{Deserialize, Serialize};

use super::failure::Failure;
use super::{json, text};
use crate::text::clean;

/// Longest text of a line, in characters; the rest is cut and marked.
const LONGEST: usize = 4_096;
/// Most lines of a stack trace that are kept.
const MOST_STACK: usize = 50;

/// Who writes the log that a cluster of the database exports: no function has such a name.
pub const DATABASE_LOG: &str = "database";

/// How grave its writer calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Level {
    Fatal,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl Level {
    /// As Lambda and usual loggers write it, alone or in brackets.
    pub fn of(word: &str) -> Option<Self> {
        let bare = word.trim_start_matches('[').trim_end_matches(']');
        Some(match bare.to_ascii_uppercase().as_str() {
            "FATAL" | "CRITICAL" => Self::Fatal,
            "ERROR" => Self::Error,
            "WARN" | "WARNING" => Self::Warn,
            "INFO" => Self::Info,
            "DEBUG" => Self::Debug,
            "TRACE" => Self::Trace,
            _ => return None,
        })
    }

    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fatal => "FATAL",
            Self::Error => "ERROR",
            Self::Warn => "WARN",
            Self::Info => "INFO",
            Self::Debug => "DEBUG",
            Self::Trace => "TRACE",
        }
    }
}

/// Who wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LineKind {
    /// Lambda, at the begin of an invocation.
    Start,
    /// Lambda, at its end.
    End,
    /// Lambda, about what it came to.
    Report,
    /// Lambda, about the start of the function.
    Init,
    /// Lambda, about anything else.
    Platform,
    /// The function.
    Application,
    /// API Gateway, about a request.
    Access,
}

/// One line, with the stack trace that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    pub kind: LineKind,
    /// None where the line names none.
    pub level: Option<Level>,
    /// What Lambda reports of the invocation, where it failed.
    pub failure: Option<Failure>,
    /// Lambda's own id of the request.
    pub request_id: Option<String>,
    /// What it says, on one line.
    pub text: String,
    /// The lines below it.
    pub stack: Vec<String>,
    /// What it has in common with others, where its format says so; otherwise the text tells it.
    pub pattern: Option<String>,
}

impl LogLine {
    /// Reads the message of an event, in Lambda's text format or its JSON format (aws-facts §13.5).
    pub fn read(message: &str) -> Self {
        let whole = message.trim();
        if let Some(line) = whole.starts_with('{').then(|| json::read(whole)).flatten() {
            return line;
        }
        let mut lines = whole.lines();
        let mut line = text::read(lines.next().unwrap_or_default());
        line.extend(lines);
        line
    }

    /// A line of `kind` that says `text`.
    pub(super) fn new(kind: LineKind, text: &str) -> Self {
        Self {
            kind,
            level: None,
            failure: None,
            request_id: None,
            text: clean(text.trim(), LONGEST),
            stack: Vec::new(),
            pattern: None,
        }
    }

    /// Lines of its stack trace.
    pub(super) fn extend<'a>(&mut self, lines: impl IntoIterator<Item = &'a str>) {
        let lines = lines.into_iter().filter(|line| !line.trim().is_empty());
        let room = MOST_STACK.saturating_sub(self.stack.len());
        self.stack
            .extend(lines.take(room).map(|line| clean(line.trim_end(), LONGEST)));
    }

    /// Whether it tells of something that went wrong.
    pub fn is_error(&self) -> bool {
        self.failure.is_some() || matches!(self.level, Some(Level::Fatal | Level::Error))
    }

    /// Whether Lambda writes it at every invocation and nothing is wrong with this one.
    pub const fn is_routine(&self) -> bool {
        let own = matches!(
            self.kind,
            LineKind::Application | LineKind::Platform | LineKind::Access
        );
        !own && self.failure.is_none()
    }

    /// In two or three words, what kind of line it is.
    pub fn word(&self) -> &'static str {
        match (self.failure, self.level) {
            (Some(failure), _) => failure.name(),
            (None, Some(level)) => level.name(),
            (None, None) => "",
        }
    }
}

/// A request's id, where `text` is one.
pub(super) fn request_id(text: &str) -> Option<String> {
    is_uuid(text).then(|| text.to_owned())
}

/// `6bf2d5a1-0000-4000-8000-00000000abcd`.
pub(super) fn is_uuid(text: &str) -> bool {
    let dashes = [8, 13, 18, 23];
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| {
            if dashes.contains(&at) {
                byte == b'-'
            } else {
                byte.is_ascii_hexdigit()
            }
        })
}
