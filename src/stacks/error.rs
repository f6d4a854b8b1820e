//! What is wrong with a template.

/// In CloudFormation's words where it has some.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct TemplateError {
    why: String,
}

impl TemplateError {
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self { why: why.into() }
    }
}
