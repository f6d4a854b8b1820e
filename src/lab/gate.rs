//! What can be ended all at once, and begin anew.

use std::sync::{Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

/// Hands out tokens that one call cancels.
#[derive(Debug, Default)]
pub(crate) struct Gate(Mutex<CancellationToken>);

impl Gate {
    /// Of what begins now.
    pub fn token(&self) -> CancellationToken {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Ends all that began before now.
    pub fn cut(&self) {
        let mut token = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *token).cancel();
    }
}
