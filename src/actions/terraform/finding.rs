//! What is found of one resource, and how bad it is.

use serde::Serialize;

use super::part::Part;
use super::plan::Action;

/// How a resource is judged; the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It would detach or destroy a part of the fleet, or delete data.
    Destroys,
    /// It would take back what a run, or somebody beside gwctl, did to get the traffic away.
    Undoes,
    /// It changes the fleet, or differs from it, and no run explains it.
    Unexplained,
    /// A value that decides is not known, or could not be asked.
    Unjudged,
    /// What differs a run or the roles explain, and applying changes nothing that matters.
    Explained,
    /// Nothing in AWS changes.
    Harmless,
}

impl Verdict {
    /// Whether the plan must not be applied.
    pub const fn never(self) -> bool {
        matches!(self, Self::Destroys | Self::Undoes)
    }

    /// For people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Destroys => "NEVER APPLY: destroys or detaches",
            Self::Undoes => "NEVER APPLY: undoes a failover",
            Self::Unexplained => "NOT EXPLAINED",
            Self::Unjudged => "CANNOT BE JUDGED",
            Self::Explained => "EXPLAINED",
            Self::Harmless => "CHANGES NOTHING IN AWS",
        }
    }
}

/// One value before and after, as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    pub path: String,
    pub before: String,
    pub after: String,
    /// Whether Terraform replaces the resource because of it.
    pub forces_replacement: bool,
}

/// Why a resource is judged so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    pub verdict: Verdict,
    /// What would happen, or why it differs, in a sentence without its full stop.
    pub text: String,
    /// The run that explains it.
    pub run: Option<String>,
    /// What to write into the configuration, or to leave out.
    pub advice: Option<String>,
}

impl Reason {
    pub(super) fn new(verdict: Verdict, text: impl Into<String>) -> Self {
        Self {
            verdict,
            text: text.into(),
            run: None,
            advice: None,
        }
    }

    pub(super) fn by(mut self, run: Option<&str>) -> Self {
        self.run = run.map(Into::into);
        self
    }

    pub(super) fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }
}

/// What is found of one resource of the fleet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// As Terraform writes it, cleaned.
    pub address: String,
    /// `aws_rds_cluster`.
    pub kind: String,
    pub part: Part,
    /// What the plan would do; of a state, nothing.
    pub action: Action,
    /// The worst first; at least one.
    pub reasons: Vec<Reason>,
    /// What differs.
    pub lines: Vec<Line>,
    /// How many more lines there are.
    pub more: usize,
}

impl Finding {
    /// The worst of its reasons.
    pub fn verdict(&self) -> Verdict {
        let worst = self.reasons.iter().map(|reason| reason.verdict).min();
        worst.unwrap_or(Verdict::Unjudged)
    }
}
