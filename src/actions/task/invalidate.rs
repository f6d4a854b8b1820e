//! Removing paths from CloudFront's caches.

use serde::{Deserialize, Serialize};

use super::work::{Context, Observation, Sent, Work, change, read, unobserved};
use crate::{Expected, PlannedCall, RunContext};
use gwctl_aws::AwsError;
use gwctl_fleet::Region;

/// One invalidation. Its caller reference makes CloudFront answer a second request with the first one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invalidate {
    pub distribution: String,
    /// Paths such as `/orders/*`.
    pub paths: Vec<String>,
    /// Unique to the plan.
    pub reference: String,
}

impl Work for Invalidate {
    fn calls(&self) -> Vec<PlannedCall> {
        let global = Region::global();
        vec![
            change("cloudfront", "CreateInvalidation", &global),
            read("cloudfront", "GetInvalidation", &global),
        ]
    }

    fn times(&self) -> (Expected, u64) {
        (
            Expected::between(
                60,
                5,
                300,
                "a rehearsal in the simulator; AWS gives no figure",
            ),
            900,
        )
    }

    fn sends(&self) -> Option<String> {
        Some(format!("{}: {}", self.distribution, self.paths.join(" ")))
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        let Some(id) = context.receipt else {
            return Observation::NotDone("not asked for yet".into());
        };
        match context
            .run
            .session
            .cloudfront()
            .invalidation_status(&self.distribution, id)
            .await
        {
            Err(error) => unobserved(&error),
            Ok(status) if status == "Completed" => {
                Observation::Done(format!("invalidation {id} is completed"))
            }
            Ok(status) => Observation::Underway(format!("invalidation {id} is {status}")),
        }
    }

    async fn apply(&self, run_context: &RunContext) -> Result<Sent, AwsError> {
        let cloudfront = run_context.mutating_session().cloudfront();
        let made = cloudfront
            .invalidate(&self.distribution, &self.paths, &self.reference)
            .await?;
        Ok(Sent {
            request_id: made.request_id,
            receipt: Some(made.id),
        })
    }
}
