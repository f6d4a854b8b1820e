//! The plan: one value that is shown, printed by `--dry-run`, journalled and run.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Advice, Approval, Binding, Change, Check, Choice, DataLoss, Expected, Finding, Intent,
    Operator, Step,
};
use gwctl_fleet::Rules;
use gwctl_store::digest;

/// The version of the document `--dry-run -o json` prints.
pub const SCHEMA: &str = "gwctl.plan/1";

/// What will happen, in which order, and what it depends on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// `gwctl.plan/1`.
    pub schema: String,
    /// The fleet's name.
    pub fleet: String,
    /// Where it was made and for what: it runs there alone.
    #[serde(default)]
    pub binding: Binding,
    /// What was asked for.
    pub intent: Intent,
    /// In a line.
    pub title: String,
    /// What must be typed to confirm it.
    pub confirm: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// A digest of the state it was planned on; another state needs another plan.
    pub basis: String,
    /// What gwctl recommends, where the action changes the writer or leaves a Region.
    pub advice: Option<Advice>,
    /// How traffic is shifted, where it is.
    pub mechanism: Option<Choice>,
    /// What a failover would lose.
    pub data_loss: Option<DataLoss>,
    /// What must hold first.
    pub checks: Vec<Check>,
    /// The steps; every one comes after those it names.
    pub steps: Vec<Step>,
    /// What would take it back, computed up front.
    pub inverse: Vec<Step>,
    /// What the operator should know besides.
    pub notes: Vec<String>,
    /// Objectives and abort criteria.
    pub rules: Rules,
}

/// What the operator typed, and what was waived by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// As typed; must be the plan's `confirm`.
    pub typed: String,
    /// Names of waived checks.
    pub waived: Vec<String>,
    /// Who.
    pub operator: String,
    /// On which machine.
    pub host: String,
    /// Who approved it, where the fleet's rules ask for that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<Approval>,
    /// Why it began without the approval that the rules ask for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub break_glass: Option<String>,
}

impl Confirmation {
    /// What was typed for a plan that needs nobody's approval.
    pub fn of(operator: &Operator, typed: impl Into<String>, waived: Vec<String>) -> Self {
        Self {
            typed: typed.into(),
            waived,
            operator: operator.name.clone(),
            host: operator.host.clone(),
            approvals: Vec::new(),
            break_glass: None,
        }
    }

    /// Who approved it, or why nobody had to; nothing where the rules ask for nobody.
    pub fn approved_words(&self) -> Option<String> {
        if let Some(reason) = &self.break_glass {
            return Some(format!("WITHOUT APPROVAL (break-glass): {reason}"));
        }
        let by: Vec<&str> = self.approvals.iter().map(|one| one.by.as_str()).collect();
        (!by.is_empty()).then(|| format!("approved by {}", by.join(", ")))
    }
}

impl Confirmation {
    /// Whether the check of this name stands in the way of `plan`, and is waived.
    pub(super) fn waives(&self, plan: &Plan, name: &str) -> bool {
        let mut waivable = plan.waivable();
        waivable.any(|check| check.name == name) && self.waived.iter().any(|waived| waived == name)
    }
}

/// Why a plan does not run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotConfirmed {
    /// A check failed that cannot be waived.
    #[error("{name}: {text}")]
    Refused {
        /// The check.
        name: String,
        /// What was found.
        text: String,
    },
    /// A check failed that must be waived by name.
    #[error("{name}: {text}; waive it by name to go on")]
    NotWaived {
        /// The check.
        name: String,
        /// What was found.
        text: String,
    },
    /// Something else was typed.
    #[error("`{typed}` is not `{expected}`: nothing was changed")]
    Mistyped {
        /// What was typed.
        typed: String,
        /// What should have been.
        expected: String,
    },
}

impl Plan {
    /// The accounts that `step` makes its changes in, each with its part of the fleet: `333344445555 (dns)`. None where
    /// the fleet is in one account, or the step changes nothing.
    pub fn accounts_of(&self, step: &Step) -> Option<String> {
        if self.binding.accounts.is_empty() {
            return None;
        }
        let changes = step.calls.iter().filter(|call| call.mutates);
        let mut told: Vec<String> = Vec::new();
        for call in changes {
            let part = call.account();
            let id = self.binding.account_id(&part, &call.region);
            let one = format!("{} ({part})", id.unwrap_or("not known"));
            if !told.contains(&one) {
                told.push(one);
            }
        }
        (!told.is_empty()).then(|| told.join(", "))
    }

    /// A digest of the whole plan, by which journal and report name it.
    pub fn fingerprint(&self) -> String {
        digest(&serde_json::to_vec(self).unwrap_or_default())
    }

    /// The worst finding.
    pub fn finding(&self) -> Finding {
        self.checks
            .iter()
            .map(|check| check.finding)
            .max()
            .unwrap_or(Finding::Pass)
    }

    /// The checks that stand against it unless they are waived.
    pub fn waivable(&self) -> impl Iterator<Item = &Check> {
        let all = self.checks.iter();
        all.filter(|check| check.finding == Finding::Waivable)
    }

    /// Of names that were given to be waived, those of checks that it has.
    pub fn has_of(&self, names: &[String]) -> Vec<String> {
        let has = |name: &&String| self.checks.iter().any(|check| check.name == **name);
        names.iter().filter(has).cloned().collect()
    }

    /// Whether `confirmation` lets it run.
    pub fn confirmed(&self, confirmation: &Confirmation) -> Result<(), NotConfirmed> {
        if let Some(why) = self.unmet(confirmation).next() {
            return Err(why);
        }
        if confirmation.typed.trim() == self.confirm {
            Ok(())
        } else {
            Err(NotConfirmed::Mistyped {
                typed: confirmation.typed.trim().into(),
                expected: self.confirm.clone(),
            })
        }
    }

    /// Every check that stands against it and is not waived.
    pub fn unmet(&self, confirmation: &Confirmation) -> impl Iterator<Item = NotConfirmed> {
        self.checks.iter().filter_map(|check| {
            let (name, text) = (check.name.clone(), check.text.clone());
            match check.finding {
                Finding::Fail => Some(NotConfirmed::Refused { name, text }),
                Finding::Waivable if !confirmation.waived.contains(&name) => {
                    Some(NotConfirmed::NotWaived { name, text })
                }
                _ => None,
            }
        })
    }

    /// What the steps change, each change once: two steps may change the same thing in the same way, before and
    /// after something else.
    pub fn changes(&self) -> Vec<&Change> {
        let mut told = BTreeSet::new();
        self.steps
            .iter()
            .filter_map(|step| step.change.as_ref())
            .filter(|change| change.before != change.after)
            .filter(|change| told.insert((&change.what, &change.before, &change.after)))
            .collect()
    }

    /// The step called `id`, forward or inverse.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps
            .iter()
            .chain(&self.inverse)
            .find(|step| step.id == id)
    }

    /// When each step should begin, in seconds from the start.
    pub fn begins_s(&self) -> BTreeMap<&str, u64> {
        let mut begins: BTreeMap<&str, u64> = BTreeMap::new();
        for step in &self.steps {
            let ends = |id: &String| {
                let before = self.steps.iter().find(|before| &before.id == id)?;
                Some(begins.get(id.as_str())? + before.expected_s)
            };
            let begin = step.after.iter().filter_map(ends).max().unwrap_or(0);
            begins.insert(&step.id, begin);
        }
        begins
    }

    /// How long it is likely to take: its longest chain of steps.
    pub fn expected(&self) -> Expected {
        self.expected_until(|_| true)
    }

    /// How long until those of its steps are done that `counts`, with what they come after.
    pub fn expected_until(&self, counts: impl Fn(&Step) -> bool) -> Expected {
        chain(&self.steps, Step::expected, counts)
    }

    /// [`Plan::expected`]'s likely time, in seconds.
    pub fn expected_s(&self) -> u64 {
        self.expected().likely_s
    }

    /// The same plan with each step after the one before it, as a runbook would go.
    #[must_use]
    pub fn one_by_one(mut self) -> Self {
        let mut before: Option<String> = None;
        for step in &mut self.steps {
            step.after = before.into_iter().collect();
            before = Some(step.id.clone());
        }
        self
    }

    /// The same steps one after the other, in seconds: what a runbook would take.
    pub fn one_by_one_s(&self) -> u64 {
        self.steps.iter().map(|step| step.expected_s).sum()
    }
}

/// The longest chain of `steps`, each of which `takes` its time, up to the last that `counts`.
pub(super) fn chain<'a>(
    steps: impl IntoIterator<Item = &'a Step>,
    takes: impl Fn(&Step) -> Expected,
    counts: impl Fn(&Step) -> bool,
) -> Expected {
    let mut ends: BTreeMap<&str, Expected> = BTreeMap::new();
    let mut all = Expected::NOTHING;
    for step in steps {
        let before = step.after.iter().filter_map(|id| ends.get(id.as_str()));
        let before = before.fold(Expected::NOTHING, |all, end| all.beside(*end));
        let end = before.then(takes(step));
        ends.insert(&step.id, end);
        if counts(step) {
            all = all.beside(end);
        }
    }
    all
}
