//! An alias of a function led to another version (aws-facts §14.6).

use serde::{Deserialize, Serialize};

use super::work::{Context, Observation, Sent, Work, change, read, unobserved};
use crate::{Expected, PlannedCall, RunContext};
use gwctl_aws::{AwsError, ErrorKind};
use gwctl_fleet::{FunctionAlias, Region};

/// Until an alias leads to a version, and that version's code is what it runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PointAlias {
    pub region: Region,
    pub function: String,
    pub alias: String,
    /// Where it leads before; with the revision that was planned on, where there is one.
    pub before: FunctionAlias,
    /// Where it is to lead.
    pub after: FunctionAlias,
    /// Checksum of the code of the version it is to lead to.
    pub sha256: String,
}

impl Work for PointAlias {
    fn calls(&self) -> Vec<PlannedCall> {
        vec![
            change("lambda", "UpdateAlias", &self.region),
            read("lambda", "GetAlias", &self.region),
            read("lambda", "GetFunctionConfiguration", &self.region),
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
        Some(format!(
            "{}:{} to version {}",
            self.function, self.alias, self.after.version
        ))
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        let lambda = context.run.session.lambda(&self.region);
        let (function, alias) = (&self.function, &self.alias);
        let found = match lambda.alias(function, alias).await {
            Ok(found) => found,
            Err(error) => return unobserved(&error),
        };
        if !leads_alike(&found, &self.after) {
            return match self.changed(&found) {
                Some(why) => Observation::Wrong(why),
                None => Observation::NotDone(format!(
                    "alias {alias} still leads to version {}",
                    found.version
                )),
            };
        }
        let state = match lambda.code_state_of(function, Some(alias)).await {
            Ok(state) => state,
            Err(error) => return unobserved(&error),
        };
        if state.sha256 != self.sha256 {
            return Observation::Wrong(format!(
                "alias {alias} leads to version {}, whose checksum is not the one that was planned",
                found.version
            ));
        }
        Observation::Done(format!(
            "alias {alias} leads to version {}: its checksum was read back",
            found.version
        ))
    }

    async fn apply(&self, run_context: &RunContext) -> Result<Sent, AwsError> {
        let lambda = run_context.session.lambda(&self.region);
        let found = lambda.alias(&self.function, &self.alias).await?;
        let refused = |why: String| {
            AwsError::own(
                ErrorKind::Conflict,
                "lambda",
                "UpdateAlias",
                &self.region,
                why,
            )
        };
        if let Some(why) = self.changed(&found) {
            return Err(refused(why));
        }
        let revision = found.revision.as_deref();
        let revision =
            revision.ok_or_else(|| refused("Lambda names no RevisionId of the alias".into()))?;
        let hands = run_context.mutating_session().lambda(&self.region);
        let sent = hands.point_alias(&self.function, &self.alias, &self.after, revision);
        sent.await.map(Into::into)
    }
}

impl PointAlias {
    /// What somebody else did since.
    fn changed(&self, found: &FunctionAlias) -> Option<String> {
        let alias = &self.alias;
        if !leads_alike(found, &self.before) {
            return Some(format!(
                "somebody led alias {alias} to version {} meanwhile, which is left as it is: plan again",
                found.version
            ));
        }
        let planned = self.before.revision.as_ref()?;
        (found.revision.as_ref() != Some(planned)).then(|| {
            format!(
                "somebody changed alias {alias} meanwhile (its RevisionId is another): plan again"
            )
        })
    }
}

/// Whether both lead to the same versions, in the same shares.
fn leads_alike(one: &FunctionAlias, other: &FunctionAlias) -> bool {
    one.version == other.version && one.shared == other.shared
}
