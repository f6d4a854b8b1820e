//! Something counted, with every Region side by side, for people.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::cli::flags::Output;
use crate::cli::output::aligned;
use crate::fleet::logs::scan_dollars;
use crate::fleet::{clean_line, clean_markdown};
use crate::observe::logs::Paid;

/// Rows that are printed; `-o json` has all.
const MOST: usize = 40;

/// What was counted.
pub struct Sheet {
    pub fleet: String,
    /// `requests`, and one of them.
    pub things: &'static str,
    pub thing: &'static str,
    pub by: &'static str,
    /// The first is what is counted apart, then come the Regions.
    pub heads: Vec<String>,
    pub rows: Vec<Vec<String>>,
    /// What the reader must know, a sentence each.
    pub notes: Vec<String>,
}

impl Sheet {
    /// As a table or as Markdown.
    pub fn drawn(&self, output: Output) -> String {
        match output {
            Output::Markdown => self.markdown(),
            Output::Table | Output::Json => self.table(),
        }
    }

    fn table(&self) -> String {
        let mut table = vec![self.heads.clone()];
        table.extend(self.rows.iter().take(MOST).cloned());
        let mut text = format!(
            "{}: {} by {}\n\n",
            clean_line(&self.fleet),
            self.things,
            self.by
        );
        for line in aligned(&table) {
            let _ = writeln!(text, "{line}");
        }
        if self.rows.is_empty() {
            let _ = writeln!(text, "no {} was read", self.thing);
        }
        let rest = self.rows.len().saturating_sub(MOST);
        if rest > 0 {
            let _ = writeln!(text, "and {rest} more: -o json has all");
        }
        text.push('\n');
        for note in &self.notes {
            let _ = writeln!(text, "{}", clean_line(note));
        }
        text
    }

    fn markdown(&self) -> String {
        let mut things = self.things.to_owned();
        if let Some(first) = things.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let mut text = format!(
            "### {things} of {} by {}\n\n",
            clean_markdown(&self.fleet),
            self.by
        );
        let _ = writeln!(text, "| {} |", self.heads.join(" | "));
        let figures = self.heads.len().saturating_sub(1);
        let _ = writeln!(text, "|---|{}", "--:|".repeat(figures));
        for row in self.rows.iter().take(MOST) {
            let cells: Vec<String> = row.iter().map(|one| clean_markdown(one)).collect();
            let _ = writeln!(text, "| {} |", cells.join(" | "));
        }
        text.push('\n');
        for note in &self.notes {
            let _ = writeln!(text, "- {}", clean_markdown(note));
        }
        text
    }
}

/// What Logs Insights cost, for programs.
pub fn paid(paid: &Paid) -> Value {
    json!({
        "bytes_scanned": paid.scanned,
        "dollars": scan_dollars(paid.scanned),
        "bytes_expected": paid.expected,
        "not_known_of": paid.unknown,
    })
}
