//! What changed, and how far the answer goes.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::cli::exit::Exit;
use crate::cli::target::Target;
use crate::fleet::{AskedSource, EventLog, FleetNames, Snapshot};
use crate::observe::Answered;

/// Everything there is to print.
#[derive(Debug)]
pub struct Report {
    /// The fleet's name.
    pub fleet: String,
    pub from: Timestamp,
    pub to: Timestamp,
    pub log: EventLog,
    /// Every source that was asked.
    pub asked: Vec<AskedSource>,
}

impl Report {
    /// One list of all answers.
    pub fn new(
        target: &Target,
        (from, to): (Timestamp, Timestamp),
        answers: Vec<Answered>,
        picture: &Snapshot,
    ) -> Self {
        let names = FleetNames::of(&target.name, &target.spec).and_seen(picture);
        let mut asked = Vec::new();
        let mut records = Vec::new();
        for answer in answers {
            asked.push(answer.asked);
            records.extend(answer.records);
        }
        Self {
            fleet: target.name.clone(),
            from,
            to,
            log: EventLog::of(from, &records, &names, Vec::new(), &picture.changes),
            asked,
        }
    }

    /// What could not be asked, or not to its end, a sentence each.
    pub fn gaps(&self) -> Vec<String> {
        let of = |one: &AskedSource| {
            let name = one.name();
            let gaps = one.gaps().into_iter();
            gaps.map(|gap| format!("{name}: {gap}")).collect::<Vec<_>>()
        };
        self.asked.iter().flat_map(of).collect()
    }

    /// How late the sources are, a sentence each kind.
    pub fn lateness(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for one in &self.asked {
            let late = one
                .lateness()
                .map(|late| format!("{} {late}", one.service()));
            all.extend(late.filter(|late| !all.contains(late)));
        }
        all
    }

    /// As `status`: complete, in part, or nothing that could be asked.
    pub fn exit(&self) -> Exit {
        let silent = |one: &&AskedSource| one.missing.is_some() && one.read_from.is_none();
        if self.asked.iter().filter(silent).count() == self.asked.len() {
            Exit::Unknown
        } else if self.asked.iter().all(AskedSource::is_answered) {
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
            "from": self.from,
            "to": self.to,
            "changes": self.log.own().collect::<Vec<_>>(),
            "others": self.log.others().collect::<Vec<_>>(),
            "refused": self.log.refused().collect::<Vec<_>>(),
            "left_out": self.log.left_out,
            "asked": self.asked,
            "exit_code": self.exit().code(),
        })
    }
}
