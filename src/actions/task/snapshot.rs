//! The snapshot Aurora takes of the old primary's volume before replacing it (aws-facts §2.7).

use serde::{Deserialize, Serialize};

use super::work::{Context, Observation, Sent, Work, change, read, unobserved};
use crate::{Expected, PlannedCall, RunContext};
use gwctl_aws::{AwsError, ErrorKind};
use gwctl_fleet::{DbSnapshot, Region};

/// Copies it before it expires: it may hold the only trace of the writes that were lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopySnapshot {
    /// The old primary's Region.
    pub region: Region,
    /// The old primary's cluster.
    pub cluster: String,
    /// Identifier of the copy.
    pub copy: String,
}

const PREFIX: &str = "rds:unplanned-global-failover-";

impl CopySnapshot {
    async fn source(
        &self,
        run_context: &RunContext,
    ) -> Result<(Option<DbSnapshot>, Option<DbSnapshot>), AwsError> {
        let mut all = run_context
            .session
            .rds(&self.region)
            .snapshots(&self.cluster)
            .await?;
        all.sort_by_key(|snapshot| std::cmp::Reverse(snapshot.created));
        let copy = all
            .iter()
            .find(|snapshot| snapshot.id == self.copy)
            .cloned();
        Ok((
            all.into_iter()
                .find(|snapshot| snapshot.id.starts_with(PREFIX)),
            copy,
        ))
    }
}

impl Work for CopySnapshot {
    fn calls(&self) -> Vec<PlannedCall> {
        vec![
            change("rds", "CopyDBClusterSnapshot", &self.region),
            read("rds", "DescribeDBClusterSnapshots", &self.region),
        ]
    }

    fn times(&self) -> (Expected, u64) {
        (
            Expected::or_much_longer(
                600,
                60,
                "nobody knows: Aurora creates it once the old Region works again (aws-facts §2.7)",
            ),
            12 * 3_600,
        )
    }

    fn sends(&self) -> Option<String> {
        Some(format!("{PREFIX}{}-… to {}", self.cluster, self.copy))
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        match self.source(context.run).await {
            // Said without why: it is another reason at each look, and no news.
            Err(error) if error.kind.is_silence() => {
                Observation::Underway(format!("RDS in {} does not answer yet", self.region))
            }
            Err(error) => unobserved(&error),
            Ok((_, Some(copy))) if copy.status == "available" => {
                Observation::Done(format!("{} is kept", copy.id))
            }
            Ok((_, Some(copy))) => Observation::Underway(format!("the copy is {}", copy.status)),
            Ok((Some(source), None)) if source.status == "available" => {
                Observation::NotDone(format!("{} is there", source.id))
            }
            Ok((Some(source), None)) => {
                Observation::Underway(format!("{} is {}", source.id, source.status))
            }
            Ok((None, None)) => Observation::Underway(
                "no snapshot of the old primary yet: Aurora creates it when its Region works again"
                    .into(),
            ),
        }
    }

    async fn apply(&self, run_context: &RunContext) -> Result<Sent, AwsError> {
        let (source, _) = self.source(run_context).await?;
        let Some(source) = source else {
            return Err(AwsError::own(
                ErrorKind::NotFound,
                "rds",
                "CopyDBClusterSnapshot",
                &self.region,
                "the snapshot is deleted",
            ));
        };
        run_context
            .mutating_session()
            .rds(&self.region)
            .copy_snapshot(&source.id, &self.copy)
            .await
            .map(Into::into)
    }
}
