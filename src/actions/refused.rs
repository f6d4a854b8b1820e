//! Why there is no plan.

/// Why there is no plan: what was asked for, why it cannot be, and what can be done instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Refused {
    /// In a sentence.
    pub why: String,
    /// What to do instead.
    pub instead: Option<String>,
}

impl Refused {
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            instead: None,
        }
    }

    pub(crate) fn instead(mut self, instead: impl Into<String>) -> Self {
        self.instead = Some(instead.into());
        self
    }
}
