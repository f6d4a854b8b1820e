//! Single resources that are to go wrong: for tests that let every step of provisioning fail once.

use crate::world::parts::faults::FaultKind;
use crate::world::parts::mishap::Mishap;
use crate::world::{Sim, State};

impl Sim {
    /// The next time a stack whose name has `stack_part` in it makes, changes or deletes the resource
    /// `logical`, it fails for `reason`.
    pub fn fail_resource(&self, stack_part: &str, logical: &str, reason: &str) {
        self.state().mishaps.push(Mishap {
            stack_part: stack_part.into(),
            logical: logical.into(),
            reason: Some(reason.into()),
        });
    }

    /// The resource `logical` of stacks whose name has `stack_part` in it begins, and never ends until it
    /// is released.
    pub fn hang_resource(&self, stack_part: &str, logical: &str) {
        self.state().mishaps.push(Mishap {
            stack_part: stack_part.into(),
            logical: logical.into(),
            reason: None,
        });
    }

    /// What hangs there goes on.
    pub fn release_resource(&self, stack_part: &str, logical: &str) {
        let mut state = self.state();
        state.mishaps.retain(|one| {
            one.reason.is_some() || one.logical != logical || one.stack_part != stack_part
        });
    }
}

impl State {
    /// Why this resource fails now, when somebody wants it to.
    pub(super) fn mishap(&mut self, stack: &str, logical: &str) -> Option<String> {
        let fails = |one: &Mishap| one.reason.is_some() && one.strikes(stack, logical);
        let at = self.mishaps.iter().position(fails)?;
        self.mishaps.remove(at).reason
    }

    /// Whether this resource makes no progress.
    pub(super) fn hangs(&self, stack: &str, logical: &str) -> bool {
        self.faults.any(FaultKind::StuckStack)
            || self
                .mishaps
                .iter()
                .any(|one| one.reason.is_none() && one.strikes(stack, logical))
    }
}
