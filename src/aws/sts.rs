//! STS: who is asking.

use aws_sdk_sts::Client;

use super::error::AwsError;
use super::line::Line;
use super::reply;
use super::session::{Session, sdk_client};
use gwctl_fleet::{Identity, Region};

/// STS in one Region. Clock skew and round trip of its answers are in [`Session::reach`].
#[derive(Debug, Clone)]
pub struct Sts {
    client: Client,
    line: Line,
    endpoint: Option<String>,
}

impl Session {
    /// STS in `region`: the Regional endpoint, never the global one (aws-facts §9.5).
    pub fn sts(&self, region: &Region) -> Sts {
        let line = self.line("sts", region);
        Sts {
            client: self.client(&line, sdk_client!(aws_sdk_sts)),
            line,
            endpoint: self.endpoint(),
        }
    }
}

impl Sts {
    /// Account and principal of the credentials in use.
    pub async fn identity(&self) -> Result<Identity, AwsError> {
        const ACTION: &str = "GetCallerIdentity";
        let reply = self
            .line
            .ask(ACTION, self.client.get_caller_identity().send())
            .await?;
        match (reply.account(), reply.arn()) {
            (Some(account), Some(arn)) => Ok(Identity {
                account: reply::name(account),
                arn: reply::name(arn),
                endpoint: self.endpoint.clone(),
            }),
            _ => Err(self.line.garbled(ACTION, "no account or ARN in it")),
        }
    }
}
