//! What faults do to the whole world.

use super::State;

impl State {
    /// Whether the operator's policies allow `service:Operation`.
    pub fn allows(&self, action: &str) -> bool {
        action
            .split_once(':')
            .is_none_or(|(service, operation)| !self.faults.forbids(service, operation))
    }
}
