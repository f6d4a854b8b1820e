//! Whether changes may be made from this console, which run wants its operator, and to whom one is offered.

use super::{Hold, OrderKind, Shown};
use super::{Screen, State, Wizard};
use gwctl_actions::{HandOver, Phase, StepStatus};
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

    /// Whether the target of the open plan can be typed: to begin it, or to approve it.
    pub fn takes_target(&self, wizard: &Wizard) -> bool {
        match &wizard.approves {
            Some(waiting) => self.why_not_approve(waiting).is_none(),
            // What waits can be withdrawn, whatever else may be done.
            None => self.may_change() || wizard.asked.is_some(),
        }
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

    /// Who sits here, by AWS's word; none where STS did not return it yet.
    pub fn name(&self) -> Option<&str> {
        let identity = self.live.identity.last();
        identity.map(gwctl_fleet::Identity::operator)
    }

    /// Whether an offer is for who sits here. Where that is not known yet, it is told before anything is accepted.
    pub fn is_named(&self, offer: &HandOver) -> bool {
        self.name().is_none_or(|name| offer.is_for_name(name))
    }

    /// What can be said to the run now by who sits here, the most useful first.
    pub fn orders(&self, shown: &Shown) -> Vec<OrderKind> {
        let mut orders = shown.orders();
        orders.retain(|kind| *kind != OrderKind::Accept || self.is_offered_here());
        orders
    }

    /// Whether the run that is shown is offered to who sits here.
    pub fn is_offered_here(&self) -> bool {
        let shown = self.guided.run.as_ref();
        let offered = shown.and_then(|shown| shown.state.offered.as_ref());
        offered.is_some_and(|offered| self.is_named(&offered.what))
    }

    /// What should be said above the screen: an unfinished run nobody looked at, or one that is held; of several, also
    /// one that is held on another fleet.
    pub fn calls_for_attention(&self) -> Option<Shown> {
        let shown = self.guided.run.as_ref();
        let shown = shown.filter(|shown| self.wants_attention(shown));
        shown.cloned().or_else(|| self.guided.held_beside())
    }

    fn wants_attention(&self, shown: &Shown) -> bool {
        let phase = shown.state.phase();
        let held = shown.hold == Hold::Ours && phase == Phase::Held;
        let left = !shown.seen && !phase.over();
        let offered = shown.hold != Hold::Ours && self.is_offered_here();
        (held || left || offered) && self.screen() != &Screen::Run
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
