//! CloudFormation: how a stack stands, what happened in it, what a change set would do, what drifted.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::types as sdk;
use jiff::Timestamp;

use crate::services::cloudformation::CloudFormation;
use crate::transport::error::{AwsError, ErrorKind};
use crate::transport::reply;
use gwctl_fleet::{
    ChangeSet, Drifted, PropertyDifference, ResourceChange, StackDescription, StackEvent,
};

/// Pages read at most: a stack has 500 resources at most, and a few events of each.
const PAGES: usize = 40;

impl CloudFormation {
    /// The stack called `name`, or with this ARN; none where there is no such stack.
    pub async fn formation(&self, name: &str) -> Result<Option<StackDescription>, AwsError> {
        let call = self.client.describe_stacks().stack_name(name).send();
        match self.caller.ask("DescribeStacks", call).await {
            Ok(reply) => Ok(reply.stacks().first().map(formation)),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Every stack of the Region.
    pub async fn formations(&self) -> Result<Vec<StackDescription>, AwsError> {
        let mut all = Vec::new();
        let mut next = None;
        for _ in 0..PAGES {
            let call = self.client.describe_stacks().set_next_token(next).send();
            let page = self.caller.ask("DescribeStacks", call).await?;
            all.extend(page.stacks().iter().map(formation));
            next = page.next_token;
            if next.is_none() {
                return Ok(all);
            }
        }
        Err(self.caller.cut_short("DescribeStacks"))
    }

    /// What happened in a stack since `after`, oldest first. A stack that is gone is asked for by its ARN.
    pub async fn events(&self, stack: &str, after: Timestamp) -> Result<Vec<StackEvent>, AwsError> {
        let mut newest_first = Vec::new();
        let mut next = None;
        for _ in 0..PAGES {
            let call = self
                .client
                .describe_stack_events()
                .stack_name(stack)
                .set_next_token(next)
                .send();
            let page = self.caller.ask("DescribeStackEvents", call).await?;
            let read: Vec<StackEvent> = page.stack_events().iter().filter_map(event).collect();
            let older = read.iter().any(|event| event.at < after);
            newest_first.extend(read.into_iter().filter(|event| event.at >= after));
            next = page.next_token;
            if next.is_none() || older {
                newest_first.reverse();
                return Ok(newest_first);
            }
        }
        Err(self.caller.cut_short("DescribeStackEvents"))
    }

    /// What a change set would do; none where there is no such change set.
    pub async fn change_set(&self, stack: &str, name: &str) -> Result<Option<ChangeSet>, AwsError> {
        let mut whole: Option<ChangeSet> = None;
        let mut next = None;
        for _ in 0..PAGES {
            let call = self
                .client
                .describe_change_set()
                .stack_name(stack)
                .change_set_name(name)
                .set_next_token(next)
                .send();
            let page = match self.caller.ask("DescribeChangeSet", call).await {
                Ok(page) => page,
                Err(error) if error.kind == ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(error),
            };
            let known = whole.get_or_insert_with(|| ChangeSet {
                name: reply::name(name),
                status: reply::name_or_empty(page.status().map(|status| status.as_str())),
                execution: reply::name_or_empty(
                    page.execution_status().map(|status| status.as_str()),
                ),
                reason: page
                    .status_reason()
                    .map(reply::message)
                    .filter(|why| !why.is_empty()),
                changes: Vec::new(),
            });
            let changes = page.changes().iter();
            known
                .changes
                .extend(changes.filter_map(|change| Some(resource(change.resource_change()?))));
            next = page.next_token;
            if next.is_none() {
                return Ok(whole);
            }
        }
        Err(self.caller.cut_short("DescribeChangeSet"))
    }

    /// Whether drift detection is over: its status and reason.
    pub async fn drift_detection(&self, id: &str) -> Result<(String, Option<String>), AwsError> {
        let call = self
            .client
            .describe_stack_drift_detection_status()
            .stack_drift_detection_id(id)
            .send();
        let reply = self
            .caller
            .ask("DescribeStackDriftDetectionStatus", call)
            .await?;
        let status = reply
            .detection_status()
            .map(sdk::StackDriftDetectionStatus::as_str);
        let why = reply.detection_status_reason().map(reply::message);
        Ok((reply::name_or_empty(status), why))
    }

    /// What the newest detection found to differ.
    pub async fn drifts(&self, stack: &str) -> Result<Vec<Drifted>, AwsError> {
        let mut all = Vec::new();
        let mut next = None;
        for _ in 0..PAGES {
            let call = self
                .client
                .describe_stack_resource_drifts()
                .stack_name(stack)
                .stack_resource_drift_status_filters(sdk::StackResourceDriftStatus::Modified)
                .stack_resource_drift_status_filters(sdk::StackResourceDriftStatus::Deleted)
                .set_next_token(next)
                .send();
            let page = self.caller.ask("DescribeStackResourceDrifts", call).await?;
            all.extend(page.stack_resource_drifts().iter().map(drifted));
            next = page.next_token;
            if next.is_none() {
                return Ok(all);
            }
        }
        Err(self.caller.cut_short("DescribeStackResourceDrifts"))
    }
}

fn formation(stack: &sdk::Stack) -> StackDescription {
    let pair = |key: Option<&str>, value: Option<&str>| {
        Some((
            reply::some_name(key)?,
            reply::message(value.unwrap_or_default()),
        ))
    };
    let parameters = stack.parameters().iter();
    let outputs = stack.outputs().iter();
    let tags = stack.tags().iter();
    StackDescription {
        name: reply::name_or_empty(stack.stack_name()),
        id: reply::name_or_empty(stack.stack_id()),
        status: reply::name_or_empty(stack.stack_status().map(|status| status.as_str())),
        reason: stack
            .stack_status_reason()
            .map(reply::message)
            .filter(|why| !why.is_empty()),
        parameters: parameters
            .filter_map(|one| pair(one.parameter_key(), one.parameter_value()))
            .collect(),
        outputs: outputs
            .filter_map(|one| pair(one.output_key(), one.output_value()))
            .collect(),
        tags: tags
            .filter_map(|one| pair(one.key(), one.value()))
            .collect::<BTreeMap<_, _>>(),
        service_role: reply::some_name(stack.role_arn()),
        protected: stack.enable_termination_protection() == Some(true),
        changed: reply::moment(stack.last_updated_time().or(stack.creation_time())),
    }
}

fn event(event: &sdk::StackEvent) -> Option<StackEvent> {
    Some(StackEvent {
        id: reply::name_or_empty(event.event_id()),
        at: reply::moment(event.timestamp())?,
        logical: reply::name_or_empty(event.logical_resource_id()),
        physical: reply::some_name(event.physical_resource_id()),
        kind: reply::name_or_empty(event.resource_type()),
        status: reply::name_or_empty(event.resource_status().map(|status| status.as_str())),
        reason: event
            .resource_status_reason()
            .map(reply::message)
            .filter(|why| !why.is_empty()),
    })
}

fn resource(change: &sdk::ResourceChange) -> ResourceChange {
    ResourceChange {
        action: reply::name_or_empty(change.action().map(|action| action.as_str())),
        logical: reply::name_or_empty(change.logical_resource_id()),
        kind: reply::name_or_empty(change.resource_type()),
        replacement: reply::name_or_empty(change.replacement().map(|one| one.as_str())),
        recreating: change.details().iter().filter_map(recreating).collect(),
        policy: reply::some_name(change.policy_action().map(|one| one.as_str())),
    }
}

/// The property, where its change may make another resource of it.
fn recreating(detail: &sdk::ResourceChangeDetail) -> Option<String> {
    let target = detail.target()?;
    if target.requires_recreation() == Some(&sdk::RequiresRecreation::Never) {
        return None;
    }
    // Tags and policies are changed in place.
    let properties = target.attribute() == Some(&sdk::ResourceAttribute::Properties);
    reply::some_name(target.name()).filter(|_| properties)
}

fn drifted(drift: &sdk::StackResourceDrift) -> Drifted {
    let differences = drift.property_differences().iter();
    Drifted {
        logical: reply::name_or_empty(drift.logical_resource_id()),
        physical: reply::name_or_empty(drift.physical_resource_id()),
        kind: reply::name_or_empty(drift.resource_type()),
        status: reply::name_or_empty(
            drift
                .stack_resource_drift_status()
                .map(|status| status.as_str()),
        ),
        differences: differences
            .map(|one| PropertyDifference {
                path: reply::name_or_empty(one.property_path()),
                expected: reply::message(one.expected_value().unwrap_or_default()),
                actual: reply::message(one.actual_value().unwrap_or_default()),
            })
            .collect(),
    }
}
