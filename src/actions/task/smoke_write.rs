//! One write through a new Region's own endpoint, which only forwarding can carry to the writer.

use serde::{Deserialize, Serialize};

use super::work::{Context, Observation, Sent, Work, change};
use crate::{Expected, PlannedCall, RunContext};
use gwctl_aws::AwsError;
use gwctl_fleet::Region;

/// Until the endpoint has taken one write. The same key says that it is the same write, however often it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmokeWrite {
    pub region: Region,
    /// Where it is sent to, by POST.
    pub url: String,
    /// Its `Idempotency-Key`.
    pub key: String,
    /// Whether the API wants the caller's signature.
    pub signed: bool,
}

impl Work for SmokeWrite {
    fn calls(&self) -> Vec<PlannedCall> {
        vec![change("execute-api", "Invoke", &self.region)]
    }

    fn times(&self) -> (Expected, u64) {
        (
            Expected::between(5, 1, 60, "a rehearsal in the simulator"),
            300,
        )
    }

    fn sends(&self) -> Option<String> {
        Some(format!("POST {}, Idempotency-Key {}", self.url, self.key))
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        match context.receipt {
            Some(status) => Observation::Done(format!(
                "a write through {} was answered {status}",
                self.region
            )),
            None => Observation::NotDone("no write was answered yet".into()),
        }
    }

    async fn apply(&self, run_context: &RunContext) -> Result<Sent, AwsError> {
        let api = run_context.mutating_session().invoke(&self.region);
        let receipt = api.post(&self.url, &self.key, self.signed).await?;
        Ok(Sent {
            request_id: receipt.request_id,
            receipt: Some(receipt.id),
        })
    }
}
