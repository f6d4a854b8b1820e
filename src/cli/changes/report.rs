//! What changed, and how far the answer goes.

use serde_json::{Value, json};

use crate::cli::exit::Exit;
use crate::fleet::AskedSource;
use crate::observe::Happened;

/// Everything there is to print.
#[derive(Debug)]
pub struct Report {
    /// The fleet's name.
    pub fleet: String,
    pub happened: Happened,
}

impl Report {
    /// What could not be asked, or not to its end, a sentence each.
    pub fn gaps(&self) -> Vec<String> {
        self.happened.gaps()
    }

    /// How late the sources are, a sentence each kind.
    pub fn lateness(&self) -> Vec<String> {
        self.happened.lateness()
    }

    /// As `status`: complete, in part, or nothing that could be asked.
    pub fn exit(&self) -> Exit {
        let silent = |one: &&AskedSource| one.missing.is_some() && one.read_from.is_none();
        if self.happened.asked.iter().filter(silent).count() == self.happened.asked.len() {
            Exit::Unknown
        } else if self.happened.asked.iter().all(AskedSource::is_answered) {
            Exit::Success
        } else {
            Exit::Partial
        }
    }

    /// `gwctl.changes/1`.
    pub fn document(&self) -> Value {
        json!({
            "schema": "gwctl.changes/1",
            "fleet": self.fleet,
            "from": self.happened.from,
            "to": self.happened.to,
            "changes": self.happened.log.own().collect::<Vec<_>>(),
            "others": self.happened.log.others().collect::<Vec<_>>(),
            "refused": self.happened.log.refused().collect::<Vec<_>>(),
            "left_out": self.happened.log.left_out,
            "asked": self.happened.asked,
            "exit_code": self.exit().code(),
        })
    }
}
