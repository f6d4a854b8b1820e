//! What a journal can say.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::hand_over::HandOver;
use super::status::Phase;
use crate::engine::Order;
use crate::figures::{Minutes, WritesBlocked};
use crate::{Confirmation, Plan, PlannedCall};
use gwctl_fleet::StackEvent;

/// One line of a journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Counts from 0.
    pub n: u64,
    /// Fleet time.
    pub at: Timestamp,
    /// `operator@host`.
    pub by: String,
    /// What happened.
    pub entry: Entry,
    /// Hash of the record before; empty for the first.
    pub prev: String,
    /// SHA-256 of all of the above.
    pub hash: String,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Entry {
    /// The run begins: always the first record.
    Begun {
        /// The run's identifier.
        id: String,
        /// What will be done.
        plan: Box<Plan>,
        /// What was typed and waived.
        confirmation: Confirmation,
        /// gwctl's version.
        gwctl: String,
    },
    /// Another process goes on with it.
    Resumed,
    /// A step begins.
    Started {
        /// Which.
        step: String,
    },
    /// A change is about to be sent: on disk before it is.
    Sending {
        /// For which step.
        step: String,
        /// Which call.
        call: PlannedCall,
        /// With what, in words.
        what: String,
    },
    /// What came back.
    Replied {
        /// For which step.
        step: String,
        /// What.
        reply: Reply,
    },
    /// What is seen while waiting.
    Saw {
        /// For which step.
        step: String,
        /// What.
        text: String,
    },
    /// A stack's own log went on.
    Stack {
        /// For which step.
        step: String,
        /// What CloudFormation wrote.
        line: StackEvent,
    },
    /// A step was observed done.
    Done {
        /// Which.
        step: String,
        /// What was seen.
        text: String,
    },
    /// A step cannot go on without the operator.
    Held {
        /// Which.
        step: String,
        why: String,
        /// It is meant to wait for the operator: nothing went wrong.
        gate: bool,
        /// The table that the team shares did not answer: the operator may waive it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        table: bool,
    },
    /// An abort criterion: no step begins until the operator says so.
    Tripped {
        /// Which criterion.
        criterion: String,
        /// What was seen.
        text: String,
    },
    /// The operator said something.
    Ordered {
        /// What.
        order: Order,
    },
    /// What AWS counted, for the report: minutes that are new or may have changed.
    Figures {
        /// At the distribution and by Region.
        #[serde(default)]
        minutes: Minutes,
        /// What RDS said of the old writer after a failover.
        #[serde(default)]
        blocked: Option<WritesBlocked>,
    },
    /// The table that the operator waived answers again, and has all lines before this one: another silence of it
    /// needs another waiver.
    Rejoined,
    /// Its holder offers it to somebody else.
    Offered {
        /// To whom, with what has to be known.
        what: Box<HandOver>,
    },
    /// The offer stands no longer.
    Withdrawn,
    /// The offer was accepted: this process sends nothing from here on.
    HandedOver {
        /// `operator@host`.
        to: String,
    },
    /// It is over.
    Ended {
        /// How.
        phase: Phase,
    },
}

impl Entry {
    /// Whether it must be on disk before anything else happens.
    pub(super) const fn binds(&self) -> bool {
        !matches!(
            self,
            Self::Saw { .. } | Self::Stack { .. } | Self::Figures { .. }
        )
    }
}

/// What came back for a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Reply {
    /// AWS took it.
    Accepted {
        /// AWS's id of the request.
        request_id: Option<String>,
        /// What names the change, such as a Route 53 change id.
        receipt: Option<String>,
    },
    /// AWS did not make the change.
    Refused {
        /// In a sentence.
        why: String,
        /// AWS's id of the request.
        request_id: Option<String>,
    },
    /// The change may have been made: state is read to find out.
    Unknown {
        /// In a sentence.
        why: String,
        /// AWS's id of the request.
        request_id: Option<String>,
    },
}

impl Record {
    pub(super) fn chained(n: u64, at: Timestamp, by: &str, entry: Entry, prev: &str) -> Self {
        let mut record = Self {
            n,
            at,
            by: by.into(),
            entry,
            prev: prev.into(),
            hash: String::new(),
        };
        let line = serde_json::to_vec(&record).unwrap_or_default();
        record.hash = digest(body(&line).unwrap_or_default());
        record
    }

    /// Whether the hash is that of `line`, which the record was read from. Of the bytes as they are: a
    /// figure that is read and written again may end in another digit.
    pub(super) fn is_of(&self, line: &[u8]) -> bool {
        body(line).is_some_and(|body| digest(body) == self.hash)
    }
}

/// What of a record's line is hashed: all before the hash, which is the last field.
fn body(line: &[u8]) -> Option<&[u8]> {
    const FIELD: &[u8] = b",\"hash\":\"";
    let at = line.windows(FIELD.len()).rposition(|part| part == FIELD)?;
    Some(&line[..at])
}

fn digest(body: &[u8]) -> String {
    Sha256::digest(body)
        .iter()
        .fold(String::new(), |mut hex, byte| {
            use std::fmt::Write as _;
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::SiteMinute;
    use gwctl_fleet::Region;

    #[test]
    fn a_record_is_known_by_its_line_whatever_digits_its_figures_have() {
        for n in 0..200_u32 {
            let minute = SiteMinute {
                p99_ms: Some(f64::from(n) / 7.3 + 1e-13 * f64::from(n)),
                ..SiteMinute::default()
            };
            let minute = [(Timestamp::UNIX_EPOCH, minute)].into();
            let entry = Entry::Figures {
                minutes: Minutes {
                    sites: [(Region::global(), minute)].into(),
                    ..Minutes::default()
                },
                blocked: None,
            };
            let record = Record::chained(3, Timestamp::UNIX_EPOCH, "ada", entry, "abc");
            let line = serde_json::to_vec(&record).unwrap();
            let read: Record = serde_json::from_slice(&line).unwrap();
            assert!(read.is_of(&line));
            let text = String::from_utf8(line)
                .unwrap()
                .replace("\"ada\"", "\"bob\"");
            let changed: Record = serde_json::from_str(&text).unwrap();
            assert!(!changed.is_of(text.as_bytes()));
        }
    }
}
