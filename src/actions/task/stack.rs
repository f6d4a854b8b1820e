//! A stack made or changed, by a change set that is compared with the plan before it is carried out
//! (aws-facts §6.2).

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::change_set::{summary, surprise};
use super::stack_log::{cause, follow, progress};
use super::work::{Context, Next, Observation, Sent, Work, change, read, unobserved};
use crate::{Dependency, Expected, PlannedCall, RunContext};
use gwctl_aws::{AwsError, CloudFormation, ErrorKind, WantedChangeSet};
use gwctl_fleet::{Course, Region, StackDescription};
use gwctl_stacks::{Action, Capability, Kind, Parameters, Part};

/// The tag that says which template a stack was made from.
const TEMPLATE: &str = "gwctl:template";

const CREATE: &str = "CreateChangeSet";
const EXECUTE: &str = "ExecuteChangeSet";
const DISCARD: &str = "DeleteChangeSet";
const DELETE: &str = "DeleteStack";

/// Where a template comes from. Its digest is what was planned with: another text is another plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateSource {
    /// What it makes.
    pub kind: Kind,
    /// A file of one's own; gwctl's without it.
    pub path: Option<String>,
    /// Digest of its text.
    pub digest: String,
}

/// Why a template is not at hand as it was planned with.
#[derive(Debug, thiserror::Error)]
enum NoTemplate {
    #[error("the template {path} cannot be read: {cause}")]
    Unreadable {
        path: String,
        #[source]
        cause: std::io::Error,
    },
    #[error("the {0} template is not the one that was planned with: plan again")]
    Changed(Kind),
}

impl TemplateSource {
    /// The text, as it was when it was planned with.
    fn text(&self) -> Result<String, NoTemplate> {
        let text = match &self.path {
            None => self.kind.template(),
            Some(path) => gwctl_files::read_to_string(Path::new(path)).map_err(|cause| {
                let path = path.clone();
                NoTemplate::Unreadable { path, cause }
            })?,
        };
        if gwctl_store::digest(text.as_bytes()) == self.digest {
            Ok(text)
        } else {
            Err(NoTemplate::Changed(self.kind))
        }
    }
}

/// Change set, comparison, execution, until the stack is complete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildStack {
    pub stack: String,
    /// Where.
    pub region: Region,
    /// The template.
    pub source: TemplateSource,
    /// All that is given of its parameters. `{{REGION/STACK/Output}}` stands for another stack's output.
    pub parameters: Parameters,
    /// Tags of the stack and of everything in it.
    pub tags: Parameters,
    /// The change set's name, of this plan alone.
    pub change_set: String,
    /// Whether the stack is to be made.
    pub new: bool,
    /// What the plan says becomes of its resources.
    pub parts: Vec<Part>,
    /// CloudFormation's service role.
    pub role: Option<String>,
    /// What is acknowledged of the template.
    #[serde(default)]
    pub capabilities: Vec<Capability>,
    /// Only a stack that is there, and whole, is changed: preparing one for its deletion.
    #[serde(default)]
    pub if_there: bool,
}

impl Work for BuildStack {
    fn calls(&self) -> Vec<PlannedCall> {
        let region = &self.region;
        let mut calls = vec![
            change("cloudformation", CREATE, region),
            change("cloudformation", EXECUTE, region),
            read("cloudformation", "DescribeStacks", region),
            read("cloudformation", "DescribeChangeSet", region),
            read("cloudformation", "DescribeStackEvents", region),
        ];
        let elsewhere = self.parameters.values().flat_map(|value| outputs(value));
        for (other, ..) in elsewhere {
            let call = read("cloudformation", "DescribeStacks", &other);
            if !calls.contains(&call) {
                calls.push(call);
            }
        }
        calls
    }

    fn times(&self) -> (Expected, u64) {
        let slowest = self.parts.iter().map(typical_s).max();
        let likely = 30 + slowest.unwrap_or(10);
        let source = "nobody knows: AWS publishes no durations (aws-facts §6.4)";
        (Expected::or_much_longer(likely, likely / 3, source), 5_400)
    }

    fn sends(&self) -> Option<String> {
        Some(self.stack.clone())
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        let formation = context.run.session.cloudformation(&self.region);
        let found = match formation.formation(&self.stack).await {
            Ok(found) => found,
            Err(error) => return unobserved(&error),
        };
        let wanted = match self.resolved(context.run).await {
            Ok(wanted) => wanted,
            Err(seen) => return seen,
        };
        let whole = |stack: &StackDescription| {
            !matches!(
                stack.status.as_str(),
                "REVIEW_IN_PROGRESS" | "ROLLBACK_COMPLETE" | "CREATE_FAILED" | "ROLLBACK_FAILED"
            )
        };
        if self.if_there && !found.as_ref().is_some_and(whole) {
            return Observation::Done(format!("the stack {} has nothing to prepare", self.stack));
        }
        if !self.new && found.is_none() {
            return Observation::Wrong(format!(
                "{} does not exist any more: it cannot be changed",
                self.stack
            ));
        }
        let Some(stack) = found else {
            return self.by_change_set(context, &formation).await;
        };
        if stack.status != "REVIEW_IN_PROGRESS" {
            follow(context, &formation, &stack.id).await;
        }
        match (Course::of(&stack.status), context.sent) {
            (Course::Moving, _) => {
                Observation::Underway(progress(context, &stack, self.parts.len()))
            }
            (Course::Good, _) if self.is(&stack, &wanted) => {
                Observation::Done(format!("{} {}", self.stack, stack.status))
            }
            (Course::Good | Course::Waiting | Course::Gone, _) => {
                self.by_change_set(context, &formation).await
            }
            // Only deletion is left of a stack whose making was rolled back; ordered by a retry.
            (Course::RolledBack, None | Some(DELETE)) if stack.status == "ROLLBACK_COMPLETE" => {
                Observation::Next(Next {
                    operation: DELETE,
                    what: format!("{}, which was rolled back", self.stack),
                })
            }
            (Course::RolledBack, None | Some(CREATE | DISCARD))
                if stack.status != "ROLLBACK_COMPLETE" =>
            {
                self.by_change_set(context, &formation).await
            }
            (Course::RolledBack, _) => Observation::Wrong(format!(
                "{} is {}: {}",
                self.stack,
                stack.status,
                cause(context, &formation, &stack).await
            )),
            (Course::Stuck, _) => Observation::Wrong(format!(
                "{} is {}: {}; first repair this stack in CloudFormation",
                self.stack,
                stack.status,
                cause(context, &formation, &stack).await
            )),
            (Course::Unknown, _) => Observation::Unknown(format!(
                "{} is {}, a status gwctl does not know",
                self.stack, stack.status
            )),
        }
    }

    async fn apply_one(&self, operation: &str, run_context: &RunContext) -> Result<Sent, AwsError> {
        let hands = run_context.mutating_session().cloudformation(&self.region);
        let receipt = match operation {
            EXECUTE => {
                let token = self.token(run_context).await?;
                hands
                    .execute_change_set(&self.stack, &self.change_set, &token)
                    .await?
            }
            DISCARD => {
                hands
                    .delete_change_set(&self.stack, &self.change_set)
                    .await?
            }
            DELETE => {
                let token = self.token(run_context).await?;
                hands.delete_stack(&self.stack, &[], &token).await?
            }
            _ => {
                let text = self.source.text();
                let text = text.map_err(|why| self.refused(why.to_string()))?;
                let parameters = self.resolved(run_context).await.map_err(|seen| {
                    self.refused(format!("a parameter is not known yet: {}", seen.said()))
                })?;
                let mut tags = self.tags.clone();
                tags.insert(TEMPLATE.into(), self.source.digest.clone());
                let capabilities: Vec<&str> =
                    self.capabilities.iter().map(|one| one.word()).collect();
                let there = run_context.session.cloudformation(&self.region);
                let there = there.formation(&self.stack).await?;
                hands
                    .create_change_set(&WantedChangeSet {
                        stack: &self.stack,
                        name: &self.change_set,
                        new: there.is_none_or(|stack| stack.status == "REVIEW_IN_PROGRESS"),
                        template: &text,
                        parameters: &parameters,
                        tags: &tags,
                        capabilities: &capabilities,
                        role: self.role.as_deref(),
                    })
                    .await?
            }
        };
        Ok(receipt.into())
    }
}

impl BuildStack {
    /// The control planes that its resources are made through: those of the whole world are in us-east-1,
    /// and API Gateway's depends on Route 53's (aws-facts §6.1, §11.3).
    pub(super) fn control_planes(&self) -> Vec<Dependency> {
        let mut services: Vec<&str> = self
            .parts
            .iter()
            .filter_map(|part| match part.kind.split("::").nth(1)? {
                "Route53" | "ApiGateway" | "ApiGatewayV2" => Some("route53"),
                "CloudFront" => Some("cloudfront"),
                _ => None,
            })
            .collect();
        services.sort_unstable();
        services.dedup();
        services
            .into_iter()
            .map(|service| Dependency::Api {
                service: service.into(),
                region: Region::global(),
            })
            .collect()
    }

    /// Whether the stack is as the plan wants it.
    fn is(&self, stack: &StackDescription, wanted: &Parameters) -> bool {
        let same = wanted
            .iter()
            .all(|(name, value)| stack.parameters.get(name) == Some(value));
        same && stack.tags.get(TEMPLATE) == Some(&self.source.digest)
    }

    /// Whether what the template makes is not all in it.
    fn expands(&self) -> bool {
        self.capabilities.contains(&Capability::AutoExpand)
    }

    async fn by_change_set(
        &self,
        context: &Context<'_>,
        formation: &CloudFormation,
    ) -> Observation {
        let found = match formation.change_set(&self.stack, &self.change_set).await {
            Ok(found) => found,
            Err(error) => return unobserved(&error),
        };
        let next = |operation, what: &str| {
            Observation::Next(Next {
                operation,
                what: format!("{} of {}{what}", self.change_set, self.stack),
            })
        };
        let Some(set) = found else {
            // Executed change sets go; what came of it shows in the stack.
            if context.sent == Some(EXECUTE) {
                return Observation::Underway("the change set was executed".into());
            }
            return next(CREATE, "");
        };
        let why = set.reason.clone().unwrap_or_default();
        match (set.status.as_str(), set.execution.as_str()) {
            _ if set.is_empty() => Observation::Done(format!("{}: nothing to change", self.stack)),
            (_, "EXECUTE_IN_PROGRESS") => {
                Observation::Underway("the change set is being executed".into())
            }
            // Spent by an earlier try.
            (_, "EXECUTE_COMPLETE" | "EXECUTE_FAILED") if context.sent != Some(EXECUTE) => {
                next(DISCARD, ", which was used")
            }
            (_, "EXECUTE_COMPLETE" | "EXECUTE_FAILED") => {
                Observation::Underway("the change set was executed".into())
            }
            (_, "OBSOLETE") => Observation::Wrong(
                "the stack was changed since its change set was made: plan again".into(),
            ),
            ("FAILED", _) if context.sent.is_none() => next(DISCARD, ", which failed"),
            ("FAILED", _) => Observation::Wrong(format!("the change set failed: {why}")),
            ("CREATE_COMPLETE", "AVAILABLE") => match surprise(&set, &self.parts, self.expands()) {
                Some(surprise) => Observation::Wrong(format!(
                    "the change set {} differs from the plan: {surprise}. Nothing was changed. If you want this \
                     change, execute it in CloudFormation by hand, then retry",
                    self.change_set
                )),
                None => next(EXECUTE, &format!(": {}", summary(&set))),
            },
            (status, _) => Observation::Underway(format!("change set {status}")),
        }
    }

    /// The parameters with other stacks' outputs filled in.
    async fn resolved(&self, run_context: &RunContext) -> Result<Parameters, Observation> {
        let mut resolved = self.parameters.clone();
        for value in resolved.values_mut() {
            for (region, stack, output) in outputs(value) {
                let asked = run_context.session.cloudformation(&region);
                let found = asked
                    .formation(&stack)
                    .await
                    .map_err(|error| unobserved(&error))?;
                let known = found.and_then(|found| found.outputs.get(&output).cloned());
                let known = known.ok_or_else(|| {
                    Observation::Wrong(format!("{stack} in {region} has no output {output}"))
                })?;
                *value = value.replace(&placeholder(&region, &stack, &output), &known);
            }
        }
        Ok(resolved)
    }

    /// The same for the same try: CloudFormation takes a call with it once.
    async fn token(&self, run_context: &RunContext) -> Result<String, AwsError> {
        let formation = run_context.session.cloudformation(&self.region);
        let stack = formation.formation(&self.stack).await?;
        let changed = stack.and_then(|stack| stack.changed);
        let at = changed.map_or(0, jiff::Timestamp::as_second);
        Ok(format!("{}-{at}", self.change_set))
    }

    fn refused(&self, message: String) -> AwsError {
        AwsError::own(
            ErrorKind::Other,
            "cloudformation",
            CREATE,
            &self.region,
            message,
        )
    }
}

/// What a parameter says for another stack's output.
pub(crate) fn placeholder(region: &Region, stack: &str, output: &str) -> String {
    format!("{{{{{region}/{stack}/{output}}}}}")
}

/// The outputs that a parameter stands for.
fn outputs(value: &str) -> Vec<(Region, String, String)> {
    let inner = value.split("{{").skip(1);
    inner
        .filter_map(|rest| {
            let mut words = rest.split_once("}}")?.0.split('/');
            let region = Region::new(words.next()?).ok()?;
            Some((region, words.next()?.to_owned(), words.next()?.to_owned()))
        })
        .collect()
}

/// What a resource usually takes, in seconds; AWS publishes almost none of it (aws-facts §6.4).
fn typical_s(part: &Part) -> u64 {
    let made = part.action == Action::Add;
    match part.kind.as_str() {
        // The instance comes after its cluster.
        "AWS::RDS::DBInstance" if made => 720,
        "AWS::RDS::DBInstance" | "AWS::RDS::DBCluster" | "AWS::CloudFront::Distribution" => 300,
        "AWS::CertificateManager::Certificate" if made => 120,
        "AWS::Route53::RecordSet" => 60,
        _ => 20,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_found_in_a_parameter_wherever_they_stand() {
        let value = format!(
            "arn:aws:execute-api:eu-west-1:1:{}/*",
            placeholder(&Region::global(), "orders-us-east-1", "ApiId")
        );
        let found = outputs(&value);
        assert_eq!(
            found,
            [(Region::global(), "orders-us-east-1".into(), "ApiId".into())]
        );
        assert!(outputs("10.0.0.0/16").is_empty() && outputs("{{resolve:x}}").is_empty());
    }
}
