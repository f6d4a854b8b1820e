//! A last question before a change is sent.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;

/// Asked right before each call of [`Session::one_attempt`](crate::Session::one_attempt): what was proven when the
/// change was decided may hold no longer, as after a laptop was closed in between.
pub trait Fence: Debug + Send + Sync {
    /// Whether the call may be sent now.
    ///
    /// # Errors
    /// Why not, in words.
    fn admits(&self) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + '_>>;
}
