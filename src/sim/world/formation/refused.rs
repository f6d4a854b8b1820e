//! What CloudFormation refuses, in its words.

use gwctl_stacks::TemplateError;

/// A request that CloudFormation does not take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FormationRefused {
    /// `ValidationError`.
    #[error("{0}")]
    Validation(String),
    /// `AlreadyExistsException`.
    #[error("{0}")]
    AlreadyExists(String),
    /// `InsufficientCapabilitiesException`.
    #[error("Requires capabilities : [{0}]")]
    InsufficientCapabilities(&'static str),
    /// `ChangeSetNotFound`.
    #[error("ChangeSet [{0}] does not exist")]
    NoSuchChangeSet(String),
    /// `InvalidChangeSetStatus`.
    #[error("{0}")]
    InvalidChangeSetStatus(String),
    /// `TokenAlreadyExistsException`.
    #[error("{0}")]
    TokenAlreadyExists(String),
}

impl FormationRefused {
    pub(super) fn validation<T>(why: impl Into<String>) -> Result<T, Self> {
        Err(Self::Validation(why.into()))
    }
}

impl From<TemplateError> for FormationRefused {
    fn from(error: TemplateError) -> Self {
        Self::Validation(error.to_string())
    }
}
