//! What must hold before a plan may run.

use serde::{Deserialize, Serialize};

/// One precondition and what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// A short name, such as `lag`; waivers name it.
    pub name: String,
    /// What was found.
    pub finding: Finding,
    /// What was seen, in a sentence.
    pub text: String,
    /// Its figure in a few words, such as `lag 131 ms`, for a line that holds many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brief: Option<String>,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finding {
    /// As it must be.
    Pass,
    /// Worth a look; the plan may run.
    Warn,
    /// Not as it should be, or not known; the operator may waive it by name.
    Waivable,
    /// The plan cannot run.
    Fail,
}

impl Finding {
    /// For people and files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Waivable => "waive",
            Self::Fail => "fail",
        }
    }
}

impl Check {
    pub(super) fn new(name: impl Into<String>, finding: Finding, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            finding,
            text: text.into(),
            brief: None,
        }
    }

    /// With its figure in a few words.
    pub(super) fn brief(self, brief: impl Into<String>) -> Self {
        Self {
            brief: Some(brief.into()),
            ..self
        }
    }

    pub(super) fn pass(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(name, Finding::Pass, text)
    }

    /// Passes when `good`; otherwise `otherwise`.
    pub(super) fn of(
        name: &str,
        good: bool,
        text: impl Into<String>,
        otherwise: Finding,
        why: impl Into<String>,
    ) -> Self {
        if good {
            Self::pass(name, text)
        } else {
            Self::new(name, otherwise, why)
        }
    }
}
