//! What was read, before it is printed.

use super::args::Logs;
use crate::cli::exit::Exit;
use crate::observe::logs::{AccessLogs, Book, GroupLogs, LogsAsked};

/// What was read.
pub struct Report {
    pub fleet: String,
    pub book: Book,
    /// Whether the lines are printed, and not their patterns.
    pub wants_lines: bool,
}

impl Report {
    pub fn new(
        fleet: &str,
        args: &Logs,
        asked: &LogsAsked,
        groups: Vec<GroupLogs>,
        access: Vec<AccessLogs>,
    ) -> Self {
        Self {
            fleet: fleet.to_owned(),
            book: Book::new(asked, groups, access, std::collections::BTreeMap::new()),
            wants_lines: args.lines,
        }
    }

    /// Of what Logs Insights answered.
    pub fn of(fleet: &str, args: &Logs, book: Book) -> Self {
        Self {
            fleet: fleet.to_owned(),
            book,
            wants_lines: args.lines,
        }
    }

    /// Whether every group was read, and nothing was cut.
    pub fn exit(&self) -> Exit {
        if self.book.is_complete() {
            Exit::Success
        } else {
            Exit::Partial
        }
    }
}
