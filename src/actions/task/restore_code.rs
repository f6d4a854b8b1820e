//! A function given the code of one of its published versions again (aws-facts §14.6).

use serde::{Deserialize, Serialize};

use super::work::{Context, Observation, Sent, Work, change, read, unobserved};
use crate::{Expected, PlannedCall, RunContext, format};
use gwctl_aws::{AwsError, Code, ErrorKind};
use gwctl_fleet::{CodeState, Region};

/// Until `$LATEST` of a function runs the code of a published version, to the letter. Its configuration stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreCode {
    pub region: Region,
    pub function: String,
    /// The published version that has the code.
    pub version: String,
    /// Base64 SHA-256 of it; of an image its digest.
    pub sha256: String,
    /// Bytes of the package; 0 for an image.
    pub size: i64,
    /// The container image, by its digest; none where the code is a package.
    pub image: Option<String>,
    /// `arm64` or `x86_64`, which it was made for.
    pub architecture: String,
    /// Checksum of what runs before; anything else is somebody's deployment.
    pub before: String,
    /// The function's revision that was planned on; none where it is read right before it is sent.
    pub revision: Option<String>,
}

impl Work for RestoreCode {
    fn calls(&self) -> Vec<PlannedCall> {
        let mut calls = vec![
            change("lambda", "UpdateFunctionCode", &self.region),
            read("lambda", "GetFunctionConfiguration", &self.region),
        ];
        if self.image.is_none() {
            calls.push(read("lambda", "GetFunction", &self.region));
        }
        calls
    }

    fn times(&self) -> (Expected, u64) {
        (
            Expected::between(
                15,
                2,
                180,
                "a rehearsal in the simulator; AWS gives no figure",
            ),
            900,
        )
    }

    fn sends(&self) -> Option<String> {
        let code = match &self.image {
            Some(image) => image.clone(),
            None => format::bytes(self.size as f64),
        };
        Some(format!(
            "{}: {code} of version {}",
            self.function, self.version
        ))
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        let lambda = context.run.session.lambda(&self.region);
        match lambda.code_state(&self.function).await {
            Ok(state) => self.judge(&state),
            Err(error) => unobserved(&error),
        }
    }

    async fn apply(&self, run_context: &RunContext) -> Result<Sent, AwsError> {
        let lambda = run_context.session.lambda(&self.region);
        let state = lambda.code_state(&self.function).await?;
        let refused = |why: String| {
            let operation = "UpdateFunctionCode";
            AwsError::own(ErrorKind::Conflict, "lambda", operation, &self.region, why)
        };
        if let Some(why) = self.changed(&state) {
            return Err(refused(why));
        }
        let revision = state.revision.as_deref();
        let revision =
            revision.ok_or_else(|| refused("Lambda names no RevisionId of the function".into()))?;
        let hands = run_context.mutating_session().lambda(&self.region);
        let (name, made_for) = (&self.function, &self.architecture);
        let sent = if let Some(image) = &self.image {
            hands
                .restore_code(name, Code::Image(image), made_for, revision)
                .await
        } else {
            // Its checksum is verified here, and that of what runs is read back.
            let package = lambda.package(name, Some(&self.version), &self.sha256);
            let package = package.await?;
            let code = Code::Package(&package);
            hands.restore_code(name, code, made_for, revision).await
        };
        sent.map(Into::into)
    }
}

impl RestoreCode {
    fn judge(&self, state: &CodeState) -> Observation {
        let name = &self.function;
        let why = state.reason.as_deref().unwrap_or("Lambda gives no reason");
        let there = state.sha256 == self.sha256;
        match (state.state.as_str(), state.update.as_str()) {
            ("Failed", _) => Observation::Wrong(format!("{name} failed: {why}")),
            ("Pending", _) => Observation::Underway(format!("{name} is still being created")),
            (_, "InProgress") if there => {
                Observation::Underway(format!("Lambda is updating the code of {name}"))
            }
            (_, "Failed") if there => {
                Observation::Wrong(format!("Lambda could not update the code of {name}: {why}"))
            }
            _ if there => Observation::Done(format!(
                "{name} runs the code of version {}: its checksum was read back",
                self.version
            )),
            _ => match self.changed(state) {
                Some(why) => Observation::Wrong(why),
                None => Observation::NotDone(format!(
                    "{name} does not run the code of version {} yet",
                    self.version
                )),
            },
        }
    }

    /// What somebody else did since.
    fn changed(&self, state: &CodeState) -> Option<String> {
        let name = &self.function;
        if state.sha256 != self.before {
            return Some(format!(
                "somebody deployed other code to {name} meanwhile, which is left as it is: plan again"
            ));
        }
        let planned = self.revision.as_ref()?;
        (state.revision.as_ref() != Some(planned)).then(|| {
            format!("somebody changed {name} meanwhile (its RevisionId is another): plan again")
        })
    }
}
