//! What a line can say.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use gwctl_actions::Record;
use gwctl_fleet::{FleetSpec, Snapshot, Verdict};
use gwctl_observe::{Errors, Happened};

/// The schema and its version. What an older reader would misread gets another number.
pub const SCHEMA: &str = "gwctl.recording/1";

/// The first line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// [`SCHEMA`].
    pub schema: String,
    /// The version of gwctl that wrote it.
    pub gwctl: String,
    pub fleet: String,
    /// When it began, in the fleet's time.
    pub at: Timestamp,
    /// What the configuration said of the fleet.
    pub spec: FleetSpec,
    /// The scenario, where the fleet was a simulated one.
    pub scenario: Option<String>,
    /// Whether account ids, names of people, addresses and log lines are left out.
    pub redacted: bool,
}

impl Head {
    /// The first line of a recording of the fleet called `fleet`, which begins at `at`.
    pub fn new(fleet: &str, spec: FleetSpec, at: Timestamp, scenario: Option<String>) -> Self {
        Self {
            schema: SCHEMA.into(),
            gwctl: env!("CARGO_PKG_VERSION").into(),
            fleet: fleet.into(),
            at,
            spec,
            scenario,
            redacted: false,
        }
    }
}

/// Something that the operator wrote down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted {
    pub at: Timestamp,
    /// `operator@host`.
    pub by: String,
    pub text: String,
}

/// Every line but the first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Entry {
    /// A picture, whole.
    Whole {
        at: Timestamp,
        /// [`verdicts`] of the picture.
        verdicts: String,
        picture: Value,
    },
    /// What is different in a picture from the one before.
    Changed {
        at: Timestamp,
        verdicts: String,
        change: Value,
    },
    /// An answer to what happened lately.
    Happened {
        at: Timestamp,
        happened: Box<Happened>,
    },
    /// An answer to what the functions log as errors.
    Errors { at: Timestamp, errors: Box<Errors> },
    /// A record of a run's journal; `at` is the record's.
    Run {
        at: Timestamp,
        run: String,
        record: Box<Record>,
    },
    /// Something that the operator wrote down.
    Note(Noted),
    /// Pictures that were not kept: the disk was too slow.
    Missed { at: Timestamp, pictures: u64 },
}

/// The start of a line, to find one's way by: its long parts are skipped unread.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Heading {
    Whole { at: Timestamp, verdicts: String },
    Changed { at: Timestamp, verdicts: String },
    Happened { at: Timestamp },
    Errors { at: Timestamp },
    Run {},
    Note {},
    Missed { pictures: u64 },
}

/// The verdicts of a picture, a letter each: of the fleet, the edge, the database, and each Region in the
/// configuration's order.
pub fn verdicts(picture: &Snapshot) -> String {
    let parts = [
        &picture.judgement,
        &picture.edge.judgement,
        &picture.database.judgement,
    ];
    let sites = picture.sites.iter().map(|site| &site.judgement);
    let all = parts.into_iter().chain(sites);
    all.map(|judgement| letter(judgement.verdict)).collect()
}

const LETTERS: [(Verdict, char); 4] = [
    (Verdict::Healthy, 'h'),
    (Verdict::Degraded, 'd'),
    (Verdict::Down, 'x'),
    (Verdict::Unknown, 'u'),
];

fn letter(verdict: Verdict) -> char {
    let known = LETTERS.iter().find(|(known, _)| *known == verdict);
    known.map_or('u', |(_, letter)| *letter)
}

/// What a letter of [`verdicts`] stands for.
pub(crate) fn verdict(letter: char) -> Option<Verdict> {
    let known = LETTERS.iter().find(|(_, known)| *known == letter);
    known.map(|(verdict, _)| *verdict)
}
