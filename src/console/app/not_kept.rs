//! Why the configuration does not say what a run built or took away.

/// How the configuration comes to say it all the same.
const AGAIN: &str = "`gwctl discover` writes it from what exists";

/// What went wrong, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotKept {
    /// AWS does not say what there is now.
    #[error("gwctl could not look up what was built: {why}; {again}", again = AGAIN)]
    NotReadBack { why: String },
    /// The file could not be read, or not be written.
    #[error("the configuration was not written: {why}; {again}", again = AGAIN)]
    NotWritten { why: String },
}
