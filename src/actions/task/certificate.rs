//! Another certificate for the distribution (aws-facts §4).

use serde::{Deserialize, Serialize};

use super::distribution;
use super::work::{Context, Observation, Sent, Work, unobserved};
use crate::{Expected, PlannedCall, RunContext};
use gwctl_aws::AwsError;

/// `UpdateDistribution` with `If-Match`, then until it is deployed everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachCertificate {
    pub distribution: String,
    /// What it has now; something else means somebody changed it meanwhile.
    pub before: Option<String>,
    /// What it gets.
    pub certificate: String,
}

impl Work for AttachCertificate {
    fn calls(&self) -> Vec<PlannedCall> {
        distribution::calls()
    }

    fn times(&self) -> (Expected, u64) {
        distribution::TIMES
    }

    fn sends(&self) -> Option<String> {
        Some(format!(
            "{}: viewer certificate {}",
            self.distribution, self.certificate
        ))
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        let state = match context
            .run
            .session
            .cloudfront()
            .distribution(&self.distribution)
            .await
        {
            Ok(state) => state,
            Err(error) => return unobserved(&error),
        };
        if state.certificate_arn.as_ref() == Some(&self.certificate) {
            if state.status == "Deployed" {
                return Observation::Done("deployed everywhere".into());
            }
            return Observation::Underway(format!(
                "the distribution is {}: edge locations may serve either certificate",
                state.status
            ));
        }
        if state.certificate_arn != self.before {
            let now = state.certificate_arn.as_deref().unwrap_or("none");
            return Observation::Wrong(format!(
                "somebody changed the distribution's certificate meanwhile: {now}"
            ));
        }
        Observation::NotDone("the distribution has its old certificate".into())
    }

    async fn apply(&self, run_context: &RunContext) -> Result<Sent, AwsError> {
        let cloudfront = run_context.session.cloudfront();
        let (etag, now) = cloudfront.distribution_etag(&self.distribution).await?;
        if now != self.before {
            return Err(distribution::changed_meanwhile("certificate"));
        }
        let hands = run_context.mutating_session().cloudfront();
        hands
            .attach_certificate(&self.distribution, &etag, &self.certificate)
            .await
            .map(Into::into)
    }
}
