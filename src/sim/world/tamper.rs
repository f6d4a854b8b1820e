//! Tampering with single calls: the n-th call of a kind fails, hangs, or is done without a word. For
//! tests that let every step of an action go wrong once.

use super::State;
use crate::world::parts::tamper::{How, Tamper};
use gwctl_fleet::Region;

impl State {
    /// From now on `tamper` waits for its call.
    pub fn tamper(&mut self, tamper: Tamper) {
        self.tampers.push(tamper);
    }

    /// Tampers that have not struck yet.
    pub fn tampers(&self) -> &[Tamper] {
        &self.tampers
    }

    /// What becomes of a call that the world would answer; none when nobody tampered with it.
    pub fn tampered(&mut self, service: &str, operation: &str, region: &Region) -> Option<How> {
        let meant = |tamper: &Tamper| {
            tamper.service == service
                && tamper.operation == operation
                && tamper.region.as_ref().is_none_or(|one| one == region)
        };
        for tamper in self.tampers.iter_mut().filter(|tamper| meant(tamper)) {
            tamper.nth = tamper.nth.saturating_sub(1);
        }
        let due = self
            .tampers
            .iter()
            .position(|tamper| meant(tamper) && tamper.nth == 0)?;
        Some(self.tampers.remove(due).how)
    }
}
