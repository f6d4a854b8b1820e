//! What an operator can say to a run.

use serde::{Deserialize, Serialize};

use gwctl_store::SaidNote;

/// Goes into the journal before it is obeyed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "kebab-case")]
pub enum Order {
    /// Begin no further step.
    Pause,
    /// Go on after a pause.
    Go,
    /// Try a held step again: it is looked at first, and what it sent before counts as settled.
    Retry {
        /// Which.
        step: String,
    },
    /// Go on past a step that waits for a word.
    Continue {
        /// Which.
        step: String,
    },
    /// Leave a step out.
    Skip {
        /// Which.
        step: String,
        /// Why.
        reason: String,
    },
    /// Go on although an abort criterion was met.
    Overrule {
        /// Why.
        reason: String,
    },
    /// Waive the table that the team shares: go on while it does not answer.
    Alone {
        /// Why.
        reason: String,
    },
    /// Take back what was done, by the inverse plan.
    Undo,
    /// End the run; what was done stays done.
    Abandon {
        /// Why.
        reason: String,
    },
    /// Write something down.
    Note {
        /// What.
        text: String,
        /// The name under which somebody said it who does not drive the run; none where its operator did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        said: Option<String>,
    },
    /// Offer the run to somebody else.
    HandOver {
        /// A name as `gwctl runs` shows it, or `name@machine`.
        to: String,
    },
    /// Offer it no longer.
    Withdraw,
}

impl Order {
    /// Write `text` down.
    pub fn note(text: impl Into<String>) -> Self {
        let text = text.into();
        Self::Note { text, said: None }
    }

    /// Write down what somebody said who does not drive the run.
    pub(crate) fn said(note: &SaidNote) -> Self {
        Self::Note {
            text: note.text.clone(),
            said: Some(note.name.clone()),
        }
    }

    /// Whether who gives it goes on with the run, and offers it to nobody.
    pub(crate) const fn goes_on(&self) -> bool {
        !matches!(
            self,
            Self::Pause | Self::Note { .. } | Self::HandOver { .. } | Self::Withdraw
        )
    }
}
