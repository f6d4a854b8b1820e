//! Removing paths from CloudFront's caches.

use serde::{Deserialize, Serialize};

use super::{Context, Seen, Sent, Work, change, read, unseen};
use crate::{Crew, PlannedCall};
use gwctl_aws::AwsError;
use gwctl_fleet::Region;

/// One invalidation. Its caller reference makes CloudFront answer a second request with the first one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invalidate {
    /// The distribution.
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

    fn times(&self) -> (u64, u64) {
        (60, 900)
    }

    fn sends(&self) -> Option<String> {
        Some(format!("{}: {}", self.distribution, self.paths.join(" ")))
    }

    async fn look(&self, context: &Context<'_>) -> Seen {
        let Some(id) = context.receipt else {
            return Seen::NotDone("not asked for yet".into());
        };
        match context
            .crew
            .session
            .cloudfront()
            .invalidation_status(&self.distribution, id)
            .await
        {
            Err(error) => unseen(&error),
            Ok(status) if status == "Completed" => {
                Seen::Done(format!("invalidation {id} is completed"))
            }
            Ok(status) => Seen::Underway(format!("invalidation {id} is {status}")),
        }
    }

    async fn send(&self, crew: &Crew) -> Result<Sent, AwsError> {
        let cloudfront = crew.hands().cloudfront();
        let made = cloudfront
            .invalidate(&self.distribution, &self.paths, &self.reference)
            .await?;
        Ok(Sent {
            request_id: made.request_id,
            receipt: Some(made.id),
        })
    }
}
