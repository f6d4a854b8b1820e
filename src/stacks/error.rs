//! What is wrong with a template.

/// In CloudFormation's words where it has some.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct TemplateError {
    why: String,
}

impl TemplateError {
    /// One with this reason.
    pub fn new(why: impl Into<String>) -> Self {
        Self { why: why.into() }
    }
}
