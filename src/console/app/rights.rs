//! Whether changes may be made from this console, and which run wants its operator.

use super::{Hold, Shown};
use super::{Screen, State};
use gwctl_actions::{Phase, StepStatus};
use jiff::SignedDuration;

impl State {
    /// Whether changes may be made now.
    pub fn may_change(&self) -> bool {
        self.replay.is_none() && !self.pinned() && (!self.read_only || self.guided.armed.is_some())
    }

    /// Whether the configuration forbids changes to this fleet.
    pub fn pinned(&self) -> bool {
        self.guided.spec.as_ref().is_some_and(|spec| spec.read_only)
    }

    /// How long changes stay allowed.
    pub fn armed_for(&self) -> Option<SignedDuration> {
        let until = self.guided.armed.filter(|_| self.read_only)?;
        Some(until.duration_since(self.wall).max(SignedDuration::ZERO))
    }

    /// How changes can be opened, where they are not.
    pub fn how_to_open(&self) -> Option<&'static str> {
        if self.may_change() {
            None
        } else if self.replay.is_some() {
            Some("this is a recording: nothing can be changed from here")
        } else if self.pinned() {
            Some("its configuration makes this fleet read-only (`read_only = true`)")
        } else {
            Some(
                "gwctl is read-only: type `:arm` to allow changes for 15 min, or start it with --write",
            )
        }
    }

    /// What should be said above the screen: an unfinished run nobody looked at, or one that is held.
    pub fn calls_for_attention(&self) -> Option<&Shown> {
        let shown = self.guided.run.as_ref()?;
        let phase = shown.state.phase();
        let held = shown.hold == Hold::Ours && phase == Phase::Held;
        let left = !shown.seen && !phase.over();
        ((held || left) && self.screen() != &Screen::Run).then_some(shown)
    }

    /// What Retry, Skip and Continue are about: the step under the cursor when it is held, or else the
    /// first held one.
    pub fn held_step(&self) -> Option<String> {
        let shown = self.guided.run.as_ref()?;
        let under = match self.screen() {
            Screen::Run => self.selected().map(|row| row.key),
            _ => None,
        };
        under
            .filter(|id| shown.state.status(id) == StepStatus::Held)
            .or_else(|| shown.held_step().map(|(id, ..)| id.to_owned()))
    }
}
