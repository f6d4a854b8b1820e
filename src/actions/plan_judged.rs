//! What every plan is judged by, whatever it does: the account, what its steps depend on, permissions, and what
//! could not be verified.

use std::collections::BTreeSet;

use super::check::{Check, Finding};
use super::{Plan, needs};
use gwctl_fleet::assumptions::{self, Means};
use gwctl_fleet::{Account, Region, Snapshot};

impl Plan {
    /// Whose account it is must be known: the run is to be resumed there alone.
    pub(super) fn judge_place(&mut self) {
        if self.binding.place.is_none() {
            let text = "the account of these credentials is not known: STS did not return it";
            self.checks
                .push(Check::new("account", Finding::Waivable, text));
        }
        let changed: BTreeSet<(Account, Region)> = self
            .steps
            .iter()
            .flat_map(|step| &step.calls)
            .filter(|call| call.mutates)
            .map(|call| (call.account(), call.region.clone()))
            .collect();
        let unknown = self.binding.accounts.iter().filter(|held| {
            let here = |(part, region): &(Account, Region)| match &held.account {
                Account::Site(own) => *part == Account::Workload && region == own,
                account => part == account,
            };
            held.id.is_none() && changed.iter().any(here)
        });
        for held in unknown {
            let text = format!(
                "the account of {} is not known: STS did not return the caller there",
                held.account
            );
            self.checks.push(Check::new(
                format!("account:{}", held.account),
                Finding::Waivable,
                text,
            ));
        }
    }

    /// One check for every step that sits in what is broken.
    pub(super) fn judge_needs(&mut self) {
        for step in &self.steps {
            if let Some(why) = step.broken() {
                self.checks.push(Check::new(
                    format!("needs:{}", step.id),
                    Finding::Fail,
                    format!("{} cannot be done: {why}", step.title),
                ));
            }
        }
        if self.steps.iter().any(|step| step.broken().is_some()) {
            return;
        }
        let later = self.steps.iter().filter(|step| step.is_looked_at_later());
        let later: Vec<&str> = later.map(|step| step.title.as_str()).collect();
        self.checks.push(if later.is_empty() {
            Check::pass("needs", "everything the steps depend on answers")
        } else {
            let text = format!(
                "everything that the other steps depend on answers; these steps wait, without a time limit, until what they need answers again: {}",
                later.join("; ")
            );
            Check::new("needs", Finding::Warn, text)
        });
    }

    /// One check for every permission that IAM's simulation denies.
    pub(super) fn judge_permissions(&mut self, snapshot: &Snapshot) {
        let needs = self.steps.iter().flat_map(|step| &step.needs);
        let denied: BTreeSet<String> = needs
            .filter_map(|need| needs::denied(&need.on, snapshot))
            .map(ToOwned::to_owned)
            .collect();
        self.checks.extend(denied.into_iter().map(|action| {
            let text = format!("IAM's policy simulator denies {action}; a policy condition that it does not know may still allow it");
            Check::new(format!("permission:{action}"), Finding::Waivable, text)
        }));
    }

    /// A note that names what the steps rely on and could not be verified.
    pub(super) fn name_assumptions(&mut self) {
        let means: Vec<Means> = self
            .steps
            .iter()
            .filter_map(|step| step.task.means())
            .collect();
        let ids: Vec<&str> = assumptions::relied_on(&means).map(|row| row.id).collect();
        if !ids.is_empty() {
            self.notes.push(format!(
                "Relies on behaviour of AWS that could not be verified: {}. `gwctl doctor --assumptions` explains each.",
                ids.join(", ")
            ));
        }
    }
}
