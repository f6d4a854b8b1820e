//! A new handler given gwctl's own reference handler.

use serde::{Deserialize, Serialize};

use super::code::{put, runs, takes};
use super::work::{Context, Observation, Sent, Work, change, read};
use crate::{Expected, PlannedCall, RunContext, format};
use gwctl_aws::{AwsError, ErrorKind};
use gwctl_fleet::Region;
use gwctl_stacks::handler;

/// Until the handler of a Region's stack runs the reference handler of this gwctl.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliverCode {
    /// Where the handler is.
    pub region: Region,
    /// Its stack, which tells its name.
    pub stack: String,
    /// Base64 SHA-256 of the package; that of another gwctl is another plan.
    pub sha256: String,
    /// Its bytes.
    pub size: usize,
}

impl Work for DeliverCode {
    fn calls(&self) -> Vec<PlannedCall> {
        vec![
            change("lambda", "UpdateFunctionCode", &self.region),
            read("cloudformation", "DescribeStacks", &self.region),
            read("lambda", "GetFunctionConfiguration", &self.region),
        ]
    }

    fn times(&self) -> (Expected, u64) {
        takes()
    }

    fn sends(&self) -> Option<String> {
        let size = format::bytes(self.size as f64);
        Some(format!("{size} of {}, {}", handler::NAME, self.sha256))
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        runs(
            context,
            &self.region,
            &self.stack,
            &self.sha256,
            handler::NAME,
        )
        .await
    }

    async fn apply(&self, run_context: &RunContext) -> Result<Sent, AwsError> {
        let package = handler::package();
        if package.sha256 != self.sha256 {
            return Err(AwsError::own(
                ErrorKind::Conflict,
                "lambda",
                "UpdateFunctionCode",
                &self.region,
                "this gwctl carries another reference handler than the one that made the plan: plan again",
            ));
        }
        put(run_context, &self.region, &self.stack, &package.bytes).await
    }
}
