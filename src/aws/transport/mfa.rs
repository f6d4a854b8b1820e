//! Credentials with multi-factor authentication: the code is asked for once, and lasts for every role that is
//! assumed with them.
//!
//! A code is good for one call alone, so it goes to `GetSessionToken`, whose credentials then assume every role.

use std::sync::atomic::{AtomicUsize, Ordering};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};

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
        "`mfa_serial` {0} takes a user's long-term access key, and these credentials are temporary: sign in with MFA before, and leave `mfa_serial` out"
    )]
    Temporary(String),
    #[error(
        "STS refused the MFA code of {device} ({}): give the next one",
        .source.message
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
    /// Whose STS is asked, in this order.
    regions: Vec<Region>,
    /// The one that is asked first: another after each failure, so that the next code does not go to a dark Region too.
    first: AtomicUsize,
}

impl std::fmt::Debug for MfaSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("MfaSession").field(&self.device).finish()
    }
}

impl MfaSession {
    pub(crate) fn new(base: Session, device: &str, regions: Vec<Region>) -> Self {
        Self {
            base,
            device: device.to_owned(),
            regions,
            first: AtomicUsize::new(0),
        }
    }

    async fn told(&self) -> Result<Credentials, NoMfa> {
        if self.is_temporary().await {
            return Err(NoMfa::Temporary(self.device.clone()));
        }
        let Some(code) = mfa_codes::take_or_need(&self.device) else {
            return Err(NoMfa::CodeNeeded(self.device.clone()));
        };
        // A code is good for one call: it is sent to another Region only where it did not leave this machine.
        let base = self.base.one_attempt();
        let mut last = None;
        let first = self.first.load(Ordering::Relaxed) % self.regions.len().max(1);
        let (before, after) = self.regions.split_at(first);
        for region in after.iter().chain(before) {
            match base.sts(region).session_token(&self.device, &code).await {
                Ok(key) => return Ok(key),
                Err(error) => {
                    let unsent = matches!(error.kind, ErrorKind::NotSent | ErrorKind::Unreachable);
                    last = Some(error);
                    self.first.fetch_add(1, Ordering::Relaxed);
                    if !unsent {
                        break;
                    }
                }
            }
        }
        Err(match last {
            Some(source) => self.failed(source),
            None => NoMfa::CodeNeeded(self.device.clone()),
        })
    }

    /// `GetSessionToken` takes a user's long-term key alone.
    async fn is_temporary(&self) -> bool {
        let key = self.base.base().credentials.provide_credentials().await;
        key.is_ok_and(|key| key.session_token().is_some())
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
