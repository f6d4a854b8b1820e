//! A stack deleted, and what its policies let go (aws-facts §6.3).

use serde::{Deserialize, Serialize};

use super::stack_log::{cause, follow, progress};
use super::work::{Context, Next, Observation, Sent, Work, change, read, unobserved};
use crate::{Expected, PlannedCall, RunContext};
use gwctl_aws::AwsError;
use gwctl_fleet::{Course, Region};

const DELETE: &str = "DeleteStack";

/// `DeleteStack`, until it is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveStack {
    pub stack: String,
    /// Where.
    pub region: Region,
    /// Its ARN, where it is known: another stack of the name is not meant.
    pub id: Option<String>,
    /// How many resources go.
    pub parts: usize,
    /// How long that usually takes, in seconds.
    pub expected_s: u64,
}

impl Work for RemoveStack {
    fn calls(&self) -> Vec<PlannedCall> {
        let region = &self.region;
        vec![
            change("cloudformation", DELETE, region),
            read("cloudformation", "DescribeStacks", region),
            read("cloudformation", "DescribeStackEvents", region),
        ]
    }

    fn times(&self) -> (Expected, u64) {
        (
            Expected::or_much_longer(
                self.expected_s,
                self.expected_s / 3,
                "nobody knows: AWS publishes no durations (aws-facts §6.4)",
            ),
            7_200,
        )
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
        let Some(stack) = found else {
            if let Some(id) = &self.id {
                follow(context, &formation, id).await;
            }
            return Observation::Done(format!("{} is deleted", self.stack));
        };
        if self.id.as_ref().is_some_and(|id| id != &stack.id) {
            return Observation::Done(format!(
                "{} is deleted; another stack has its name now",
                self.stack
            ));
        }
        follow(context, &formation, &stack.id).await;
        match Course::of(&stack.status) {
            Course::Gone => Observation::Done(format!("{} is deleted", self.stack)),
            Course::Moving => Observation::Underway(progress(context, &stack, self.parts)),
            Course::Stuck if stack.status == "DELETE_FAILED" && context.sent.is_some() => {
                Observation::Wrong(format!(
                    "{} is {}: {}",
                    self.stack,
                    stack.status,
                    cause(context, &formation, &stack).await
                ))
            }
            _ if stack.protected => Observation::Wrong(format!(
                "{} has termination protection: turn it off in CloudFormation to delete the stack",
                self.stack
            )),
            _ => Observation::Next(Next {
                operation: DELETE,
                what: self.stack.clone(),
            }),
        }
    }

    async fn apply(&self, run_context: &RunContext) -> Result<Sent, AwsError> {
        let formation = run_context.session.cloudformation(&self.region);
        let found = formation.formation(&self.stack).await?;
        let changed = found.as_ref().and_then(|stack| stack.changed);
        let token = format!(
            "gwctl-delete-{}",
            changed.map_or(0, jiff::Timestamp::as_second)
        );
        let id = self.id.clone().or_else(|| found.map(|stack| stack.id));
        run_context
            .mutating_session()
            .cloudformation(&self.region)
            .delete_stack(id.as_deref().unwrap_or(&self.stack), &[], &token)
            .await
            .map(Into::into)
    }
}
