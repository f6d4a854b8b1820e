//! What the palette proposes.

/// A completion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The whole line it makes, without the colon.
    pub line: String,
    /// What it does.
    pub about: String,
}
