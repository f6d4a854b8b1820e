//! Another version of the router on the distribution (aws-facts §4).

use serde::{Deserialize, Serialize};

use super::distribution;
use super::work::{Context, Observation, Sent, Work, unobserved};
use crate::{Expected, PlannedCall, RunContext};
use gwctl_aws::AwsError;

/// `UpdateDistribution` with `If-Match`, then until it is deployed everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointRouter {
    pub distribution: String,
    /// Qualified ARN of what it runs now; something else means somebody changed it meanwhile.
    pub before: String,
    /// Qualified ARN of what it is to run.
    pub after: String,
}

impl Work for PointRouter {
    fn calls(&self) -> Vec<PlannedCall> {
        distribution::calls()
    }

    fn times(&self) -> (Expected, u64) {
        distribution::TIMES
    }

    fn sends(&self) -> Option<String> {
        Some(format!("{}: {}", self.distribution, self.after))
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        let cloudfront = context.run.session.cloudfront();
        let state = match cloudfront.distribution(&self.distribution).await {
            Ok(state) => state,
            Err(error) => return unobserved(&error),
        };
        match state.router_arn.as_deref() {
            Some(now) if now == self.after => {
                if state.status == "Deployed" {
                    return Observation::Done(format!("{} is deployed everywhere", short(now)));
                }
                Observation::Underway(format!(
                    "the distribution is {}: edge locations may run either version",
                    state.status
                ))
            }
            Some(now) if now == self.before => {
                Observation::NotDone(format!("the distribution still runs {}", short(now)))
            }
            now => Observation::Wrong(format!(
                "somebody changed the distribution's router meanwhile: it is {}; plan again",
                now.map_or("none", short)
            )),
        }
    }

    async fn apply(&self, run_context: &RunContext) -> Result<Sent, AwsError> {
        let cloudfront = run_context.session.cloudfront();
        let (etag, now) = cloudfront.router_etag(&self.distribution).await?;
        if now.as_ref() != Some(&self.before) {
            return Err(distribution::changed_meanwhile("router"));
        }
        let hands = run_context.mutating_session().cloudfront();
        let sent = hands.replace_router(&self.distribution, &etag, &self.before, &self.after);
        sent.await.map(Into::into)
    }
}

/// `orders-router:7`.
fn short(arn: &str) -> &str {
    arn.split_once(":function:").map_or(arn, |(_, name)| name)
}
