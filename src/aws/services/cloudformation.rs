//! CloudFormation: the stacks the fleet was built from.

use aws_sdk_cloudformation::Client;

use crate::transport::call::Caller;
use crate::transport::error::AwsError;
use crate::transport::reply;
use crate::transport::session::{Session, sdk_client};
use gwctl_fleet::{Region, Stack};

/// CloudFormation in one Region.
#[derive(Debug, Clone)]
pub struct CloudFormation {
    pub(crate) client: Client,
    pub(crate) caller: Caller,
}

impl Session {
    /// CloudFormation in `region`.
    pub fn cloudformation(&self, region: &Region) -> CloudFormation {
        let caller = self.caller("cloudformation", region);
        CloudFormation {
            client: self.client(&caller, sdk_client!(aws_sdk_cloudformation)),
            caller,
        }
    }
}

impl CloudFormation {
    /// The stack `name`.
    pub async fn stack(&self, name: &str) -> Result<Stack, AwsError> {
        const ACTION: &str = "DescribeStacks";
        let call = self.client.describe_stacks().stack_name(name).send();
        let reply = self.caller.ask(ACTION, call).await?;
        let stack = reply
            .stacks()
            .first()
            .ok_or_else(|| self.caller.not_found(ACTION, &format!("stack {name}")))?;
        let drift = stack
            .drift_information()
            .and_then(|drift| drift.stack_drift_status());
        Ok(Stack {
            name: reply::name(stack.stack_name().unwrap_or(name)),
            status: reply::name_or_empty(stack.stack_status().map(|status| status.as_str())),
            status_reason: stack
                .stack_status_reason()
                .map(reply::message)
                .filter(|why| !why.is_empty()),
            drift: reply::name(drift.map_or("NOT_CHECKED", |drift| drift.as_str())),
            changed: reply::moment(stack.last_updated_time().or(stack.creation_time())),
        })
    }
}
