//! What the next person has to know of a run that its holder wants to give away (aws-facts §12).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Operator, format};

/// An offer: with it the run can be driven on by somebody who did not see its beginning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOver {
    /// Who shall go on: a name as `gwctl runs` shows it, or `name@machine`.
    pub to: String,
    /// The steps under way or held, each with what was seen last, and how the fleet is.
    pub observed: Vec<String>,
    /// What is not settled: checks that were waived, abort criteria that were met, replies that did not arrive.
    pub open: Vec<String>,
    /// The steps that begin next.
    pub next: Vec<String>,
    /// The hash of the journal's last record before the offer.
    pub journal: String,
}

/// An offer as it stands in the journal.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Offered {
    /// When.
    pub at: Timestamp,
    /// `operator@host`.
    pub by: String,
    /// To whom, with what.
    pub what: HandOver,
}

impl HandOver {
    /// Whether `operator` is who shall go on.
    pub fn is_for(&self, operator: &Operator) -> bool {
        let whole = |name: &str| self.to.eq_ignore_ascii_case(name);
        whole(&operator.word())
            || if self.to.contains('@') {
                whole(&operator.name)
            } else {
                self.is_for_name(&operator.name)
            }
    }

    /// The same, where the machine is not known.
    pub fn is_for_name(&self, name: &str) -> bool {
        let to = self.to.split('@').next().unwrap_or_default();
        let whole = self.to.eq_ignore_ascii_case(name);
        whole || (!name.is_empty() && to.eq_ignore_ascii_case(name))
    }

    /// Each part with its heading: what a person reads before the run is theirs.
    pub fn told(&self) -> Vec<(&'static str, String)> {
        let list = |all: &[String], none: &str| match all {
            [] => none.to_owned(),
            all => all.join("; "),
        };
        vec![
            ("observed", list(&self.observed, "no step is under way")),
            ("open", list(&self.open, "nothing")),
            ("next", list(&self.next, "no step waits")),
            ("journal", self.journal.chars().take(16).collect()),
        ]
    }

    /// All of it in a clause.
    pub fn words(&self) -> String {
        let parts = self.told().into_iter();
        let parts: Vec<String> = parts
            .map(|(heading, text)| format!("{heading}: {text}"))
            .collect();
        parts.join(". ")
    }
}

impl Offered {
    /// Who offers it, for how long already: `robin@laptop-2 offers you this run since 14:05`.
    pub fn sentence(&self) -> String {
        format!(
            "{} offered this run to {} at {}",
            self.by,
            self.what.to,
            format::clock(self.at)
        )
    }
}
