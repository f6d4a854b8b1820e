//! Stacks: begun from a change set or at once, deleted, protected.

use std::collections::BTreeMap;

use super::change_set::{Proposal, work_out};
use super::operation::{Doomed, Goal, Operation, Phase, Stage, Task, Work};
use super::{FormationRefused, founded};
use crate::world::account::Account;
use crate::world::model::{OnFailure, Resources, Stack};
use crate::world::parts::present::Present;
use gwctl_fleet::Region;

/// A request to delete a stack.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deletion<'a> {
    pub region: &'a Region,
    pub stack: &'a str,
    /// Logical ids that stay.
    pub retained: &'a [&'a str],
    /// What cannot be deleted stays.
    pub forced: bool,
    pub token: Option<&'a str>,
}

impl Account<'_> {
    /// `CreateStack` and `UpdateStack`: the stack's ARN. The same token begins one operation.
    pub(crate) fn form_at_once(
        &mut self,
        proposal: &Proposal<'_>,
        protected: bool,
    ) -> Result<String, FormationRefused> {
        let operation = if proposal.creates { "create" } else { "update" };
        let heard = proposal.token.clone();
        let heard = heard.map(|token| (token, operation.to_owned()));
        if let (Some(heard), Ok(stack)) = (
            &heard,
            self.resources.stack(proposal.region, proposal.stack),
        ) && stack.formed.tokens.contains(heard)
        {
            return Ok(stack.arn.clone());
        }
        let at = self.changeable(proposal, None)?;
        let stack = at.map(|at| &self.resources.stacks[at]);
        let arn = match stack {
            Some(stack) => stack.arn.clone(),
            None => self.new_stack_arn(proposal.region, proposal.stack),
        };
        let (goal, changes) = work_out(proposal, stack, &arn)?;
        if changes.is_err() {
            return FormationRefused::validation("No updates are to be performed.");
        }
        let at = at.unwrap_or_else(|| self.found_stack(proposal, &goal, &arn));
        if proposal.creates {
            // Without a change set there is nothing to review.
            self.resources.stacks[at].formed.events.clear();
        }
        self.resources.stacks[at].begin_forming(
            self.present,
            goal,
            proposal.on_failure,
            proposal.token.as_deref(),
        )?;
        let formed = &mut self.resources.stacks[at].formed;
        formed.tokens.extend(heard);
        formed.protected |= protected;
        Ok(arn)
    }

    /// `DeleteStack`; one that does not exist is as good as deleted.
    pub(crate) fn delete_stack(&mut self, asked: &Deletion<'_>) -> Result<(), FormationRefused> {
        let Ok(at) = self.resources.stack_at(asked.region, asked.stack) else {
            return Ok(());
        };
        let stack = &self.resources.stacks[at];
        let (name, status) = (&stack.name, stack.status.as_str());
        if stack.formed.protected {
            return FormationRefused::validation(format!(
                "Stack [{name}] cannot be deleted while TerminationProtection is enabled"
            ));
        }
        let heard = asked
            .token
            .map(|token| (token.to_owned(), "delete".to_owned()));
        let before = heard
            .as_ref()
            .is_some_and(|one| stack.formed.tokens.contains(one));
        match status {
            _ if before => return Ok(()),
            "DELETE_COMPLETE" | "DELETE_IN_PROGRESS" => return Ok(()),
            "CREATE_IN_PROGRESS" | "REVIEW_IN_PROGRESS" => {}
            moving if moving.ends_with("_IN_PROGRESS") => {
                return FormationRefused::validation(format!(
                    "Stack [{name}] cannot be deleted while in status {moving}"
                ));
            }
            _ => {}
        }
        if !asked.retained.is_empty() && status != "DELETE_FAILED" {
            return FormationRefused::validation(format!(
                "Invalid operation on stack [{name}]. The following resources to retain are only allowed when the stack is in DELETE_FAILED state: [{}]",
                asked.retained.join(", ")
            ));
        }
        if stack.formed.founded && stack.formed.resources.is_empty() {
            let found = founded::resources(self.resources, stack);
            self.resources.stacks[at].formed.resources = found;
        }
        self.resources.stacks[at].begin_deletion(self.present, asked, heard);
        Ok(())
    }
}

impl Resources {
    /// `UpdateTerminationProtection`: the stack's ARN.
    pub(crate) fn protect_stack(
        &mut self,
        region: &Region,
        name: &str,
        on: bool,
    ) -> Result<String, FormationRefused> {
        let at = self.stack_at(region, name)?;
        let stack = &mut self.stacks[at];
        if stack.formed.deleted.is_some() || stack.status == "DELETE_IN_PROGRESS" {
            return FormationRefused::validation(format!(
                "Stack [{}] is being deleted",
                stack.name
            ));
        }
        stack.formed.protected = on;
        Ok(stack.arn.clone())
    }
}

impl Stack {
    /// The stack sets out to become `goal`.
    pub(super) fn begin_forming(
        &mut self,
        present: Present,
        goal: Goal,
        on_failure: OnFailure,
        token: Option<&str>,
    ) -> Result<(), FormationRefused> {
        let creates = self.status == "REVIEW_IN_PROGRESS";
        let order = goal.order()?;
        let places: BTreeMap<&str, usize> = order
            .iter()
            .enumerate()
            .map(|(place, id)| (id.as_str(), place))
            .collect();
        let resources = &self.formed.resources;
        let mut tasks = Vec::new();
        for id in &order {
            let known = resources.iter().any(|one| one.logical == *id);
            let needs = goal.needs(id)?;
            tasks.push(Task {
                logical: id.clone(),
                work: if known { Work::Change } else { Work::Make },
                after: needs
                    .iter()
                    .filter_map(|id| places.get(id.as_str()).copied())
                    .collect(),
                stage: Stage::Waiting,
            });
        }
        let garbage = resources.iter().rev();
        let garbage = garbage.filter(|one| !places.contains_key(one.logical.as_str()));
        let garbage = garbage.map(|one| Doomed::by_policy(one, false)).collect();
        let (phase, status) = if creates {
            (Phase::Creating, "CREATE_IN_PROGRESS")
        } else {
            (Phase::Updating, "UPDATE_IN_PROGRESS")
        };
        if creates {
            self.adopt_target(&goal.target, &goal.template.description);
        }
        let mut operation = Operation::new(phase, Some(goal), token.map(str::to_owned));
        operation.tasks = tasks;
        operation.garbage = garbage;
        operation.on_failure = on_failure;
        self.updated = Some(present.at());
        self.formed.keeps_failures = on_failure == OnFailure::DoNothing;
        self.formed.suspended = None;
        // What it is made of is told by its template from now on.
        self.formed.founded = false;
        if !creates {
            self.drift = "NOT_CHECKED".into();
        }
        self.formed.operation = Some(operation);
        self.becomes(present, status, Some("User Initiated"), token);
        Ok(())
    }

    fn begin_deletion(
        &mut self,
        present: Present,
        asked: &Deletion<'_>,
        heard: Option<(String, String)>,
    ) {
        let formed = &mut self.formed;
        formed.tokens.extend(heard);
        formed.operation = None;
        formed.suspended = None;
        let gone = ["DELETE_COMPLETE", "DELETE_SKIPPED"];
        let resources = formed.resources.iter().rev();
        let doomed = resources.filter(|one| !gone.contains(&one.status.as_str()));
        let doomed = doomed.map(|one| {
            let mut doomed = Doomed::by_policy(one, false);
            if asked.retained.contains(&one.logical.as_str()) {
                doomed.policy = "Retain".into();
            }
            doomed
        });
        let token = asked.token.map(str::to_owned);
        let mut operation = Operation::new(Phase::Deleting, None, token.clone());
        operation.forced = asked.forced;
        operation.unmake(Phase::Deleting, doomed.collect());
        formed.operation = Some(operation);
        let reason = Some("User Initiated");
        self.becomes(present, "DELETE_IN_PROGRESS", reason, token.as_deref());
    }
}
