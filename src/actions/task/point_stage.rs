//! Another deployment of an API behind its stage (aws-facts §14.6).

use serde::{Deserialize, Serialize};

use super::work::{Context, Observation, Sent, Work, change, read, unobserved};
use crate::{Expected, PlannedCall, RunContext};
use gwctl_aws::{AwsError, ErrorKind};
use gwctl_fleet::{ApiKind, Region};

/// Until a stage serves a deployment. API Gateway knows no fence: the stage is read right before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointStage {
    pub region: Region,
    /// Id of the API.
    pub api: String,
    pub kind: ApiKind,
    pub stage: String,
    /// Id of the deployment it serves before; another means somebody deployed meanwhile.
    pub before: String,
    /// Id of the deployment it is to serve.
    pub after: String,
}

impl Work for PointStage {
    fn calls(&self) -> Vec<PlannedCall> {
        vec![
            change("apigateway", "UpdateStage", &self.region),
            read("apigateway", "GetStage", &self.region),
        ]
    }

    fn times(&self) -> (Expected, u64) {
        (
            Expected::between(
                5,
                1,
                60,
                "a rehearsal in the simulator; AWS gives no figure",
            ),
            300,
        )
    }

    fn sends(&self) -> Option<String> {
        Some(format!("{}/{} to {}", self.api, self.stage, self.after))
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        let gateway = context.run.session.apigateway(&self.region);
        let found = match gateway.stage(&self.api, self.kind, &self.stage).await {
            Ok(found) => found,
            Err(error) => return unobserved(&error),
        };
        let (stage, now) = (&self.stage, found.deployment.as_deref().unwrap_or("none"));
        if now == self.after {
            return Observation::Done(format!(
                "stage {stage} serves deployment {now}: it was read back"
            ));
        }
        if now == self.before {
            return Observation::NotDone(format!("stage {stage} still serves deployment {now}"));
        }
        Observation::Wrong(format!(
            "somebody deployed meanwhile: stage {stage} serves deployment {now}; plan again"
        ))
    }

    async fn apply(&self, run_context: &RunContext) -> Result<Sent, AwsError> {
        let gateway = run_context.session.apigateway(&self.region);
        let found = gateway.stage(&self.api, self.kind, &self.stage).await?;
        if found.deployment.as_ref() != Some(&self.before) {
            return Err(AwsError::own(
                ErrorKind::Conflict,
                "apigateway",
                "UpdateStage",
                &self.region,
                "somebody deployed meanwhile",
            ));
        }
        let hands = run_context.mutating_session().apigateway(&self.region);
        let sent = hands.serve_deployment(&self.api, self.kind, &self.stage, &self.after);
        sent.await.map(Into::into)
    }
}
