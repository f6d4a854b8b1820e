//! How a thing is doing, and why.

use serde::{Deserialize, Serialize};

/// The four answers to "how is it?". Ordered by how much attention it needs; `Unknown` is never green.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Everything that matters was observed and is within its limits.
    Healthy,
    /// It could not be observed well enough to say.
    #[default]
    Unknown,
    /// Serving, but outside a warning limit.
    Degraded,
    /// Not serving, or outside a critical limit.
    Down,
}

impl Verdict {
    /// The word shown beside the colour.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Down => "down",
            Self::Unknown => "unknown",
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.word())
    }
}

/// One reason for a verdict, such as `p99 1.84 s > 1 s`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// What this reason alone would make of the verdict.
    pub verdict: Verdict,
    /// What it is about: `latency`, `errors`, `database`, `dns`, `probe`, `certificate` …
    #[serde(deserialize_with = "super::word::one")]
    pub about: super::word::Word,
    /// One sentence with figures and units.
    pub text: String,
}

/// A verdict with its reasons, worst first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Judgement {
    /// The worst of the reasons, or healthy when there is none.
    pub verdict: Verdict,
    /// Why; empty only when healthy or not judged yet.
    pub reasons: Vec<Reason>,
}

impl Judgement {
    /// The verdict that follows from `reasons`; none at all means healthy.
    pub fn from_reasons(mut reasons: Vec<Reason>) -> Self {
        reasons.sort_by_key(|reason| std::cmp::Reverse(reason.verdict));
        let verdict = reasons
            .first()
            .map_or(Verdict::Healthy, |reason| reason.verdict);
        Self { verdict, reasons }
    }
}
