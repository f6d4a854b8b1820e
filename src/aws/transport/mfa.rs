//! Credentials with multi-factor authentication: the code is asked for once, and lasts for every role that is
//! assumed with them.
//!
//! A code is good for one call alone, so it goes to `GetSessionToken`, whose credentials then assume every role.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, Mutex, PoisonError};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use tokio::sync::watch;

use crate::transport::error::{AwsError, ErrorKind};
use crate::transport::session::Session;
use gwctl_fleet::Region;

static CODES: LazyLock<Mutex<BTreeMap<String, String>>> = LazyLock::new(Mutex::default);
static NEEDED: LazyLock<watch::Sender<BTreeSet<String>>> =
    LazyLock::new(|| watch::channel(BTreeSet::new()).0);

/// The MFA devices whose code is waited for.
pub fn mfa_devices_waiting() -> watch::Receiver<BTreeSet<String>> {
    NEEDED.subscribe()
}

/// Takes the code that `device` shows now. It is used once.
pub fn give_mfa_code(device: &str, code: &str) {
    let mut codes = CODES.lock().unwrap_or_else(PoisonError::into_inner);
    codes.insert(device.to_owned(), code.trim().to_owned());
    NEEDED.send_if_modified(|needed| needed.remove(device));
}

/// Why there are no credentials with MFA.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum NoMfa {
    #[error("the MFA code of {0} is needed")]
    CodeNeeded(String),
    #[error("the MFA code of {device} was refused: {source}. Give the next one")]
    Refused { device: String, source: AwsError },
    #[error("the MFA code of {device} could not be used: {source}")]
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
        let code = CODES
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.device);
        let Some(code) = code else {
            self.ask();
            return Err(NoMfa::CodeNeeded(self.device.clone()));
        };
        let sts = self.base.sts(&self.region);
        let key = sts.session_token(&self.device, &code).await;
        key.map_err(|source| self.failed(source))
    }

    fn ask(&self) {
        NEEDED.send_if_modified(|needed| needed.insert(self.device.clone()));
    }

    fn failed(&self, source: AwsError) -> NoMfa {
        // Each code is good once: whatever became of it, the next one is needed.
        self.ask();
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
