//! What may have happened, and what speaks for and against it.

use gwctl_fleet::{Region, Verdict};
use jiff::Timestamp;
use serde::Serialize;

use crate::onset::Onset;

/// All that may explain what is seen, the worst first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// When the picture was taken.
    pub at: Timestamp,
    /// Empty where nothing that gwctl sees is wrong.
    pub hypotheses: Vec<Hypothesis>,
}

/// How well a hypothesis is supported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sureness {
    /// Something else would look the same.
    Low,
    /// The evidence fits, and does not exclude other causes.
    Medium,
    /// The evidence fits nothing else that gwctl knows.
    High,
}

impl Sureness {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Low => "possible",
            Self::Medium => "likely",
            Self::High => "nearly certain",
        }
    }
}

/// One cause that may explain what is seen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hypothesis {
    /// Its name, for programs: `bad-deployment`.
    pub cause: &'static str,
    /// Where; none where it is no single Region's.
    pub region: Option<Region>,
    /// What happened, in one sentence without a full stop.
    pub sentence: String,
    /// The functions that it is about, by name; empty where it is about all that the Region, or the fleet, consists of.
    pub about: Vec<String>,
    /// How bad it is for the fleet.
    pub verdict: Verdict,
    /// Whether requests fail or wait because of it now.
    pub hurts: bool,
    /// Since when; none where the evidence does not tell.
    pub since: Option<Onset>,
    pub sure: Sureness,
    /// Why it is as sure as that.
    pub why: String,
    /// Quoted evidence for it. Never empty.
    pub supports: Vec<String>,
    /// Quoted evidence against it.
    pub contradicts: Vec<String>,
    /// What would tell it apart from other causes.
    pub apart: Option<String>,
    /// Percent of all clients' requests that fail because of it; none where that is not known.
    pub hit_percent: Option<f64>,
    /// Commands that fit, the best first.
    pub actions: Vec<String>,
}

impl Hypothesis {
    /// Whether it may be what is wrong with the function called `name`.
    pub(crate) fn is_about(&self, name: &str) -> bool {
        self.about.is_empty() || self.about.iter().any(|one| one == name)
    }

    /// All that it says and quotes.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        let quoted = self.supports.iter().chain(&self.contradicts);
        quoted.chain([&self.sentence]).map(String::as_str)
    }
}
