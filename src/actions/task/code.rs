//! A function given the package that another one runs in another Region.

use serde::{Deserialize, Serialize};

use super::await_region::output;
use super::work::{Context, Observation, Sent, Work, change, read, unobserved};
use crate::{Expected, PlannedCall, RunContext, format};
use gwctl_aws::{AwsError, ErrorKind};
use gwctl_fleet::Region;

/// The output of a Region's stack that names its handler.
const HANDLER: &str = "HandlerFunctionName";

/// Until the handler of a Region's stack runs the package of a function elsewhere, to the letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyCode {
    /// Where the function is that has the package.
    pub from: Region,
    /// That function.
    pub function: String,
    /// Base64 SHA-256 of the package; another one is another plan.
    pub sha256: String,
    /// Its bytes.
    pub size: i64,
    /// Where the handler is.
    pub region: Region,
    /// Its stack, which tells its name.
    pub stack: String,
}

impl Work for CopyCode {
    fn calls(&self) -> Vec<PlannedCall> {
        vec![
            change("lambda", "UpdateFunctionCode", &self.region),
            read("cloudformation", "DescribeStacks", &self.region),
            read("lambda", "GetFunctionConfiguration", &self.region),
            read("lambda", "GetFunction", &self.from),
        ]
    }

    fn times(&self) -> (Expected, u64) {
        takes()
    }

    fn sends(&self) -> Option<String> {
        let size = format::bytes(self.size as f64);
        Some(format!("{size} of {} in {}", self.function, self.from))
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        let what = format!("what {} runs in {}", self.function, self.from);
        runs(context, &self.region, &self.stack, &self.sha256, &what).await
    }

    async fn apply(&self, run_context: &RunContext) -> Result<Sent, AwsError> {
        let source = run_context.session.lambda(&self.from);
        let package = source.package(&self.function, None, &self.sha256).await?;
        put(run_context, &self.region, &self.stack, &package).await
    }
}

/// How long Lambda takes to run another package, and the seconds after which the run holds.
pub(super) fn takes() -> (Expected, u64) {
    let source = "a rehearsal in the simulator; AWS gives no figure";
    (Expected::between(30, 5, 180, source), 900)
}

/// Whether the handler of `stack` runs the package with this checksum: `what`, in words.
pub(super) async fn runs(
    context: &Context<'_>,
    region: &Region,
    stack: &str,
    sha256: &str,
    what: &str,
) -> Observation {
    let name = match output(context.run, region, stack, HANDLER).await {
        Ok(name) => name,
        Err(seen) => return seen,
    };
    let lambda = context.run.session.lambda(region);
    let state = match lambda.code_state(&name).await {
        Ok(state) => state,
        Err(error) => return unobserved(&error),
    };
    let why = state.reason.clone().unwrap_or_default();
    match (state.state.as_str(), state.update.as_str()) {
        ("Failed", _) => Observation::Wrong(format!("{name} failed: {why}")),
        ("Pending", _) => Observation::Underway(format!("{name} is still being created")),
        (_, "InProgress") => {
            Observation::Underway(format!("Lambda is updating the code of {name}"))
        }
        (_, "Failed") if state.sha256 == sha256 => {
            Observation::Wrong(format!("Lambda could not update the code of {name}: {why}"))
        }
        _ if state.sha256 == sha256 => Observation::Done(format!("{name} runs {what}")),
        _ => Observation::NotDone(format!("{name} does not run it yet")),
    }
}

/// Gives the handler of `stack` a package.
pub(super) async fn put(
    run_context: &RunContext,
    region: &Region,
    stack: &str,
    package: &[u8],
) -> Result<Sent, AwsError> {
    let stacks = run_context.session.cloudformation(region);
    let told = stacks.formation(stack).await?;
    let name = told.and_then(|told| told.outputs.get(HANDLER).cloned());
    let name = name.ok_or_else(|| {
        AwsError::own(
            ErrorKind::NotFound,
            "cloudformation",
            "DescribeStacks",
            region,
            format!("{stack} has no output {HANDLER}"),
        )
    })?;
    let hands = run_context.mutating_session().lambda(region);
    Ok(hands.put_package(&name, package).await?.into())
}
