//! Credentials of a role in another account, assumed with those of a first one.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use futures_util::future::select_ok;

use crate::services::sts::WantedRole;
use crate::transport::error::{AwsError, ErrorKind};
use crate::transport::session::Session;
use crate::transport::surroundings::variable;
use gwctl_fleet::{Access, Region};

/// When the second Region is asked beside the first: a dead Region must not hold credentials back (aws-facts §18.1).
const PATIENCE: Duration = Duration::from_secs(2);

/// Why a role could not be assumed.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum NotAssumed {
    /// STS answered, and refused.
    #[error(
        "STS refused to assume {role}: {}. The role's trust policy and the caller's own policies must allow it; the external id, the MFA device and the session name that the role asks for are set in the fleet's `accounts`",
        .source.message
    )]
    Refused { role: String, source: AwsError },
    /// The credentials that would assume it are missing or refused.
    #[error("no credentials to assume {role} with: {}", .source.message)]
    Base { role: String, source: AwsError },
    /// No Region's STS answered, or its answer was none of these.
    #[error("{role} could not be assumed: {source}")]
    Failed { role: String, source: AwsError },
}

/// Assumes one role whenever credentials are asked for; whoever holds them renews them in time.
pub(crate) struct AssumedRole {
    /// Acts with the credentials that assume the role.
    base: Session,
    wanted: WantedRole,
    /// Whose STS is asked, in this order.
    regions: Vec<Region>,
}

impl std::fmt::Debug for AssumedRole {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("AssumedRole")
            .field(&self.wanted.arn)
            .finish()
    }
}

impl AssumedRole {
    /// The role `arn` as `access` describes it.
    pub(crate) fn new(base: Session, arn: &str, access: &Access, regions: Vec<Region>) -> Self {
        let name = access.session_name.clone().unwrap_or_else(session_name);
        Self {
            base,
            wanted: WantedRole {
                arn: arn.to_owned(),
                session_name: name,
                external_id: access.external_id.clone(),
            },
            regions,
        }
    }

    async fn assume(&self) -> Result<Credentials, NotAssumed> {
        let asked = self.regions.iter().enumerate().map(|(turn, region)| {
            Box::pin(async move {
                tokio::time::sleep(PATIENCE * turn as u32).await;
                let answer = self.base.sts(region).assume_role(&self.wanted).await;
                match answer {
                    Err(error) if !is_final(error.kind) => Err(error),
                    answer => Ok(answer),
                }
            })
        });
        let answer = match select_ok(asked).await {
            Ok((answer, _)) => answer,
            Err(silence) => Err(silence),
        };
        answer.map_err(|source| self.not_assumed(source))
    }

    fn not_assumed(&self, source: AwsError) -> NotAssumed {
        let role = self.wanted.arn.clone();
        match source.kind {
            ErrorKind::NotAllowed | ErrorKind::Forbidden => NotAssumed::Refused { role, source },
            ErrorKind::Credentials | ErrorKind::Clock => NotAssumed::Base { role, source },
            _ => NotAssumed::Failed { role, source },
        }
    }
}

/// Whether no other Region would answer otherwise.
const fn is_final(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::NotAllowed | ErrorKind::Forbidden | ErrorKind::Credentials | ErrorKind::Clock
    )
}

impl ProvideCredentials for AssumedRole {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let assumed = async {
            self.assume()
                .await
                .map_err(CredentialsError::provider_error)
        };
        future::ProvideCredentials::new(assumed)
    }
}

/// `gwctl-robin`: CloudTrail then names the operator.
fn session_name() -> String {
    let user = ["USER", "LOGNAME", "USERNAME"]
        .into_iter()
        .find_map(variable)
        .unwrap_or_default();
    let allowed = |c: &char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(*c);
    let user: String = user.chars().filter(allowed).take(50).collect();
    if user.is_empty() {
        "gwctl".into()
    } else {
        format!("gwctl-{user}")
    }
}
