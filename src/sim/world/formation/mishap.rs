//! Lets single resources of stacks go wrong: for tests that let every step of provisioning fail once.

use crate::world::Sim;

impl Sim {
    /// The next time a stack whose name has `stack_part` in it makes, changes or deletes the resource
    /// `logical`, it fails for `reason`.
    pub fn fail_resource(&self, stack_part: &str, logical: &str, reason: &str) {
        let mut state = self.state();
        state.faults.mishaps.add(stack_part, logical, Some(reason));
    }

    /// The resource `logical` of stacks whose name has `stack_part` in it begins, and never ends until it
    /// is released.
    pub fn hang_resource(&self, stack_part: &str, logical: &str) {
        let mut state = self.state();
        state.faults.mishaps.add(stack_part, logical, None);
    }

    /// What hangs there goes on.
    pub fn release_resource(&self, stack_part: &str, logical: &str) {
        let mut state = self.state();
        state.faults.mishaps.release(stack_part, logical);
    }
}
