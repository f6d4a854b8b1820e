//! Why nothing watches the fleet that is shown.

/// What stands in its header instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotWatched {
    #[error("the configuration has no fleet `{0}`")]
    NoFleet(String),
    /// It was watched until now.
    #[error("nothing watches the fleet any more; `:fleet NAME` starts again")]
    Ended,
}
