//! Change sets: proposed, worked out, executed, thrown away.

use super::FormationRefused;
use super::operation::Goal;
use super::target::NO_CHANGES;
use crate::world::account::Account;
use crate::world::model::{Change, ChangeSet, Formed, OnFailure, Resources, Stack, Tag, Target};
use crate::world::names::{self, ACCOUNT};
use gwctl_fleet::Region;
use gwctl_stacks::{Parameters, Template};

/// What a caller wants a stack to become.
#[derive(Debug, Clone)]
pub(crate) struct Proposal<'a> {
    pub region: &'a Region,
    pub stack: &'a str,
    /// Whether the stack is to be new.
    pub creates: bool,
    pub source: TemplateGiven<'a>,
    pub parameters: Vec<Given>,
    /// None keeps those there are.
    pub tags: Option<Vec<Tag>>,
    pub capabilities: Vec<String>,
    pub role: Option<String>,
    pub on_failure: OnFailure,
    pub description: Option<String>,
    pub token: Option<String>,
}

/// Where the template is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum TemplateGiven<'a> {
    Text(&'a str),
    Previous,
}

/// A parameter: a value, or the one it has.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub name: String,
    pub value: Option<String>,
}

/// A request to execute a change set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Execution<'a> {
    pub region: &'a Region,
    pub stack: Option<&'a str>,
    pub change_set: &'a str,
    pub token: Option<&'a str>,
    pub keeps_failures: bool,
}

/// What needs whose acknowledgement.
const IAM: [&str; 6] = [
    "AWS::IAM::Role",
    "AWS::IAM::Policy",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::User",
    "AWS::IAM::Group",
    "AWS::IAM::InstanceProfile",
];

impl Account<'_> {
    /// `CreateChangeSet`: the ARNs of change set and stack. The same request is heard once.
    pub(crate) fn propose_change_set(
        &mut self,
        name: &str,
        proposal: &Proposal<'_>,
    ) -> Result<(String, String), FormationRefused> {
        if let Some(known) = self.proposed_before(name, proposal)? {
            return Ok(known);
        }
        let at = self.changeable(proposal, Some(name))?;
        let stack = at.map(|at| &self.resources.stacks[at]);
        let arn = match stack {
            Some(stack) => stack.arn.clone(),
            None => self.new_stack_arn(proposal.region, proposal.stack),
        };
        let (goal, changes) = work_out(proposal, stack, &arn)?;
        let at = at.unwrap_or_else(|| self.found_stack(proposal, &goal, &arn));
        let created = self.present.at();
        let number = self.resources.stacks[at].formed.change_sets.len();
        let id = names::uuid(
            self.present.seed,
            &format!("change set {number} {name} of {arn}"),
        );
        let change_set = ChangeSet {
            name: name.into(),
            arn: format!(
                "arn:aws:cloudformation:{}:{ACCOUNT}:changeSet/{name}/{id}",
                proposal.region
            ),
            creates: proposal.creates,
            created,
            description: proposal.description.clone(),
            token: proposal.token.clone(),
            target: goal.target,
            changes,
            execution: "AVAILABLE".into(),
            on_failure: proposal.on_failure,
        };
        let made = (change_set.arn.clone(), arn);
        self.resources.stacks[at]
            .formed
            .change_sets
            .push(change_set);
        Ok(made)
    }

    /// The same change set that the same request made before.
    fn proposed_before(
        &self,
        name: &str,
        proposal: &Proposal<'_>,
    ) -> Result<Option<(String, String)>, FormationRefused> {
        let Ok(stack) = self.resources.stack(proposal.region, proposal.stack) else {
            return Ok(None);
        };
        let mut known = stack.formed.change_sets.iter();
        let one = known.find(|one| one.name == name && one.execution != "OBSOLETE");
        match one {
            Some(one) if proposal.token.is_some() && one.token == proposal.token => {
                Ok(Some((one.arn.clone(), stack.arn.clone())))
            }
            Some(one) if one.execution == "AVAILABLE" => Err(FormationRefused::AlreadyExists(
                format!("ChangeSet {name} already exists"),
            )),
            _ => Ok(None),
        }
    }

    /// Where the stack is, if it is to be there, and whether it can be changed now.
    pub(super) fn changeable(
        &self,
        proposal: &Proposal<'_>,
        change_set: Option<&str>,
    ) -> Result<Option<usize>, FormationRefused> {
        let name = proposal.stack;
        let Ok(at) = self.resources.stack_at(proposal.region, name) else {
            if proposal.creates {
                return Ok(None);
            }
            return FormationRefused::validation(format!("Stack [{name}] does not exist"));
        };
        let stack = &self.resources.stacks[at];
        let status = stack.status.as_str();
        if proposal.creates {
            return match (status, change_set) {
                ("REVIEW_IN_PROGRESS", Some(_)) => Ok(Some(at)),
                (_, Some(set)) => FormationRefused::validation(format!(
                    "Stack [{name}] already exists and cannot be created again with the changeSet [{set}]."
                )),
                (_, None) => Err(FormationRefused::AlreadyExists(format!(
                    "Stack [{name}] already exists"
                ))),
            };
        }
        if status.ends_with("_COMPLETE") && status != "ROLLBACK_COMPLETE"
            || status == "UPDATE_FAILED"
        {
            return Ok(Some(at));
        }
        FormationRefused::validation(format!(
            "Stack:{} is in {status} state and can not be updated.",
            stack.arn
        ))
    }

    /// A stack that waits for its change set.
    pub(super) fn found_stack(&mut self, proposal: &Proposal<'_>, goal: &Goal, arn: &str) -> usize {
        self.resources.stacks.push(Stack {
            region: proposal.region.clone(),
            name: proposal.stack.into(),
            arn: arn.into(),
            status: String::new(),
            reason: None,
            drift: "NOT_CHECKED".into(),
            drift_checked: None,
            created: self.present.at(),
            updated: None,
            description: goal.template.description.clone(),
            parameters: goal.target.parameters.clone().into_iter().collect(),
            outputs: Vec::new(),
            tags: goal.target.tags.clone(),
            formed: Formed::default(),
        });
        let at = self.resources.stacks.len() - 1;
        self.resources.stacks[at].becomes(
            self.present,
            "REVIEW_IN_PROGRESS",
            Some("User Initiated"),
            None,
        );
        at
    }

    pub(super) fn new_stack_arn(&self, region: &Region, name: &str) -> String {
        // The same name may be used again.
        let what = format!("stack {region} {name} {}", self.present.now);
        let id = names::uuid(self.present.seed, &what);
        format!("arn:aws:cloudformation:{region}:{ACCOUNT}:stack/{name}/{id}")
    }

    /// `ExecuteChangeSet`. The same token begins one operation.
    pub(crate) fn execute_change_set(
        &mut self,
        asked: &Execution<'_>,
    ) -> Result<(), FormationRefused> {
        let (at, set) =
            self.resources
                .change_set_at(asked.region, asked.stack, asked.change_set)?;
        let now = self.present.at();
        let change_set = self.resources.stacks[at].formed.change_sets[set].clone();
        let heard = asked
            .token
            .map(|token| (token.to_owned(), change_set.arn.clone()));
        let tokens = &self.resources.stacks[at].formed.tokens;
        if let Some(heard) = &heard {
            if tokens.contains(heard) {
                return Ok(());
            }
            if tokens.iter().any(|(token, _)| *token == heard.0) {
                return Err(FormationRefused::TokenAlreadyExists(format!(
                    "Token {} was used for another operation",
                    heard.0
                )));
            }
        }
        let (status, execution) = (change_set.status(now), change_set.execution_status(now));
        if execution != "AVAILABLE" {
            let shown = if status == "CREATE_COMPLETE" {
                format!("execution status of [{execution}]")
            } else {
                format!("status of [{status}]")
            };
            return Err(FormationRefused::InvalidChangeSetStatus(format!(
                "ChangeSet [{}] cannot be executed in its current {shown}",
                change_set.arn
            )));
        }
        let stack = &self.resources.stacks[at];
        if stack.formed.operation.is_some() {
            return FormationRefused::validation(format!(
                "Stack:{} is in {} state and can not be updated.",
                stack.arn, stack.status
            ));
        }
        let goal = Goal::read(change_set.target, asked.region, &stack.name, &stack.arn)?;
        let on_failure = if asked.keeps_failures {
            OnFailure::DoNothing
        } else {
            change_set.on_failure
        };
        self.resources.stacks[at].begin_forming(self.present, goal, on_failure, asked.token)?;
        let formed = &mut self.resources.stacks[at].formed;
        formed.tokens.extend(heard);
        formed.change_set = Some(change_set.arn);
        // The others were worked out on what the stack was.
        for (number, one) in formed.change_sets.iter_mut().enumerate() {
            if number == set {
                one.execution = "EXECUTE_IN_PROGRESS".into();
            } else if one.execution == "AVAILABLE" {
                one.execution = "OBSOLETE".into();
            }
        }
        Ok(())
    }
}

impl Resources {
    /// Where a change set is: by its ARN, or by its name and its stack's.
    pub(crate) fn change_set_at(
        &self,
        region: &Region,
        stack: Option<&str>,
        asked: &str,
    ) -> Result<(usize, usize), FormationRefused> {
        let missing = || FormationRefused::NoSuchChangeSet(asked.to_owned());
        let within = |at: usize| {
            let mut sets = self.stacks[at].formed.change_sets.iter().rev();
            let number = sets.len();
            let found =
                sets.position(|one| one.arn == asked || (stack.is_some() && one.name == asked))?;
            Some((at, number - 1 - found))
        };
        if let Some(name) = stack {
            return within(self.stack_at(region, name)?).ok_or_else(missing);
        }
        if !asked.starts_with("arn:") {
            return FormationRefused::validation(
                "StackName must be specified if ChangeSetName is not specified as an ARN.",
            );
        }
        let all = 0..self.stacks.len();
        let here = |at: &usize| self.stacks[*at].region == *region;
        all.filter(here).find_map(within).ok_or_else(missing)
    }

    /// `DeleteChangeSet`; one that does not exist is as good as deleted.
    pub(crate) fn discard_change_set(
        &mut self,
        region: &Region,
        stack: Option<&str>,
        asked: &str,
    ) -> Result<(), FormationRefused> {
        let (at, set) = match self.change_set_at(region, stack, asked) {
            Err(FormationRefused::NoSuchChangeSet(_)) => return Ok(()),
            found => found?,
        };
        let sets = &mut self.stacks[at].formed.change_sets;
        if sets[set].execution == "EXECUTE_IN_PROGRESS" {
            return Err(FormationRefused::InvalidChangeSetStatus(format!(
                "ChangeSet [{}] cannot be deleted in execution status [EXECUTE_IN_PROGRESS]",
                sets[set].arn
            )));
        }
        sets.remove(set);
        Ok(())
    }
}

impl Stack {
    /// The operation that a change set began is over.
    pub(super) fn conclude_change_set(&mut self) {
        let done = matches!(self.status.as_str(), "CREATE_COMPLETE" | "UPDATE_COMPLETE");
        let mut sets = self.formed.change_sets.iter_mut();
        if let Some(one) = sets.find(|one| one.execution == "EXECUTE_IN_PROGRESS") {
            one.execution = if done {
                "EXECUTE_COMPLETE".into()
            } else {
                "EXECUTE_FAILED".into()
            };
        }
    }
}

/// What the stack is to become, and what that changes.
pub(super) fn work_out(
    proposal: &Proposal<'_>,
    stack: Option<&Stack>,
    arn: &str,
) -> Result<(Goal, Result<Vec<Change>, String>), FormationRefused> {
    let template = match (
        proposal.source,
        stack.and_then(|one| one.formed.template.as_ref()),
    ) {
        (TemplateGiven::Text(text), _) => text.to_owned(),
        (TemplateGiven::Previous, Some(text)) if !proposal.creates => text.clone(),
        (TemplateGiven::Previous, _) => {
            return FormationRefused::validation(
                "Either Template URL or Template Body must be specified.",
            );
        }
    };
    let mut parameters = Parameters::new();
    for Given { name, value } in &proposal.parameters {
        let before = || {
            let mut known = stack.into_iter().flat_map(|one| &one.parameters);
            known.find(|(key, _)| key == name).map(|(_, v)| v.clone())
        };
        let Some(value) = value.clone().or_else(before) else {
            return FormationRefused::validation(format!(
                "Invalid input for parameter key {name}. Cannot specify usePreviousValue as true for a parameter key not in the previous template"
            ));
        };
        parameters.insert(name.clone(), value);
    }
    let target = Target {
        template,
        parameters,
        tags: match (&proposal.tags, stack) {
            (Some(tags), _) => tags.clone(),
            (None, Some(stack)) => stack.tags.clone(),
            (None, None) => Vec::new(),
        },
        capabilities: proposal.capabilities.clone(),
        role: proposal
            .role
            .clone()
            .or_else(|| stack.and_then(|one| one.formed.role.clone())),
    };
    let name = stack.map_or(proposal.stack, |one| &one.name);
    let goal = Goal::read(target, proposal.region, name, arn)?;
    acknowledged(&goal.template, &proposal.capabilities)?;
    let standing = stack.map_or(&[][..], |one| &one.formed.resources);
    let changes = goal.changes(standing)?;
    let differs = proposal.creates
        || !changes.is_empty()
        || stack.is_none_or(|one| one.tags != goal.target.tags || outputs_differ(one, &goal));
    let changes = if differs {
        Ok(changes)
    } else {
        Err(NO_CHANGES.into())
    };
    Ok((goal, changes))
}

/// Whether the caller acknowledges what the template may do.
fn acknowledged(template: &Template, given: &[String]) -> Result<(), FormationRefused> {
    let has = |name: &str| given.iter().any(|one| one == name);
    if template.transformed && !has("CAPABILITY_AUTO_EXPAND") {
        return Err(FormationRefused::InsufficientCapabilities(
            "CAPABILITY_AUTO_EXPAND",
        ));
    }
    let mut iam = template
        .resources
        .values()
        .filter(|one| IAM.contains(&one.kind.as_str()))
        .peekable();
    if iam.peek().is_none() {
        return Ok(());
    }
    let named = iam.any(|one| {
        let custom = ["RoleName", "ManagedPolicyName", "UserName", "GroupName"];
        custom.iter().any(|name| one.properties.get(name).is_some())
    });
    match (has("CAPABILITY_NAMED_IAM"), has("CAPABILITY_IAM")) {
        (true, _) => Ok(()),
        (false, true) if !named => Ok(()),
        _ if named => Err(FormationRefused::InsufficientCapabilities(
            "CAPABILITY_NAMED_IAM",
        )),
        _ => Err(FormationRefused::InsufficientCapabilities("CAPABILITY_IAM")),
    }
}

/// Whether the outputs declared are others than those there are.
fn outputs_differ(stack: &Stack, goal: &Goal) -> bool {
    let standing = super::target::Standing(&stack.formed.resources);
    goal.outputs(&standing)
        .is_ok_and(|outputs| outputs != stack.outputs)
}
