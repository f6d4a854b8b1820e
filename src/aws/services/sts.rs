//! STS: who is asking.

use aws_sdk_sts::Client;

use crate::transport::call::Caller;
use crate::transport::error::AwsError;
use crate::transport::reply;
use crate::transport::session::{Session, sdk_client};
use gwctl_fleet::{Identity, Region};

/// STS in one Region. Clock skew and round trip of its answers are in [`Session::reach`].
#[derive(Debug, Clone)]
pub struct Sts {
    client: Client,
    caller: Caller,
    endpoint: Option<String>,
}

impl Session {
    /// STS in `region`: the Regional endpoint, never the global one (aws-facts §9.5).
    pub fn sts(&self, region: &Region) -> Sts {
        let caller = self.caller("sts", region);
        Sts {
            client: self.client(&caller, sdk_client!(aws_sdk_sts)),
            caller,
            endpoint: self.endpoint(),
        }
    }
}

impl Sts {
    /// Account and principal of the credentials in use.
    pub async fn identity(&self) -> Result<Identity, AwsError> {
        const ACTION: &str = "GetCallerIdentity";
        let reply = self
            .caller
            .ask(ACTION, self.client.get_caller_identity().send())
            .await?;
        match (reply.account(), reply.arn()) {
            (Some(account), Some(arn)) => Ok(Identity {
                account: reply::name(account),
                arn: reply::name(arn),
                endpoint: self.endpoint.clone(),
            }),
            _ => Err(self.caller.garbled(ACTION, "no account or ARN in it")),
        }
    }
}
