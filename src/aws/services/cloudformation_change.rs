//! CloudFormation: what makes, changes and deletes stacks. All of it is asynchronous: a receipt says that
//! AWS took the call, the stack's status and events tell what came of it (aws-facts §6.2).

use std::collections::BTreeMap;

use aws_sdk_cloudformation::types::{self as sdk, ChangeSetType, OnStackFailure, Parameter, Tag};

use crate::services::cloudformation::CloudFormation;
use crate::transport::error::AwsError;
use crate::transport::receipt::Receipt;

/// A change set to be made.
#[derive(Debug, Clone, Copy)]
pub struct WantedChangeSet<'a> {
    pub stack: &'a str,
    /// Its own name; also the token by which asking twice makes one.
    pub name: &'a str,
    /// Whether the stack does not exist yet.
    pub new: bool,
    pub template: &'a str,
    /// All parameters.
    pub parameters: &'a BTreeMap<String, String>,
    /// Tags of the stack and of everything in it.
    pub tags: &'a BTreeMap<String, String>,
    /// What is acknowledged, in CloudFormation's words: `CAPABILITY_NAMED_IAM`.
    pub capabilities: &'a [&'static str],
    /// The service role.
    pub role: Option<&'a str>,
}

impl CloudFormation {
    /// Has CloudFormation work out what a template and parameters would change. Nothing is changed yet; a
    /// new stack is `REVIEW_IN_PROGRESS` until its change set is executed.
    pub async fn create_change_set(
        &self,
        wanted: &WantedChangeSet<'_>,
    ) -> Result<Receipt, AwsError> {
        let kind = if wanted.new {
            ChangeSetType::Create
        } else {
            ChangeSetType::Update
        };
        let parameters = wanted.parameters.iter().map(|(name, value)| {
            Parameter::builder()
                .parameter_key(name)
                .parameter_value(value)
                .build()
        });
        let tags = wanted
            .tags
            .iter()
            .map(|(key, value)| Tag::builder().key(key).value(value).build());
        let capabilities = wanted
            .capabilities
            .iter()
            .copied()
            .map(sdk::Capability::from);
        let call = self
            .client
            .create_change_set()
            .stack_name(wanted.stack)
            .change_set_name(wanted.name)
            .client_token(wanted.name)
            .change_set_type(kind)
            .template_body(wanted.template)
            .set_parameters(Some(parameters.collect()))
            .set_tags(Some(tags.collect()))
            .set_capabilities(Some(capabilities.collect()))
            .on_stack_failure(OnStackFailure::Rollback)
            .set_role_arn(wanted.role.map(Into::into))
            .send();
        let (_, receipt) = self
            .caller
            .change("CreateChangeSet", Box::pin(call))
            .await?;
        Ok(receipt)
    }

    /// Carries a change set out. `token` makes asking twice ask once.
    pub async fn execute_change_set(
        &self,
        stack: &str,
        change_set: &str,
        token: &str,
    ) -> Result<Receipt, AwsError> {
        let call = self
            .client
            .execute_change_set()
            .stack_name(stack)
            .change_set_name(change_set)
            .client_request_token(token)
            .send();
        let (_, receipt) = self
            .caller
            .change("ExecuteChangeSet", Box::pin(call))
            .await?;
        Ok(receipt)
    }

    /// Throws a change set away that was not executed.
    pub async fn delete_change_set(
        &self,
        stack: &str,
        change_set: &str,
    ) -> Result<Receipt, AwsError> {
        let call = self
            .client
            .delete_change_set()
            .stack_name(stack)
            .change_set_name(change_set)
            .send();
        let (_, receipt) = self
            .caller
            .change("DeleteChangeSet", Box::pin(call))
            .await?;
        Ok(receipt)
    }

    /// Deletes a stack and, as far as their policies allow, what it made. Only the stack with this ARN is
    /// meant: a later one of the same name is another. What `retain` names stays, where deletion failed.
    pub async fn delete_stack(
        &self,
        stack_id: &str,
        retain: &[String],
        token: &str,
    ) -> Result<Receipt, AwsError> {
        let call = self
            .client
            .delete_stack()
            .stack_name(stack_id)
            .set_retain_resources((!retain.is_empty()).then(|| retain.to_vec()))
            .client_request_token(token)
            .send();
        let (_, receipt) = self.caller.change("DeleteStack", Box::pin(call)).await?;
        Ok(receipt)
    }

    /// Has CloudFormation look for resources that are not as the stack left them; the id to ask by.
    pub async fn detect_drift(&self, stack: &str) -> Result<String, AwsError> {
        const ACTION: &str = "DetectStackDrift";
        let call = self.client.detect_stack_drift().stack_name(stack).send();
        let (reply, _) = self.caller.change(ACTION, Box::pin(call)).await?;
        reply
            .stack_drift_detection_id()
            .map(crate::transport::reply::name)
            .ok_or_else(|| self.caller.garbled(ACTION, "no detection id in the reply"))
    }
}
