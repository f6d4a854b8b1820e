//! What became of the newest message to each target.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// By the targets' names.
pub type Outcomes = BTreeMap<String, Outcome>;

/// What became of the newest message to a target.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// When, in fleet time; none before the first.
    pub at: Option<Timestamp>,
    /// What.
    pub came: Came,
    /// How many arrived.
    pub delivered: u64,
    /// How many did not, and will not.
    pub lost: u64,
    /// How many were given up before they were tried: too many waited.
    pub dropped: u64,
    /// How many wait.
    pub waiting: usize,
}

/// How it came out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Came {
    /// Nothing was told yet.
    #[default]
    Nothing,
    /// It arrived: what that means, in words.
    Taken(&'static str),
    /// It is tried again.
    Later {
        /// Why it did not arrive.
        why: String,
        /// When, in fleet time.
        next: Timestamp,
    },
    /// It did not arrive, and is not tried again.
    Failed(String),
    /// The target takes nothing any more: this process tells it nothing.
    Gone(String),
}

impl std::fmt::Display for Came {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing was told yet"),
            Self::Taken(how) => f.write_str(how),
            Self::Later { why, next } => {
                write!(
                    f,
                    "not yet delivered, next try {}: {why}",
                    next.strftime("%H:%M:%SZ")
                )
            }
            Self::Failed(why) => write!(f, "not delivered: {why}"),
            Self::Gone(why) => write!(f, "the target is gone, gwctl tells it nothing: {why}"),
        }
    }
}
