//! STS: who is asking.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sdk_sts::Client;

use crate::transport::call::Caller;
use crate::transport::error::AwsError;
use crate::transport::reply;
use crate::transport::session::{Session, sdk_client};
use gwctl_fleet::{Identity, Region};

/// A role to assume.
#[derive(Clone)]
pub(crate) struct WantedRole {
    pub(crate) arn: String,
    /// What CloudTrail calls the session.
    pub(crate) session_name: String,
    /// What the role's trust policy asks for.
    pub(crate) external_id: Option<String>,
}

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

    /// Credentials of the role, for an hour unless the role says otherwise.
    pub(crate) async fn assume_role(&self, wanted: &WantedRole) -> Result<Credentials, AwsError> {
        const ACTION: &str = "AssumeRole";
        let call = self
            .client
            .assume_role()
            .role_arn(&wanted.arn)
            .role_session_name(&wanted.session_name)
            .set_external_id(wanted.external_id.clone());
        let reply = self.caller.ask(ACTION, call.send()).await?;
        self.credentials(ACTION, reply.credentials())
            .map_err(|why| *why)
    }

    /// Credentials of the user who holds the MFA device and typed its code.
    pub(crate) async fn session_token(
        &self,
        device: &str,
        code: &str,
    ) -> Result<Credentials, AwsError> {
        const ACTION: &str = "GetSessionToken";
        let call = self
            .client
            .get_session_token()
            .serial_number(device)
            .token_code(code);
        let reply = self.caller.ask(ACTION, call.send()).await?;
        self.credentials(ACTION, reply.credentials())
            .map_err(|why| *why)
    }

    fn credentials(
        &self,
        action: &'static str,
        told: Option<&aws_sdk_sts::types::Credentials>,
    ) -> Result<Credentials, Box<AwsError>> {
        let told = told.ok_or_else(|| self.caller.garbled(action, "no credentials in it"))?;
        let end = SystemTime::try_from(*told.expiration()).map_err(|_| {
            self.caller
                .garbled(action, "the time of their end is not valid")
        })?;
        Ok(Credentials::new(
            told.access_key_id(),
            told.secret_access_key(),
            Some(told.session_token().to_owned()),
            Some(end),
            "AWS STS",
        ))
    }
}
