//! Credentials with multi-factor authentication: the code is asked for once, and lasts for every role that is
//! assumed with them.
//!
//! A code is good for one call alone, so it goes to `GetSessionToken`, whose credentials then assume every role.

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};

use crate::transport::assumed_role::code;
use crate::transport::error::{AwsError, ErrorKind};
use crate::transport::mfa_codes;
use crate::transport::session::Session;
use gwctl_fleet::Region;

/// Why there are no credentials with MFA.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum NoMfa {
    #[error("the MFA code of {0} is needed")]
    CodeNeeded(String),
    #[error(
        "STS refused the MFA code of {device}{}: give the next one",
        code(source)
    )]
    Refused { device: String, source: AwsError },
    #[error("the MFA code of {device} could not be used: {}", .source.message)]
    Failed { device: String, source: AwsError },
}

/// Credentials of a user who proved to hold `device`.
pub(crate) struct MfaSession {
    /// Acts with the user's own credentials.
    base: Session,
    device: String,
    region: Region,
}

impl std::fmt::Debug for MfaSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("MfaSession").field(&self.device).finish()
    }
}

impl MfaSession {
    pub(crate) fn new(base: Session, device: &str, region: Region) -> Self {
        Self {
            base,
            device: device.to_owned(),
            region,
        }
    }

    async fn told(&self) -> Result<Credentials, NoMfa> {
        let code = mfa_codes::take(&self.device);
        let Some(code) = code else {
            mfa_codes::need(&self.device);
            return Err(NoMfa::CodeNeeded(self.device.clone()));
        };
        let sts = self.base.sts(&self.region);
        let key = sts.session_token(&self.device, &code).await;
        key.map_err(|source| self.failed(source))
    }

    fn failed(&self, source: AwsError) -> NoMfa {
        // Each code is good once: whatever became of it, the next one is needed.
        mfa_codes::need(&self.device);
        let device = self.device.clone();
        match source.kind {
            ErrorKind::NotAllowed | ErrorKind::Forbidden => NoMfa::Refused { device, source },
            _ => NoMfa::Failed { device, source },
        }
    }
}

impl ProvideCredentials for MfaSession {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let told = async { self.told().await.map_err(CredentialsError::provider_error) };
        future::ProvideCredentials::new(told)
    }
}
