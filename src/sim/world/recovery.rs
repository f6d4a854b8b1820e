//! ARC's routing controls: five endpoints that agree within seconds, and a safety rule (aws-facts §8.1).

use super::account::Account;
use super::model::{Routing, RoutingControl};
use super::rng::pick;
use crate::world::parts::present::Present;
use gwctl_fleet::Region;

/// Why a control is not set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RoutingRefused {
    /// `ResourceNotFoundException`.
    #[error("The routing control {0} was not found.")]
    NotFound(String),
    /// `ConflictException`: a safety rule stands against it.
    #[error("The change would break the safety rule {0}: at least one routing control must be On.")]
    SafetyRule(String),
}

impl Account<'_> {
    /// Sets controls On or Off, all or none, through the endpoint in `through`.
    pub fn set_controls(
        &mut self,
        through: &Region,
        wanted: &[(String, bool)],
        overridden: &[&str],
    ) -> Result<(), RoutingRefused> {
        let now = self.present.now;
        let first = wanted
            .first()
            .map(|(arn, _)| arn.clone())
            .unwrap_or_default();
        let Some(mut changed) = self.resources.routing.clone() else {
            return Err(RoutingRefused::NotFound(first));
        };
        if !changed.endpoints.iter().any(|(home, _)| home == through) {
            return Err(RoutingRefused::NotFound(first));
        }
        for (arn, on) in wanted {
            let found = changed.controls.iter_mut().find(|one| &one.arn == arn);
            let control = found.ok_or_else(|| RoutingRefused::NotFound(arn.clone()))?;
            if control.on != *on {
                control.before = control.on;
                control.on = *on;
                control.set_at = now;
                control.set_through = Some(through.clone());
            }
        }
        let none_left = changed.controls.iter().all(|control| !control.on);
        if none_left && !overridden.contains(&changed.rule.as_str()) {
            return Err(RoutingRefused::SafetyRule(changed.rule));
        }
        self.resources.routing = Some(changed);
        Ok(())
    }
}

impl Routing {
    /// Whether a control is On, as the endpoint in `through` knows it; none where there is no such
    /// endpoint or control.
    pub(crate) fn control_state(
        &self,
        through: &Region,
        control: &str,
        present: Present,
    ) -> Option<bool> {
        self.endpoints.iter().find(|(home, _)| home == through)?;
        let control = self.controls.iter().find(|one| one.arn == control)?;
        if control.set_through.as_ref() == Some(through) {
            return Some(control.on);
        }
        Some(control.seen(present, through.as_str()))
    }
}

impl RoutingControl {
    /// Whether it is On, as `who` knows it: a change reaches everybody within ten seconds, each in its own time.
    pub(super) fn seen(&self, present: Present, who: &str) -> bool {
        let what = format!("{} {who} {}", self.arn, self.set_at);
        let reached = present.now >= self.set_at + 2 + pick(present.seed, &what, 9);
        if reached { self.on } else { self.before }
    }
}
